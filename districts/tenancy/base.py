"""Base classes of every table that belongs to a district; must not hold fields of a feature."""

from typing import Any, TypeVar

from django.db import models
from django.db.models import Func

from districts.tenancy.scope import current_district_id

M = TypeVar("M", bound=models.Model)


class UUIDv7(Func):
    """PostgreSQL 18's `uuidv7()`: opaque in a URL, ordered by time in an index."""

    template = "uuidv7()"
    output_field = models.UUIDField()


class DistrictManager(models.Manager[M]):
    """The default manager of tenant tables: refuses to work while no district is open."""

    def get_queryset(self) -> models.QuerySet[M]:
        """Return the open district's rows; raises NoDistrictScope outside a scope."""
        current_district_id()
        return super().get_queryset()


class DistrictModel(models.Model):
    """A tenant table whose rows a URL may name (uuidv7 key)."""

    id = models.UUIDField(primary_key=True, db_default=UUIDv7(), editable=False)
    district = models.ForeignKey(
        "districts.District",
        on_delete=models.PROTECT,
        related_name="+",
        default=current_district_id,
        editable=False,
        db_index=False,
    )

    objects: Any = DistrictManager()

    class Meta:
        abstract = True


class FactModel(models.Model):
    """A bulk tenant table (bigint key); dimension ids are checked set-based when it is loaded.

    No row-by-row foreign key to the district: the policy admits the open district only, and the
    composite key to the import names the district too.
    """

    id = models.BigAutoField(primary_key=True)
    district = models.ForeignKey(
        "districts.District",
        on_delete=models.PROTECT,
        related_name="+",
        default=current_district_id,
        editable=False,
        db_index=False,
        db_constraint=False,
    )

    objects: Any = DistrictManager()

    class Meta:
        abstract = True


def parent_key(to: str | type[models.Model], **options: Any) -> Any:
    """Return a foreign key to a tenant table whose database constraint is the composite one.

    Pair it with `district_table(parents={...})`; the column gets no index of its own (indexes of
    tenant tables start with the district).
    """
    options.setdefault("on_delete", models.PROTECT)
    options.setdefault("related_name", "+")
    return models.ForeignKey(to, db_constraint=False, db_index=False, **options)
