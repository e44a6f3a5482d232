"""Pages outside any district: a person's districts, accepting an invitation, setting a password by link."""

from typing import cast

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from districts.access.decorators import public_page, signed_in_page
from districts.access.permissions import Permission, can
from districts.errors import DomainError
from districts.forms.people import AccountForm, NewPasswordForm
from districts.models import User
from districts.parts import Stat
from districts.selectors import people as selectors
from districts.selectors.notices import has_open_notices, list_notices
from districts.services import people as services
from districts.services import recovery
from districts.services.notices import acknowledge_notices


class PersonRequest(HttpRequest):
    """A request of a signed-in person (for typing only)."""

    user: User


@never_cache
@signed_in_page
@require_http_methods(["GET", "HEAD"])
def show_home(request: PersonRequest) -> HttpResponse:
    """Go to a person's only district; where there are several, or none, show which."""
    districts = selectors.list_own_districts(user_id=request.user.pk)
    if len(districts) == 1 and "choose" not in request.GET:
        return redirect(home_of(districts[0]))
    return render(
        request,
        "districts/home.html",
        {"districts": [Stat(label=d.role_label, value=d.name, href=home_of(d)) for d in districts]},
    )


def home_of(district: selectors.OwnDistrict) -> str:
    """Return the address at which a role's work in a district starts."""
    sees_cabinet = can(district.role, Permission.VIEW_CABINET)
    name = "diagnostics:home-show" if sees_cabinet else "diagnostics:board-show"
    return reverse(name, args=[district.slug])


@never_cache
@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Join a district by an invitation's link: with the account one has, or with a new one."""
    invitation = selectors.get_open_invitation(secret=secret, now=timezone.now())
    if invitation is None:
        return _closed(request, services.CLOSED)
    if request.user.is_authenticated:
        return _join(cast("PersonRequest", request), secret, invitation)
    if invitation.has_account:
        login = f"{reverse('account_login')}?next={request.path}"
        return render(
            request, "districts/accept_sign_in.html", {"invitation": invitation, "login_href": login}
        )
    form = AccountForm(request.POST or None, user=User(email=invitation.email))
    if request.method == "POST" and form.is_valid():
        try:
            user, slug = services.create_account(
                secret=secret,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password"],
                now=timezone.now(),
            )
        except DomainError as error:
            return _closed(request, error.message, status=error.status)
        response: HttpResponse = perform_login(request, user, redirect_url=_home_in(user, slug))
        return response
    return render(
        request,
        "districts/accept_new.html",
        {"invitation": invitation, "form": form},
        status=422 if form.errors else 200,
    )


def _join(request: PersonRequest, secret: str, invitation: selectors.OpenInvitation) -> HttpResponse:
    is_other = request.user.email.lower() != invitation.email.lower()
    if request.method == "POST" and not is_other:
        try:
            slug = services.accept_invitation(secret=secret, user_id=request.user.pk, now=timezone.now())
        except DomainError as error:
            return _closed(request, error.message, status=error.status)
        messages.success(request, f"You now belong to {invitation.district_name}.")
        return redirect(_home_in(request.user, slug))
    return render(
        request,
        "districts/accept_join.html",
        {"invitation": invitation, "is_other": is_other},
        status=409 if is_other else 200,
    )


@never_cache
@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def reset_by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Set a new password by a link that an admin or the operator made."""
    try:
        person = recovery.get_person_of_link(secret=secret)
        form = NewPasswordForm(request.POST or None, user=person)
        if request.method == "POST" and form.is_valid():
            recovery.reset_password(secret=secret, password=form.cleaned_data["password"], now=timezone.now())
            messages.success(request, "Your new password is set. Sign in with it.")
            return redirect("account_login")
    except recovery.ResetClosed as error:
        return _closed(request, error.message)
    return render(
        request,
        "districts/reset_by_link.html",
        {"person": person, "form": form},
        status=422 if form.errors else 200,
    )


@never_cache
@signed_in_page
@require_http_methods(["GET", "HEAD", "POST"])
def show_notices(request: PersonRequest) -> HttpResponse:
    """Tell a person what somebody else did to their way in, at each sign-in until they say that they know it."""
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = reverse("home")
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        if seen.isascii() and seen.isdigit():
            acknowledge_notices(user_id=request.user.pk, seen=int(seen[:9]))
        return redirect(target)
    if not has_open_notices(request.user):
        return redirect(target)
    notices = list_notices(request.user, now=timezone.now())
    return render(
        request,
        "districts/account_notices.html",
        {"notices": notices, "seen": len(request.user.notices), "later_href": target},
    )


@signed_in_page
@require_http_methods(["GET", "HEAD"])
def show_account(request: HttpRequest) -> HttpResponse:
    """Lead from the folder of account pages to where a person works."""
    return redirect("home")


@public_page
def show_nothing(request: HttpRequest, key: str = "") -> HttpResponse:  # noqa: ARG001
    """Close a page of the sign-in library that SRM does not offer."""
    raise Http404


def _home_in(user: User, slug: str) -> str:
    districts = selectors.list_own_districts(user_id=user.pk)
    return next(home_of(district) for district in districts if district.slug == slug)


def _closed(request: HttpRequest, message: str, *, status: int = 410) -> HttpResponse:
    return render(request, "districts/link_closed.html", {"message": message}, status=status)
