"""The security policy holds in the browser, and the suite's watch over it bites."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route

from districts.access.permissions import Role
from tests.journeys.browser import Desk
from tests.journeys.site import Place

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_policy_is_strict(desk: Desk) -> None:
    page = desk.context().new_page()
    answer = page.goto("/accounts/login/")
    assert answer is not None
    directives = dict(
        part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";")
    )
    page.context.close()
    assert "'unsafe-inline'" not in " ".join(directives.values())
    assert "'unsafe-eval'" not in " ".join(directives.values())
    assert directives["object-src"] == directives["base-uri"] == directives["frame-ancestors"] == "'none'"
    assert directives["default-src"] == directives["connect-src"] == "'self'"


@pytest.mark.parametrize(
    ("markup", "directive"),
    [
        ("<script>window.spoiled = 1</script>", "script-src"),
        ('<p style="color: red">red</p>', "style-src"),
        ('<img alt="" src="http://127.0.0.1:9/pixel.gif">', "img-src"),
        ('<button onclick="window.spoiled = 1" autofocus>x</button>', "script-src"),
    ],
    ids=("script", "style", "image", "handler"),
)
def test_watch_reports_what_the_policy_blocks(desk: Desk, markup: str, directive: str) -> None:
    """Mutants: a page with an inline script, an inline style, a foreign image, a handler in the markup."""
    context = desk.context()

    def spoil(route: Route) -> None:
        answer = route.fetch()
        body = answer.text().replace("</main>", f"{markup}</main>")
        route.fulfill(response=answer, body=body)

    context.route("**/accounts/login/", spoil)
    page = context.new_page()
    with desk.watch.expecting(directive):
        page.goto("/accounts/login/")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.spoiled") is None
    context.close()
    assert desk.watch.take() == []


def test_watch_reports_an_error_of_a_script_and_a_failed_answer(desk: Desk, bay: Place) -> None:
    page = desk.sign_in(place=bay, role=Role.BOARD_MEMBER)
    with desk.watch.expecting("error: .*spoiled"):
        page.evaluate("setTimeout(() => { throw new Error('spoiled'); })")
        page.wait_for_timeout(50)
    with desk.watch.expecting("status of 404"):
        page.goto("/no-such-page/")
    page.context.close()
