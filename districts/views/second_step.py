"""The admin page that ends the second step of a person who lost it."""

from uuid import UUID

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.mail import mail_is_configured
from districts.selectors import people as selectors
from districts.services import second_step
from districts.views.answers import ask_who, crumbs, found, say_why_not


@district_page(Permission.MANAGE_DISTRICT)
def end_second_step(request: DistrictRequest, membership_id: UUID) -> HttpResponse:
    """Ask who the admin is and whether they mean it, then end a person's second step."""
    person = found(selectors.get_person(membership_id=membership_id))
    why, way = selectors.second_step_obstacle(
        by=request.access.user_id or 0, person=person, now=timezone.now()
    )
    if why:
        around = {**_around(request), "back_label": "Back to people"}
        return say_why_not(request, title=f"Second step of {person.name}", why=why, way=way, context=around)
    if not did_recently_reauthenticate(request):
        return ask_who(request)
    if request.method == "POST":
        second_step.end_second_step(
            by=request.access.user_id or 0, membership_id=membership_id, now=timezone.now()
        )
        messages.success(
            request, f"{person.name} now signs in with the password alone, until they set it up again."
        )
        return redirect("districts:person-list", request.district.slug)
    return render(
        request,
        "components/confirm.html",
        {
            "title": f"End the second step of {person.name}",
            "lead": f"Did {person.name} lose the app and the recovery codes?",
            "note": f"Make sure that it is {person.name} who asks: see them, or call them back on a number you know.",
            "consequences": [
                f"The password alone opens the account of {person.email}, until a new second step is set up.",
                "They are signed out everywhere, also on the lost device.",
                _told(person),
                "The audit says that you did it.",
            ],
            "confirm_label": "End the second step",
            "is_dangerous": True,
            **_around(request),
        },
    )


def _around(request: DistrictRequest) -> dict[str, object]:
    people = reverse("districts:person-list", args=[request.district.slug])
    return {"cancel_href": people, "crumbs": crumbs(request, ("People", people), here="Second step")}


def _told(person: selectors.Person) -> str:
    mailed = f" and in a mail to {person.email}" if mail_is_configured() else ""
    return f"{person.name} is told at the next sign-in{mailed}."
