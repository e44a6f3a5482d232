"""Addresses of the pages made of several apps, below /d/<slug>/."""

from django.urls import include, path

from diagnostics.board.views import board_show
from diagnostics.evaluation.views.check_ins import check_in_show
from diagnostics.evaluation.views.plans import plan_lock, plan_replace, plan_show
from diagnostics.home.views import home_seen, home_show
from diagnostics.initiative.views import initiative_show

app_name = "diagnostics"

urlpatterns = [
    path("", home_show, name="home-show"),
    path("seen/", home_seen, name="home-seen"),
    path("initiatives/<uuid:initiative_id>/", initiative_show, name="initiative-show"),
    path("initiatives/<uuid:initiative_id>/plan/", plan_show, name="plan-show"),
    path("initiatives/<uuid:initiative_id>/plan/lock/", plan_lock, name="plan-lock"),
    path("initiatives/<uuid:initiative_id>/plan/replace/", plan_replace, name="plan-replace"),
    path("initiatives/<uuid:initiative_id>/check-ins/", check_in_show, name="check-in-show"),
    path("board/", board_show, name="board-show"),
    path("", include("diagnostics.outcomes.urls")),
    path("", include("diagnostics.reviews.urls")),
]
