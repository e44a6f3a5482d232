"""PARCC of Washington: school by grade by twelve groups with counts by level, from one workbook."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, Sum

from diagnostics.models import MetricResult
from districts.models import ImportRun, Upload
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.data import needs_shared
from tests.diagnostics.imports.files_of_results import (
    PARCC,
    land_mapped,
    make_metrics,
    make_parcc_schools,
    parcc_both,
)


@needs_shared
def test_district_row_and_schools_are_both_kept_and_the_gap_is_said(bay: Cast) -> None:
    make_metrics(bay, ("parcc-ela", "PARCC ELA", "percent"), ("parcc-math", "PARCC mathematics", "percent"))
    make_parcc_schools(bay)
    upload = land_mapped(bay, PARCC, parcc_both())
    assert upload.state == Upload.State.IMPORTED, (upload.message, upload.preview.get("by_why"))
    with district_scope(bay.district.pk):
        ela = MetricResult.objects.filter(metric__slug="parcc-ela", group="all", grade="all")
        district = ela.get(school=None)
        assert (district.denominator, district.numerator) == (19872, 6967)
        assert district.levels == [4749, 3850, 4306, 5156, 1811]
        assert district.value == (100 * Decimal(6967) / 19872).quantize(Decimal("0.000001"))
        over = ela.exclude(school=None).aggregate(Sum("denominator"), Sum("numerator"), Count("id"))
        assert (over["denominator__sum"], over["numerator__sum"]) == (19451, 6935)
        run = ImportRun.objects.get()
        said = {one["name"]: (one["status"], one["expected"], one["found"]) for one in run.quality_report}
        assert said["District row and schools: PARCC ELA 2017-18"] == (
            "warn",
            "district row: 19,872 students, 6,967 counted",
            "over schools: 19,451 students, 6,935 counted",
        )


@needs_shared
def test_grades_groups_and_suppressed_rows_of_the_same_bytes(bay: Cast) -> None:
    make_metrics(bay, ("parcc-ela", "PARCC ELA", "percent"), ("parcc-math", "PARCC mathematics", "percent"))
    make_parcc_schools(bay)
    first = land_mapped(bay, PARCC, parcc_both())
    second = land_mapped(bay, PARCC, parcc_both())
    assert first.pk == second.pk
    with district_scope(bay.district.pk):
        assert Upload.objects.count() == ImportRun.objects.count() == 1
        rows = MetricResult.objects.filter(metric__slug="parcc-ela")
        assert set(rows.values_list("grade", flat=True)) == {"all", "3", "4", "5", "6", "7", "8", "HS"}
        assert rows.values("group").distinct().count() == 13
        aiton = rows.get(school__district_code="202", grade="3", group="all")
        assert (aiton.numerator, aiton.denominator, aiton.levels) == (3, 21, [9, 4, 5, 3, 0])
        hidden = rows.get(school__district_code="202", grade="3", group="Female")
        assert (hidden.is_suppressed, hidden.value, hidden.levels, hidden.denominator) == (
            True,
            None,
            None,
            None,
        )
        assert not rows.filter(is_suppressed=True, value__isnull=False).exists()
        maths = MetricResult.objects.get(metric__slug="parcc-math", school=None, group="all", grade="all")
        assert (maths.denominator, maths.numerator) == (19665, 5994)
