"""What is there: led by the ledger or results, and results as old as the last school year they cover."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.urls import reverse
from django.utils import timezone

from districts.access.permissions import Role
from districts.models import Filing
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.districts.landing.files import imported, land


def add_filing(cast: Cast, *, family: str, subject: str, year: int, filed_at: datetime) -> None:
    with district_scope(cast.district.pk):
        Filing.objects.create(
            upload=land(cast, f"{family},{subject}\n1,2\n", f"{subject}.csv").upload,
            family=family,
            subject=subject,
            fiscal_year=year,
            filed_at=filed_at,
            is_current=True,
        )


def test_the_sentence_leads_with_numbers_not_with_titles(bay: Cast) -> None:
    imported(bay, filed_on="2024-09-15")
    add_filing(bay, family="codes", subject="function", year=0, filed_at=datetime(2026, 11, 1, tzinfo=UTC))
    page = bay.client(Role.CABINET).get(reverse("landing:feed-list", kwargs={"slug": bay.slug}))
    assert page.context["lead"].startswith("3 feeds; the newest filing is ledger, ")
    assert page.context["lead"].endswith(", of Sep 15, 2024.")


def test_results_are_as_old_as_the_last_school_year_they_cover(bay: Cast) -> None:
    add_filing(bay, family="results", subject="absence", year=2024, filed_at=timezone.now())
    page = bay.client(Role.CABINET).get(reverse("landing:feed-list", kwargs={"slug": bay.slug}))
    assert page.context["lead"] == "1 feed; the newest filing is results, absence, and runs through 2023–24."
    age = page.context["feeds"].rows[0].cells[4]
    days = (timezone.localdate() - date(2024, 6, 30)).days
    assert (age.value, age.note) == (days, "since the end of 2023–24")
