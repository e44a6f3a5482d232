"""How pages answer: a table or its file, 422 for what was typed wrongly, failures in words. Must not query."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from districts.access.decorators import DistrictRequest
from districts.errors import DomainError
from districts.exports import export_table, wanted_export
from districts.parts import Crumb
from districts.tables import Table

T = TypeVar("T")


def show_table(
    request: DistrictRequest, *, template: str, table: Table, context: dict[str, Any]
) -> HttpResponse:
    """Answer with the page of a table, or with the table as the file asked for."""
    file_type = wanted_export(request)
    if file_type:
        return export_table(table=table, file_type=file_type, filename=f"{request.district.slug}-{table.key}")
    return render(request, template, {"table": table, **context})


def show_form(request: HttpRequest, *, template: str, form: Form, context: dict[str, Any]) -> HttpResponse:
    """Answer with the page of a form; 422 when what was typed is refused."""
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


def attempt(form: Form, write: Callable[[], T]) -> T | None:
    """Do a write that may fail in words: the words go to the form, and None comes back.

    What does not exist is a 404 as everywhere.
    """
    try:
        return write()
    except DomainError as error:
        if error.status == 404:
            raise Http404 from error
        form.add_error(None, error.message)
        return None


def found(thing: T | None) -> T:
    """Return what a selector found; raises Http404 where it found nothing."""
    if thing is None:
        raise Http404
    return thing


def crumbs(request: DistrictRequest, *steps: tuple[str, str], here: str) -> tuple[Crumb, ...]:
    """Return the way to an admin page: Admin, the steps (label, address), the page itself."""
    start = Crumb(label="Admin", url=reverse("districts:admin-show", args=[request.district.slug]))
    return (start, *(Crumb(label=label, url=url) for label, url in steps), Crumb(label=here))


def ask_who(request: DistrictRequest) -> HttpResponse:
    """Send an admin to prove who they are, and back to this page's question (what was posted is not kept)."""
    how = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
    return HttpResponseRedirect(f"{how}?{urlencode({'next': request.path})}")


def say_why_not(
    request: DistrictRequest, *, title: str, why: str, way: str, context: dict[str, Any]
) -> HttpResponse:
    """Answer with why an admin cannot do something, and the way that is left; 409 where they tried."""
    return render(
        request,
        "districts/why_not.html",
        {"title": title, "lead": why, "note": way, **context},
        status=409 if request.method == "POST" else 200,
    )
