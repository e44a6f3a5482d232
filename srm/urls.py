"""What people and programs can ask for."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from srm.health import show_health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", show_health, name="health"),
    path("accounts/", include("allauth.urls")),
]
