"""The demo's files under the demo's maps: every one is imported, and says what it should."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from django.db.models import Count, Sum
from django.utils import timezone

from diagnostics.models import Effect, EvaluationPlan, InitiativeReturn, MetricResult, PlanSchool
from diagnostics.outcomes.selectors import get_spending_page
from districts.landing.services import confirm_school_names, land_upload
from districts.models import District, School, Upload, UploadProblem
from districts.tenancy import district_scope
from investments.models import LedgerEntry
from srm.demo_district import build
from srm.demo_district.plans import lock_plans
from srm.demo_district.san_francisco import SAN_FRANCISCO
from srm.demo_district.story import DemoFile, Story
from srm.demo_district.washington import WASHINGTON
from strategy.models import Initiative, InitiativeSchool
from tests.districts.landing.files import work


def land_all(district: District, files: Sequence[DemoFile]) -> None:
    """Land files with the demo's maps and import them; every one is imported."""
    for file in files:
        with district_scope(district.pk, cause="test"):
            keys = dict(Initiative.objects.values_list("name", "pk"))
            links = {code: str(keys[name]) for code, name in file.links.items()}
            upload = land_upload(
                by=None,
                filename=file.path.name,
                chunks=[file.path.read_bytes()],
                kind=file.kind,
                file_map=file.file_map(links),
                auto_confirm=True,
            ).upload
        work()
        with district_scope(district.pk):
            upload.refresh_from_db()
            problems = list(
                UploadProblem.objects.filter(upload=upload).values_list("row", "column", "value", "why")
            )
            assert upload.state == Upload.State.IMPORTED, (file.path.name, upload.message, problems[:10])


def make(story: Story) -> District:
    """Make a story's district with its schools and metrics, and the names of schools confirmed."""
    district = build.make_district(story=story)
    build.make_organisation(district=district, story=story)
    with district_scope(district.pk, cause="test"):
        codes = {code: str(pk) for pk, code in School.objects.values_list("pk", "district_code")}
        confirm_school_names(by=None, answers={name: codes.get(to, to) for name, to in story.names.items()})
    return district


@pytest.mark.django_db
def test_results_of_san_francisco() -> None:
    district = make(SAN_FRANCISCO)
    land_all(district, [one for one in SAN_FRANCISCO.files() if one.kind == "results"])
    with district_scope(district.pk):
        ela = MetricResult.objects.filter(
            metric__slug="ela-distance-from-standard", school=None, group="all", grade="all"
        )
        assert dict(ela.values_list("school_year", "value")) == {
            2017: Decimal("0.1"),
            2018: Decimal("5.9"),
            2019: Decimal("9.7"),
        }


@pytest.mark.django_db
def test_washington_whole() -> None:
    district = make(WASHINGTON)
    land_all(district, WASHINGTON.files())
    with district_scope(district.pk):
        total = LedgerEntry.objects.filter(
            filing__is_current=True, filing__fiscal_year=2018, filing__subject="budget"
        )
        assert round(total.aggregate(s=Sum("amount"))["s"], 4) == Decimal("631859999.9343")
        ela = MetricResult.objects.get(
            metric__slug="parcc-ela", school=None, school_year=2018, group="all", grade="all"
        )
        assert (ela.denominator, ela.numerator) == (19872, 6967)
    work(only="")
    with district_scope(district.pk):
        page = get_spending_page()
        aiton = next(one for one in page.points if one.name.startswith("Aiton"))
        assert aiton.dollars is not None and page.together is not None
        assert (aiton.enrolled, page.enrolled_in) == (243, 2018)
        assert (round(aiton.dollars), aiton.students) == (14_809, 72), "not over its test takers"
        assert round(page.together) == 13_089
        assert page.without_enrollment == 0
    build.write_decisions(district=district, by=None, story=WASHINGTON, are_schools_by_file=True)
    land_all(district, WASHINGTON.later_files())
    with district_scope(district.pk, cause="test"):
        lock_plans(plans=WASHINGTON.plans, by=None, now=timezone.now())
        served = dict(InitiativeSchool.objects.values_list("initiative__name").annotate(Count("id")))
        assert served["Extended day and year"] > 20
        assert not InitiativeSchool.objects.filter(filing=None).exists()
        plans = EvaluationPlan.objects.all()
        assert plans.count() == len(WASHINGTON.plans) == 9
        assert {plan.is_retrospective for plan in plans} == {True}
        assert {plan.design for plan in plans} == {"before_after"}
        assert {plan.first_year for plan in plans} == {2015, 2016}
        assert not PlanSchool.objects.filter(arm="comparison").exists()
        earmarked = LedgerEntry.objects.filter(filing__subject="earmark", filing__fiscal_year=2018)
        assert earmarked.aggregate(s=Sum("amount"))["s"] == 48479236
        assert not LedgerEntry.objects.filter(filing__subject="budget", filing__ledger="at-risk").exists()
    work(only="")
    with district_scope(district.pk):
        assert not Effect.objects.filter(estimate__isnull=False).exists()
        judged = InitiativeReturn.objects.filter(shown_until=None, plan__isnull=False)
        assert judged.count() == 9
        assert set(judged.values_list("verdict", "rule")) == {("cannot_tell", "2")}
        reasons = " ".join(judged.values_list("reason", flat=True))
        assert "so there is no before to compare with" in reasons
        assert all("draw them by lot" in one for one in judged.values_list("next_step", flat=True))
