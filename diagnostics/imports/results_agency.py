"""Which rows of a results file are this district's, where a column names the agency. Reads the district, writes nothing."""

from __future__ import annotations

import polars as pl

from diagnostics.imports.results_map import words_in
from diagnostics.imports.results_tally import Tally
from districts.landing.kinds import FileMap, Source
from districts.landing.schools import name_key
from districts.models import District
from districts.tenancy import current_district_id

SHORTEST = 4
"""Of the state's code of a district, files of one county write its end; shorter ends would fit others too."""


class Agency:
    """The rows of the open district by the column that names the agency. One query."""

    def __init__(self, *, file_map: FileMap, source: Source) -> None:
        self._column = file_map.get("agency")
        self._said = {name_key(word) for word in words_in(file_map.get("agency_is"))}
        self._state_code = source.district_state_code
        self._name = name_key(District.objects.values_list("name", flat=True).get(pk=current_district_id()))

    def is_ours(self, text: str) -> bool:
        """Say whether a cell names this district: as a person said, else by its name or state code."""
        key = name_key(text)
        if self._said:
            return key in self._said
        digits = key.replace(" ", "")
        is_code = len(digits) >= SHORTEST and digits.isdigit() and self._state_code.endswith(digits)
        return is_code or key == self._name

    def keep(self, batch: pl.DataFrame, *, tally: Tally) -> pl.DataFrame:
        """Keep this district's rows; those of others are counted, by what names them."""
        if not self._column or not batch.height:
            return batch
        cells = batch[self._column]
        ours = [text for text in cells.unique().to_list() if self.is_ours(text or "")]
        others = batch.filter(~pl.col(self._column).is_in(ours))
        for text, row in others.select(self._column, "_row").iter_rows():
            tally.count_other(meaning="agency", text=str(text), row=int(row))
        return batch.filter(pl.col(self._column).is_in(ours))
