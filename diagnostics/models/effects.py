"""What can be said of an initiative: its effect, verdict and return; must not compute or judge."""

from django.db import models

from districts.models.work import ResultModel, result_table
from districts.tenancy import parent_key


class Effect(ResultModel):
    """Result: the estimate of an initiative's effect on its plan's metric, as of one look at the data.

    Numbers are in the unit named, better is up; NULL where the design gives none. The printed interval is
    CR2's. `gates` lists each gate with the number behind it; `series` the served and comparison schools over
    time, as pages may show them.
    """

    initiative = parent_key("strategy.Initiative")
    plan = parent_key("diagnostics.EvaluationPlan")
    design = models.CharField(max_length=30)
    method = models.CharField(max_length=120, blank=True)
    unit = models.CharField(max_length=20)
    outcome_year = models.PositiveSmallIntegerField(null=True)
    is_early_look = models.BooleanField(default=False)
    estimate = models.FloatField(null=True)
    standard_error = models.FloatField(null=True)
    degrees_of_freedom = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    low_80 = models.FloatField(null=True)
    bar = models.FloatField(null=True)
    students_treated = models.PositiveIntegerField(null=True)
    students_comparison = models.PositiveIntegerField(null=True)
    clusters_treated = models.PositiveIntegerField(null=True)
    clusters_comparison = models.PositiveIntegerField(null=True)
    p_cr2 = models.FloatField(null=True)
    p_bootstrap = models.FloatField(null=True)
    p_permutation = models.FloatField(null=True)
    placebo_rank = models.PositiveIntegerField(null=True)
    placebos = models.PositiveIntegerField(null=True)
    pre_periods = models.PositiveSmallIntegerField(null=True)
    worst_pre_period = models.FloatField(null=True)
    baseline_difference = models.FloatField(null=True)
    expected_regression = models.FloatField(null=True)
    students_needed = models.PositiveIntegerField(null=True)
    gates = models.JSONField(default=list)
    series = models.JSONField(default=list)
    note = models.CharField(max_length=500, blank=True)
    facts = models.JSONField(
        default=dict,
        help_text="What is known besides the estimate: schools left out, how much of it by which count, words.",
    )
    inputs = models.CharField(
        max_length=64, blank=True, help_text="Of the data and the plan alone, whatever the method's version."
    )
    fingerprint = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            *result_table(
                "effect",
                parents={"initiative": "strategy.Initiative", "plan": "diagnostics.EvaluationPlan"},
            )
        ]


class InitiativeReturn(ResultModel):
    """Result: what can be said of an initiative's return, and why not more."""

    initiative = parent_key("strategy.Initiative")
    verdict = models.CharField(max_length=40)
    sentence = models.TextField()
    reason = models.TextField()
    known = models.JSONField(default=list)
    next_step = models.TextField(blank=True)
    rule = models.CharField(max_length=10, blank=True)
    plan = parent_key("diagnostics.EvaluationPlan", null=True)
    is_early_look = models.BooleanField(default=False)
    is_capped = models.BooleanField(default=False)
    issue = models.PositiveSmallIntegerField(
        default=0,
        help_text="Which version of the verdict at the planned look this is; 0: none is issued yet.",
    )
    issued_for = models.CharField(
        max_length=64, blank=True, help_text="Stands for the evidence that an issued verdict rests on."
    )
    ratio = models.JSONField(
        default=dict,
        help_text="Cost per student, effect per $1,000 and cost per SD with their years, students and units; or"
        " why there is none.",
    )

    class Meta:
        constraints = [
            *result_table(
                "initiativereturn",
                parents={"initiative": "strategy.Initiative", "plan": "diagnostics.EvaluationPlan"},
            )
        ]
