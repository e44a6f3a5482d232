"""Read side of investments, one function a page or panel; returns frozen dataclasses. Must not write."""

from investments.selectors.allocations import (
    AllocationCell,
    AllocationGrid,
    AllocationRow,
    SourceBalance,
    get_allocation_grid,
    get_source_balance,
)
from investments.selectors.codes import (
    CodeName,
    Segment,
    find_code_titles,
    get_funding_segment,
    list_code_titles,
    list_segments,
)
from investments.selectors.costs import (
    Cost,
    ForecastError,
    InitiativeCostDetail,
    InitiativeCosts,
    SourceCost,
    get_initiative_cost,
    largest_forecast_funds,
    list_forecast_errors,
    list_initiative_costs,
)
from investments.selectors.filters import FilterRefused
from investments.selectors.funding_sources import (
    FundingSourceRow,
    get_funding_source,
    list_funding_sources,
)
from investments.selectors.ledger import (
    FilingName,
    LedgerTotal,
    Pivot,
    PivotColumn,
    PivotRow,
    get_ledger_total,
    get_pivot,
    list_filings,
    object_range,
)
from investments.selectors.meter import Meter, list_meters
from investments.selectors.rows import LedgerRow, LedgerRows, list_counted_rows
from investments.selectors.rules import Elsewhere, RuleRow, list_rules
from investments.selectors.variance import Variance, VarianceRow, compare_budget

__all__ = [
    "AllocationCell",
    "AllocationGrid",
    "AllocationRow",
    "CodeName",
    "Cost",
    "Elsewhere",
    "FilingName",
    "FilterRefused",
    "ForecastError",
    "FundingSourceRow",
    "InitiativeCostDetail",
    "InitiativeCosts",
    "LedgerRow",
    "LedgerRows",
    "LedgerTotal",
    "Meter",
    "Pivot",
    "PivotColumn",
    "PivotRow",
    "RuleRow",
    "Segment",
    "SourceBalance",
    "SourceCost",
    "Variance",
    "VarianceRow",
    "compare_budget",
    "find_code_titles",
    "get_allocation_grid",
    "get_funding_segment",
    "get_funding_source",
    "get_initiative_cost",
    "get_ledger_total",
    "get_pivot",
    "get_source_balance",
    "largest_forecast_funds",
    "list_code_titles",
    "list_counted_rows",
    "list_filings",
    "list_forecast_errors",
    "list_funding_sources",
    "list_initiative_costs",
    "list_meters",
    "list_rules",
    "list_segments",
    "object_range",
]
