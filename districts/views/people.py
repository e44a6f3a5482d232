"""Admin pages of people: list, change a role, remove, hand over a reset link."""

from uuid import UUID

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission, Role
from districts.exports import page_size_for
from districts.forms.people import NewOwnerForm, PersonFilter, RoleForm
from districts.mail import mail_is_configured
from districts.ownership import get_ownership
from districts.parts import NavItem
from districts.selectors import people as selectors
from districts.services import people as services
from districts.services import recovery
from districts.tables import Action, Cell, Column, Empty, Table, make_table
from districts.views import shown_once
from districts.views.answers import ask_who, attempt, crumbs, found, say_why_not, show_form, show_table
from districts.views.roles import role_guide


@district_page(Permission.MANAGE_DISTRICT)
def list_people(request: DistrictRequest) -> HttpResponse:
    """Show who belongs to the district."""
    form = PersonFilter(request.GET)
    only = form.cleaned_data if form.is_valid() else {}
    people = selectors.list_people(text=only.get("q", ""), role=only.get("role", ""))
    invite = reverse("districts:invitation-create", args=[request.district.slug])
    return show_table(
        request,
        template="districts/list.html",
        table=_people_table(request, people),
        context={
            "form": form,
            "title": "People",
            "lead": _lead(request, count=len(people), is_filtered=any(only.values())),
            "actions": (
                NavItem(label="Invite a person", url=invite),
                NavItem(
                    label="Invitations",
                    url=reverse("districts:invitation-list", args=[request.district.slug]),
                ),
            ),
            "crumbs": crumbs(request, here="People"),
            "guide": role_guide(),
        },
    )


def _lead(request: DistrictRequest, *, count: int, is_filtered: bool) -> str:
    people = "1 person" if count == 1 else f"{count} people"
    verb = "match" if is_filtered else "belong"
    verb += "es" if is_filtered and count == 1 else "s" if count == 1 else ""
    return f"{people} {verb}." if is_filtered else f"{people} {verb} to {request.district.name}."


def _people_table(request: DistrictRequest, people: tuple[selectors.Person, ...]) -> Table:
    slug = request.district.slug

    def actions(person: selectors.Person) -> tuple[Action, ...]:
        args = [slug, person.membership_id]
        change = Action(
            label="Change role", href=reverse("districts:person-edit", args=args), about=f"of {person.name}"
        )
        reset = Action(
            label="Reset link", href=reverse("districts:person-reset", args=args), about=f"for {person.name}"
        )
        remove = Action(label="Remove", href=reverse("districts:person-remove", args=args), about=person.name)
        is_self = person.user_id == request.access.user_id
        return (change, remove) if is_self else (change, reset, remove)

    return make_table(
        key="people",
        caption="People",
        columns=(
            Column(key="name", label="Name"),
            Column(key="email", label="Email"),
            Column(key="role", label="Role"),
            Column(key="second_step", label="Second step"),
            Column(key="since", label="Member since"),
        ),
        records=people,
        cells=lambda p: (p.name, p.email, p.role_label, _second_step(p, slug), _since(p)),
        actions=actions,
        query=request.GET.dict(),
        sort="name",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(
            title="Nobody matches",
            text="Change the words or the role, or clear the filter.",
            action_label="Show everyone",
            action_href=request.path,
        ),
    )


def _second_step(person: selectors.Person, slug: str) -> Cell:
    if not person.has_second_step:
        return Cell(value="off")
    href = reverse("districts:person-second-step", args=[slug, person.membership_id])
    return Cell(value="on", text="on (lost it?)", href=href)


def _since(person: selectors.Person) -> Cell:
    day = f"{person.since:%Y-%m-%d}"
    return Cell(value=f"{day}, {person.joined_by}", text=formatting.day(person.since), note=person.joined_by)


@district_page(Permission.MANAGE_DISTRICT)
def edit_person(request: DistrictRequest, membership_id: UUID) -> HttpResponse:
    """Change a person's role."""
    person = found(selectors.get_person(membership_id=membership_id))
    form = RoleForm(request.POST or None, initial={"role": person.role})
    if request.method == "POST" and form.is_valid():
        role = Role(form.cleaned_data["role"])
        attempt(
            form,
            lambda: services.change_role(membership_id=membership_id, role=role, now=timezone.now()),
        )
        if not form.errors:
            messages.success(request, f"{person.name} now has the role {role.label}.")
            return redirect("districts:person-list", request.district.slug)
    return show_form(
        request,
        template="districts/form.html",
        form=form,
        context={
            "title": person.name,
            "lead": f"{person.name} has the role {person.role_label}.",
            "note": "The only district admin: make somebody else one before you change this role."
            if person.is_only_admin
            else person.email,
            "save_label": "Change the role",
            "guide": role_guide(),
            "cancel_href": _people_url(request),
            "crumbs": crumbs(request, ("People", _people_url(request)), here=person.name),
        },
    )


@district_page(Permission.MANAGE_DISTRICT)
def remove_person(request: DistrictRequest, membership_id: UUID) -> HttpResponse:
    """Ask, then take a person out of the district."""
    person = found(selectors.get_person(membership_id=membership_id))
    now = timezone.now()
    owned = get_ownership().list_owned(user_id=person.user_id)
    form = _owner_form(request, person) if owned else None
    if request.method == "POST" and (form is None or form.is_valid()):
        heir = form.read_owner() if form else None
        services.remove_person(membership_id=membership_id, now=now, new_owner_id=heir)
        messages.success(request, f"{person.name} no longer belongs to {request.district.name}.")
        is_self = person.user_id == request.access.user_id
        return redirect("home") if is_self else redirect("districts:person-list", request.district.slug)
    made = selectors.get_secrets_made(user_id=person.user_id, now=now)
    consequences = [
        f"{person.name} ({person.email}) can no longer open anything of {request.district.name}, at once.",
        "What they wrote stays, with their name in the audit. Their account stays, and can be invited again.",
    ]
    consequences += [f"The API key “{name}”, which they made, stops working." for name in made.keys]
    consequences += [f"Their open invitation of {email} is revoked." for email in made.invitations]
    consequences += [_owned_words(person.name, owned)] if owned else []
    return render(
        request,
        "components/confirm.html",
        {
            "title": f"Remove {person.name}",
            "lead": f"Remove {person.name} from {request.district.name}?",
            "consequences": consequences,
            "form": form,
            "confirm_label": "Remove",
            "is_dangerous": True,
            "cancel_href": _people_url(request),
            "crumbs": crumbs(request, ("People", _people_url(request)), here=f"Remove {person.name}"),
        },
        status=422 if form is not None and form.errors else 200,
    )


def _owner_form(request: DistrictRequest, person: selectors.Person) -> NewOwnerForm:
    others = [(one.user_id, one.name) for one in selectors.list_people() if one.user_id != person.user_id]
    return NewOwnerForm(request.POST if request.method == "POST" else None, people=others)


def _owned_words(name: str, owned: tuple[str, ...]) -> str:
    count = "1 initiative, which needs" if len(owned) == 1 else f"{len(owned):,} initiatives, which need"
    return f"{name} owns {count} a new owner: {', '.join(owned)}."


@district_page(Permission.MANAGE_DISTRICT)
def reset_person(request: DistrictRequest, membership_id: UUID) -> HttpResponse:
    """Ask who the admin is and whether they mean it, then make a reset link that the admin hands over."""
    person = found(selectors.get_person(membership_id=membership_id))
    around = {
        "cancel_href": _people_url(request),
        "crumbs": crumbs(request, ("People", _people_url(request)), here="Reset link"),
    }
    why, way = selectors.reset_obstacle(by=request.access.user_id or 0, person=person, now=timezone.now())
    if why:
        title = f"Password of {person.name}"
        return say_why_not(
            request, title=title, why=why, way=way, context={**around, "back_label": "Back to people"}
        )
    if not did_recently_reauthenticate(request):
        return ask_who(request)
    if request.method == "POST":
        secret = recovery.issue_reset_link(
            by=request.access.user_id or 0, membership_id=membership_id, now=timezone.now()
        )
        shown_once.keep_for_next_page(request, about=f"reset {membership_id}", secret=secret)
        return redirect("districts:person-reset-link", request.district.slug, membership_id)
    return render(
        request,
        "components/confirm.html",
        {
            "title": f"Reset the password of {person.name}",
            "lead": f"Make a link with which {person.name} sets a new password?",
            "consequences": [
                (
                    f"You see the link once, and give it to {person.name} yourself. It works once, for"
                    f" {recovery.LINK_HOURS} hours."
                ),
                f"Whoever has the link can set the password of {person.email}. Make sure that you give it to them.",
                "When the new password is set, they are signed out everywhere. Two-step sign-in stays on.",
                f"The audit says that you made the link{_told_in_mail(person)}.",
            ],
            "confirm_label": "Make the link",
            **around,
        },
    )


def _told_in_mail(person: selectors.Person) -> str:
    return f", and {person.name} is told so in a mail when it is used" if mail_is_configured() else ""


@district_page(Permission.MANAGE_DISTRICT)
def show_reset_link(request: DistrictRequest, membership_id: UUID) -> HttpResponse:
    """Show a reset link, once."""
    person = found(selectors.get_person(membership_id=membership_id))
    secret = shown_once.take(request, about=f"reset {membership_id}")
    path = reverse("password-reset-by-link", args=[secret]) if secret else ""
    return render(
        request,
        "districts/link.html",
        {
            "title": f"Reset link for {person.name}",
            "lead": f"Give this link to {person.name}. It is shown only now.",
            "note": f"It works once, for {recovery.LINK_HOURS} hours, and lets its holder set the password of"
            f" {person.email}.",
            "link": request.build_absolute_uri(path) if path else "",
            "again_href": reverse("districts:person-reset", args=[request.district.slug, membership_id]),
            "back_href": _people_url(request),
            "back_label": "Back to people",
            "crumbs": crumbs(request, ("People", _people_url(request)), here="Reset link"),
        },
    )


def _people_url(request: DistrictRequest) -> str:
    return reverse("districts:person-list", args=[request.district.slug])
