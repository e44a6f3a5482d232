"""Admin pages of API keys: list, create, show the key once, revoke."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission, Role
from districts.exports import page_size_for
from districts.forms.people import KeyForm
from districts.parts import NavItem
from districts.selectors import keys as selectors
from districts.services import keys as services
from districts.tables import Action, Column, Empty, Kind, Table, make_table
from districts.views import shown_once
from districts.views.answers import attempt, crumbs, found, show_form, show_table
from districts.views.roles import role_guide


@district_page(Permission.MANAGE_DISTRICT)
def list_keys(request: DistrictRequest) -> HttpResponse:
    """Show the district's keys, and when each was last used."""
    keys = selectors.list_keys()
    create = reverse("districts:key-create", args=[request.district.slug])
    return show_table(
        request,
        template="districts/list.html",
        table=_keys_table(request, keys, create),
        context={
            "title": "API keys",
            "lead": _lead(sum(key.revoked_at is None for key in keys)),
            "actions": (NavItem(label="Create a key", url=create),),
            "crumbs": crumbs(request, here="API keys"),
        },
    )


def _lead(working: int) -> str:
    return "1 key works." if working == 1 else f"{working or 'No'} keys work."


def _keys_table(request: DistrictRequest, keys: tuple[selectors.KeyRow, ...], create: str) -> Table:
    def actions(key: selectors.KeyRow) -> tuple[Action, ...]:
        if key.revoked_at:
            return ()
        href = reverse("districts:key-revoke", args=[request.district.slug, key.key_id])
        return (Action(label="Revoke", href=href, about=key.name),)

    return make_table(
        key="keys",
        caption="API keys",
        columns=(
            Column(key="name", label="Name"),
            Column(key="role", label="Role"),
            Column(key="state", label="State", kind=Kind.TAG),
            Column(key="prefix", label="Starts with", kind=Kind.CODE),
            Column(key="by", label="Made by"),
            Column(key="created", label="Made", kind=Kind.DATE),
            Column(key="used", label="Last used", kind=Kind.MOMENT),
        ),
        records=keys,
        cells=lambda k: (
            k.name,
            k.role_label,
            k.state,
            k.prefix,
            k.created_by,
            timezone.localtime(k.created_at).date(),
            k.last_used_at,
        ),
        actions=actions,
        query=request.GET.dict(),
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(
            title="No API keys yet",
            text="A program reads and uploads with a key of one role in this district.",
            action_label="Create a key",
            action_href=create,
        ),
    )


@district_page(Permission.MANAGE_DISTRICT)
def create_key(request: DistrictRequest) -> HttpResponse:
    """Make a key, then show it once."""
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        new = attempt(
            form,
            lambda: services.create_key(
                by=request.access.user_id or 0,
                name=form.cleaned_data["name"],
                role=Role(form.cleaned_data["role"]),
            ),
        )
        if new is not None:
            shown_once.keep_for_next_page(request, about=f"key {new.key_id}", secret=new.secret)
            return redirect("districts:key-show", request.district.slug, new.key_id)
    return show_form(
        request,
        template="districts/form.html",
        form=form,
        context={
            "title": "Create a key",
            "lead": "A key lets a program read or upload in one role.",
            "note": "You see the key on the next page, once. Choose the role with the fewest rights that will do.",
            "save_label": "Create the key",
            "guide": role_guide(),
            "cancel_href": _list_url(request),
            "crumbs": crumbs(request, ("API keys", _list_url(request)), here="Create a key"),
        },
    )


@district_page(Permission.MANAGE_DISTRICT)
def show_key(request: DistrictRequest, key_id: UUID) -> HttpResponse:
    """Show a key, once."""
    key = found(selectors.get_key(key_id=key_id))
    return render(
        request,
        "districts/link.html",
        {
            "title": key.name,
            "lead": "Copy this key now. It is shown only once.",
            "note": "Send it in the header “Authorization: Bearer” of each call. It may do what a person"
            f" of the role {key.role_label} may do in {request.district.name}.",
            "link": shown_once.take(request, about=f"key {key_id}"),
            "link_label": "Key",
            "again_href": reverse("districts:key-create", args=[request.district.slug]),
            "back_href": _list_url(request),
            "back_label": "Back to API keys",
            "crumbs": crumbs(request, ("API keys", _list_url(request)), here=key.name),
        },
    )


@district_page(Permission.MANAGE_DISTRICT)
def revoke_key(request: DistrictRequest, key_id: UUID) -> HttpResponse:
    """Ask, then stop a key from working."""
    key = found(selectors.get_key(key_id=key_id))
    if request.method == "POST":
        services.revoke_key(key_id=key_id, now=timezone.now())
        messages.success(request, f"The key “{key.name}” no longer works.")
        return redirect("districts:key-list", request.district.slug)
    return render(
        request,
        "components/confirm.html",
        {
            "title": f"Revoke {key.name}",
            "lead": f"Revoke the API key “{key.name}”?",
            "consequences": [
                "Every program that uses it is refused at once.",
                "It cannot be made to work again.",
            ],
            "confirm_label": "Revoke",
            "is_dangerous": True,
            "cancel_href": _list_url(request),
            "crumbs": crumbs(request, ("API keys", _list_url(request)), here=f"Revoke {key.name}"),
        },
    )


def _list_url(request: DistrictRequest) -> str:
    return reverse("districts:key-list", args=[request.district.slug])
