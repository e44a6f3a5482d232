"""Make the pictures of the README from a running demo: `make screenshots` (SRM_HOME names the demo)."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "home": ("cabinet", "/d/{slug}/"),
    "initiative": ("cabinet", "Title I schools"),
    "budget": ("budget_director", "/d/{slug}/budget/"),
    "data": ("data_manager", "/d/{slug}/data/"),
    "board": ("board_member", "/d/{slug}/board/"),
    "admin": ("district_admin", "/d/{slug}/admin/"),
}
WIDTHS = (1280, 390)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main(folder: Path) -> int:
    """Take every page at both widths; the narrow ones are named `<page>-phone.png`. FULL=1: to the foot of the page."""
    home = Path(os.environ.get("SRM_HOME") or ROOT / ".srm")
    demo = json.loads((home / "demo.json").read_text())
    folder.mkdir(parents=True, exist_ok=True)
    accounts = {account["role"]: account for account in demo["accounts"]}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS
        )
        for name, (role, address) in PAGES.items():
            account = accounts[role]
            for width in WIDTHS:
                page = browser.new_page(viewport={"width": width, "height": 960})
                _sign_in(page, url=demo["url"], account=account)
                _open(page, url=demo["url"], slug=account["district"], address=address)
                suffix = "" if width == WIDTHS[0] else "-phone"
                page.screenshot(path=folder / f"{name}{suffix}.png", full_page=os.environ.get("FULL") == "1")
                page.close()
        browser.close()
    return 0


def _sign_in(page: Page, *, url: str, account: dict[str, str]) -> None:
    page.goto(f"{url}/accounts/login/")
    page.fill("input[name=login]", account["email"])
    page.fill("input[name=password]", account["password"])
    page.click("main button[type=submit]")
    page.wait_for_load_state("networkidle")


def _open(page: Page, *, url: str, slug: str, address: str) -> None:
    if address.startswith("/"):
        page.goto(url + address.format(slug=slug))
    else:
        page.goto(f"{url}/d/{slug}/")
        page.get_by_role("link", name=address, exact=True).first.click()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)  # charts draw after the page is quiet


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"))
