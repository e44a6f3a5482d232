"""The mapping page as forms: where the table stands, and one question for each thing to know.

Must not read the file or the database: samples and questions come in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from districts.landing.kinds import FileMap, MapField, MapIncomplete, parse_day, split_lines
from districts.landing.layout import is_total_row
from districts.landing.reader import ReadOptions, Sample

PREFIX = "q-"
NO_HEADER = "0"
NOT_HERE = "Not in this file"
DELIMITERS = ((",", "Comma"), ("\t", "Tab"), (";", "Semicolon"), ("|", "Bar |"), ("^", "Caret ^"))
ENCODINGS = (
    ("utf-8", "Unicode (UTF-8)"),
    ("cp1252", "Western European (Windows-1252)"),
    ("latin-1", "Western European (Latin-1)"),
    ("utf-16", "Unicode (UTF-16)"),
)
_EXAMPLES = 3
_MOST_PARTS = 14
_LONGEST_EXAMPLE = 48


class LayoutForm(forms.Form):
    """Where the table stands in the file; sent by GET, since it writes nothing."""

    sheet = forms.ChoiceField(label="Sheet", required=False)
    header_row = forms.ChoiceField(label="Row with the column names", required=False)
    delimiter = forms.ChoiceField(
        label="Character between cells", required=False, choices=DELIMITERS, initial=","
    )
    encoding = forms.ChoiceField(label="Text encoding", required=False)

    def __init__(self, data: Any = None, *, sample: Sample) -> None:
        asked = data if data is not None and any(name in data for name in self.base_fields) else None
        super().__init__(asked, initial=_layout_of(sample))
        self._offer(sample)

    def _offer(self, sample: Sample) -> None:
        fields: Any = self.fields
        fields["header_row"].choices = [
            *((str(number), f"Row {number}: {_words(cells)}") for number, cells in sample.head if any(cells)),
            (NO_HEADER, "None: the first row is data"),
        ]
        fields["sheet"].choices = [(name, name) for name in sample.sheets]
        known = dict(ENCODINGS)
        encodings = list(ENCODINGS)
        if sample.encoding and sample.encoding not in known:
            encodings.insert(0, (sample.encoding, _encoding_words(sample.encoding)))
        fields["encoding"].choices = encodings
        if sample.format == "xlsx":
            del fields["delimiter"], fields["encoding"]
        if len(sample.sheets) < 2:
            del fields["sheet"]

    def options(self, before: ReadOptions) -> ReadOptions:
        """Return the layout asked for; what was not asked, or cannot be read, stays as it was.

        On another sheet, or with other characters, the old header row means nothing.
        """
        if not self.is_bound:
            return before
        self.is_valid()
        asked = self.cleaned_data
        row = asked.get("header_row") or ""
        options = replace(
            before,
            sheet=asked.get("sheet") or before.sheet,
            delimiter=asked.get("delimiter") or before.delimiter,
            encoding=asked.get("encoding") or before.encoding,
            header_row=int(row) if row else before.header_row,
        )
        is_moved = {"sheet", "delimiter", "encoding"} & set(self.changed_data)
        return replace(options, header_row=None) if is_moved else options


def _layout_of(sample: Sample) -> dict[str, str]:
    return {
        "sheet": sample.sheet,
        "header_row": NO_HEADER if sample.header_row is None else str(sample.header_row),
        "delimiter": sample.delimiter,
        "encoding": sample.encoding,
    }


def _words(cells: Sequence[str]) -> str:
    text = ", ".join(cell for cell in cells if cell)
    return text if len(text) <= 70 else f"{text[:69]}…"


def _encoding_words(encoding: str) -> str:
    return "Unicode (UTF-8 with a mark)" if encoding == "utf-8-sig" else encoding.upper()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The pieces of a combined column; `cut` says which column and how, to notice a change."""

    name: str
    cut: str
    fields: tuple[BoundField, ...]
    is_stale: bool


@dataclass(frozen=True, kw_only=True)
class Block:
    """Questions that answer their group in one way; closed when another way is answered."""

    title: str
    fields: tuple[BoundField, ...]
    is_open: bool
    parts: Parts | None = None


@dataclass(frozen=True, kw_only=True)
class QuestionGroup:
    """Questions about one thing."""

    title: str
    intro: str
    blocks: tuple[Block, ...]


class MapForm(forms.Form):
    """One field for each question of a kind, filled with what was guessed or saved."""

    def __init__(
        self, data: Any = None, *, questions: Sequence[MapField], sample: Sample, file_map: FileMap
    ) -> None:
        super().__init__(data)
        self.questions, self.sample, self._known = tuple(questions), sample, file_map
        self._parts: dict[str, int] = {}
        self._cut_anew: set[str] = set()
        for question in self.questions:
            if question.type == "parts":
                self._add_parts(question)
            else:
                self.fields[PREFIX + question.name] = self._make(question)

    def _answer(self, name: str) -> str:
        if self.is_bound:
            return str(self.data.get(PREFIX + name, ""))
        return str(self._known.values.get(name) or "")

    def _make(self, question: MapField) -> forms.Field:
        common: dict[str, Any] = {
            "label": question.label,
            "help_text": question.help,
            "required": question.is_required,
            "initial": self._known.values.get(question.name) or question.initial,
            "error_messages": {"required": f"Answer «{question.label}» to go on."},
        }
        if question.type == "column":
            common["error_messages"]["invalid_choice"] = "This file has no such column. Choose another."
            return forms.ChoiceField(choices=self._columns(), **common)
        if question.type == "choice":
            blank = [] if question.initial else [("", "Not answered")]
            return forms.ChoiceField(choices=[*blank, *question.choices], **common)
        if question.type == "several":
            common["initial"] = split_lines(str(common["initial"]))
            return forms.MultipleChoiceField(
                choices=question.choices, widget=forms.CheckboxSelectMultiple, **common
            )
        if question.type == "date":
            return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}), max_length=10, **common)
        if question.type == "number":
            widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "maps__short"})
            return forms.CharField(widget=widget, max_length=20, **common)
        return forms.CharField(max_length=200, **common)

    def _columns(self) -> list[tuple[str, str]]:
        found = [("", NOT_HERE)]
        for name in self.sample.columns:
            examples = ", ".join(list(dict.fromkeys(self._values(name)))[:_EXAMPLES])
            if len(examples) > _LONGEST_EXAMPLE:
                examples = f"{examples[: _LONGEST_EXAMPLE - 1]}…"
            found.append((name, f"{name}: {examples}" if examples else f"{name} (empty)"))
        return found

    def _values(self, column: str) -> list[str]:
        """Return the filled cells of a column in the sample's rows of data, total rows left out."""
        at, width = self.sample.columns.index(column), len(self.sample.columns)
        return [
            row[at]
            for row in self.sample.rows
            if len(row) > at and row[at] and not is_total_row(row, width=width)
        ]

    def _add_parts(self, question: MapField) -> None:
        """Ask for each piece of a combined column; one line of text where nothing separates them."""
        column, delimiter = self._answer(question.of), self._answer(question.split_by)
        pieces = self._pieces(column, delimiter)
        self._parts[question.name] = len(pieces)
        if not pieces:
            self.fields[PREFIX + question.name] = self._make(replace(question, type="text", choices=()))
            return
        known = [one.split(":")[0].strip() for one in self._known.get(question.name).split(",")]
        if self._is_stale(question):
            self._cut_anew.add(question.name)
            self._answer_parts(question, known if len(known) == len(pieces) else [])
        for number, examples in enumerate(pieces, start=1):
            choices = [("", "Not answered"), *question.choices]
            self.fields[f"{PREFIX}{question.name}-{number}"] = forms.ChoiceField(
                label=f"Part {number}: {examples}",
                choices=choices,
                required=False,
                initial=known[number - 1] if number <= len(known) else "",
            )

    def _is_stale(self, question: MapField) -> bool:
        cut = self.data.get(f"{PREFIX}{question.name}-cut") if self.is_bound else None
        return cut is not None and cut != self._cut(question)

    def _cut(self, question: MapField) -> str:
        return f"{self._answer(question.split_by)}{self._answer(question.of)}"

    def _answer_parts(self, question: MapField, answers: Sequence[str]) -> None:
        """Start the pieces of a column that is cut anew from what is known, else from nothing."""
        data = self.data.copy()  # type: ignore[attr-defined]
        for number in range(1, _MOST_PARTS + 1):
            known = answers[number - 1] if number <= len(answers) else ""
            data[f"{PREFIX}{question.name}-{number}"] = known
        self.data = data

    def _pieces(self, column: str, delimiter: str) -> list[str]:
        if not column or not delimiter or column not in self.sample.columns:
            return []
        split = [value.split(delimiter) for value in self._values(column)]
        counts = Counter(len(pieces) for pieces in split)
        if not counts:
            return []
        usual = counts.most_common(1)[0][0]
        if not 1 < usual <= _MOST_PARTS:
            return []
        rows = [[piece.strip() for piece in pieces] for pieces in split if len(pieces) == usual]
        return [", ".join(list(dict.fromkeys(row[n] for row in rows))[:_EXAMPLES]) for n in range(usual)]

    def clean(self) -> dict[str, Any]:
        """Check dates and parts here, so that every question says at once what is wrong with it."""
        asked = super().clean() or {}
        for question in self.questions:
            if question.type == "date" and asked.get(PREFIX + question.name):
                try:
                    parse_day(asked[PREFIX + question.name], label=question.label)
                except MapIncomplete as error:
                    self.add_error(PREFIX + question.name, error.message)
            if question.type == "parts" and self._answer(question.of):
                self._check_parts(question, asked)
        return asked

    def _check_parts(self, question: MapField, asked: Mapping[str, Any]) -> None:
        names = [f"{PREFIX}{question.name}-{n}" for n in range(1, self._parts[question.name] + 1)]
        seen: set[str] = set()
        for name in names:
            answer = asked.get(name, "")
            if not answer and question.name not in self._cut_anew:
                self.add_error(name, "Say what this part is, or leave it out.")
            elif answer in seen and answer != "skip":
                self.add_error(name, "Another part is this already.")
            seen.add(answer)

    def to_map(self, options: ReadOptions) -> FileMap:
        """Return the answers as a map, the invalid ones as they were typed."""
        values: dict[str, str] = {}
        for question in self.questions:
            number = self._parts.get(question.name, 0)
            if question.type == "parts" and number:
                names = [f"{PREFIX}{question.name}-{n}" for n in range(1, number + 1)]
                pieces = [self._typed(name) or "unanswered" for name in names]
                values[question.name] = ", ".join(pieces)
            else:
                values[question.name] = self._typed(PREFIX + question.name)
        return FileMap(options=options, values={name: value for name, value in values.items() if value})

    def _typed(self, name: str) -> str:
        if isinstance(self.fields.get(name), forms.MultipleChoiceField):
            chosen: Sequence[str] = self[name].value() or ()
            return "\n".join(chosen)
        if self.is_bound:
            return str(self.data.get(name, ""))
        return str(self[name].initial or "")

    def refuse(self, error: MapIncomplete) -> None:
        """Show what a map lacks next to the question it is about."""
        self.add_error(self.field_of(error) or None, error.message)

    def field_of(self, error: MapIncomplete) -> str:
        """Name the field that shows the question an error is about; empty when it is about none."""
        name = PREFIX + error.field
        names = (name, f"{name}-1")
        return next((one for one in names if one in self.fields), "")

    def groups(self, intros: Mapping[str, str]) -> tuple[QuestionGroup, ...]:
        """Return the questions as they stand on the page."""
        found = []
        everywhere = {one.way for one in self.questions if one.way and self._is_answered(one)}
        for title, questions in groupby(self.questions, key=lambda one: one.group):
            members = list(questions)
            ways = [(way, list(fields)) for way, fields in groupby(members, key=lambda one: one.way)]
            answered = {way for way, fields in ways if way and any(map(self._is_answered, fields))}
            answered |= everywhere & {one.unless for one in members}
            found.append(
                QuestionGroup(
                    title=title,
                    intro=intros.get(title, ""),
                    blocks=tuple(self._block(way, fields, answered) for way, fields in ways),
                )
            )
        return tuple(found)

    def _block(self, way: str, questions: Sequence[MapField], answered: set[str]) -> Block:
        fields = tuple(field for one in questions if one.type != "parts" for field in self._fields_of(one))
        parts = next((self._parts_of(one) for one in questions if one.type == "parts"), None)
        errors = [field for field in (*fields, *(parts.fields if parts else ())) if field.errors]
        is_rare = all(question.is_rare for question in questions)
        others = answered - {way}
        is_open = not way or way in answered or bool(errors) or not (others or is_rare)
        return Block(title=way, fields=fields, is_open=is_open, parts=parts)

    def _parts_of(self, question: MapField) -> Parts:
        return Parts(
            name=f"{PREFIX}{question.name}",
            cut=self._cut(question),
            fields=tuple(self._fields_of(question)),
            is_stale=self._is_stale(question),
        )

    def stale_parts(self) -> tuple[Parts, ...]:
        """Return the pieces that must be asked anew, since another column or character cuts them."""
        every = [self._parts_of(one) for one in self.questions if one.type == "parts"]
        return tuple(parts for parts in every if parts.is_stale)

    def _fields_of(self, question: MapField) -> list[BoundField]:
        number = self._parts.get(question.name, 0)
        if number:
            return [self[f"{PREFIX}{question.name}-{n}"] for n in range(1, number + 1)]
        return [self[PREFIX + question.name]]

    def _is_answered(self, question: MapField) -> bool:
        """Say whether a question was answered by more than its own default."""
        answers = [str(field.value() or "") for field in self._fields_of(question)]
        return any(answers) and answers != [question.initial]
