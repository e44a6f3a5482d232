"""Addresses of the outcome pages, below /d/<slug>/."""

from django.urls import path

from diagnostics.outcomes.views import outcome_list, outcome_metric, outcome_school, outcome_spending

urlpatterns = [
    path("outcomes/", outcome_list, name="outcome-list"),
    path("outcomes/metrics/<uuid:metric_id>/", outcome_metric, name="outcome-metric"),
    path("outcomes/schools/<uuid:school_id>/", outcome_school, name="outcome-school"),
    path("outcomes/spending/", outcome_spending, name="outcome-spending"),
]
