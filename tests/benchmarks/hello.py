"""The floor of page throughput: Django, one view, no middleware, no database. Served by gunicorn as the product is."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

if not settings.configured:
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[], SECRET_KEY="hello")


def hello(request: HttpRequest) -> HttpResponse:
    """Say hello."""
    return HttpResponse("hello", headers={"Content-Length": "5"})


urlpatterns = [path("", hello)]
application = get_wsgi_application()
