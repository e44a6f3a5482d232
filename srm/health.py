"""Answer load balancers and the launcher: this process serves and reaches its database."""

from django.db import connection
from django.http import HttpRequest, HttpResponse

from districts.access.decorators import public_page


@public_page
def show_health(request: HttpRequest) -> HttpResponse:
    """Answer `ok`, or fail as every page would where the database does not answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
