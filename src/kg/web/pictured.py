"""The picture of a canned answer, as the header of its query describes it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import gcd

from flask_babel import gettext
from markupsafe import Markup

from kg.canned import Display
from kg.errors import Message, NotFoundError
from kg.queries import Answer
from kg.store import Literal, NamedNode, Term
from kg.web.languages import page_language, text_in
from kg.web.pictures import (
    MOST_KINDS,
    MOST_ROWS,
    MOST_SPOTS,
    Bar,
    Event,
    Spot,
    bars,
    document,
    most_bars,
    ties,
    timeline,
)
from kg.web.service import service

_LARGEST = 1e12
_MOST_YEARS = 150  # bars that a gap between years may add up to


def picture_of(answer: Answer) -> Markup | None:
    """Return the picture of `answer`; None where its query wants none, or nothing would be in it.

    The labels are those of the answer, the words around them in the language of the page.
    """
    display = answer.query.display
    if display is None or not answer.table.rows:
        return None
    drawn = {"bars": _bars, "timeline": _timeline, "map": _map}.get(display.form)
    return drawn(_Rows(answer, display)) if drawn else None


def drawing_of(answer: Answer) -> bytes:
    """Return the picture of `answer` as an SVG file. Raises NotFoundError where there is none."""
    picture = picture_of(answer)
    if picture is None:
        raise NotFoundError(Message("this answer has no rows that a picture could show"))
    return document(picture)


def cut_note(number: int, most: int) -> str:
    """Return what to write under a picture that shows `most` of `number` things; "" for all."""
    if number <= most:
        return ""
    words = gettext("Drawn are the first %(most)s of %(number)s; the table has all.",
                    most=most, number=number)  # fmt: skip
    return str(words)


class _Rows:
    """The cells of an answer that its picture is made of, as texts."""

    def __init__(self, answer: Answer, display: Display) -> None:
        self.answer, self.display = answer, display
        self.title = text_in(answer.query.title)

    def cells(self) -> list[dict[str | None, str]]:
        """Return for each row its texts by column; nothing for the column None."""
        places = {name: n for n, name in enumerate(self.answer.table.columns)}
        return [
            {None: ""} | {name: _text(row[n]) for name, n in places.items()}
            for row in self.answer.table.rows
        ]

    def heading(self, name: str) -> str:
        """Return what a column is called."""
        return text_in(self.answer.query.columns[name].label)


def _bars(rows: _Rows) -> Markup | None:
    display = rows.display
    numbers: dict[str, dict[str, float]] = {}
    kinds: dict[str, None] = {}
    for cell in rows.cells():
        for name in display.of:
            kind = cell[display.kind] if display.kind else rows.heading(name)
            kinds[kind] = None
            bar = numbers.setdefault(cell[display.by] or "–", {})
            bar[kind] = bar.get(kind, 0) + _number(cell[name])
    series = list(kinds)
    if display.kind and len(series) > MOST_KINDS:  # more than can be told apart
        numbers = {by: {"": sum(found.values())} for by, found in numbers.items()}
        series = [""]
    items = [Bar(label, [found.get(kind, 0) for kind in series])
             for label, found in _without_gaps(numbers)]  # fmt: skip
    words = gettext("Bars for %(number)s rows: %(what)s by %(by)s. The table beneath holds the "
                    "numbers.", number=len(items), by=rows.heading(display.by or ""),
                    what=", ".join(rows.heading(name) for name in display.of))  # fmt: skip
    return bars(rows.title, words, series, items, cut_note(len(items), most_bars(items)))


def _without_gaps(
    numbers: Mapping[str, Mapping[str, float]],
) -> Sequence[tuple[str, Mapping[str, float]]]:
    """Return bars by name; between years or decades those without a row too, so that they show."""
    if len(numbers) < 2 or not all(name.isdecimal() and len(name) == 4 for name in numbers):
        return list(numbers.items())
    years = sorted(map(int, numbers))
    step = gcd(*(later - year for year, later in pairwise(years)))
    if (years[-1] - years[0]) / step > _MOST_YEARS:
        return sorted(numbers.items())
    return [(str(y), numbers.get(str(y), {})) for y in range(years[0], years[-1] + 1, step)]


def _timeline(rows: _Rows) -> Markup | None:
    display = rows.display
    kinds: dict[str, int] = {}
    events = []
    for cell in rows.cells():
        for name in display.of:
            named = cell[display.kind] if display.kind else rows.heading(name)
            kind = kinds.setdefault(named, len(kinds))
            if cell[name]:
                said = cell[display.label] or named
                events.append(Event(cell[display.by] or "–", cell[name], said, kind))
    if not events:
        return None
    words = gettext("%(number)s dates on one line of time, in rows by %(by)s. A date known to the "
                    "year only is as long as the year. The table beneath holds all of them.",
                    number=len(events), by=rows.heading(display.by or ""))  # fmt: skip
    coloured = display.kind or len(display.of) > 1
    if not coloured or len(kinds) > MOST_KINDS:  # more than can be told apart
        events, kinds = [replace(event, kind=0) for event in events], {}
    note = cut_note(len({event.row for event in events}), MOST_ROWS)
    return timeline(rows.title, words, events, list(kinds), note)


def _map(rows: _Rows) -> Markup | None:
    display, places, where = rows.display, service().places, service().positions
    found: dict[str, dict[str, None]] = {}
    for cell in rows.cells():
        for name in display.of:
            if cell[name]:
                found.setdefault(cell[name], {})[cell[display.kind]] = None
    kinds: dict[str, int] = {}
    spots = []
    for iri, named in found.items():
        if iri in where:
            # A place of two kinds is a kind of its own: that is what a reader looks for.
            kind = kinds.setdefault(" + ".join(sorted(named)), len(kinds))
            spots.append(Spot(places.label(iri, page_language()), *where[iri], kind))
    origin = _origin(rows)
    if not spots:
        return None
    words = gettext("Map with %(number)s places. The table beneath names them all.",
                    number=len(spots))  # fmt: skip
    if missing := len(found) - len(spots):
        words += " " + gettext("Without a known position, and so not on it: %(number)s.",
                               number=missing)  # fmt: skip
    legend = list(kinds) if display.kind else []
    return ties(rows.title, words, origin, spots, legend, cut_note(len(spots), MOST_SPOTS))


def _origin(rows: _Rows) -> Spot | None:
    iri = _text(rows.answer.terms[rows.display.origin]) if rows.display.origin else ""
    where = service().positions.get(iri)
    return Spot(service().places.label(iri, page_language()), *where) if where else None


def _number(text: str) -> float:
    """Return the number, 0 for what no bar can show."""
    try:
        number = float(text or 0)
    except ValueError:
        return 0
    return number if 0 <= number <= _LARGEST else 0


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, Literal | NamedNode) else ""
