"""What people and programs can ask for."""

from django.conf import settings
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from districts.urls import entrance_patterns
from srm.health import show_health
from srm.styleguide import show_styleguide

# Below /d/<slug>/: every page of one district.
district_pages: list[URLPattern | URLResolver] = [
    path("", include("districts.urls")),
    path("strategy/", include("strategy.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", show_health, name="health"),
    *entrance_patterns,
    path("accounts/", include("allauth.urls")),
    path("d/<slug:slug>/", include(district_pages)),
]

if settings.DEBUG:
    urlpatterns.append(path("styleguide/", show_styleguide, name="styleguide"))
