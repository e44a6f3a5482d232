"""What pages and the API say about uploads, what was filed, problems and saved maps; read only."""

from districts.landing.selectors.filings import (
    Feed,
    FilingLine,
    FilingRow,
    UndoEffect,
    list_all_filings,
    list_feeds,
    list_filings,
    list_undo_effects,
)
from districts.landing.selectors.maps import (
    MapPage,
    SavedMapRow,
    check_map,
    get_map_page,
    kind_choices,
    kinds_with_filing_date,
    kinds_with_questions,
    list_saved_maps,
)
from districts.landing.selectors.problems import (
    PROBLEMS_ON_A_PAGE,
    ListedProblem,
    ProblemPage,
    ProblemRow,
    list_all_problems,
    list_problems,
    stream_problems,
)
from districts.landing.selectors.upload_page import CheckRow, UploadDetail, get_upload
from districts.landing.selectors.uploads import (
    UploadRow,
    find_upload,
    has_file,
    list_uploads,
    stream_file,
)

__all__ = [
    "PROBLEMS_ON_A_PAGE",
    "CheckRow",
    "Feed",
    "FilingLine",
    "FilingRow",
    "ListedProblem",
    "MapPage",
    "ProblemPage",
    "ProblemRow",
    "SavedMapRow",
    "UndoEffect",
    "UploadDetail",
    "UploadRow",
    "check_map",
    "find_upload",
    "get_map_page",
    "get_upload",
    "has_file",
    "kind_choices",
    "kinds_with_filing_date",
    "kinds_with_questions",
    "list_all_filings",
    "list_all_problems",
    "list_feeds",
    "list_filings",
    "list_problems",
    "list_saved_maps",
    "list_undo_effects",
    "list_uploads",
    "stream_file",
    "stream_problems",
]
