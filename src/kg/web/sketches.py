"""Pictures of what a stranger's query answered: what its columns hold decides which."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from kg.namespaces import PREFIXES
from kg.web.labels import Name
from kg.web.pictured import cut_note
from kg.web.pictures import MOST_ROWS, MOST_SPOTS, Bar, Event, Spot, bars, ties, timeline
from kg.web.pictures.svg import shortened
from kg.web.pictures.timeline import span_of
from kg.web.service import service

Row = Mapping[str, Mapping[str, Any]]

_XSD = PREFIXES["xsd"]
_NUMBERS = {_XSD + name for name in ("integer", "decimal", "double", "float")}
_DAYS = {_XSD + name for name in ("date", "dateTime", "gYear", "gYearMonth")}
_EDTF = re.compile(r"[0-9X]{4}-|[0-9]{3}X|[0-9.]+/[0-9.]+")  # what a plain text has to begin with
_LARGEST = 1e12
_MOST_BARS = 60
_LONGEST = 1200  # width of words


def sketches(
    columns: Sequence[str], rows: Sequence[Row], names: Mapping[str, Name]
) -> list[Markup]:
    """Return a map, a timeline and bars of `rows`, as far as their columns hold what these need.

    Places need a position, dates have to be xsd:date and the like or EDTF; bars want a name and
    a number in each row.
    """
    drawn = (
        _map(columns, rows, names),
        _timeline(columns, rows, names),
        _bars(columns, rows, names),
    )
    return [picture for picture in drawn if picture]


def _map(columns: Sequence[str], rows: Sequence[Row], names: Mapping[str, Name]) -> Markup | None:
    where = service().positions
    for column in columns:
        found = dict.fromkeys(
            row[column]["value"] for row in rows if row.get(column, {}).get("type") == "uri"
        )
        spots = [Spot(_named(iri, names), *where[iri]) for iri in found if iri in where]
        if spots:
            words = gettext("Map with %(number)s places. The table beneath names them all.",
                            number=len(spots))  # fmt: skip
            return ties(column, words, None, spots, (), cut_note(len(spots), MOST_SPOTS))
    return None


def _timeline(
    columns: Sequence[str], rows: Sequence[Row], names: Mapping[str, Name]
) -> Markup | None:
    for column in columns:
        dated = [(row, day) for row in rows if (day := _day(row.get(column)))]
        if not dated or len(dated) * 2 < len(rows):
            continue
        others = [name for name in columns if name != column]
        by = others[0] if others else column
        events = [Event(_said(row.get(by), names), day, _said(row.get(by), names))
                  for row, day in dated]  # fmt: skip
        words = gettext("%(number)s dates on one line of time, in rows by %(by)s. A date known to "
                        "the year only is as long as the year. The table beneath holds all of "
                        "them.", number=len(events), by=by)  # fmt: skip
        note = cut_note(len({event.row for event in events}), MOST_ROWS)
        return timeline(column, words, events, (), note)
    return None


def _bars(columns: Sequence[str], rows: Sequence[Row], names: Mapping[str, Name]) -> Markup | None:
    counted = [name for name in columns if rows and all(_number(row.get(name)) is not None
                                                        for row in rows)]  # fmt: skip
    named = [name for name in columns if name not in counted]
    if not counted or len(named) != 1 or len(rows) > _MOST_BARS:
        return None
    numbers = [(_said(row.get(named[0]), names), _number(row.get(counted[0])) or 0) for row in rows]
    words = gettext("Bars for %(number)s rows: %(what)s by %(by)s. The table beneath holds the "
                    "numbers.", number=len(rows), what=counted[0], by=named[0])  # fmt: skip
    return bars(counted[0], words, [counted[0]], [Bar(name, [number]) for name, number in numbers])


def _day(term: Mapping[str, Any] | None) -> str | None:
    """Return the EDTF of a date; None for what is none, or could be a number."""
    if not term or term["type"] != "literal":
        return None
    kind, text = term.get("datatype"), str(term["value"])
    if kind in _DAYS:
        text = re.sub(r"(T.*|Z|[+-][0-9]{2}:[0-9]{2})$", "", text)
    elif (kind is None and not _EDTF.match(text)) or kind in _NUMBERS:
        return None
    return text if span_of(text) else None


def _number(term: Mapping[str, Any] | None) -> float | None:
    if not term or term.get("datatype") not in _NUMBERS:
        return None
    try:
        number = float(term["value"])
    except ValueError:
        return None
    return number if 0 <= number <= _LARGEST else None


def _said(term: Mapping[str, Any] | None, names: Mapping[str, Name]) -> str:
    if not term:
        return "–"
    said = _named(term["value"], names) if term["type"] == "uri" else str(term["value"])
    return shortened(said, _LONGEST)


def _named(iri: str, names: Mapping[str, Name]) -> str:
    return names[iri].text if iri in names else iri
