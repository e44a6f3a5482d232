"""`manage.py roles_table`: write docs/roles.md, who may do what, from the code. `--check` only compares."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import URLPattern, URLResolver, get_resolver

from districts.access.permissions import ROLE_PERMISSIONS, Permission, Role
from districts.services.whose_account import DAYS_AFTER_ADMIN

_INTRODUCTION = f"""# Who may do what

Made from the code by `manage.py roles_table`; a test holds it to be true. The rights are in
`districts/access/permissions.py`, and each page names the one it needs.

Nobody sees anything of a district they do not belong to: its addresses answer as if it did not exist. A person
may belong to several districts, with a role in each. An API key has one role in one district.

A district admin opens the way back into an account (reset link, end of a second step) only for people of their
district alone who are no district admins, nor were in the last {DAYS_AFTER_ADMIN} days. For all others there are the mail of
“Forgot your password?” and, on the server, `manage.py make_reset_link` and `manage.py end_second_step`.

## Rights by role
"""


class Command(BaseCommand):
    """See the module."""

    help = "Write docs/roles.md from the code, or say that it is out of date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the file is old")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "roles.md"
        document = roles_document()
        if options["check"]:
            if not path.exists() or path.read_text() != document:
                raise CommandError("docs/roles.md is out of date: run manage.py roles_table")
            return
        path.write_text(document)
        self.stdout.write(f"wrote {path}")


def roles_document() -> str:
    """Return the text of docs/roles.md."""
    rows = [
        f"| {p.value[:1].upper()}{p.value[1:]} | " + " | ".join(_mark(role, p) for role in Role) + " |"
        for p in Permission
    ]
    head = ["| | " + " | ".join(role.label for role in Role) + " |", "|---|" + ":-:|" * len(Role)]
    pages = sorted(_pages(get_resolver()))
    needs = ["| Address | To read | To write |", "|---|---|---|"]
    needs += [f"| `{address}` | {read} | {write} |" for address, read, write in pages]
    parts = [_INTRODUCTION, *head, *rows, "", "## What each address needs", "", *needs, ""]
    return "\n".join(parts)


def _mark(role: Role, permission: Permission) -> str:
    return "yes" if permission in ROLE_PERMISSIONS[role] else "–"


def _pages(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, str, str]]:
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _pages(entry, address)
            continue
        read, write = _needs(entry)
        if read is not None:
            yield address, _words(read), _words(write or read)


def _needs(entry: URLPattern) -> tuple[Permission | None, Permission | None]:
    view: Any = entry.callback
    if getattr(view, "district_permission", None):
        return view.district_permission, view.district_write_permission
    api_view = getattr(view, "cls", None) or getattr(view, "view_class", None)
    read = getattr(api_view, "permission", None)
    return read, getattr(api_view, "write_permission", read)


def _words(permission: Permission) -> str:
    return permission.name.lower().replace("_", " ")
