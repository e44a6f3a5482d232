"""What the machine must do and has done: marks, attempts, runs, heartbeats; must not know why."""

from django.db import models

from districts.tenancy import DistrictModel, FactModel, district_table, parent_key


class Mark(models.Model):
    """Work that a committed write has made necessary. Ids only; insert-only; a platform table."""

    id = models.BigAutoField(primary_key=True)
    district = models.ForeignKey("districts.District", on_delete=models.CASCADE, related_name="+")
    target = models.CharField(max_length=40)
    ref = models.CharField(max_length=40, blank=True)
    input = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["district", "target", "ref"], name="mark_unit")]


class Attempt(models.Model):
    """How often one unit of work was started without finishing. A platform table, ids only."""

    id = models.BigAutoField(primary_key=True)
    district = models.ForeignKey("districts.District", on_delete=models.CASCADE, related_name="+")
    target = models.CharField(max_length=40)
    ref = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "target", "ref"], name="attempt_unit_once")
        ]


class Heartbeat(models.Model):
    """The last sign of life of a worker process. A platform table."""

    name = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField()


class CalculationRun(DistrictModel):
    """One recompute of one calculation: from what inputs, by which version, with what result."""

    class State(models.TextChoices):
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    calculation = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    state = models.CharField(max_length=6, choices=State)
    fingerprint = models.CharField(max_length=64, blank=True)
    causes = models.JSONField(default=list)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    changed_rows = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [*district_table("calculationrun", audited=False)]
        indexes = [
            models.Index(fields=["district", "calculation", "-finished_at"], name="calculationrun_recent")
        ]


class ResultModel(FactModel):
    """A row of a result table: never updated, only closed, so any past date can be shown again.

    `row_key` names what the row is about, `row_hash` what it says; the row was shown from
    `shown_from` until `shown_until` (null: it is shown now).
    """

    run = parent_key("districts.CalculationRun")
    row_key = models.CharField(max_length=64)
    row_hash = models.CharField(max_length=64)
    shown_from = models.DateTimeField()
    shown_until = models.DateTimeField(null=True)

    class Meta:
        abstract = True


def result_table(name: str, *, parents: dict[str, str] | None = None) -> list[models.BaseConstraint]:
    """Return the constraints of a result table: the tenant ones, and one shown row for each key."""
    return [
        *district_table(
            name,
            parents={"run": "districts.CalculationRun", **(parents or {})},
            audited=False,
            referenced=False,
        ),
        models.UniqueConstraint(
            fields=["district", "row_key"],
            condition=models.Q(shown_until__isnull=True),
            name=f"{name}_shown_once",
        ),
    ]
