"""Addresses of strategy, below /d/<slug>/strategy/."""

from django.urls import path

from strategy.views import goals, history, initiatives, metrics

app_name = "strategy"

urlpatterns = [
    path("initiatives/", initiatives.initiative_list, name="initiative-list"),
    path("initiatives/new/", initiatives.initiative_create, name="initiative-create"),
    path("initiatives/<uuid:initiative_id>/edit/", initiatives.initiative_edit, name="initiative-edit"),
    path(
        "initiatives/<uuid:initiative_id>/archive/", initiatives.initiative_archive, name="initiative-archive"
    ),
    path(
        "initiatives/<uuid:initiative_id>/restore/", initiatives.initiative_restore, name="initiative-restore"
    ),
    path("initiatives/<uuid:initiative_id>/history/", history.initiative_history, name="initiative-history"),
    path("goals/", goals.goal_list, name="goal-list"),
    path("goals/new/", goals.goal_create, name="goal-create"),
    path("goals/<uuid:goal_id>/edit/", goals.goal_edit, name="goal-edit"),
    path("goals/<uuid:goal_id>/archive/", goals.goal_archive, name="goal-archive"),
    path("goals/<uuid:goal_id>/restore/", goals.goal_restore, name="goal-restore"),
    path("goals/<uuid:goal_id>/history/", history.goal_history, name="goal-history"),
    path("metrics/", metrics.metric_list, name="metric-list"),
    path("metrics/new/", metrics.metric_create, name="metric-create"),
    path("metrics/<uuid:metric_id>/edit/", metrics.metric_edit, name="metric-edit"),
]
