"""The audit trail of every write; must not be updated or deleted, by anyone at run time."""

from django.db import models

from districts.tenancy import DistrictPolicy, FactModel


class AuditEvent(FactModel):
    """One row written: who, when, what, before and after. Inserted by the trigger `srm_audit`."""

    class Action(models.TextChoices):
        INSERT = "insert", "created"
        UPDATE = "update", "changed"
        DELETE = "delete", "deleted"

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    cause = models.CharField(max_length=200, blank=True)
    table_name = models.CharField(max_length=63)
    row_id = models.CharField(max_length=40)
    action = models.CharField(max_length=6, choices=Action)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        constraints = [
            DistrictPolicy(name="auditevent_district", append_only=True),
            models.UniqueConstraint(fields=["district", "id"], name="auditevent_district_id"),
        ]
        indexes = [
            models.Index(fields=["district", "-at"], name="auditevent_recent"),
            models.Index(fields=["district", "table_name", "row_id"], name="auditevent_row"),
        ]
