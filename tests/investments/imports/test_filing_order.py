"""Which filing of actuals counts: a closed year before a year to date, a later last day before an earlier."""

from __future__ import annotations

import re
from datetime import date

from districts.access.permissions import Role
from districts.landing import selectors, services
from districts.models import Filing, Upload
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.districts.landing.files import confirm, land, mapped, work

HEADER = "Fund,Resource,Object,Fiscal Year,Type,Amount\n"


def bring(cast: Cast, name: str, amount: int, **answers: str) -> Upload:
    upload = land(cast, f"{HEADER}01,3010,1100,2026,Actual,{amount}.00\n", name).upload
    work()
    return confirm(cast, mapped(cast, upload, **answers))


def through(cast: Cast, name: str, amount: int, day: str, **answers: str) -> Upload:
    return bring(cast, name, amount, actuals_are="to_date", through_on=day, **answers)


def current(cast: Cast) -> tuple[str, date | None]:
    with district_scope(cast.district.pk):
        one = Filing.objects.select_related("upload").get(is_current=True)
        return one.upload.filename, one.through_on


def against(cast: Cast, upload: Upload) -> str:
    page = cast.client(Role.DATA_MANAGER).get(f"/d/bay/data/uploads/{upload.pk}/").content.decode()
    found = re.search(r"“[^”]+”[^<]*stays the one that counts\.", page)
    return found[0] if found else page


def test_year_to_date_that_arrives_late_does_not_replace_the_closed_year(bay: Cast) -> None:
    bring(bay, "closed.csv", 1000, actuals_are="closed", filed_on="2026-09-15")
    late = through(bay, "march.csv", 700, "2026-03-31", filed_on="2026-11-02")
    assert late.preview["slices"][0]["becomes_current"] is False
    assert (
        against(bay, late)
        == "“closed.csv”, filed Sep 15, 2026, is of the finished year and stays the one that counts."
    )
    assert current(bay) == ("closed.csv", None)


def test_closed_year_replaces_a_year_to_date_filed_later(bay: Cast) -> None:
    through(bay, "march.csv", 700, "2026-03-31", filed_on="2026-11-02")
    closed = bring(bay, "closed.csv", 1000, actuals_are="closed", filed_on="2026-09-15")
    assert closed.preview["slices"][0]["becomes_current"] is True
    assert current(bay) == ("closed.csv", None)
    with district_scope(bay.district.pk):
        services.undo_upload(upload_id=closed.pk)
    assert current(bay) == ("march.csv", date(2026, 3, 31))


def test_later_last_day_counts_whatever_the_order_and_the_filing_dates(bay: Cast) -> None:
    through(bay, "april.csv", 800, "2026-04-30")
    earlier = through(bay, "march.csv", 700, "2026-03-31", filed_on="2026-11-02")
    assert earlier.preview["slices"][0]["becomes_current"] is False
    assert against(bay, earlier) == "“april.csv” runs through Apr 30, 2026 and stays the one that counts."
    assert current(bay) == ("april.csv", date(2026, 4, 30))
    through(bay, "may.csv", 900, "2026-05-31")
    assert current(bay) == ("may.csv", date(2026, 5, 31))


def test_undo_page_names_the_filing_that_will_count(bay: Cast) -> None:
    through(bay, "april.csv", 800, "2026-04-30")
    through(bay, "march.csv", 700, "2026-03-31", filed_on="2026-11-02")
    newest = through(bay, "may.csv", 900, "2026-05-31")
    with district_scope(bay.district.pk):
        (effect,) = selectors.list_undo_effects(upload_id=newest.pk)
    assert effect.next_filename == "april.csv"


def test_corrected_file_through_the_same_day_counts(bay: Cast) -> None:
    through(bay, "april.csv", 800, "2026-04-30")
    again = through(bay, "april again.csv", 801, "2026-04-30")
    assert again.preview["slices"][0]["becomes_current"] is True
    assert current(bay) == ("april again.csv", date(2026, 4, 30))


def test_data_pages_name_a_year_to_date_with_its_day(bay: Cast) -> None:
    bring(bay, "2025.csv", 900, actuals_are="closed", filed_on="2026-07-01")
    with district_scope(bay.district.pk):
        Filing.objects.update(fiscal_year=2025)
    through(bay, "march.csv", 700, "2026-03-31")
    newest = through(bay, "april.csv", 800, "2026-04-30")
    client = bay.client(Role.DATA_MANAGER)
    feeds = client.get("/d/bay/data/feeds/")
    assert [row.cells[1].value for row in feeds.context["feeds"].rows] == [
        "FY2025 to FY2026; FY2026 to date (through Apr 30, 2026)"
    ]
    assert [(row.cells[0].value, row.cells[2].value) for row in feeds.context["table"].rows] == [
        ("Actual to date (through Apr 30, 2026)", "Counts now"),
        ("Actual to date (through Mar 31, 2026)", "Replaced by a later day or the finished year"),
        ("Actual", "Counts now"),
    ]
    page = client.get(f"/d/bay/data/uploads/{newest.pk}/").content.decode()
    assert "Actual to date (through Apr 30, 2026)" in page
    undo = client.get(f"/d/bay/data/uploads/{newest.pk}/undo/").content.decode()
    assert (
        "Actual FY2026 to date (through Apr 30, 2026): “march.csv”, filed Mar 31, 2026, of a year to date"
        " (through Mar 31, 2026), counts again."
    ) in undo


def test_filing_date_before_the_day_it_runs_through_is_refused_and_changes_nothing(bay: Cast) -> None:
    upload = land(bay, f"{HEADER}01,3010,1100,2026,Actual,7.00\n", "march.csv").upload
    work()
    upload = mapped(bay, upload, actuals_are="to_date", through_on="2026-03-31")
    address = f"/d/bay/data/uploads/{upload.pk}/confirm/"
    answer = bay.client(Role.DATA_MANAGER).post(address, {"filed_on": "2026-03-01"})
    assert answer.status_code == 422
    assert "2026-03-31 is after 2026-03-01, when the file was made." in answer.content.decode()
    with district_scope(bay.district.pk):
        assert Upload.objects.get(pk=upload.pk).state == "ready"
