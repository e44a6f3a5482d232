"""The district's rates before and after a file, as its kind wrote them; must not query or compute."""

from __future__ import annotations

from districts.access.decorators import DistrictRequest
from districts.landing import selectors
from districts.tables import Column, Empty, Table, make_table

CAPTION = "The district’s rate before and after"


def rate_table(request: DistrictRequest, *, detail: selectors.UploadDetail) -> Table | None:
    """Return the rates a file's preview holds, by metric and year; None without any.

    None, too, once the minimum number of students is higher than it was for the preview.
    """
    slices = sorted(detail.slices, key=lambda one: (str(one.get("subject", "")), one.get("fiscal_year") or 0))
    minimum = request.district.minimum_group
    rates = [
        rate for one in slices if one.get("minimum_group", 0) >= minimum for rate in one.get("rates") or ()
    ]
    if not rates:
        return None
    names = ("metric", "year", "of", "before", "after", "change")
    labels = ("Metric", "School year", "Students", "There now", "In this file", "Difference")
    if detail.upload.state != "ready":
        labels = (*labels[:3], "Before", *labels[4:])
    return make_table(
        key="rates",
        caption=CAPTION,
        columns=[
            Column(key=name, label=label, is_sortable=False)
            for name, label in zip(names, labels, strict=True)
        ],
        records=rates,
        cells=lambda one: tuple(one.get(name) or None for name in names),
        query=request.GET.dict(),
        prefix="r-",
        page_size=100,
        empty=Empty(title="No rate"),
    )
