"""Files that landed: uploads, their problems, saved maps, import runs, filings; must not parse."""

from django.conf import settings
from django.db import models

from districts.tenancy import DistrictModel, FactModel, district_table, parent_key


class Upload(DistrictModel):
    """One file a person (or a key) handed in, and how far it has come."""

    class State(models.TextChoices):
        LANDED = "landed", "Waiting to be read"
        NEEDS_KIND = "needs_kind", "Say what kind of file this is"
        NEEDS_MAP = "needs_map", "Map its columns"
        READING = "reading", "Being read"
        READY = "ready", "Ready to confirm"
        REJECTED = "rejected", "Has problems"
        CONFIRMED = "confirmed", "Confirmed, waiting to be imported"
        IMPORTING = "importing", "Being imported"
        IMPORTED = "imported", "Imported"
        UNDONE = "undone", "Undone"
        FAILED = "failed", "Stopped: could not be processed"

    kind = models.CharField(max_length=40, blank=True)
    filename = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.LANDED)
    mapping = models.JSONField(default=dict, blank=True)
    left_out_rows = models.JSONField(default=list, blank=True)
    auto_confirm = models.BooleanField(default=False)
    preview = models.JSONField(default=dict, blank=True)
    message = models.TextField(blank=True)
    error_count = models.PositiveIntegerField(default=0)
    warning_count = models.PositiveIntegerField(default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    provenance = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            *district_table("upload"),
            models.UniqueConstraint(
                fields=["district", "kind", "sha256"],
                condition=models.Q(undone_at__isnull=True),
                name="upload_bytes_once",
            ),
        ]
        indexes = [models.Index(fields=["district", "-uploaded_at"], name="upload_recent")]

    def __str__(self) -> str:
        return self.filename


class UploadProblem(FactModel):
    """One problem of one row of an upload, with what to do about it.

    That of a row a person left out stays as long as the row is left out, and says by whom.
    """

    class Severity(models.TextChoices):
        ERROR = "error", "Error"
        WARNING = "warning", "Warning"
        LEFT_OUT = "leftout", "Left out"

    upload = parent_key(Upload, on_delete=models.CASCADE)
    row = models.PositiveIntegerField(null=True)
    column = models.CharField(max_length=100, blank=True)
    value = models.CharField(max_length=200, blank=True)
    why = models.CharField(max_length=300)
    what_to_do = models.CharField(max_length=300)
    severity = models.CharField(max_length=7, choices=Severity, default=Severity.ERROR)

    class Meta:
        constraints = [
            *district_table(
                "uploadproblem", parents={"upload": "districts.Upload"}, audited=False, referenced=False
            )
        ]
        indexes = [models.Index(fields=["district", "upload", "row"], name="uploadproblem_row")]


class SavedMap(DistrictModel):
    """Which column means what in files with these headers; replayed the next time."""

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    header_hash = models.CharField(max_length=64)
    mapping = models.JSONField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            *district_table("savedmap"),
            models.UniqueConstraint(fields=["district", "kind", "header_hash"], name="savedmap_header_once"),
        ]


class ImportRun(DistrictModel):
    """One import of one upload, with its quality report and control totals."""

    upload = parent_key(Upload)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    rows_read = models.PositiveIntegerField(default=0)
    rows_loaded = models.PositiveIntegerField(default=0)
    rows_left_out = models.PositiveIntegerField(default=0)
    rows_of_others = models.PositiveIntegerField(default=0)
    quality_report = models.JSONField(default=list)
    control_totals = models.JSONField(default=dict)

    class Meta:
        constraints = [*district_table("importrun", parents={"upload": "districts.Upload"})]


class Filing(DistrictModel):
    """One slice of one file; of all filings of a slice the newest by filing date is current.

    The slice is (file family, subject, fiscal year, ledger): for a ledger the subject is the kind
    of amount, for results it is the metric.
    """

    upload = parent_key(Upload)
    family = models.CharField(max_length=20)
    subject = models.CharField(max_length=60)
    fiscal_year = models.PositiveSmallIntegerField()
    ledger = models.CharField(max_length=40, default="main")
    period = models.CharField(max_length=20, blank=True)
    through_on = models.DateField(null=True, blank=True)
    """The last day a year to date covers; None for a closed year and for what is no actual."""
    filed_at = models.DateTimeField()
    is_current = models.BooleanField(default=False)
    row_count = models.PositiveIntegerField(default=0)
    control_totals = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            *district_table("filing", parents={"upload": "districts.Upload"}),
            models.UniqueConstraint(
                fields=["district", "family", "subject", "fiscal_year", "ledger"],
                condition=models.Q(is_current=True),
                name="filing_current_once",
            ),
            models.UniqueConstraint(
                fields=["district", "upload", "family", "subject", "fiscal_year", "ledger"],
                name="filing_slice_once",
            ),
        ]
