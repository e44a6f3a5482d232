"""Every page of the product, for each role that may see it, at both widths: 0 violations of WCAG 2.2 AA."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page

from districts.access.permissions import Role
from tests.journeys.axe import ADVICE, REQUIRED, audit, axe_script, run_axe
from tests.journeys.browser import NARROW, Desk, is_drawn
from tests.journeys.pages import ELSEWHERE, NOT_PAGES, Visitor, page_routes
from tests.journeys.site import Place

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

FORMS = {
    "strategy/goals/new/": Role.CABINET,
    "strategy/initiatives/new/": Role.CABINET,
    "strategy/metrics/new/": Role.CABINET,
    "budget/rules/new/": Role.BUDGET_DIRECTOR,
    "data/": Role.DATA_MANAGER,
    "admin/schools/new/": Role.DISTRICT_ADMIN,
    "admin/departments/new/": Role.DISTRICT_ADMIN,
    "admin/invitations/new/": Role.DISTRICT_ADMIN,
    "admin/keys/new/": Role.DISTRICT_ADMIN,
    "initiatives/{unplanned}/plan/": Role.DATA_MANAGER,
    "initiatives/{planned}/plan/replace/": Role.DATA_MANAGER,
    "initiatives/{planned}/check-ins/?month=2023-11": Role.CABINET,
    "initiatives/{planned}/review/": Role.CABINET,
    "decisions/{waiting}/board/": Role.CABINET,
}
"""Forms, handed in empty; and who may."""


@pytest.fixture(scope="module")
def visitor(desk: Desk, bay: Place) -> Iterator[Visitor]:
    """A person of each role, each signed in once."""
    visitor = Visitor(desk=desk, place=bay)
    yield visitor
    for page in visitor.pages.values():
        page.context.close()


@pytest.mark.parametrize("name", page_routes())
def test_page_is_for_everyone(name: str, visitor: Visitor) -> None:
    found, problems = visitor.visit(name)
    assert [str(one) for one in problems] == []
    if name in NOT_PAGES or name in ELSEWHERE:
        assert found == 0, f"{name} has a page: take it off the list"
    else:
        assert found > 0, f"{name} was not visited: say why in NOT_PAGES, or give it what it needs"


@pytest.mark.parametrize("path", FORMS)
def test_form_with_errors_is_for_everyone(path: str, visitor: Visitor, bay: Place) -> None:
    page = visitor.page(FORMS[path])
    page.goto(f"/d/{bay.slug}/{path.format(**_keys(bay))}")
    form = page.locator("main form[method=post]").first
    with visitor.desk.watch.expecting("status of 422"):
        form.evaluate("form => form.requestSubmit()")
        page.locator("[data-error-summary]").wait_for()
    is_drawn(page)
    assert [str(one) for one in audit(page, name=f"{path} with errors")] == []


@pytest.mark.parametrize("role", Role)
def test_open_menu_is_for_everyone(role: Role, visitor: Visitor, bay: Place) -> None:
    page = visitor.page(role)
    page.goto(f"/d/{bay.slug}/board/")
    page.set_viewport_size({"width": NARROW, "height": 900})
    for menu in page.locator("details[data-menu] > summary:visible").all():
        menu.click()
        is_drawn(page)
        assert [str(one) for one in audit(page, name=f"menu of {role.value}", widths=(NARROW,))] == []
        page.keyboard.press("Escape")


@pytest.mark.parametrize(("path", "status"), [("no-such-page/", 404), ("admin/", 403)])
def test_refusal_is_for_everyone(path: str, status: int, visitor: Visitor, bay: Place) -> None:
    page = visitor.page(Role.BOARD_MEMBER)
    with visitor.desk.watch.expecting(f"status of {status}"):
        answer = page.goto(f"/d/{bay.slug}/{path}")
    assert answer is not None and answer.status == status
    assert [str(one) for one in audit(page, name=f"the page of a {status}")] == []


def test_two_step_sign_in_is_for_everyone(desk: Desk, bay: Place) -> None:
    page = desk.context().new_page()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("careful@bay.example")
    page.get_by_label("Password", exact=True).fill(bay.password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/accounts/2fa/authenticate/**")
    problems = audit(page, name="mfa_authenticate")
    page.locator("input[name=code]").fill(_code(bay.objects["totp"][0]))
    page.get_by_role("main").locator("form:has(input[name=code]) button[type=submit]").first.click()
    page.wait_for_url(f"**/d/{bay.slug}/**")
    page.goto("/accounts/2fa/reauthenticate/")
    problems += audit(page, name="mfa_reauthenticate")
    _say_the_password_again(page, bay, wanted="/accounts/2fa/")
    for path in ("", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/"):
        page.goto(f"/accounts/2fa/{path}")
        assert urlsplit(page.url).path == f"/accounts/2fa/{path}"
        problems += audit(page, name=f"2fa/{path}")
    page.context.close()
    assert [str(one) for one in problems] == []


def test_turning_two_steps_on_is_for_everyone(desk: Desk, bay: Place) -> None:
    page = desk.sign_in(place=bay, role=Role.INITIATIVE_LEAD)
    _say_the_password_again(page, bay, wanted="/accounts/2fa/totp/activate/")
    problems = audit(page, name="mfa_activate_totp")
    page.context.close()
    assert [str(one) for one in problems] == []


def test_helping_a_person_is_for_everyone(desk: Desk, bay: Place) -> None:
    page = desk.sign_in(place=bay, role=Role.DISTRICT_ADMIN)
    person = f"/d/{bay.slug}/admin/people/{bay.objects['membership_id'][0]}/"
    _say_the_password_again(page, bay, wanted=f"{person}reset/")
    problems = audit(page, name="person-reset")
    page.context.close()
    assert [str(one) for one in problems] == []


def test_advice_is_reported(visitor: Visitor, bay: Place) -> None:
    """Best practice is no rule of WCAG: it is told, and fails nothing."""
    page = visitor.page(Role.CABINET)
    for path in ("", "strategy/initiatives/", "budget/", "data/", "board/"):
        page.goto(f"/d/{bay.slug}/{path}")
        is_drawn(page)
        page.evaluate(axe_script())
        for one in run_axe(page, tags=(ADVICE,)):
            sys.stdout.write(f"advice for /{path}: {one['id']}, {one['count']} times: {one['nodes'][:1]}\n")


def test_axe_reports_an_unlabelled_input_and_weak_contrast(visitor: Visitor) -> None:
    """A mutant: the page of sign-in with what must never be on a page."""
    page = _spoiled(visitor)
    found = {one["id"] for one in run_axe(page, tags=REQUIRED)}
    assert found == {"label", "color-contrast"}


def test_audit_reports_a_second_heading_and_sideways_scrolling(visitor: Visitor) -> None:
    page = _spoiled(visitor)
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<h1>Again</h1>')")
    page.evaluate("document.querySelector('main input.spoiled').style.width = '900px'")
    said = " ".join(str(one) for one in audit(page, name="spoiled", widths=(NARROW,)))
    assert "2 headings of level one" in said
    assert "scrolls sideways by" in said


def _keys(place: Place) -> dict[str, str]:
    """Return the keys of what forms are about."""
    objects = place.objects
    return {
        "planned": objects["diagnostics:plan-replace.initiative_id"][0],
        "unplanned": objects["diagnostics:plan-show.initiative_id"][2],
        "waiting": objects["decision_id"][0],
    }


def _say_the_password_again(page: Page, place: Place, *, wanted: str) -> None:
    page.goto(f"/accounts/reauthenticate/?next={wanted}")
    page.get_by_label("Password", exact=True).fill(place.password)
    page.get_by_role("main").locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url(f"**{wanted}")


def _spoiled(visitor: Visitor) -> Page:
    page = visitor.page(None)
    page.goto("/accounts/login/")
    page.evaluate(axe_script())
    assert run_axe(page, tags=REQUIRED) == []
    page.evaluate(
        """() => {
          const main = document.querySelector("main");
          const words = document.createElement("p");
          words.textContent = "You can hardly read this";
          words.style.color = "#bbb";
          words.style.background = "#fff";
          const input = document.createElement("input");
          input.className = "spoiled";
          main.append(words, input);
        }"""
    )
    return page


def _code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
