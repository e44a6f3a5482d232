"""Fields of values and school years as people write them: 28.5%, 2022-23; must not know a form."""

from __future__ import annotations

import re
from typing import Any

from django import forms

YEAR_ERROR = "Write a school year such as 2022-23, or 2023 for the year in which it ended."
_ONE_YEAR = re.compile(r"(?:FY ?)?((?:19|20)\d\d)", re.IGNORECASE)
_TWO_YEARS = re.compile(r"((?:19|20)\d\d) ?[-–—/] ?((?:19|20)?\d\d)")
_GRADE = re.compile(r"(PK|TK|K|[1-9]|1[0-2])(?:[-–](PK|TK|K|[1-9]|1[0-2]))?")
_GRADES = ("PK", "TK", "K", *(str(grade) for grade in range(1, 13)))


class MeasureField(forms.DecimalField):
    """A value of a metric; a percent sign and separators of thousands may stand with it."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        """Read `28.5`, `28.5%` and `1,200`."""
        if isinstance(value, str):
            text = value.strip().removesuffix("%").strip()
            value = text.replace(",", "") if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d*)?", text) else text
        return super().to_python(value)


class SchoolYearField(forms.Field):
    """A school year, kept as the year in which it ends; `2022-23` and `2023` are the same."""

    widget = forms.TextInput
    default_error_messages = {"invalid": YEAR_ERROR}

    def prepare_value(self, value: Any) -> Any:
        """Write a kept year as pages do."""
        return f"{value - 1}-{value % 100:02d}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        """Read one year, or two that follow each other."""
        text = str(value or "").strip()
        if not text:
            return None
        if one := _ONE_YEAR.fullmatch(text):
            return int(one[1])
        two = _TWO_YEARS.fullmatch(text)
        if two and (int(two[1]) + 1) % 100 == int(two[2]) % 100 and len(two[2]) in (2, 4):
            return int(two[1]) + 1
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")


class GradesField(forms.CharField):
    """Grades such as `TK-5` or `9-12`, several with commas."""

    def clean(self, value: Any) -> str:
        """Refuse what are no grades, and ranges that run backwards."""
        text = str(super().clean(value))
        for part in filter(
            None, re.split(r"[,;]\s*|\s+and\s+", text.upper().removeprefix("GRADES ").strip())
        ):
            match = _GRADE.fullmatch(part.strip())
            if match is None:
                raise forms.ValidationError(
                    f"“{part.strip()}” is no grade. Write grades from PK, TK, K and 1 to 12, such as TK-5 or 9-12."
                )
            if match[2] and _GRADES.index(match[1]) > _GRADES.index(match[2]):
                raise forms.ValidationError(f"“{part.strip()}” runs backwards. Write the lower grade first.")
        return text
