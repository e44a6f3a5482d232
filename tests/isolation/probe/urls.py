"""Pages that say which districts' rows they saw: inside a district, rendered late, outside, after a scope."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.urls import path

from districts.access.decorators import district_page, public_page
from districts.access.permissions import Permission
from districts.models import Department
from districts.tenancy import district_scope


class Stumble(RuntimeError):
    """The failure in the middle of a request."""


def seen() -> list[int]:
    """Return the districts whose rows a plain SELECT shows on this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT district_id FROM districts_department ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


def stumble(how: str) -> None:
    """Fail in the way asked for."""
    if how == "python":
        raise Stumble
    if how == "database":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")


@district_page(Permission.VIEW_CABINET)
def inside(request: Any, number: int) -> HttpResponse:
    """Write a row, read all rows, then perhaps fail; the template reads again when it is rendered."""
    Department.objects.create(name=f"note {number}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [number % 3 / 1000])
    before = seen()
    stumble(request.GET.get("fail", ""))
    template = engines["django"].from_string("{{ late }}")
    fails_late = request.GET.get("fail") == "template"
    return SimpleTemplateResponse(template, {"late": Late(before=before, fails=fails_late)})


class Late:
    """Reads when the template asks, as an unevaluated queryset does."""

    def __init__(self, *, before: list[int], fails: bool) -> None:
        self.before = before
        self.fails = fails

    def __str__(self) -> str:
        rows = sorted(set(Department.objects.values_list("district_id", flat=True)))
        if self.fails:
            raise Stumble
        return json.dumps([self.before, seen(), rows])


@public_page
def outside(request: HttpRequest) -> HttpResponse:
    """A page of no district: it must see no row at all, whatever its connection did before."""
    return JsonResponse(seen(), safe=False)


@public_page
def alone(request: HttpRequest, district: int) -> HttpResponse:
    """Open a scope as a command does: nothing must be left of it."""
    with district_scope(district):
        within = seen()
    return JsonResponse([within, seen()], safe=False)


@public_page
def nested(request: HttpRequest, district: int) -> HttpResponse:
    """Open a scope inside a longer transaction: nothing must be left of it before that ends."""
    with transaction.atomic():
        with district_scope(district):
            within = seen()
        return JsonResponse([within, seen()], safe=False)


urlpatterns = [
    path("d/<slug:slug>/probe/<int:number>/", inside),
    path("outside/", outside),
    path("alone/<int:district>/", alone),
    path("nested/<int:district>/", nested),
]
