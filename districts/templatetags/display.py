"""Template filters that write numbers, dollars and dates as `districts/formatting.py` does.

Must not round anything itself.
"""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from districts import formatting

register = template.Library()


@register.filter
def dollars(amount: formatting.Number | None) -> str:
    """``{{ cost|dollars }}``: $38.2M as plain text."""
    return formatting.dollars_short(amount)


@register.filter
def dollars_exact(amount: formatting.Number | None) -> str:
    """``{{ cost|dollars_exact }}``: $38,214,552.17."""
    return formatting.dollars_exact(amount)


@register.filter
def dollars_change(amount: formatting.Number | None) -> str:
    """``{{ variance|dollars_change }}``: +$1.2M or −$1.2M."""
    return formatting.dollars_short(amount, plus=True)


@register.filter
def money(amount: formatting.Number | None) -> SafeString | str:
    """``{{ cost|money }}``: $38.2M that carries its exact value (machine-readable, and as a tool tip)."""
    if amount is None:
        return formatting.NOTHING
    return format_html(
        '<data class="money" value="{}" title="{}">{}</data>',
        amount,
        formatting.dollars_exact(amount),
        formatting.dollars_short(amount),
    )


@register.filter
def number(value: formatting.Number | None, digits: int = 0) -> str:
    """``{{ count|number }}`` or ``{{ mean|number:1 }}``: 1,234 or 1,234.5."""
    return formatting.number(value, digits)


@register.filter
def percent(value: formatting.Number | None, digits: int = 1) -> str:
    """``{{ rate|percent }}`` for a value of 0-100: 23.4%."""
    return formatting.percent(value, digits)


@register.filter
def share(value: formatting.Number | None, digits: int = 1) -> str:
    """``{{ rule.share|share }}`` for a value of 0-1: 23.4%."""
    return formatting.percent_of_share(value, digits)


@register.filter
def points(value: formatting.Number | None, digits: int = 1) -> str:
    """``{{ change|points }}``: +1.3 points."""
    return formatting.points(value, digits)


@register.filter
def fiscal_year(year: int | None) -> str:
    """``{{ year|fiscal_year }}``: FY2024."""
    return formatting.fiscal_year(year)


@register.filter
def school_year(year: int | None) -> str:
    """``{{ year|school_year }}``: 2023–24."""
    return formatting.school_year(year)


@register.filter
def day(value: date | datetime | None) -> str:
    """``{{ filed_at|day }}``: Nov 23, 2026, in the current time zone."""
    return formatting.day(_local(value))


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """``{{ as_of|moment }}``: Nov 23, 2026, 2:05 PM in a ``<time>`` with the machine-readable value."""
    if value is None:
        return formatting.NOTHING
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), formatting.moment(local)
    )


def _local(value: date | datetime | None) -> date | datetime | None:
    is_aware = isinstance(value, datetime) and timezone.is_aware(value)
    return timezone.localtime(value) if is_aware else value  # type: ignore[arg-type]
