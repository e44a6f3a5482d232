"""Admin pages of invitations: list, create, show the link once, make a new one, revoke."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission, Role
from districts.exports import page_size_for
from districts.forms.people import InvitationForm
from districts.mail import mail_invitation, mail_is_configured
from districts.parts import NavItem
from districts.selectors import people as selectors
from districts.services import people as services
from districts.tables import Action, Cell, Column, Empty, Kind, Table, make_table
from districts.views import shown_once
from districts.views.answers import attempt, crumbs, found, show_form, show_table
from districts.views.roles import role_guide


@district_page(Permission.MANAGE_DISTRICT)
def list_invitations(request: DistrictRequest) -> HttpResponse:
    """Show every invitation and what became of it."""
    invitations = selectors.list_invitations(now=timezone.now())
    create = reverse("districts:invitation-create", args=[request.district.slug])
    return show_table(
        request,
        template="districts/list.html",
        table=_invitations_table(request, invitations, create),
        context={
            "title": "Invitations",
            "lead": _lead(invitations),
            "actions": (NavItem(label="Invite a person", url=create),),
            "crumbs": crumbs(request, ("People", _people_url(request)), here="Invitations"),
        },
    )


def _lead(invitations: tuple[selectors.Invited, ...]) -> str:
    waiting = sum(i.is_open for i in invitations)
    expired = sum(i.state == "expired" for i in invitations)
    lead = "1 invitation waits" if waiting == 1 else f"{waiting or 'No'} invitations wait"
    return f"{lead} to be accepted" + (f", {expired} expired." if expired else ".")


def _invitations_table(
    request: DistrictRequest, invitations: tuple[selectors.Invited, ...], create: str
) -> Table:
    def actions(invited: selectors.Invited) -> tuple[Action, ...]:
        if invited.is_accepted:
            return ()
        args = [request.district.slug, invited.invitation_id]
        renew = Action(
            label="New link",
            href=reverse("districts:invitation-renew", args=args),
            about=f"for {invited.email}",
        )
        revoke = Action(
            label="Revoke", href=reverse("districts:invitation-revoke", args=args), about=invited.email
        )
        return (renew, revoke) if invited.is_open else (renew,)

    return make_table(
        key="invitations",
        caption="Invitations",
        columns=(
            Column(key="email", label="Email"),
            Column(key="role", label="Role"),
            Column(key="state", label="State"),
            Column(key="by", label="Invited by"),
            Column(key="created", label="Invited", kind=Kind.DATE),
            Column(key="expires", label="Expires", kind=Kind.DATE),
            Column(key="link", label="Link"),
        ),
        records=invitations,
        cells=lambda i: (
            i.email,
            i.role_label,
            Cell(value=f"{i.state} {i.accepted}".strip(), text=i.state, note=i.accepted),
            i.invited_by,
            timezone.localtime(i.created_at).date(),
            timezone.localtime(i.expires_at).date(),
            i.link,
        ),
        actions=actions,
        query=request.GET.dict(),
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(
            title="Nobody has been invited yet",
            text="People join by invitation only. You get a link to hand over; no mail server is needed.",
            action_label="Invite a person",
            action_href=create,
        ),
    )


@district_page(Permission.MANAGE_DISTRICT)
def create_invitation(request: DistrictRequest) -> HttpResponse:
    """Invite a person, then show the link."""
    form = InvitationForm(request.POST or None, initial={"email": request.GET.get("email", "")})
    if request.method == "POST" and form.is_valid():
        offer = attempt(
            form,
            lambda: services.invite_person(
                by=request.access.user_id or 0,
                email=form.cleaned_data["email"],
                role=Role(form.cleaned_data["role"]),
                now=timezone.now(),
            ),
        )
        if offer is not None:
            return _hand_over(request, offer)
    return show_form(
        request,
        template="districts/form.html",
        form=form,
        context={
            "guide": role_guide(),
            "title": "Invite a person",
            "lead": "The invitation is a link that you hand over.",
            "note": f"You see the link on the next page, once{_mailed()}. It works for"
            f" {services.INVITATION_DAYS} days.",
            "save_label": "Make the invitation",
            "cancel_href": _list_url(request),
            "crumbs": crumbs(request, ("Invitations", _list_url(request)), here="Invite a person"),
        },
    )


@district_page(Permission.MANAGE_DISTRICT)
def show_link(request: DistrictRequest, invitation_id: UUID) -> HttpResponse:
    """Show an invitation's link, once."""
    invited = found(selectors.get_invitation(invitation_id=invitation_id, now=timezone.now()))
    secret = shown_once.take(request, about=f"invitation {invitation_id}")
    path = reverse("invitation-accept", args=[secret]) if secret else ""
    mailed = " It was mailed to them too." if mail_is_configured() else ""
    return render(
        request,
        "districts/link.html",
        {
            "title": f"Invitation for {invited.email}",
            "lead": f"Give this link to {invited.email}. It is shown only now.",
            "note": f"It works once, until {invited.expires_at:%B} {invited.expires_at.day}, and gives the role"
            f" {invited.role_label}. The audit and the page Invitations name it “link {invited.link}”.{mailed}",
            "link": request.build_absolute_uri(path) if path else "",
            "again_href": reverse("districts:invitation-renew", args=[request.district.slug, invitation_id]),
            "back_href": _list_url(request),
            "back_label": "Back to invitations",
            "crumbs": crumbs(request, ("Invitations", _list_url(request)), here="Link"),
        },
    )


@district_page(Permission.MANAGE_DISTRICT)
def renew_invitation(request: DistrictRequest, invitation_id: UUID) -> HttpResponse:
    """Ask, then replace an invitation's link by a new one."""
    invited = found(selectors.get_invitation(invitation_id=invitation_id, now=timezone.now()))
    if request.method == "POST":
        offer = services.renew_invitation(
            by=request.access.user_id or 0, invitation_id=invitation_id, now=timezone.now()
        )
        return _hand_over(request, offer)
    return render(
        request,
        "components/confirm.html",
        {
            "title": f"New link for {invited.email}",
            "lead": f"Make a new invitation link for {invited.email}?",
            "consequences": [
                "The link made before stops working.",
                f"The new one works once, for {services.INVITATION_DAYS} days. You see it once.",
            ],
            "confirm_label": "Make a new link",
            "cancel_href": _list_url(request),
            "crumbs": crumbs(request, ("Invitations", _list_url(request)), here="New link"),
        },
    )


@district_page(Permission.MANAGE_DISTRICT)
def revoke_invitation(request: DistrictRequest, invitation_id: UUID) -> HttpResponse:
    """Ask, then stop an invitation's link from working."""
    invited = found(selectors.get_invitation(invitation_id=invitation_id, now=timezone.now()))
    if request.method == "POST":
        services.revoke_invitation(invitation_id=invitation_id, now=timezone.now())
        messages.success(request, f"The invitation of {invited.email} no longer works.")
        return redirect("districts:invitation-list", request.district.slug)
    return render(
        request,
        "components/confirm.html",
        {
            "title": f"Revoke the invitation of {invited.email}",
            "lead": f"Revoke the invitation of {invited.email}?",
            "consequences": ["Its link stops working at once.", "You can make a new link later."],
            "confirm_label": "Revoke",
            "is_dangerous": True,
            "cancel_href": _list_url(request),
            "crumbs": crumbs(request, ("Invitations", _list_url(request)), here="Revoke"),
        },
    )


def _mailed() -> str:
    return ", and it is mailed" if mail_is_configured() else ""


def _hand_over(request: DistrictRequest, offer: services.Offer) -> HttpResponse:
    link = request.build_absolute_uri(reverse("invitation-accept", args=[offer.secret]))
    mail_invitation(
        email=offer.email,
        district=request.district.name,
        invited_by=str(request.user),
        role=Role(offer.role).label,
        link=link,
        days=services.INVITATION_DAYS,
    )
    shown_once.keep_for_next_page(request, about=f"invitation {offer.invitation_id}", secret=offer.secret)
    return redirect("districts:invitation-link", request.district.slug, offer.invitation_id)


def _list_url(request: DistrictRequest) -> str:
    return reverse("districts:invitation-list", args=[request.district.slug])


def _people_url(request: DistrictRequest) -> str:
    return reverse("districts:person-list", args=[request.district.slug])
