"""Coding rules: kept, refused, ordered, previewed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from districts.models import AuditEvent, Mark
from investments.models import CodingRule
from investments.recompute import ledger_cost
from investments.selectors import list_initiative_costs, list_rules
from investments.services import (
    CodingRefused,
    CostChange,
    NotThere,
    PreviewElsewhere,
    PreviewRow,
    RuleInput,
    archive_rule,
    create_rule,
    move_rule,
    preview_archive,
    preview_move,
    preview_rule,
    restore_rule,
    update_rule,
)
from strategy.models import Initiative
from tests.cast import Cast
from tests.investments.facts import make_filing, make_initiative, recompute

ROWS = [
    ("01", "3010", "5760", "1100", "70.25"),
    ("01", "3010", "1110", "1100", "1.00"),
    ("01", "6500", "5001", "5800", "30.50"),
    ("01", "0000", "1110", "1100", "400.00"),
]
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def title_i(in_bay: Cast) -> Initiative:
    make_filing(ROWS, fiscal_year=2023)
    make_filing(ROWS, fiscal_year=2024)
    return make_initiative("Title I")


def given(initiative: Initiative | None, **fields: Any) -> RuleInput:
    patterns = {key: fields.pop(key) for key in list(fields) if key in ("fund", "resource", "goal", "object")}
    return RuleInput(
        **{
            "name": "A rule",
            "initiative_id": initiative.pk if initiative else None,
            "patterns": patterns,
            **fields,
        }
    )


def order() -> list[str]:
    return [row.name for row in list_rules()]


def test_a_rule_is_kept_in_normal_form_marked_and_audited(title_i: Initiative) -> None:
    rule_id = create_rule(rule=given(title_i, name=" Both ", resource=" 3150 ,3010 "))
    row = CodingRule.objects.get(pk=rule_id)
    assert (row.name, row.patterns, row.share) == ("Both", {"resource": "3010,3150"}, Decimal(1))
    assert list(Mark.objects.values_list("target", "input")) == [("ledger_cost", "coding_rules")]
    events = AuditEvent.objects.filter(table_name="investments_codingrule", row_id=str(rule_id))
    assert [event.action for event in events] == ["insert"]


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"name": " "}, {"name": "Give the rule a name."}),
        (
            {"initiative_id": uuid4()},
            {"initiative": "Choose an initiative of this district that is not archived."},
        ),
        ({"band": "core"}, {"initiative": "A rule of this band has no initiative."}),
        ({"band": "other"}, {"band": "Choose an initiative, core, or cannot be split."}),
        ({"share": Decimal(0)}, {"share": "Give a share above 0% and up to 100%."}),
        ({"share": Decimal("1.01")}, {"share": "Give a share above 0% and up to 100%."}),
        (
            {"first_fiscal_year": 24},
            {"first_fiscal_year": "Give a fiscal year by the year it ends, such as 2024."},
        ),
        (
            {"first_fiscal_year": 2024, "last_fiscal_year": 2023},
            {"last_fiscal_year": "The last fiscal year must not come before the first."},
        ),
        (
            {"patterns": {"fund": "01-100"}},
            {"fund": "fund: both ends of the range 01-100 need the same number of digits."},
        ),
        (
            {"patterns": {}},
            {"patterns": "Name at least one code: a rule with every field blank would catch all dollars."},
        ),
    ],
)
def test_a_wrong_rule_is_refused_and_nothing_is_kept(
    title_i: Initiative, fields: dict[str, Any], errors: dict[str, str]
) -> None:
    with pytest.raises(CodingRefused) as caught:
        create_rule(rule=given(title_i, **{"resource": "3010", **fields}))
    assert caught.value.errors == errors
    assert (CodingRule.objects.count(), Mark.objects.count()) == (0, 0)


def test_shares_over_the_whole_of_an_account_are_refused_in_words(title_i: Initiative) -> None:
    create_rule(rule=given(title_i, name="Most", resource="3*", share=Decimal("0.6")))
    with pytest.raises(CodingRefused) as caught:
        create_rule(rule=given(title_i, name="More", goal="5*", share=Decimal("0.5")))
    assert caught.value.errors == {
        "share": "The shares of “Most” (60%) and “More” (50%) add up to 110% of account"
        " 01-3010-5760-1100 in FY2023. Lower one of them."
    }
    rule_id = create_rule(rule=given(title_i, name="More", goal="5*", share=Decimal("0.4")))
    with pytest.raises(CodingRefused):
        update_rule(rule_id=rule_id, rule=given(title_i, name="More", goal="5*", share=Decimal("0.41")))
    assert CodingRule.objects.get(pk=rule_id).share == Decimal("0.4")


def test_rules_stand_where_they_are_put_and_bands_come_last(title_i: Initiative) -> None:
    create_rule(rule=given(None, name="core", band="core", fund="01"))
    ids = {name: create_rule(rule=given(title_i, name=name, resource="3010")) for name in "abc"}
    assert order() == ["a", "b", "c", "core"]
    move_rule(rule_id=ids["c"], place=1)
    assert order() == ["c", "a", "b", "core"]
    for _ in range(12):
        move_rule(rule_id=ids["b"], place=2)
        move_rule(rule_id=ids["a"], place=2)
    assert order() == ["c", "a", "b", "core"]
    create_rule(rule=given(title_i, name="d", resource="1*", place=99))
    assert order() == ["c", "a", "b", "core", "d"]
    update_rule(rule_id=ids["c"], rule=given(title_i, name="c2", resource="3150"))
    assert order() == ["c2", "a", "b", "core", "d"]


def test_archiving_keeps_the_rule_and_restoring_puts_it_back(title_i: Initiative) -> None:
    ids = {name: create_rule(rule=given(title_i, name=name, resource="3010")) for name in "abc"}
    archive_rule(rule_id=ids["b"], now=NOW)
    archive_rule(rule_id=ids["b"], now=NOW)
    assert order() == ["a", "c"]
    assert [(row.name, row.is_archived) for row in list_rules(with_archived=True)] == [
        ("a", False),
        ("c", False),
        ("b", True),
    ]
    with pytest.raises(NotThere):
        update_rule(rule_id=ids["b"], rule=given(title_i, resource="1*"))
    restore_rule(rule_id=ids["b"])
    assert order() == ["a", "b", "c"]


@pytest.mark.parametrize(
    "act", [lambda pk: move_rule(rule_id=pk, place=1), lambda pk: preview_archive(rule_id=pk)]
)
def test_a_rule_that_is_not_there_answers_so(in_bay: Cast, act: Any) -> None:
    with pytest.raises(NotThere):
        act(uuid4())


def costs() -> dict[tuple[UUID, int], Decimal]:
    return {
        (pk, cost.fiscal_year): cost.counted
        for pk, found in list_initiative_costs().items()
        for cost in found.costs
    }


def test_a_preview_says_what_would_be_caught_elsewhere_and_changed(title_i: Initiative) -> None:
    create_rule(rule=given(title_i, name="Title I", resource="3010,3150"))
    special = make_initiative("Special education", kind="entitlement")
    preview = preview_rule(rule=given(special, name="Special", goal="5*", first_fiscal_year=2024))
    assert preview.rows == (
        PreviewRow(fiscal_year=2024, kind="actual", caught=Decimal("100.75"), counted=Decimal("30.50")),
    )
    assert preview.elsewhere == (
        PreviewElsewhere(rule_name="Title I", fiscal_year=2024, kind="actual", amount=Decimal("70.25")),
    )
    assert preview.changes == (
        CostChange(
            initiative_id=special.pk,
            name="Special education",
            fiscal_year=2024,
            kind="actual",
            before=Decimal("0.00"),
            after=Decimal("30.50"),
        ),
    )
    assert (preview.accounts, preview.changed_years) == (2, (2024,))
    assert order() == ["Title I"]


def test_a_preview_of_a_place_in_front_shows_who_loses(title_i: Initiative) -> None:
    create_rule(rule=given(title_i, name="Title I", resource="3010"))
    special = make_initiative("Special education", kind="entitlement")
    rule_id = create_rule(rule=given(special, name="Special", goal="5*"))
    moved = preview_move(rule_id=rule_id, place=1)
    assert [(one.name, one.fiscal_year, one.before, one.after) for one in moved.changes] == [
        ("Special education", 2023, Decimal("30.50"), Decimal("100.75")),
        ("Title I", 2023, Decimal("71.25"), Decimal("1.00")),
        ("Special education", 2024, Decimal("30.50"), Decimal("100.75")),
        ("Title I", 2024, Decimal("71.25"), Decimal("1.00")),
    ]
    archived = preview_archive(rule_id=rule_id)
    assert [(one.name, one.fiscal_year, one.change) for one in archived.changes] == [
        ("Special education", 2023, Decimal("-30.50")),
        ("Special education", 2024, Decimal("-30.50")),
    ]
    changed = preview_rule(
        rule=given(special, name="Special", goal="5*", last_fiscal_year=2023), rule_id=rule_id
    )
    assert changed.changed_years == (2024,)


def test_a_preview_equals_the_recompute_that_follows(title_i: Initiative) -> None:
    create_rule(rule=given(title_i, name="Title I", resource="3010", share=Decimal("0.33333333")))
    recompute(ledger_cost)
    before = costs()
    special = make_initiative("Special education", kind="entitlement")
    rule = given(special, name="Special", goal="5*", place=1)
    preview = preview_rule(rule=rule)
    create_rule(rule=rule)
    recompute(ledger_cost)
    after = costs()
    assert {(one.initiative_id, one.fiscal_year): (one.before, one.after) for one in preview.changes} == {
        key: (before.get(key, Decimal(0)), after.get(key, Decimal(0)))
        for key in before | after
        if before.get(key) != after.get(key)
    }
    assert preview.changes


def test_rules_are_listed_with_what_they_catch_and_who_has_the_rest(title_i: Initiative) -> None:
    first = create_rule(rule=given(title_i, name="Title I", resource="3010"))
    special = make_initiative("Special education", kind="entitlement")
    create_rule(rule=given(special, name="Special", goal="5*"))
    rows = list_rules(fiscal_year=2024, kind="actual")
    assert [(row.place, row.name, row.caught, row.counted) for row in rows] == [
        (1, "Title I", Decimal("71.25"), Decimal("71.25")),
        (2, "Special", Decimal("100.75"), Decimal("30.50")),
    ]
    (elsewhere,) = rows[1].elsewhere
    assert (elsewhere.rule_id, elsewhere.rule_name, elsewhere.amount) == (first, "Title I", Decimal("70.25"))
    assert [row.name for row in list_rules(initiative_id=special.pk)] == ["Special"]
