"""Addresses of the pages made of several apps, below /d/<slug>/."""

from django.urls import path

from diagnostics.board.views import board_show
from diagnostics.home.views import home_seen, home_show
from diagnostics.initiative.views import initiative_show

app_name = "diagnostics"

urlpatterns = [
    path("", home_show, name="home-show"),
    path("seen/", home_seen, name="home-seen"),
    path("initiatives/<uuid:initiative_id>/", initiative_show, name="initiative-show"),
    path("board/", board_show, name="board-show"),
]
