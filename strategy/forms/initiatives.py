"""The form of an initiative, with the schools a person can search and tick; must not write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from strategy.forms.measures import GradesField
from strategy.forms.widgets import PlainForm, choice_field, day_field, long_text_field, text_field
from strategy.selectors import Choices, SchoolChoice
from strategy.services.initiatives import MISSING, InitiativeInput

LEAST_WORDS = 4
KINDS = (
    ("initiative", "Initiative: chosen to reach a strategic goal"),
    ("entitlement", "Entitlement: owed by law, such as special education"),
    ("general_support", "General support: keeps schools running"),
    ("pass_through", "Pass-through: money for others"),
)


@dataclass(frozen=True, kw_only=True)
class SchoolPick:
    """The list of schools to tick: those found and those ticked."""

    text: str
    shown: tuple[tuple[SchoolChoice, bool], ...]
    chosen_count: int
    school_count: int


class InitiativeForm(PlainForm):
    """An initiative: goal, why it should work, whom it serves, and the review agreed beforehand."""

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.every_school = choices.schools
        self._offer("goal", choices.goals, "Choose one")
        self._offer("owner", choices.owners, "Nobody yet")
        self._offer("department", choices.departments, "None")
        schools = [(str(school.id), school.name) for school in choices.schools]
        self.fields["schools"].choices = schools  # type: ignore[attr-defined]

    name = text_field(label="Name", required=MISSING["name"])
    goal = choice_field(label="Strategic goal it serves", pairs=(), required=MISSING["goal"])
    kind = choice_field(
        label="Kind",
        pairs=KINDS,
        required=MISSING["kind"],
        help_text="Only an initiative gets a verdict on its effect; the others get cost and trend.",
    )
    theory_of_action = long_text_field(
        label="Theory of action",
        required=MISSING["theory_of_action"],
        help_text="If we do this, then that will change, because …",
    )
    owner = choice_field(label="Owner", pairs=(), help_text="The person who answers for it.")
    department = choice_field(label="Department", pairs=())
    grades = GradesField(
        label="Grades", help_text="For example TK-5 or 9-12. Empty: all.", required=False, max_length=60
    )
    groups = text_field(label="Students", help_text="Which students it is for, in words. Empty: all.")
    schools = forms.MultipleChoiceField(
        label="Schools", required=False, error_messages={"invalid_choice": "Choose schools of this district."}
    )
    schools_source = text_field(
        label="How we know these schools", help_text="For example: site allocations 2022-23."
    )
    serves_from = day_field(label="Serves from")
    serves_to = day_field(label="Serves to", help_text="Empty: no end is planned.")
    review_on = day_field(label="Review date", required=MISSING["review_on"])
    review_rule = long_text_field(
        label="Review rule",
        required=MISSING["review_rule"],
        help_text="Agreed beforehand: what the result must be to go on, to change or to stop.",
        rows=3,
    )
    origin_note = text_field(
        label="Where it comes from", help_text="For example: board resolution 24-113.", most=300
    )

    def pick_schools(self, *, text: str) -> SchoolPick:
        """Return the schools whose name or level holds `text`, and before them those already ticked."""
        chosen = {str(value) for value in self["schools"].value() or ()}
        wanted = text.strip().casefold()
        pairs = [(school, str(school.id) in chosen) for school in self.every_school]
        found = [pair for pair in pairs if pair[1] or wanted in f"{pair[0].name} {pair[0].level}".casefold()]
        return SchoolPick(
            text=text,
            shown=tuple(sorted(found, key=lambda pair: not pair[1])),
            chosen_count=len(chosen),
            school_count=len(pairs),
        )

    def clean_review_rule(self) -> str:
        """Refuse a rule that says nothing."""
        rule = str(self.cleaned_data["review_rule"])
        if len(rule.split()) < LEAST_WORDS:
            raise forms.ValidationError(f"“{rule}” is no rule yet. {MISSING['review_rule']}")
        return rule

    def to_input(self) -> InitiativeInput:
        """Return what the service takes; of a form with errors, as far as it could be read."""
        empty: dict[str, Any] = {"owner": "", "department": "", "goal": "", "schools": ()}
        given = {**empty, **self.cleaned_data}
        owner, department, goal = given.pop("owner"), given.pop("department"), given.pop("goal")
        return InitiativeInput(
            goal_id=UUID(goal) if goal else None,
            owner_id=int(owner) if owner else None,
            department_id=UUID(department) if department else None,
            school_ids=tuple(UUID(school) for school in given.pop("schools")),
            **given,
        )

    def _offer(self, name: str, pairs: tuple[tuple[str, str], ...], empty: str) -> None:
        self.fields[name].choices = [("", empty), *pairs]  # type: ignore[attr-defined]


def is_search(data: QueryDict) -> bool:
    """Say whether a person looks for schools: by the button, or by Enter on words not looked for yet."""
    return "find_schools" in data or data.get("find_text", "") != data.get("found_text", "")


def typed_so_far(data: QueryDict) -> dict[str, Any]:
    """Return what a person has typed, to show the form again without judging it."""
    typed: dict[str, Any] = {name: data.get(name, "") for name in InitiativeForm.base_fields}
    return typed | {"schools": data.getlist("schools")}


def initial_of(initiative: Any) -> dict[str, Any]:
    """Return the form's values of an initiative that exists."""
    plain = {
        name: getattr(initiative, name) for name in InitiativeForm.base_fields if hasattr(initiative, name)
    }
    return plain | {
        "goal": str(initiative.goal_id),
        "owner": str(initiative.owner_id or ""),
        "department": str(initiative.department_id or ""),
        "schools": [str(school) for school in initiative.school_ids],
    }
