"""What people type on the data pages. Must not write, and must not read the database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

ALL_ERRORS, NAMED_ROWS = "all", "named"
_DASH = re.compile(r"\s?[-–]\s?")
_RANGE = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")


class ManyFilesInput(forms.FileInput):
    """A file field that takes several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files, none of them looked into; emptiness is judged file by file when they land."""

    widget = ManyFilesInput

    def clean(self, data: Any, _initial: Any = None) -> list[UploadedFile[Any]]:
        """Return every file that arrived. Raises ValidationError when there is none."""
        files = [one for one in (data if isinstance(data, list) else [data]) if one]
        if not files and self.required:
            raise forms.ValidationError("Choose at least one file.")
        return files


class UploadForm(forms.Form):
    """Files to upload."""

    chosen = ManyFilesField(
        label="Files to upload",
        allow_empty_file=True,
        help_text="A ledger or budget, a chart-of-accounts list, or results, as CSV, TSV, XLSX or the state's .dat export.",
    )

    def __init__(self, *args: Any, too_large: Sequence[str] = (), limit: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].widget.attrs.update(
            {"multiple": True, "accept": ".csv,.tsv,.txt,.tab,.dat,.xlsx"}
        )
        self.fields["chosen"].required = not too_large
        self.limit = limit


class UploadFilter(forms.Form):
    """What to show in the list of uploads."""

    q = forms.CharField(label="File or person", required=False, max_length=100)
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=(
            ("", "Any"),
            ("needs-you", "Needs a person"),
            ("working", "Being worked on"),
            ("imported", "Imported"),
            ("undone", "Undone"),
        ),
    )
    kind = forms.ChoiceField(label="Kind of file", required=False)

    def __init__(self, *args: Any, kinds: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "Any"), *kinds]  # type: ignore[attr-defined]

    def read(self) -> dict[str, str]:
        """Return what was asked for, nothing where it cannot be read."""
        self.is_valid()
        asked = self.cleaned_data
        return {"text": asked.get("q", ""), "group": asked.get("state", ""), "kind": asked.get("kind", "")}


class ProblemFilter(forms.Form):
    """What to show of problems across uploads."""

    q = forms.CharField(label="File, column or reason", required=False, max_length=100)
    severity = forms.ChoiceField(
        label="Show",
        required=False,
        choices=(
            ("", "Everything"),
            ("error", "Errors"),
            ("warning", "Warnings"),
            ("leftout", "Rows left out"),
        ),
    )

    def read(self) -> dict[str, str]:
        """Return what was asked for, nothing where it cannot be read."""
        self.is_valid()
        return {"text": self.cleaned_data.get("q", ""), "severity": self.cleaned_data.get("severity", "")}


class KindForm(forms.Form):
    """What kind of file an upload is."""

    kind = forms.ChoiceField(
        label="What is in this file?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is in the file."},
    )

    def __init__(self, *args: Any, kinds: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(kinds)  # type: ignore[attr-defined]


class FilingDateForm(forms.Form):
    """The day a file was filed, where the file does not say it."""

    filed_on = forms.DateField(
        label="Filing date",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Write the day as 2026-06-30."},
    )


class TakeAlongForm(forms.Form):
    """That what people entered on an upload comes along when it is undone; `seen` is what they saw of it."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=4_000)
    take_along = forms.BooleanField()

    def __init__(self, *args: Any, name: str, files: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["take_along"]
        field.label = f"Yes, take the {name} along to {' and '.join(f'“{one}”' for one in files)}"
        field.error_messages["required"] = (
            f"Say that the {name} shall come along. Nothing is undone while they rest on this upload."
        )


class MapNameForm(forms.Form):
    """What a saved map is called."""

    name = forms.CharField(
        label="Name",
        max_length=120,
        help_text="For instance the system the file comes from, and how often.",
        error_messages={"required": "Give the map a name."},
    )


class LeaveOutForm(forms.Form):
    """Which rows with errors to leave out."""

    which = forms.ChoiceField(
        label="Which rows?",
        widget=forms.RadioSelect,
        error_messages={"required": "Say which rows to leave out."},
    )
    rows = forms.CharField(
        label="Row numbers",
        required=False,
        max_length=20_000,
        help_text="Only when you leave out some of them, for instance: 5, 12-14",
    )

    def __init__(self, *args: Any, error_rows: frozenset[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.error_rows = error_rows
        count = f"{len(error_rows):,} rows" if len(error_rows) != 1 else "row"
        self.fields["which"].choices = [  # type: ignore[attr-defined]
            (ALL_ERRORS, f"All {count} with errors" if len(error_rows) != 1 else "The row with an error"),
            (NAMED_ROWS, "Only the rows I name"),
        ]

    def clean(self) -> dict[str, Any]:
        """Turn the answer into row numbers."""
        asked = super().clean() or {}
        if asked.get("which") == ALL_ERRORS:
            asked["row_numbers"] = self.error_rows
        elif asked.get("which") == NAMED_ROWS:
            asked["row_numbers"] = self._named(asked.get("rows", ""))
        return asked

    def _named(self, text: str) -> frozenset[int]:
        pieces = re.split(r"[,;\s]+", _DASH.sub("-", text.strip()))
        ranges = [_RANGE.fullmatch(piece) for piece in pieces]
        named: set[int] = set()
        for piece, match in zip(pieces, ranges, strict=True):
            if match is None:
                self.add_error("rows", "Write row numbers with commas between them, for instance: 5, 12-14")
                return frozenset()
            low, high = int(match[1]), int(match[2] or match[1])
            inside = {row for row in self.error_rows if low <= row <= high}
            if not inside:
                self.add_error("rows", f"Row {piece} has no error of its own.")
            named |= inside
        return frozenset(named)


def describe_rows(rows: Iterable[int], *, most: int = 40) -> str:
    """Write row numbers as people do: 5, 12-14 and 20; past `most` pieces, how many more there are."""
    pieces: list[tuple[int, int]] = []
    for row in sorted(rows):
        if pieces and row == pieces[-1][1] + 1:
            pieces[-1] = (pieces[-1][0], row)
        else:
            pieces.append((row, row))
    words = [f"{a:,}" if a == b else f"{a:,}–{b:,}" for a, b in pieces[:most]]
    left = sum(b - a + 1 for a, b in pieces[most:])
    return ", ".join(words) + (f" and {left:,} more" if left else "")
