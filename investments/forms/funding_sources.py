"""The form of a funding source's conditions; whether they may be kept is the service's to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django import forms

from investments.forms.ledger import words_match
from investments.selectors import FundingSourceRow
from investments.services.funding_sources import FundingConditions
from strategy.forms.widgets import PlainForm, choice_field, day_field, text_field

NOT_SAID: Final = "Not said yet"
RESTRICTED: Final = (("yes", "Restricted: only for what its giver allows"), ("no", "Unrestricted"))
RECURRING: Final = (("yes", "Recurring: expected every year"), ("no", "One-time"))
_ANSWERS: Final = {"yes": True, "no": False, "": None}


class FundingSourceForm(PlainForm):
    """The source its page names: what it is called, whether restricted, whether recurring, until when."""

    title = text_field(label="Title", help_text="Empty: as the chart of accounts calls it.", most=250)
    is_restricted = choice_field(label="Restriction", pairs=RESTRICTED, empty=NOT_SAID)
    is_recurring = choice_field(label="Recurring or one-time", pairs=RECURRING, empty=NOT_SAID)
    expires_on = day_field(label="Last day to spend it", help_text="Leave empty where it does not expire.")

    def conditions(self) -> FundingConditions:
        """Return what was typed, after `is_valid`."""
        given = self.cleaned_data
        return FundingConditions(
            title=given["title"],
            is_restricted=_ANSWERS[given["is_restricted"]],
            is_recurring=_ANSWERS[given["is_recurring"]],
            expires_on=given["expires_on"],
        )


class SourceFilter(PlainForm):
    """Search among funding sources."""

    q = forms.CharField(label="Code or title", required=False, max_length=200)
    said = forms.ChoiceField(
        label="Conditions", required=False, choices=[("", "All"), ("no", "Not said yet"), ("yes", "Said")]
    )


def chosen(sources: Sequence[FundingSourceRow], *, text: str, said: str) -> tuple[FundingSourceRow, ...]:
    """Keep the sources that a search names."""
    kept = words_match(text=text, candidates=[(one.code, one.title) for one in sources])
    return tuple(
        one
        for one, is_kept in zip(sources, kept, strict=True)
        if is_kept and said in ("", "yes" if one.is_said else "no")
    )


def initial_of(one: FundingSourceRow) -> dict[str, object]:
    """Return the form's values of a source."""
    words = {True: "yes", False: "no", None: ""}
    return {
        "title": one.own_title,
        "is_restricted": words[one.is_restricted],
        "is_recurring": words[one.is_recurring],
        "expires_on": one.expires_on,
    }
