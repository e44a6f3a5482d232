"""Addresses of reviews and decisions, below /d/<slug>/."""

from django.urls import path

from diagnostics.reviews.decision_views import (
    board_action_record,
    decision_list,
    decision_show,
    decision_withdraw,
)
from diagnostics.reviews.views import review_list, review_show

urlpatterns = [
    path("reviews/", review_list, name="review-list"),
    path("initiatives/<uuid:initiative_id>/review/", review_show, name="review-show"),
    path("decisions/", decision_list, name="decision-list"),
    path("decisions/<uuid:decision_id>/", decision_show, name="decision-show"),
    path("decisions/<uuid:decision_id>/withdraw/", decision_withdraw, name="decision-withdraw"),
    path("decisions/<uuid:decision_id>/board/", board_action_record, name="decision-board"),
]
