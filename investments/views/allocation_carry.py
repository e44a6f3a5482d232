"""Allocations carried over from an earlier filing or an undone one, and taken back as one step."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from investments.forms.allocations import read_uuid
from investments.services import AllocationRefused, Moved, carry_over_allocations, take_along_back
from investments.services.allocation_carry import take_carry_over_back
from investments.views.parts import done, link, refused


@district_page(Permission.VIEW_LEDGER, write=Permission.ENTER_ALLOCATIONS)
def carry_over(request: DistrictRequest) -> HttpResponse:
    """Copy the allocations of an earlier filing of a budget to the current one."""
    filing, earlier = (read_uuid(request.POST.get(name, "")) for name in ("filing", "earlier"))
    back = link(request, "allocation-grid", {"filing": str(filing or "")})
    if request.method != "POST" or filing is None or earlier is None:
        return redirect(back)
    try:
        moved = carry_over_allocations(filing_id=filing, from_filing_id=earlier)
    except AllocationRefused as error:
        return refused(request, error=error, to=back)
    return done(
        request,
        message=f"Carried over: {_words(moved)}." if moved.count else "Everything was here already.",
        to=back,
    )


@district_page(Permission.VIEW_LEDGER, write=Permission.ENTER_ALLOCATIONS)
def carry_back(request: DistrictRequest) -> HttpResponse:
    """Take back, in one step, what was carried over to a budget; what was changed since stays."""
    filing = read_uuid(request.POST.get("filing", ""))
    back = link(request, "allocation-grid", {"filing": str(filing or "")})
    if request.method != "POST" or filing is None:
        return redirect(back)
    moved = take_carry_over_back(filing_id=filing)
    return done(
        request,
        message=f"Taken back: {_words(moved)}. They are still on the earlier filing."
        if moved.count
        else "Nothing that was carried over stands here unchanged.",
        to=back,
    )


@district_page(Permission.VIEW_LEDGER, write=Permission.ENTER_ALLOCATIONS)
def along_back(request: DistrictRequest) -> HttpResponse:
    """Take back, in one step, what came along from an undone budget; what was changed since stays."""
    filing = read_uuid(request.POST.get("filing", ""))
    back = link(request, "allocation-grid", {"filing": str(filing or "")})
    if request.method != "POST" or filing is None:
        return redirect(back)
    moved = take_along_back(filing_id=filing)
    return done(
        request,
        message=f"Taken back: {_words(moved)}. The cells hold what they held before."
        if moved.count
        else "Nothing that came along stands here unchanged.",
        to=back,
    )


def _words(moved: Moved) -> str:
    noun = "allocation" if moved.count == 1 else "allocations"
    return f"{moved.count} {noun}, {formatting.dollars_exact(moved.amount)} in all"
