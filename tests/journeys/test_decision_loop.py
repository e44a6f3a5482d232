"""The whole loop by four people and a board member: goal, plan, check-ins, verdict, recommendation, dollars, board."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from districts.access.permissions import Role
from tests.journeys import people, sanfrancisco
from tests.journeys.browser import Desk, is_drawn
from tests.journeys.people import Unreloaded
from tests.journeys.site import Place, Site
from tests.journeys.unchanged import nothing_changes_by_api, nothing_changes_by_page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

INITIATIVE, OTHER = "Attendance teams", "Family liaisons"
GOAL = "Children come to school"
SERVED = (
    "Carver (Dr George W) ES",
    "Cobb (Dr William L) ES",
    "Drew (Dr Charles) College Preparatory Academy ES",
    "Harte (Bret) ES",
    "Malcolm X Academy ES",
    "Muir (John) ES",
)
COMPARED = (
    "Bryant ES",
    "Chavez (Cesar) ES",
    "El Dorado ES",
    "Flynn (Leonard R) ES",
    "Guadalupe ES",
    "Hillcrest ES",
    "Longfellow ES",
    "Parks (Rosa) ES",
    "Redding ES",
    "Sheridan ES",
    "Tenderloin Community ES",
    "Webster (Daniel) ES",
)
MONTHS = [f"{2023 + (month < 7)}-{month:02}" for month in (9, 10, 11, 12, 1, 2, 3, 4, 5)]
BAR = 2.0
GIVEN, GIVEN_OTHER, MOVED = Decimal("2500000.50"), Decimal("150000.25"), Decimal("400000.25")
REASON = "Absence fell, but it fell at schools without a team too."
FEWER = Decimal(200)


@dataclass
class Loop:
    """Who sits where, and what the loop has made so far."""

    site: Site
    desk: Desk
    place: Place
    seats: dict[Role, Page]
    made: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"/d/{self.place.slug}"

    @property
    def initiative(self) -> str:
        return f"{self.base}/initiatives/{self.made['initiative_id']}/"

    def api(self, path: str, *, role: Role = Role.CABINET) -> Any:
        """Ask the API as a program with a key."""
        answer = self.seats[Role.BOARD_MEMBER].context.request.get(
            f"/api/v1{self.base}/{path}", headers={"Authorization": f"Bearer {self.place.keys[role]}"}
        )
        assert answer.status == 200, answer.text()
        return answer.json()

    def said(self) -> Any:
        """Return what the API says of the initiative."""
        return self.api(f"initiatives/{self.made['initiative_id']}/")


@pytest.fixture
def loop(site: Site, desk: Desk) -> Iterator[Loop]:
    """A district with people and schools only, and five people at five browsers."""
    place = site.place("decide")
    roles = (
        Role.CABINET,
        Role.BUDGET_DIRECTOR,
        Role.DATA_MANAGER,
        Role.INITIATIVE_LEAD,
        Role.BOARD_MEMBER,
    )
    seats = {role: desk.sign_in(place=place, role=role) for role in roles}
    yield Loop(site, desk, place, seats)
    site.resume_worker()
    for page in seats.values():
        page.context.close()


def test_from_a_goal_to_the_boards_action(loop: Loop) -> None:
    _files_arrive(loop)
    _cabinet_sets_a_goal_and_two_initiatives(loop)
    cost = _director_codes_and_allocates(loop)
    _manager_writes_and_locks_the_plan(loop)
    _lead_checks_in(loop)
    watched = _cabinet_opens_the_initiative(loop, cost=cost)
    estimate = _results_land(loop, watched, content=sanfrancisco.results(last=True), filename="2023-24.csv")
    _every_figure_is_the_same(loop, cost=cost, estimate=estimate)
    _cabinet_recommends(loop, cost=cost, estimate=estimate)
    _dollars_have_moved(loop)
    frozen = _what_is_frozen(loop)
    _board_action_is_recorded(loop)
    _member_sees_it_in_words(loop, cost=cost)
    reader: dict[str, Any] = {"site": loop.site, "place": loop.place, "made": loop.made}
    nothing_changes_by_page(**reader, page=loop.seats[Role.BOARD_MEMBER])
    nothing_changes_by_api(**reader, page=loop.seats[Role.BOARD_MEMBER])
    corrected = sanfrancisco.corrected_results(names=SERVED, fewer=FEWER)
    later = _results_land(loop, watched, content=corrected, filename="2023-24 corrected.csv")
    assert later > estimate + 5, "the corrected file changes nothing: it cannot show what is frozen"
    assert _what_is_frozen(loop) == frozen
    watched.assert_same()


def _files_arrive(loop: Loop) -> None:
    director, manager = loop.seats[Role.BUDGET_DIRECTOR], loop.seats[Role.DATA_MANAGER]
    slug, ledger = loop.place.slug, sanfrancisco.ledger()
    people.upload(director, slug=slug, filename="SF_2023-24_DatExport.dat", content=ledger)
    people.confirm(director)
    early = sanfrancisco.results(last=False)
    people.upload(manager, slug=slug, filename="absenteeism-to-2022-23.csv", content=early)
    people.confirm(manager)
    people.wait_until_imported(director)
    people.wait_until_imported(manager)
    loop.site.wait_until_quiet(loop.place)


def _cabinet_sets_a_goal_and_two_initiatives(loop: Loop) -> None:
    page = loop.seats[Role.CABINET]
    page.goto(f"{loop.base}/strategy/goals/new/")
    goal = {
        "Strategic goal": GOAL,
        "Metric": "Chronic absenteeism",
        "Direction": "It should go down",
        "Population": "All students",
        "Group in results files (optional)": "all",
        "Baseline": "27.5",
        "School year of the baseline": "2022",
        "Target": "18",
        "Due date": "2027-06-30",
    }
    people.fill(page, goal)
    save = page.locator("main").get_by_role("button", name="Set strategic goal")
    with loop.desk.watch.expecting("status of 422"):  # asked, since the results say another baseline
        save.click()
        page.locator("label", has_text="Keep 27.5: it comes from elsewhere").click()
    save.click()
    page.wait_for_url("**/strategy/goals/")
    for name, schools in ((OTHER, ()), (INITIATIVE, SERVED)):
        _start(loop, name=name, schools=schools)
    loop.made["initiative_id"] = page.url.rstrip("/").rpartition("/")[2]


def _start(loop: Loop, *, name: str, schools: tuple[str, ...]) -> None:
    page = loop.seats[Role.CABINET]
    page.goto(f"{loop.base}/strategy/initiatives/new/")
    people.fill(
        page,
        {
            "Name": name,
            "Strategic goal it serves": GOAL,
            "Kind": "Initiative: chosen to reach a strategic goal",
            "Theory of action": "If somebody calls the same day, then students come back sooner.",
            "Owner (optional)": f"Initiative lead {loop.place.slug}",
            "Serves from (optional)": "2023-07-01",
            "Review date": f"{_today() + timedelta(days=30)}",
            "Review rule": "Go on only if absence falls two points more than elsewhere.",
        },
    )
    for school in schools:
        page.locator("#school-options label", has_text=school).click()
    page.locator("main .buttons").get_by_role("button", name="Start initiative").click()
    page.wait_for_url("**/initiatives/*-*-*-*-*/")


def _director_codes_and_allocates(loop: Loop) -> Decimal:
    page = loop.seats[Role.BUDGET_DIRECTOR]
    page.goto(f"{loop.base}/budget/rules/new/")
    people.fill(page, {"Whose dollars they are": INITIATIVE, "Name of the rule": "Their salaries"})
    page.locator("#id_resource").press_sequentially("3010", delay=20)
    page.locator("main .buttons").get_by_role("button", name="Save rule").click()
    page.wait_for_url("**/budget/rules/")
    page.goto(f"{loop.base}/budget/allocations/?source=3010")
    for name, amount in ((INITIATIVE, GIVEN), (OTHER, GIVEN_OTHER)):
        cell = page.get_by_label(f"{name} from 3010, dollars", exact=True)
        with page.expect_response(lambda one: one.request.method == "POST" and one.status == 200):
            cell.fill(f"{amount:,}")
            cell.press("Enter")
        is_drawn(page)
    assert _allocated(loop) == {INITIATIVE: GIVEN, OTHER: GIVEN_OTHER}
    return sanfrancisco.spending(sanfrancisco.ledger(), section="BA", resources=("3010",))


def _allocated(loop: Loop) -> dict[str, Decimal]:
    """Return what the grid of allocations shows and exports for source 3010, which must be the same."""
    page = loop.seats[Role.BUDGET_DIRECTOR]
    page.goto(f"{loop.base}/budget/allocations/?source=3010")
    rows = people.exported_csv(page, caption="Allocations, FY2025 budget")
    exported = {row[0]: Decimal(row[1]) for row in rows if row[0] in (INITIATIVE, OTHER)}
    for name, amount in exported.items():
        cell = page.get_by_label(f"{name} from 3010, dollars", exact=True)
        assert Decimal(cell.input_value().replace(",", "")) == amount
    return exported


def _manager_writes_and_locks_the_plan(loop: Loop) -> None:
    page = loop.seats[Role.DATA_MANAGER]
    page.goto(f"{loop.initiative}plan/")
    people.fill(
        page,
        {
            "Bar": f"{BAR:g}",
            "How served students are compared": "Change beside comparison schools",
            "How the students were chosen": "By need of the school",
            "Baseline year": "2022-23",
            "First year": "2023-24",
            "Outcome year": "2023-24",
            "Unit of dosage (optional)": "calls a month",
            "Planned dosage (optional)": "12",
            "Least dosage that counts (optional)": "8",
        },
    )
    assert page.locator("input[name=served]:checked").count() == len(SERVED)
    for school in COMPARED:
        page.locator("#comparison-options label", has_text=school).click()
    page.locator("main .buttons").get_by_role("button", name="Save draft").click()
    page.get_by_role("link", name="Go on to lock it").click()
    page.get_by_role("button", name="Lock the plan").click()
    page.get_by_role("heading", name="The plan in force").wait_for()
    words = page.locator("main").inner_text()
    assert "retrospective" not in words.lower()
    assert page.locator("main form[method=post]").count() == 0, "a locked plan can still be written"


def _lead_checks_in(loop: Loop) -> None:
    """Nine months at six schools; from the second on, what was planned stands there already."""
    page = loop.seats[Role.INITIATIVE_LEAD]
    for number, month in enumerate(MONTHS):
        page.goto(f"{loop.initiative}check-ins/?month={month}")
        assert page.locator("input[name^=planned-]").first.input_value() == "12"
        wanted = {"delivered": "10", "reached": "80"} | ({} if number else {"assigned": "100"})
        for name, value in wanted.items():
            for cell in page.locator(f"input[name^={name}-]").all():
                cell.fill(value)
        page.locator("main .buttons").get_by_role("button", name="Save").click()
        page.get_by_text(re.compile(rf"Check-ins of .*: {len(SERVED)} saved")).wait_for()
    lead = f"Check-ins cover {9 * len(SERVED)} of {9 * len(SERVED)} school-months; 83% of what was planned"
    assert lead in page.locator("main").inner_text()
    rows = people.exported_csv(page, caption="Every check-in")
    assert len(rows) == 9 * len(SERVED)
    assert {row[1] for row in rows} == set(SERVED)


def _cabinet_opens_the_initiative(loop: Loop, *, cost: Decimal) -> Unreloaded:
    """From here on nobody touches this page: it must keep itself up to date."""
    page = loop.seats[Role.CABINET]
    loop.site.wait_until_quiet(loop.place)
    page.goto(loop.initiative)
    is_drawn(page)
    assert {row[:2]: row[4] for row in people.cost_rows(page)}["FY2024", "Actual"] == cost
    assert page.locator(".answers .verdicttag").inner_text().startswith("Cannot tell")
    assert page.locator("#effect-figure").count() == 0
    assert loop.said()["evidence"]["estimate"]["estimate"] is None
    return Unreloaded(page)


def _results_land(loop: Loop, watched: Unreloaded, *, content: bytes, filename: str) -> float:
    """A file of results is confirmed: the open page says that it is at work, then the estimate by the file."""
    manager, page = loop.seats[Role.DATA_MANAGER], watched.page
    people.upload(manager, slug=loop.place.slug, filename=filename, content=content)
    if "corrected" in filename:  # filed the same day as the file before: which is the newer, a person says
        manager.locator("label", has_text="Yes, this file replaces it").click()
    loop.site.pause_worker()
    try:
        people.confirm(manager)
        people.wait_for_text(page, "#freshness", "Updating…")
        watched.assert_same()
    finally:
        loop.site.resume_worker()
    people.wait_until_imported(manager)
    loop.site.wait_until_quiet(loop.place)
    served, compared = _schools_behind(loop)
    expected = sanfrancisco.change_apart(content, served=served, compared=compared, before="2022-2023")
    found = loop.said()["evidence"]["estimate"]
    assert found["estimate"] == pytest.approx(expected, abs=0.051), found
    assert (found["clusters_treated"], found["clusters_comparison"]) == (len(served), len(compared))
    people.wait_for_text(page, ".answers", f"{abs(found['estimate']):.1f} percentage point")
    people.wait_for_text(page, "#freshness", "Numbers as of")
    watched.assert_same()
    return float(found["estimate"])


def _schools_behind(loop: Loop) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the served and the compared schools whose values of both years may be shown, by the export."""
    manager = loop.seats[Role.DATA_MANAGER]
    manager.goto(loop.initiative)
    rows = people.exported_csv(manager, caption="The schools behind the comparison")
    assert {row[0] for row in rows} == {*SERVED, *COMPARED}
    known = [row for row in rows if row[2] and row[3]]
    served = tuple(row[0] for row in known if row[1] == "Served")
    compared = tuple(row[0] for row in known if row[1] == "Comparison")
    assert len(served) >= 5 and len(compared) >= 5, rows
    return served, compared


def _every_figure_is_the_same(loop: Loop, *, cost: Decimal, estimate: float) -> None:
    """Page = API = export = file, for cost, estimate with interval, verdict and the schools behind it."""
    page, said = loop.seats[Role.CABINET], loop.said()
    assert {row[:2]: row[4] for row in people.cost_rows(page)}["FY2024", "Actual"] == cost
    assert cost in [Decimal(one["amount"]) for one in said["costs"] if one["kind"] == "actual"]
    assert cost in [
        Decimal(row[4]) for row in people.exported_csv(page, caption="Ledger cost by fiscal year")
    ]
    assert page.locator(".answers .verdicttag").inner_text() == said["verdict"]["label"]
    assert page.locator(".pagehead__lead").inner_text() == said["verdict"]["sentence"]
    found = said["evidence"]["estimate"]
    cells = page.locator("#effect-figure tbody tr").first.locator("td").all_text_contents()
    assert [_number(one) for one in cells[:3]] == [estimate, found["low"], found["high"]]
    assert found["bar"] == BAR
    gates = people.exported_csv(page, caption="What the verdict was checked against")
    assert [row[0] for row in gates] == [one["label"] for one in said["evidence"]["gates"]]
    assert [row[1] == "Yes" for row in gates] == [one["is_passed"] for one in said["evidence"]["gates"]]
    behind = people.exported_csv(page, caption="The schools behind the comparison")
    for row in (one for one in behind if one[3]):
        level = sanfrancisco.absenteeism(school=sanfrancisco.code_of(row[0]), year="2023-2024")
        assert float(row[3]) == pytest.approx(float(level), abs=0.051)


def _today() -> date:
    """Return the day it is in the district."""
    return datetime.now(ZoneInfo("America/Los_Angeles")).date()


def _number(text: str) -> float:
    found = re.search(r"[+\-−–]?\d+(\.\d+)?", text)
    assert found, text
    return float(found[0].replace("−", "-").replace("–", "-"))


def _cabinet_recommends(loop: Loop, *, cost: Decimal, estimate: float) -> None:
    page = loop.seats[Role.CABINET].context.new_page()
    page.goto(f"{loop.base}/reviews/")
    page.locator("main").get_by_role("link", name=INITIATIVE, exact=True).first.click()
    page.wait_for_url(f"**{loop.initiative}review/")
    _evidence_says_the_same(loop, page, cost=cost, estimate=estimate)
    page.locator("label", has_text="Extend for evidence").click()
    people.fill(
        page,
        {
            "Reason": REASON,
            "The view of finance (optional)": "Part of it can be freed.",
            "The view of academics (optional)": "One more year would tell.",
            "Next review day (optional)": f"{_today() + timedelta(days=300)}",
        },
    )
    line = page.get_by_role("group", name="Move 1")
    line.get_by_label("From").select_option(label=INITIATIVE)
    line.get_by_label("To").select_option(label=OTHER)
    line.get_by_label("Funding source").select_option(value="3010")
    line.get_by_label("Dollars").fill(f"{MOVED:,}")
    line.get_by_label("Why").fill("It serves more schools.")
    page.locator("#recommend .buttons").get_by_role("button", name="Record the recommendation").click()
    page.wait_for_url(re.compile(r"/decisions/[0-9a-f-]{36}/"))
    loop.made["decision_id"] = re.findall(r"[0-9a-f-]{36}", page.url)[0]
    _evidence_says_the_same(loop, page, cost=cost, estimate=estimate)
    page.close()


def _evidence_says_the_same(loop: Loop, page: Page, *, cost: Decimal, estimate: float) -> None:
    """A review, and a decision made on it, show the figures of the initiative's page and of the grid."""
    is_drawn(page)
    said = loop.said()
    assert page.locator(".verdicttag").first.inner_text() == said["verdict"]["label"]
    assert f"${cost:,}" in page.locator("section[aria-labelledby=h-cost]").inner_text()
    allocations = page.locator("section[aria-labelledby=h-allocations]").inner_text()
    assert f"${GIVEN:,}" in allocations
    facts = page.locator("section[aria-labelledby=h-estimate] dl.facts div")
    guess = facts.filter(has=page.locator("dt", has_text=re.compile("^Estimate$")))
    interval = said["evidence"]["estimate"]
    assert _number(guess.locator("dd").inner_text()) == estimate
    assert "percentage points" in guess.inner_text()
    ends = [
        _number(one) for one in guess.locator(".evidence__note").inner_text().split("interval")[1].split("to")
    ]
    assert ends == [interval["low"], interval["high"]]


def _dollars_have_moved(loop: Loop) -> None:
    """To the cent, on the grid, on the decision, in its export, and for programs."""
    assert _allocated(loop) == {INITIATIVE: GIVEN - MOVED, OTHER: GIVEN_OTHER + MOVED}
    page = loop.seats[Role.BUDGET_DIRECTOR]
    page.goto(f"{loop.base}/decisions/{loop.made['decision_id']}/")
    assert {people.exact(one) for one in page.locator("#moves data.money").all()} == {MOVED}
    rows = people.exported_csv(page, caption="Dollars moved")
    assert [(row[0], row[1], Decimal(row[4])) for row in rows[:1]] == [(INITIATIVE, OTHER, MOVED)]
    (listed,) = loop.api("decisions/")
    (move,) = listed["moves"]
    assert (move["from_initiative"], move["to_initiative"]) == (INITIATIVE, OTHER)
    assert (Decimal(move["amount"]), move["funding_source"]) == (MOVED, "3010")
    assert listed["state"] == "recommended"
    page.goto(f"{loop.base}/decisions/")
    (row,) = people.exported_csv(page, caption="Recommendations and decisions")
    assert (row[0], Decimal(row[5])) == (INITIATIVE, MOVED)
    assert row[4] == listed["verdict"] == loop.said()["verdict"]["label"]


def _what_is_frozen(loop: Loop) -> tuple[str, str]:
    """Return the evidence as the page shows it and as programs get it, its checksum computed here anew."""
    page = loop.seats[Role.DATA_MANAGER]
    page.goto(f"{loop.base}/decisions/{loop.made['decision_id']}/")
    shown = page.locator("section[aria-labelledby=h-evidence]")
    page.locator("summary", has_text="Checksum and runs").click()
    kept = loop.api(f"decisions/{loop.made['decision_id']}/")
    text = json.dumps(kept["evidence"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    checksum = hashlib.sha256(text.encode()).hexdigest()
    assert kept["evidence_hash"] == checksum
    assert page.locator(".evidence__hash").first.inner_text() == checksum
    assert "Unchanged since" in shown.inner_text()
    return checksum, page.locator("main").inner_text().partition("The evidence as it stood")[2]


def _board_action_is_recorded(loop: Loop) -> None:
    page = loop.seats[Role.CABINET].context.new_page()
    page.goto(f"{loop.base}/decisions/{loop.made['decision_id']}/board/")
    page.locator("label", has_text="Adopted").click()
    day = {"Day of the meeting": f"{_today()}", "Item of the agenda (optional)": "8.2"}
    people.fill(page, day)
    page.get_by_role("button", name="Record the board’s action").click()
    page.wait_for_url(f"**/decisions/{loop.made['decision_id']}/")
    assert "item 8.2" in page.locator(".pagehead__eyebrow").inner_text()
    page.close()
    assert loop.api("decisions/")[0]["state"] == "adopted"
    assert _allocated(loop) == {INITIATIVE: GIVEN - MOVED, OTHER: GIVEN_OTHER + MOVED}


def _member_sees_it_in_words(loop: Loop, *, cost: Decimal) -> None:
    page = loop.seats[Role.BOARD_MEMBER]
    page.goto(f"{loop.base}/board/")
    is_drawn(page)
    decision = page.locator("#board-decisions article.brief", has_text=INITIATIVE)
    words = decision.inner_text()
    assert "extend for evidence" in words.lower() and REASON in words
    assert "Adopted by the board" in words and "item 8.2" in words
    assert f"${MOVED:,} of 3010" in words and f"from {INITIATIVE} to {OTHER}" in words
    label = loop.said()["verdict"]["label"]
    assert decision.locator(".verdicttag").inner_text() == label
    brief = page.locator("#board-initiatives article.brief", has_text=INITIATIVE)
    assert people.exact(brief.locator("data.money").first) == cost
    assert brief.locator(".verdicttag").inner_text() == label
    read = loop.api(f"decisions/{loop.made['decision_id']}/", role=Role.BOARD_MEMBER)
    assert (read["evidence"], read["finance_view"], read["verdict"]) == (None, None, label)
    for school in (*SERVED, *COMPARED):
        assert school not in page.locator("main").inner_text(), f"{school} on the board's page"
