"""What the admin's first page says: the figures, and what needs somebody. Must not query."""

from django.urls import reverse

from districts.parts import Notice, Stat, Tone
from districts.selectors.organisation import AdminOverview


def figures(*, overview: AdminOverview, slug: str) -> tuple[Stat, ...]:
    """Return one figure for each admin page, with its link."""
    invitations = f"{overview.expired_invitations} expired" if overview.expired_invitations else ""
    return (
        _stat("People", overview.people, "person-list", slug, note=_count(overview.admins, "district admin")),
        _stat("Open invitations", overview.open_invitations, "invitation-list", slug, note=invitations),
        _stat("Schools", overview.schools, "school-list", slug),
        _stat("Departments", overview.departments, "department-list", slug),
        _stat("Working API keys", overview.keys, "key-list", slug),
        _stat("Writes in the audit", overview.writes, "audit-list", slug),
        Stat(
            label="Organisation",
            value="Settings",
            href=reverse("districts:organisation-edit", args=[slug]),
            note="Fiscal year, time zone, smallest group",
        ),
    )


def needs(*, overview: AdminOverview, slug: str) -> tuple[Notice, ...]:
    """Return what an admin should do next, most urgent first."""
    found = []
    if overview.admins == 1:
        found.append(
            Notice(
                title="There is only one district admin",
                text="If they leave, nobody can manage people. Invite a second one, or change a role.",
                tone=Tone.WARNING,
                action_label="Invite a person",
                action_href=reverse("districts:invitation-create", args=[slug]),
            )
        )
    if overview.expired_invitations:
        found.append(
            Notice(
                title="Invitations have expired",
                text=f"{_count(overview.expired_invitations, 'invitation')} not accepted in time. Make a new link, or revoke.",
                tone=Tone.INFO,
                action_label="See the invitations",
                action_href=reverse("districts:invitation-list", args=[slug]),
            )
        )
    if not overview.schools:
        found.append(
            Notice(
                title="No schools yet",
                text="They come with the first file of results, or can be added one by one.",
                tone=Tone.INFO,
                action_label="Add a school",
                action_href=reverse("districts:school-create", args=[slug]),
            )
        )
    return tuple(found)


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"


def _stat(label: str, number: int, name: str, slug: str, *, note: str = "") -> Stat:
    return Stat(label=label, value=f"{number:,}", href=reverse(f"districts:{name}", args=[slug]), note=note)
