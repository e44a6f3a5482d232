"""The form of a coding rule, and what it becomes; whether it may be kept is the service's to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django import forms

from districts import formatting
from investments.models import AmountKind, CodingRule
from investments.segments import SEGMENTS
from investments.selectors import FilingName, RuleRow, Segment
from investments.selectors.initiatives import InitiativeName
from investments.services import RuleInput
from strategy.forms.widgets import PlainForm, text_field

MAIN_SEGMENTS: Final = ("fund", "resource", "goal", "function", "object")
EXAMPLES: Final = {
    "fund": "For example 01, or 20-59.",
    "resource": "For example 3010, or 3010,3150 for two, or 6500-6599.",
    "goal": "The state's account code, not a strategic goal. 5* means every code that begins with 5.",
    "function": "For example 1000-1999 for instruction.",
    "object": "For example 1000-1999 for certificated salaries.",
}
BANDS: Final = (
    (CodingRule.Band.CORE, "Core operations (no initiative)"),
    (CodingRule.Band.NOT_SPLIT, "Cannot be split in this file (no initiative)"),
)


class RuleForm(PlainForm):
    """Whose the dollars are, which accounts, what share, which years."""

    name = text_field(label="Name of the rule", required="Give the rule a name.")
    owner = forms.ChoiceField(
        label="Whose dollars they are", error_messages={"required": "Choose whose dollars these are."}
    )
    share = forms.DecimalField(
        label="Share, in percent",
        min_value=Decimal("0.000001"),
        max_value=Decimal(100),
        max_digits=9,
        decimal_places=6,
        help_text="100 takes all that earlier rules left. Less takes that part of each account.",
        error_messages={
            "required": "Give a share above 0% and up to 100%.",
            "invalid": "Give a share in percent, such as 40.",
            "min_value": "Give a share above 0%% and up to 100%%.",
            "max_value": "Give a share above 0%% and up to 100%%.",
        },
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "input-short"}),
    )
    first_fiscal_year = forms.IntegerField(
        label="First fiscal year",
        required=False,
        help_text="By the year it ends, such as 2024. Empty: since ever.",
        error_messages={"invalid": "Give a fiscal year by the year it ends, such as 2024."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input-short"}),
    )
    last_fiscal_year = forms.IntegerField(
        label="Last fiscal year",
        required=False,
        help_text="Empty: until it is changed.",
        error_messages={"invalid": "Give a fiscal year by the year it ends, such as 2024."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input-short"}),
    )

    def __init__(
        self, *args: Any, initiatives: Sequence[InitiativeName], segments: Sequence[Segment], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in initiatives:
            groups.setdefault(one.kind, []).append((str(one.id), one.name))
        choices: list[Any] = [("", "Choose one"), *groups.items(), ("Nobody's initiative", list(BANDS))]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]
        for segment in segments:
            self.fields[segment.name] = forms.CharField(
                label=segment.label,
                required=False,
                max_length=400,
                help_text=EXAMPLES.get(segment.name, ""),
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )
        self._segments = [segment.name for segment in segments]

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """The segments most rules name."""
        return [self[name] for name in self._segments if name in MAIN_SEGMENTS]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """The segments few rules name."""
        return [self[name] for name in self._segments if name not in MAIN_SEGMENTS]

    @property
    def has_other_values(self) -> bool:
        return any(field.value() or field.errors for field in self.other_fields)

    def to_input(self) -> RuleInput:
        """Return what the service takes; the form must be valid."""
        given = self.cleaned_data
        band = given["owner"] if given["owner"] in dict(BANDS) else CodingRule.Band.CODED
        return RuleInput(
            name=given["name"],
            initiative_id=UUID(given["owner"]) if band == CodingRule.Band.CODED else None,
            band=band,
            patterns={name: given[name] for name in self._segments if given.get(name, "").strip()},
            share=given["share"] / 100,
            first_fiscal_year=given["first_fiscal_year"],
            last_fiscal_year=given["last_fiscal_year"],
        )


def complete(data: Mapping[str, str]) -> dict[str, str]:
    """Fill in what a half-typed rule lacks, so that what it would catch can be shown all the same."""
    typed = {name: value for name, value in data.items() if value}
    typed["name"] = typed.get("name", "").strip() or "This rule"
    typed["owner"] = typed.get("owner") or CodingRule.Band.CORE
    typed["share"] = typed.get("share", "").strip() or "100"
    return typed


def add_code(*, data: Mapping[str, str], chosen: str) -> dict[str, str]:
    """Return what was typed with one code added to its segment; `chosen` is `resource:3010`."""
    typed = dict(data)
    segment, _, code = chosen.partition(":")
    if segment not in SEGMENTS or not code:
        return typed
    held = [term.strip() for term in typed.get(segment, "").split(",") if term.strip()]
    if code not in held:
        held.append(code)
    return typed | {segment: ",".join(held)}


def initial_of(rule: RuleRow) -> dict[str, Any]:
    """Return the form's values of a rule that exists."""
    percent = (rule.share * 100).normalize()
    return {
        "name": rule.name,
        "owner": str(rule.initiative_id) if rule.initiative_id else rule.band,
        "share": f"{percent:f}",
        "first_fiscal_year": rule.first_fiscal_year,
        "last_fiscal_year": rule.last_fiscal_year,
        **dict(rule.patterns),
    }


class SliceForm(PlainForm):
    """One year and kind of amount, of those the district has."""

    slice = forms.ChoiceField(label="Dollars of", required=False)
    state = forms.ChoiceField(
        label="Rules", required=False, choices=[("", "In force"), ("archived", "Archived too")]
    )

    def __init__(
        self,
        *args: Any,
        filings: Sequence[FilingName],
        chosen: tuple[int, str] | None,
        state: str = "",
        has_state: bool = True,
        **kwargs: Any,
    ) -> None:
        value = f"{chosen[0]}-{chosen[1]}" if chosen else ""
        super().__init__(*args, data={"slice": value, "state": state}, **kwargs)
        pairs = {
            f"{one.fiscal_year}-{one.kind}": f"{formatting.fiscal_year(one.fiscal_year)}"
            f" {AmountKind(one.kind).label.lower()}"
            for one in sorted(filings, key=lambda one: (-one.fiscal_year, one.kind))
        }
        self.fields["slice"].choices = list(pairs.items())  # type: ignore[attr-defined]
        if not has_state:
            del self.fields["state"]


def read_slice(*, query: Mapping[str, str], filings: Sequence[FilingName]) -> tuple[int, str] | None:
    """Read a year and kind from an address: `slice`, or `year` and `kind`; else the newest actuals. None: no ledger."""
    held = [(one.fiscal_year, one.kind) for one in filings]
    year, _, kind = query.get("slice", "").partition("-")
    if not year:
        year, kind = query.get("year", ""), query.get("kind", "")
    if year.isascii() and year.isdigit() and (int(year), kind) in held:
        return int(year), kind
    actual = [one for one in held if one[1] == AmountKind.ACTUAL]
    others = [one for one in held if one[1] != AmountKind.EARMARK]
    return max(actual, default=max(others, default=max(held, default=None)))
