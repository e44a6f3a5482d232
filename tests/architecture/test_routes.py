"""Every route x method x role x {own district, other district, signed out, another's object}.

Generated from the URLconf: a new route is covered at once, and one that does not say who may use it fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client

from districts.access.decorators import district_page
from districts.access.permissions import Permission, Role
from districts.models import AuditEvent, District, Mark, School
from districts.tenancy import district_scope, set_local
from tests.architecture.factories import NoFactory, tenant_models
from tests.architecture.routes import Guard, Kind, Route, Unclassified, find_route, guard_of, list_routes
from tests.architecture.visitors import World, ask, check_route

ROUTES = list_routes()
OF_A_DISTRICT = [route for route in ROUTES if "slug" in route.kwargs]

pytestmark = pytest.mark.usefixtures("world")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_route_answers_as_its_guard_says(world: World, undone: None, route: Route) -> None:
    wrong = check_route(world, route, guard_of(route))
    assert not wrong, "\n".join(map(str, wrong))


def test_every_tenant_table_is_planted_in_both_districts(world: World) -> None:
    wanted = sorted(model._meta.label for model in tenant_models())
    assert sorted(world.own.rows) == wanted
    assert sorted(world.other.rows) == wanted
    assert len(wanted) >= 20


@pytest.mark.parametrize("route", OF_A_DISTRICT, ids=lambda route: route.name)
def test_get_writes_nothing(world: World, undone: None, route: Route) -> None:
    url = route.url(world.own.url_kwargs(list(route.kwargs)))
    for role in Role:
        before = _writes(world)
        world.clients[role].get(url)
        assert _writes(world) == before, f"{role.value} GET {url} wrote"


@pytest.mark.parametrize("route", OF_A_DISTRICT, ids=lambda route: route.name)
def test_post_without_csrf_token_is_refused(world: World, undone: None, route: Route) -> None:
    url = route.url(world.own.url_kwargs(list(route.kwargs)))
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.own.cast.people[Role.DISTRICT_ADMIN])
    assert ask(client, "POST", url, {}).status_code == 403


def test_url_with_an_unknown_name_asks_for_a_factory(world: World) -> None:
    with pytest.raises(NoFactory) as caught:
        world.own.url_kwargs(["slug", "widget_id"])
    assert "'widget_id'" in str(caught.value)
    assert "URL_OBJECTS" in str(caught.value)


# --- mutants: each of these mistakes must be found ---------------------------------------------------------


def test_mutant_page_without_decorator_is_unclassified(monkeypatch: pytest.MonkeyPatch) -> None:
    route = find_route("districts:school-list")
    monkeypatch.setattr(route.pattern, "callback", route.view.__wrapped__)
    for name in ("district_permission", "district_write_permission"):
        monkeypatch.delattr(route.view, name, raising=False)
    with pytest.raises(Unclassified):
        guard_of(find_route("districts:school-list"))


def _answer_anything(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse("seen")


def _enforces_less(request: Any, **kwargs: Any) -> HttpResponse:
    return district_page(Permission.VIEW_BOARD)(_answer_anything)(request, **kwargs)


def _enforces_nothing(request: Any, **kwargs: Any) -> HttpResponse:
    return HttpResponse("seen")


def _shuts_everybody_out(request: Any, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=403)


def _reads_the_object_of_any_district(request: Any, school_id: Any) -> HttpResponse:
    for district in District.objects.all():
        set_local("district_id", str(district.pk))
        school = School._base_manager.filter(pk=school_id).first()
        if school is not None:
            return HttpResponse(school.name)
    return HttpResponse(status=404)


def _says_that_it_is_another_districts(request: Any, school_id: Any) -> HttpResponse:
    if School.objects.filter(pk=school_id).exists():
        return HttpResponse("seen")
    set_local("district_id", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM districts_district WHERE slug <> %s", [request.district_slug])
        others = [row[0] for row in cursor.fetchall()]
    for other in others:
        set_local("district_id", str(other))
        if School._base_manager.filter(pk=school_id).exists():
            return HttpResponse("not yours", status=404)
    return HttpResponse("nowhere", status=404)


def _with_slug(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def inner(request: Any, **kwargs: Any) -> HttpResponse:
        request.district_slug = request.access.district.slug
        return view(request, **kwargs)

    return inner


_MANAGE = district_page(Permission.MANAGE_DISTRICT)
MUTANTS = {
    "a permission that is declared and not enforced": _enforces_less,
    "no permission enforced": _enforces_nothing,
    "nobody let in": _shuts_everybody_out,
    "an object that is not looked up": _MANAGE(_answer_anything),
    "an object looked up in every district": _MANAGE(_reads_the_object_of_any_district),
    "an answer that tells another's object from none": _MANAGE(
        _with_slug(_says_that_it_is_another_districts)
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_mutant_view_is_found(
    world: World, undone: None, monkeypatch: pytest.MonkeyPatch, mutant: Callable[..., HttpResponse]
) -> None:
    route = find_route("districts:school-edit")
    guard = Guard(Kind.DISTRICT_PAGE, read=Permission.MANAGE_DISTRICT, write=Permission.MANAGE_DISTRICT)
    assert check_route(world, route, guard) == []
    monkeypatch.setattr(route.pattern, "callback", mutant)
    assert check_route(world, route, guard) != []


def test_mutant_swapped_permission_changes_the_documented_table(monkeypatch: pytest.MonkeyPatch) -> None:
    from districts.management.commands.roles_table import roles_document

    before = roles_document()
    route = find_route("districts:school-list")
    monkeypatch.setattr(route.pattern, "callback", district_page(Permission.VIEW_BOARD)(_answer_anything))
    assert roles_document() != before


def _writes(world: World) -> tuple[int, int]:
    with district_scope(world.own.cast.district.pk):
        return AuditEvent.objects.count(), Mark.objects.count()
