"""Charts of the outcome pages: small multiples whose lines never cross a break, spending beside an outcome.

Must not query.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from diagnostics.calc.pooling import YearValue
from diagnostics.enrollment import enrolled_when
from diagnostics.outcomes.selectors import MetricPage, Outcomes, SchoolPage, SpendingPage
from diagnostics.outcomes.selectors.metric import SchoolLine
from diagnostics.outcomes.selectors.spending import SchoolPoint
from diagnostics.outcomes.words import break_words, grade_name, group_name, value_words
from diagnostics.selectors import TrendRow
from districts import formatting
from districts.charts import PERCENT, Figure, Key, Panel, Series, Unit, count
from districts.charts.lines import lines_of
from districts.charts.marks import value_range
from districts.charts.style import CONTEXT, PALETTE, Plotly, layout

PANEL_HEIGHT = 200
MOST_PANELS = 12
ALIKE = 1


@dataclass(frozen=True, kw_only=True)
class Run:
    """One line of a panel: its name, its values, its place in the palette."""

    name: str
    values: tuple[YearValue, ...]
    colour: int = 0


@dataclass(frozen=True, kw_only=True)
class Multiple:
    """One small chart: what it is of, its lines (context first), its unit and its breaks."""

    title: str
    unit: str
    runs: tuple[Run, ...]
    breaks: tuple[int, ...] = ()


def metrics_chart(*, page: Outcomes, names: Iterable[str]) -> Figure | None:
    """Return the district's line of each metric named, each on its own scale; None without any value."""
    wanted = set(names)
    return _figure(
        key="metrics",
        label="Every metric of the district, all students",
        caption="Each on its own scale.",
        multiples=[
            Multiple(
                title=one.name,
                unit=one.unit,
                runs=(Run(name="District", values=one.trend.points),),
                breaks=one.break_years,
            )
            for one in page.lines
            if one.trend and one.name in wanted
        ],
    )


def schools_chart(*, page: MetricPage, schools: Sequence[SchoolLine]) -> Figure | None:
    """Return a small line of each school, the district grey behind it, all on one scale."""
    shown = [one for one in schools if one.trend and one.trend.level is not None][:MOST_PANELS]
    behind = (Run(name="District", values=page.district.points, colour=CONTEXT),) if page.district else ()
    behind = () if page.unit == "count" else behind
    more = sum(one.trend is not None and one.trend.level is not None for one in schools) - len(shown)
    return _figure(
        key="schools-lines",
        label=f"{page.name} by school: {cohort_words(page.group, page.grade)}",
        caption="All on one scale."
        + (f" The first {len(shown)} of the table below; {more} more have a value." if more else ""),
        multiples=[
            Multiple(
                title=one.name,
                unit=page.unit,
                runs=(*behind, Run(name="School", values=one.trend.points)),
                breaks=page.break_years,
            )
            for one in shown
            if one.trend
        ],
        is_common=True,
    )


def cohorts_chart(*, page: MetricPage, rows: Sequence[TrendRow], is_by_grade: bool) -> Figure | None:
    """Return the district's line of each group, or of each grade, beside the whole; None for one alone."""
    name = "grade" if is_by_grade else "group"
    parts = [row for row in rows if (row.grade if is_by_grade else row.group) != "all"]
    whole = next((row for row in rows if row not in parts), None)
    behind = (Run(name="All", values=whole.points, colour=CONTEXT),) if whole and page.unit != "count" else ()
    return _figure(
        key=f"by-{name}",
        label=f"{page.name} by {name}, district",
        caption="All on one scale. Groups overlap: a student can be in several."
        if not is_by_grade
        else f"All on one scale. {group_name(page.group)}.",
        multiples=[
            Multiple(
                title=grade_name(row.grade) if is_by_grade else group_name(row.group),
                unit=page.unit,
                runs=(*behind, Run(name=name.capitalize(), values=row.points)),
                breaks=page.break_years,
            )
            for row in parts
            if row.level is not None
        ],
        is_common=True,
    )


def school_chart(*, page: SchoolPage) -> Figure | None:
    """Return every metric of a school beside the district and schools alike, each on its own scale."""
    multiples = []
    for one in page.metrics:
        if one.trend is None or one.trend.level is None:
            continue
        runs = [Run(name="School", values=one.trend.points)]
        if one.alike:
            runs.insert(0, Run(name="Schools alike", values=one.alike, colour=ALIKE))
        if one.district:
            runs.insert(0, Run(name="District", values=one.district.points, colour=CONTEXT))
        multiples.append(Multiple(title=one.name, unit=one.unit, runs=tuple(runs), breaks=one.break_years))
    return _figure(
        key="school-metrics",
        label=f"{page.name}: {group_name(page.group)}",
        caption="Each on its own scale.",
        multiples=multiples,
    )


def cohort_words(group: str, grade: str) -> str:
    """Name a group and a grade together."""
    return group_name(group) if grade == "all" else f"{group_name(group)}, {grade_name(grade).lower()}"


def _figure(
    *, key: str, label: str, caption: str, multiples: Sequence[Multiple], is_common: bool = False
) -> Figure | None:
    known = [one for m in multiples for run in m.runs for one in run.values if one.value is not None]
    if not known:
        return None
    years = tuple(range(min(one.year for one in known), max(one.year for one in known) + 1))
    there = {one.year for one in known}
    breaks = tuple(sorted({at for m in multiples for at in m.breaks}))
    notes = break_words(
        years=years,
        break_years=breaks if is_common else (),
        missing=tuple(year for year in years if year not in there),
        is_test=all(m.unit == "points" for m in multiples),
    )
    own = (
        ""
        if is_common or not any(m.breaks for m in multiples)
        else "Where a line stops, values before cannot be compared with those after."
    )
    x = tuple(formatting.school_year(year) for year in years)
    every = [_series(run, m.breaks, years) for m in multiples for run in m.runs]
    scale = value_range(every) if is_common else None
    names = {run.name: run.colour for m in multiples for run in m.runs}
    return Figure(
        key=key,
        label=label,
        caption=" ".join(part for part in (caption, notes, own) if part),
        panels=tuple(
            _panel(m, key=f"{key}-{n}", x=x, years=years, scale=scale) for n, m in enumerate(multiples)
        ),
        header=("", "School year", *names),
        rows=tuple(row for m in multiples for row in _rows(m, years=years, names=tuple(names))),
        keys=tuple(Key(label=name, swatch=colour + 1) for name, colour in names.items())
        if len(names) > 1
        else (),
        needs_keys=True,
    )


def _panel(
    one: Multiple, *, key: str, x: Sequence[str], years: Sequence[int], scale: tuple[float, float] | None
) -> Panel:
    unit = unit_of(one.unit)
    series = [_series(run, one.breaks, years) for run in one.runs]
    low, high = scale or value_range(series)
    figure = layout(unit=unit, height=PANEL_HEIGHT, room_for_labels=False)
    figure["yaxis"] |= {"range": [low, high], "nticks": 4, "title": {"text": ""}}
    figure["xaxis"] |= {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(x),
        "tickmode": "array",
        "tickvals": sorted({x[0], x[-1]}),
        "title": {"text": ""},
    }
    figure["margin"] = {"l": 8, "r": 12, "t": 8, "b": 8}
    traces: list[Plotly] = []
    for run in series:
        traces += lines_of(x=x, one=run, colour=PALETTE[run.colour or 0], forecast=(), unit=unit)
    return Panel(key=key, title=one.title, plotly={"data": traces, "layout": figure}, height=PANEL_HEIGHT)


def _series(run: Run, breaks: Sequence[int], years: Sequence[int]) -> Series:
    known = {one.year: one.value for one in run.values}
    starts = tuple(place for place, year in enumerate(years) if place and year in breaks)
    return Series(
        name=run.name, values=tuple(known.get(year) for year in years), colour=run.colour, starts=starts
    )


def _rows(one: Multiple, *, years: Sequence[int], names: Sequence[str]) -> list[tuple[str, ...]]:
    runs = {run.name: {value.year: value for value in run.values} for run in one.runs}
    return [
        (
            one.title,
            formatting.school_year(year),
            *(_written(runs.get(name, {}).get(year), unit=one.unit) for name in names),
        )
        for year in years
        if any(year in values for values in runs.values())
    ]


def _written(value: YearValue | None, *, unit: str) -> str:
    if value is not None and value.is_suppressed:
        return "hidden"
    return value_words(value, unit=unit) or "–"


def unit_of(unit: str) -> Unit:
    """Return the chart unit of a metric."""
    if unit == "percent":
        return PERCENT
    return Unit(name="count", title="Points") if unit == "points" else count("students")


_NEEDS = (("lower need", 0, "circle"), ("middle need", 1, "square"), ("higher need", 2, "diamond"))


def spending_chart(*, page: SpendingPage) -> Figure | None:
    """Return schools by dollars per student enrolled and outcome; need by colour and shape, noise by interval and size."""
    exact = [one for one in page.points if not one.bound and one.dollars is not None]
    if page.dollars is None or page.enrolled_in is None or len(exact) < 2:
        return None
    unit = unit_of(page.unit)
    figure = layout(unit=unit, height=440, room_for_labels=False, x_title="Dollars per student enrolled")
    figure["xaxis"] |= {"tickprefix": "$", "separatethousands": True, "nticks": 6}
    figure["yaxis"]["title"] = {"text": ""}
    year = formatting.fiscal_year(page.dollars.fiscal_year)
    bands = _bands(exact)
    return Figure(
        key="spending",
        label=f"{page.metric} and dollars per student enrolled by school, {year}",
        caption=_spending_caption(page, year=year),
        panels=(
            Panel(
                key="spending",
                title="",
                plotly={"data": [_dots(*band, page=page, unit=unit) for band in bands], "layout": figure},
                height=440,
            ),
        ),
        header=("School", "Dollars per student enrolled", "Enrollment", page.metric, "From", "To", "Need"),
        rows=tuple(
            (
                one.name,
                formatting.dollars_exact(round(one.dollars)) if one.dollars is not None else "–",
                formatting.number(round(one.enrolled)) if one.enrolled is not None else "–",
                value_words(_value(one), unit=page.unit),
                unit.write(one.low) if one.low is not None else "–",
                unit.write(one.high) if one.high is not None else "–",
                formatting.percent(one.need) if one.need is not None else "–",
            )
            for one in page.points
        ),
        keys=tuple(Key(label=name, swatch=colour + 1) for name, colour, _, _ in bands if name),
        needs_keys=True,
    )  # fmt: skip


def _spending_caption(page: SpendingPage, *, year: str) -> str:
    is_forecast = page.dollars is not None and page.dollars.is_forecast
    noise = (
        "the bar is the 95% interval by their number"
        if page.unit == "percent"
        else "a mean of few students moves by chance, and no spread of scores is known"
    )
    fiscal_year = page.dollars.fiscal_year if page.dollars else 0
    enrolled = enrolled_when(year=page.enrolled_in or fiscal_year, fiscal_year=fiscal_year)
    need = (
        f"Need: share of the students with a result in “{group_name(page.need_group)}”, in thirds."
        if page.need_group
        else "Need is not known: no group of results names it."
    )
    return (
        f"{'Budget, a forecast,' if is_forecast else 'Actual spending'} of all accounts that name the school,"
        f" {year}, divided by all students enrolled there {enrolled}. Larger marks have more students with a"
        f" result; {noise}. {need}"
    )


def _value(one: SchoolPoint) -> YearValue:
    return YearValue(year=0, value=one.value, bound=one.bound)


def _bands(points: Sequence[SchoolPoint]) -> list[tuple[str, int, str, list[SchoolPoint]]]:
    """Cut schools into thirds by need; those without a known need are grey."""
    known = sorted((one for one in points if one.need is not None), key=lambda one: one.need or 0)
    unknown = [one for one in points if one.need is None]
    found = []
    for n, (name, colour, symbol) in enumerate(_NEEDS):
        part = known[n * len(known) // 3 : (n + 1) * len(known) // 3]
        if part:
            words = f"{name}: {formatting.percent(part[0].need, 0)} to {formatting.percent(part[-1].need, 0)}"
            found.append((words, colour, symbol, part))
    if unknown:
        found.append(("need not known" if known else "", CONTEXT if known else 0, "circle", unknown))
    return found


def _dots(
    name: str, colour: int, symbol: str, points: Sequence[SchoolPoint], *, page: SpendingPage, unit: Unit
) -> Plotly:
    most = max(one.students for one in page.points)
    trace: Plotly = {
        "type": "scatter",
        "mode": "markers",
        "name": name or "School",
        "x": [float(round(one.dollars or 0)) for one in points],
        "y": [one.value for one in points],
        "customdata": [
            f"{one.name}: {formatting.dollars_exact(round(one.dollars or 0))} per student enrolled,"
            f" {unit.write(one.value)}"
            for one in points
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {
            "color": PALETTE[colour],
            "symbol": symbol,
            "opacity": 0.85,
            "size": [round(6 + 14 * (one.students / most) ** 0.5, 1) for one in points],
        },
    }
    if page.unit == "percent":
        trace["error_y"] = {
            "type": "data",
            "symmetric": False,
            "array": [round((one.high or one.value) - one.value, 2) for one in points],
            "arrayminus": [round(one.value - (one.low or one.value), 2) for one in points],
            "color": PALETTE[colour],
            "thickness": 1,
            "width": 0,
        }
    return trace
