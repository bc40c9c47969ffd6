"""Timelines: a row for each name, and on it what happened when, no more exact than it is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from math import floor

from markupsafe import Markup

from kg.dates import DateError, read_edtf
from kg.web.pictures.scales import in_years, linear, year_ticks
from kg.web.pictures.svg import (
    RULE,
    WIDTH,
    colour,
    colour_class,
    element,
    frame,
    label,
    legend,
    mark,
    shortened,
    told,
    width_of,
)

_LONGEST = 380  # width for the name of a row
_SMALL = 5.5  # half the size of a mark
_THIN = 3.5  # half the height of a span
_LEVEL = 15  # height of a level, where marks of a row would cover each other
MOST_ROWS = 80
_MOST_LEVELS = 12  # in a row; what has no place on them covers others


@dataclass(frozen=True)
class Event:
    """What happened: the row that it stands in, its date in EDTF, what it is, and its kind.

    The kind counts in the names of the legend. `1998`, `199X` and `1998-05` are spans of a year,
    a decade and a month; `1998/..` is open. What has no date is not in the picture.
    """

    row: str
    date: str
    label: str
    kind: int = 0


@dataclass(frozen=True)
class Span:
    """First day and the day after the last in years; an end that is open is None."""

    begin: float | None
    end: float | None
    unsure: bool = False
    exact: bool = False


def timeline(
    title: str,
    description: str,
    events: Sequence[Event],
    kinds: Sequence[str] = (),
    note: str = "",
) -> Markup:
    """Return `events` on one scale of years, in rows by name; `kinds` are named in a legend.

    Only the first MOST_ROWS rows are drawn; `note` is there to say so.
    """
    every: dict[str, list[tuple[Event, Span]]] = {}
    for event in events:
        if span := span_of(event.date):
            every.setdefault(event.row, []).append((event, span))
    rows = dict(islice(every.items(), MOST_ROWS))
    dated = [pair for pairs in rows.values() for pair in pairs]
    known = [year for _, span in dated for year in (span.begin, span.end) if year is not None]
    first, last = floor(min(known, default=2000)), floor(max(known, default=2000)) + 1
    named = {row: shortened(row, _LONGEST) for row in rows}
    left = max(map(width_of, named.values()), default=0) + 14
    at = linear(first, last, left, WIDTH - 24)
    key, y = legend(kinds, 16)
    top, y = y, y + 3
    parts = []
    for row, pairs in rows.items():
        levels: list[float] = []
        for event, span in pairs:
            start, end = _ends(span, at(first), at(last), at)
            free = (n for n, taken in enumerate(levels) if taken <= start)
            level = next(free, min(len(levels), _MOST_LEVELS - 1))
            levels[level : level + 1] = [end + 1]
            parts.append(_mark(event, span, start, end, y + 14 + level * _LEVEL))
        parts.append(label(named[row], left - 10, y + 19, "end"))
        y += 13 + len(levels) * _LEVEL
        parts.append(element("line", x1=0, x2=WIDTH, y1=y, y2=y, stroke=RULE, class_="p-rule"))
    scale = []
    for year, said in _ticks(first, last, 11 if left < 160 else 7):
        x = at(year)
        scale += [element("line", x1=x, x2=x, y1=top, y2=y + 5, stroke=RULE, class_="p-rule"),
                  label(said, x, y + 21, "middle")]  # fmt: skip
    return frame(title, description, y + 32, key, *scale, *parts, note=note)


def span_of(edtf: str) -> Span | None:
    """Return the span of a date; None for what is no date: a picture leaves out, a table shows."""
    begin, slash, end = edtf.partition("/")
    if slash and (begin in ("", "..") or end in ("", "..")):
        halves = [span_of(half) if half not in ("", "..") else None for half in (begin, end)]
        if halves == [None, None]:
            return None
        return Span(halves[0].begin if halves[0] else None, halves[1].end if halves[1] else None)
    try:
        found = read_edtf(edtf)
    except DateError:
        return None
    last = date.fromisoformat(found.latest[:10])
    after = in_years(last) + 1 / 365.25
    unsure = any(sign in edtf for sign in "?~%")
    begun = in_years(date.fromisoformat(found.earliest[:10]))
    return Span(begun, after, unsure, found.precision == "day")


def _ticks(first: int, last: int, most: int) -> list[tuple[float, str]]:
    """Return where ticks stand and what they say: years, in a short time quarters of a year."""
    if last - first > 2:
        return [(year, str(year)) for year in year_ticks(first, last, most)]
    days = [date(year, month, 1) for year in range(first, last) for month in (1, 4, 7, 10)]
    every = 1 if last - first == 1 else 2
    return [(in_years(day), day.isoformat()[:7]) for day in days[::every]] + [(last, str(last))]


def _ends(span: Span, low: float, high: float, at: Callable[[float], float]) -> tuple[float, float]:
    """Return where a mark begins and ends; small spans are as wide as a mark needs to be."""
    start = low if span.begin is None else at(span.begin)
    end = high if span.end is None else at(span.end)
    if end - start < 2 * _SMALL:
        middle = (start + end) / 2
        return middle - _SMALL, middle + _SMALL
    return start, end


def _mark(event: Event, span: Span, start: float, end: float, y: float) -> Markup:
    """Return a mark: a shape for a day, a bar for a span, arrows for what is open.

    An uncertain date is hollow and dashed.
    """
    said = told(f"{event.date}: {event.label}")
    hollow = {"fill_opacity": "0.15", "stroke_dasharray": "3 2"} if span.unsure else {}
    if span.exact:
        return element("g", said, mark(event.kind, (start + end) / 2, y, _SMALL, **hollow))
    drawn = {"fill": colour(event.kind), "stroke": colour(event.kind),
             "class_": colour_class(event.kind), "fill_opacity": "0.45", **hollow}  # fmt: skip
    s = _THIN
    low = f"{start:.1f},{y - s:.1f} {start:.1f},{y + s:.1f}"
    high = f"{end:.1f},{y + s:.1f} {end:.1f},{y - s:.1f}"
    if span.begin is None:
        low = f"{start + s:.1f},{y - s:.1f} {start:.1f},{y:.1f} {start + s:.1f},{y + s:.1f}"
    if span.end is None:
        high = f"{end - s:.1f},{y + s:.1f} {end:.1f},{y:.1f} {end - s:.1f},{y - s:.1f}"
    return element("g", said, element("polygon", points=f"{low} {high}", **drawn))
