"""Bars: numbers by year, decade or name, one part above the other for each series."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kg.web.pictures.scales import linear, round_ticks
from kg.web.pictures.svg import (
    RULE,
    WIDTH,
    colour,
    colour_class,
    element,
    frame,
    label,
    legend,
    shortened,
    told,
    width_of,
)

_HEIGHT = 260  # of the upright bars
_LONGEST = 260  # width for the name of a lying bar
MOST_NAMES, MOST_YEARS = 60, 150  # bars that can be told apart, lying and upright


@dataclass(frozen=True)
class Bar:
    """A bar: what it is of, and its number in each series, none below 0."""

    label: str
    values: Sequence[float]


def bars(
    title: str, description: str, series: Sequence[str], items: Sequence[Bar], note: str = ""
) -> Markup:
    """Return bars for `items`: upright for years and the like, lying where they have names.

    A year that is missing in between is the caller's to put in, as a bar of zeros. Only the first
    `most_bars(items)` are drawn; `note` is there to say so.
    """
    shown = items[: most_bars(items)]
    names = series if len(series) > 1 else []
    ticks = round_ticks(max((sum(item.values) for item in shown), default=0))
    height, drawn = (_upright if _short(items) else _lying)(names, shown, ticks)
    return frame(title, description, height, *drawn, note=note)


def most_bars(items: Sequence[Bar]) -> int:
    """Return how many bars a picture of `items` has at most."""
    return MOST_YEARS if _short(items) else MOST_NAMES


def _short(items: Sequence[Bar]) -> bool:
    return all(len(item.label) <= 5 for item in items)


def _upright(
    names: Sequence[str], items: Sequence[Bar], ticks: list[int]
) -> tuple[float, list[Markup]]:
    key, above = legend(names, 16)
    top, bottom = above + 16, above + 16 + _HEIGHT
    at = linear(0, ticks[-1], bottom, top)
    margin = max(width_of(str(tick)) for tick in ticks) + 12
    step = (WIDTH - margin) / max(len(items), 1)
    wide = min(step * 0.74, 60)
    parts = [key]
    for tick in ticks:
        parts += [_line(margin, at(tick), WIDTH, at(tick)),
                  label(str(tick), margin - 8, at(tick) + 5, "end")]  # fmt: skip
    # Names that would touch are left out, evenly: every second, every third …
    longest = max((width_of(item.label) for item in items), default=0)
    every = max(1, -(-int(longest + 8) // max(1, int(step))))
    for number, item in enumerate(items):
        x = margin + step * (number + 0.5)
        below = 0.0
        pieces = [told(_words(item, names))]
        for kind, value in enumerate(item.values):
            high = at(below) - at(below + value)
            pieces.append(_piece(kind, x - wide / 2, at(below + value), wide, high))
            below += value
        parts.append(element("g", *pieces))
        if number % every == 0:
            parts.append(label(item.label, x, bottom + 20, "middle"))
    return bottom + 32, parts


def _lying(
    names: Sequence[str], items: Sequence[Bar], ticks: list[int]
) -> tuple[float, list[Markup]]:
    key, above = legend(names, 16)
    named = [shortened(item.label, _LONGEST) for item in items]
    left = max(map(width_of, named)) + 12
    at = linear(0, ticks[-1], left, WIDTH - 46)
    bottom = above + 10 + 26 * len(items)
    parts = [key]
    for tick in ticks:
        parts += [_line(at(tick), above + 6, at(tick), bottom + 4),
                  label(str(tick), at(tick), bottom + 20, "middle")]  # fmt: skip
    for number, item in enumerate(items):
        y = above + 10 + 26 * number
        below = 0.0
        pieces = [told(_words(item, names))]
        for kind, value in enumerate(item.values):
            pieces.append(_piece(kind, at(below), y + 3, at(below + value) - at(below), 19))
            below += value
        parts += [
            label(named[number], left - 8, y + 18, "end"),
            element("g", *pieces),
            label(f"{below:g}", at(below) + 6, y + 18),
        ]
    return bottom + 32, parts


def _piece(kind: int, x: float, y: float, width: float, height: float) -> Markup:
    """Return a part of a bar; a line in the colour of the ground parts it from its neighbour."""
    if width <= 0 or height <= 0:
        return Markup("")
    return element("rect", x=x, y=y, width=width, height=height, fill=colour(kind),
                   stroke="#ffffff", stroke_width=1,
                   class_=f"{colour_class(kind)} p-edge")  # fmt: skip


def _line(x1: float, y1: float, x2: float, y2: float) -> Markup:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=RULE, class_="p-rule")


def _words(item: Bar, names: Sequence[str]) -> str:
    """Return what a bar says, in words: `2010: 2 outbound, 4 inbound`."""
    if not names:
        return f"{item.label}: {sum(item.values):g}"
    said = [f"{name} {value:g}" for name, value in zip(names, item.values, strict=True) if value]
    return f"{item.label}: {', '.join(said) or '0'}"
