"""What people and programs can ask for."""

from django.conf import settings
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver
from drf_spectacular.views import SpectacularAPIView

from diagnostics.api import InitiativeList, InitiativeShow, TrendList
from diagnostics.reviews.api import DecisionList, DecisionShow
from districts.access.decorators import public_page
from districts.landing.api import UploadList, UploadShow
from districts.urls import entrance_patterns
from investments.api import LedgerTotals
from srm.health import show_health
from srm.styleguide import show_styleguide
from strategy.api import MetricList

# Below /d/<slug>/: every page of one district.
district_pages: list[URLPattern | URLResolver] = [
    path("", include("districts.urls")),
    path("data/", include("districts.landing.urls")),
    path("strategy/", include("strategy.urls")),
    path("budget/", include("investments.urls")),
    path("", include("diagnostics.urls")),
]

# Below /api/v1/d/<slug>/: what programs may ask of one district.
district_api: list[URLPattern | URLResolver] = [
    path("ledger/totals/", LedgerTotals.as_view(), name="api-ledger-totals"),
    path("initiatives/", InitiativeList.as_view(), name="api-initiatives"),
    path("initiatives/<uuid:initiative_id>/", InitiativeShow.as_view(), name="api-initiative"),
    path("decisions/", DecisionList.as_view(), name="api-decisions"),
    path("decisions/<uuid:decision_id>/", DecisionShow.as_view(), name="api-decision"),
    path("trends/", TrendList.as_view(), name="api-trends"),
    path("metrics/", MetricList.as_view(), name="api-metrics"),
    path("uploads/", UploadList.as_view(), name="api-uploads"),
    path("uploads/<uuid:upload_id>/", UploadShow.as_view(), name="api-upload"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", show_health, name="health"),
    *entrance_patterns,
    path("accounts/", include("allauth.urls")),
    path("d/<slug:slug>/", include(district_pages)),
    path("api/schema/", public_page(SpectacularAPIView.as_view()), name="api-schema"),
    path("api/v1/d/<slug:slug>/", include(district_api)),
]

handler404 = "districts.access.api_views.not_found"

if settings.DEBUG:
    urlpatterns.append(path("styleguide/", show_styleguide, name="styleguide"))
