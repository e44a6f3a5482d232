"""Which objects are spending, revenue and indirect cost in the open district; must not write.

The one place that reads the setting: costs, budgets, pages and quality reports ask here.
"""

from __future__ import annotations

from dataclasses import dataclass

from districts.models import District
from districts.tenancy import current_district_id
from investments.calc.coding import ObjectScopes


@dataclass(frozen=True, kw_only=True)
class ObjectSetting:
    """A district's objects as patterns; a blank pattern means no object. chart: whose classes they are.

    funding_segment: the segment that names the funding source.
    """

    spending: str
    revenue: str
    indirect: str
    chart: str
    funding_segment: str

    @property
    def scopes(self) -> ObjectScopes:
        """What sharing out the ledger needs of it."""
        return ObjectScopes(spending=self.spending, indirect=self.indirect, chart=self.chart)


def get_object_setting() -> ObjectSetting:
    """Return the open district's objects. One query."""
    spending, revenue, indirect, chart, segment = District.objects.values_list(
        "spending_objects", "revenue_objects", "indirect_objects", "object_chart", "funding_segment"
    ).get(pk=current_district_id())
    return ObjectSetting(
        spending=spending, revenue=revenue, indirect=indirect, chart=chart, funding_segment=str(segment)
    )
