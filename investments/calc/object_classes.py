"""Classes of objects by their first digit, and what each chart of accounts calls them; pure."""

from __future__ import annotations

SACS, NCES, OWN = "sacs", "nces", "own"

OBJECT_CLASSES: dict[str, str] = {
    "1000": "Certificated salaries",
    "2000": "Classified salaries",
    "3000": "Employee benefits",
    "4000": "Books and supplies",
    "5000": "Services and operating",
    "6000": "Capital outlay",
    "7000": "Other outgo and indirect",
    "100": "Salaries",
    "200": "Employee benefits",
    "300": "Professional and technical services",
    "400": "Property services",
    "500": "Other purchased services",
    "600": "Supplies",
    "700": "Property",
    "800": "Debt service and miscellaneous",
    "900": "Other items",
}
"""Names by class: four digits are California SACS's, three the NCES handbook's."""


_ZEROS: dict[str, str] = {SACS: "000", NCES: "00"}
"""What follows the first digit in a class of a chart: its codes have exactly as many digits more."""


def object_class(*, code: str, chart: str) -> str:
    """Name the class an object code is in: `4000` in SACS, `600` in NCES, else all that begin so (`6*`).

    A code that is not of the chart's number of digits is of no class with a name. Blank stays blank.
    Never more than four characters.

    >>> object_class(code="4310", chart="sacs"), object_class(code="610", chart="nces")
    ('4000', '600')
    >>> object_class(code="610", chart="sacs")
    '6*'
    """
    first, zeros = code[:1], _ZEROS.get(chart, "")
    if zeros and code.isascii() and code.isdigit() and len(code) == len(zeros) + 1:
        return first + zeros
    return f"{first}*" if first else ""
