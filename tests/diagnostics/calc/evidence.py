"""The evidence that tests of the verdict start from: judged, delivered, nothing capped."""

from __future__ import annotations

from datetime import date

from diagnostics.calc.verdict import Delivery, Design, Estimate, Evidence, Kind

TODAY = date(2026, 11, 23)
DELIVERED = Delivery(covered=0.9, dosage=0.8, reached_minimum=0.8, students=200)
ESTIMATE = Estimate(low=0.1, high=0.3, low80=0.13, bar=0.05)

# Schools and results, no plan, no check-ins, no estimate.
NOW = Evidence(
    kind=Kind.INITIATIVE,
    as_of=TODAY,
    review_on=date(2026, 6, 30),
    has_outcome=True,
    schools_served=48,
    students=20_000,
)
JUDGED = Evidence(
    kind=NOW.kind,
    as_of=NOW.as_of,
    review_on=NOW.review_on,
    has_outcome=True,
    schools_served=48,
    students=20_000,
    design=Design.RANDOMISED,
    delivery=DELIVERED,
    estimate=ESTIMATE,
)
