"""The write side of landing: a file arrives, is mapped, confirmed, undone. Must not parse.

Every service runs inside `district_scope`; `by` is the id of the person (None: the system).
"""

from districts.landing.schools import NoSuchName
from districts.landing.services.arrive import Landed, land_upload
from districts.landing.services.decide import (
    RowsNotNamed,
    choose_kind,
    confirm_upload,
    leave_rows_out,
    list_error_rows,
    read_again,
    save_map,
    undo_upload,
)
from districts.landing.services.saved_maps import (
    NameTaken,
    NoSuchMap,
    delete_saved_map,
    rename_saved_map,
)
from districts.landing.services.school_names import (
    NameNotAnswered,
    confirm_school_names,
    forget_school_name,
    save_school_names,
)
from districts.landing.services.standing import (
    BEFORE_IMPORT,
    NoSuchUpload,
    PreviewChanged,
    SameDay,
    WrongState,
)

__all__ = [
    "BEFORE_IMPORT",
    "Landed",
    "NameNotAnswered",
    "NameTaken",
    "NoSuchMap",
    "NoSuchName",
    "NoSuchUpload",
    "PreviewChanged",
    "RowsNotNamed",
    "SameDay",
    "WrongState",
    "choose_kind",
    "confirm_school_names",
    "confirm_upload",
    "delete_saved_map",
    "forget_school_name",
    "land_upload",
    "leave_rows_out",
    "list_error_rows",
    "read_again",
    "rename_saved_map",
    "save_map",
    "save_school_names",
    "undo_upload",
]
