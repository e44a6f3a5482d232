"""Addresses of the budget, below /d/<slug>/budget/."""

from django.urls import path

from investments.views import (
    allocation_carry,
    allocations,
    entries,
    filings,
    funding_sources,
    ledger,
    rule_form,
    rules,
    uncoded,
    variance,
)

app_name = "investments"

urlpatterns = [
    path("", ledger.ledger_show, name="ledger-show"),
    path("history/", ledger.ledger_history, name="ledger-history"),
    path("variance/", variance.variance_show, name="variance-show"),
    path("rows/", entries.entry_list, name="entry-list"),
    path("counted/", entries.counted_list, name="counted-list"),
    path("files/", filings.filing_list, name="filing-list"),
    path("codes/", rule_form.code_list, name="code-list"),
    path("uncoded/", uncoded.uncoded_list, name="uncoded-list"),
    path("rules/", rules.rule_list, name="rule-list"),
    path("rules/new/", rule_form.rule_create, name="rule-create"),
    path("rules/preview/", rule_form.rule_preview, name="rule-preview"),
    path("rules/<uuid:rule_id>/edit/", rule_form.rule_edit, name="rule-edit"),
    path("rules/<uuid:rule_id>/move/", rules.rule_move, name="rule-move"),
    path("rules/<uuid:rule_id>/archive/", rules.rule_archive, name="rule-archive"),
    path("rules/<uuid:rule_id>/restore/", rules.rule_restore, name="rule-restore"),
    path("sources/", funding_sources.funding_source_list, name="funding-source-list"),
    path("sources/edit/", funding_sources.funding_source_edit, name="funding-source-edit"),
    path("allocations/", allocations.allocation_grid, name="allocation-grid"),
    path("allocations/carry/", allocation_carry.carry_over, name="allocation-carry"),
    path("allocations/carry/back/", allocation_carry.carry_back, name="allocation-carry-back"),
    path("allocations/along/back/", allocation_carry.along_back, name="allocation-along-back"),
    path("allocations/clear/", allocations.allocation_clear, name="allocation-clear"),
    path("allocations/undo/", allocations.allocation_undo, name="allocation-undo"),
]
