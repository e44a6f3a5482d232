"""The coding meter: how much of a district's spending is somebody's, in bands that foot.

Must not judge: a band that cannot be split in a file is a fact about the file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from investments.calc.coding import Coding
from investments.calc.ledger_cost import codes_of, periods_of

BANDS: tuple[str, ...] = ("coded", "core", "not_split")


@dataclass(frozen=True)
class MeterCell:
    """Spending of one fiscal year, kind and fund by band, micro-dollars.

    coded + core + not_split + uncoded = total, exactly; every part may be negative.
    """

    fiscal_year: int
    kind: str
    fund: str
    coded: int
    core: int
    not_split: int
    uncoded: int

    @property
    def total(self) -> int:
        """All spending of the cell."""
        return self.coded + self.core + self.not_split + self.uncoded


def coding_meter(*, coding: Coding) -> list[MeterCell]:
    """Add up spending by band for each fiscal year, kind and fund the ledger has.

    Raises KeyError on a band that is not one of BANDS. No spending: an empty list.
    """
    ledger = coding.ledger
    periods = periods_of(ledger=ledger)
    fund, funds = codes_of(ledger=ledger, segment="fund")
    key = periods.number * len(funds) + fund[ledger.account]
    size = len(periods.labels) * len(funds)
    sums = np.zeros((len(BANDS) + 1, size), dtype=np.int64)
    band_number = {band: number for number, band in enumerate(BANDS)}
    band_of_rule = np.array([band_number[rule.band] for rule in coding.rules], dtype=np.int64)
    if coding.rule.size:
        np.add.at(sums, (band_of_rule[coding.rule], key[coding.cell]), coding.counted)
    np.add.at(sums[len(BANDS)], key, coding.uncoded)
    found: list[MeterCell] = []
    for number in np.unique(key).tolist():
        period, fund_at = divmod(number, len(funds))
        fiscal_year, kind = periods.labels[period]
        coded, core, not_split, uncoded = (int(value) for value in sums[:, number])
        found.append(
            MeterCell(
                fiscal_year=fiscal_year,
                kind=kind,
                fund=funds[fund_at],
                coded=coded,
                core=core,
                not_split=not_split,
                uncoded=uncoded,
            )
        )
    return found
