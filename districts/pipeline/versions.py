"""A new version of a calculation is an input too: results of the old method are marked once it runs."""

from districts.models import CalculationRun, District
from districts.pipeline.marks import mark_calculations
from districts.pipeline.spec import get_pipeline
from districts.tenancy import district_scope

CAUSE = "version"


def mark_new_versions() -> int:
    """Mark in every district each calculation whose last finished run was of another version.

    A calculation that never ran is left alone: its inputs will mark it. Returns how many were
    marked; calling it again before the run marks again, which leads to one run.
    """
    versions = {one.name: one.version for one in get_pipeline().calculations}
    marked = 0
    for district in District.objects.order_by("pk"):
        with district_scope(district.pk, cause="a new version"):
            done = CalculationRun.objects.filter(state=CalculationRun.State.DONE)
            newest = done.order_by("calculation", "-finished_at", "-id").distinct("calculation")
            last = newest.values_list("calculation", "version")
            old = [name for name, version in last if versions.get(name, version) != version]
            mark_calculations(targets=old, cause=CAUSE)
            marked += len(old)
    return marked
