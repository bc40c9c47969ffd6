"""Maps of ties: lines from one place to others, over the land where its geometry was built."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kg.web.pictures.ground import View, ground, path_of
from kg.web.pictures.projection import EDGE, POLE, east_of, equal_earth, great_circle, pieces
from kg.web.pictures.svg import (
    INK,
    SEA,
    SIZE,
    WIDTH,
    colour,
    colour_class,
    element,
    frame,
    label,
    legend,
    mark,
    told,
    width_of,
)

MOST_SPOTS = 300
_MOST_NEAR = 4  # how many times larger than the world a map may be


@dataclass(frozen=True)
class Spot:
    """A place: what it is called, where it lies in degrees, and its kind, a number in the legend.

    `note` is said when a pointer is over it.
    """

    label: str
    latitude: float
    longitude: float
    kind: int = 0
    note: str = ""


def ties(
    title: str,
    description: str,
    origin: Spot | None,
    spots: Sequence[Spot],
    kinds: Sequence[str] = (),
    note: str = "",
) -> Markup:
    """Return a map with a mark for each spot, and the shortest way to it from `origin`.

    Without `origin` there are marks only. `kinds` are named in a legend beneath. Only the first
    MOST_SPOTS are drawn; `note` is there to say so.
    """
    spots = spots[:MOST_SPOTS]
    everything = [*([origin] if origin else []), *spots]
    view = _view_of(everything, origin)
    parts = [ground(view)]
    if origin:
        parts += [_tie(view, origin, spot) for spot in spots]
    taken: list[tuple[float, float, float, float]] = []
    for spot in everything:
        x, y = view.place(spot.longitude, spot.latitude)
        taken.append((x - 6, y - 6, x + 6, y + 6))
    named: list[Markup] = []
    for spot in everything:
        is_origin = spot is origin
        x, y = view.place(spot.longitude, spot.latitude)
        said = told(f"{spot.label}: {spot.note}" if spot.note else spot.label)
        dot = (mark(spot.kind, x, y, 4.5) if not is_origin else element(
            "circle", cx=x, cy=y, r=6.0, fill=INK, stroke="#ffffff", stroke_width=2,
            class_="p-ink p-edge"))  # fmt: skip
        parts.append(element("g", said, dot))
        named += _name(spot.label, x, y, view.height, taken, bold=is_origin)
    key, more = legend(kinds, view.height + 24)
    names = element("g", *named, fill=INK, font_size=SIZE - 1, stroke=SEA, stroke_width=3,
                    paint_order="stroke", stroke_linejoin="round",
                    class_="p-ink p-halo")  # fmt: skip
    # A drawing within the drawing, so that nothing runs over its edge.
    drawn = element("svg", *parts, names, width=WIDTH, height=view.height)
    return frame(
        title, description, view.height + (more + 12 if kinds else 0), drawn, key, note=note
    )


def _view_of(spots: Sequence[Spot], origin: Spot | None) -> View:
    """Return a view that holds all spots, with the shortest ways in one piece where that goes."""
    middle = _middle(spots, origin)
    at = [equal_earth(east_of(middle, spot.longitude), spot.latitude) for spot in spots]
    world = WIDTH / 2 / EDGE
    if not at:
        return View(middle, world, 0, 0, 2 * POLE * world, True)
    xs, ys = [x for x, _ in at], [y for _, y in at]
    across, high = (max(xs) - min(xs)) * 1.35, (max(ys) - min(ys)) * 1.35
    near = min(2 * EDGE / max(across, 0.01), POLE * 2 / max(high, 0.01), _MOST_NEAR)
    if near < 1.6:
        return View(middle, world, 0, 0, 2 * POLE * world, True)
    return View(middle, world * near, (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2, 430, False)


def _middle(spots: Sequence[Spot], origin: Spot | None) -> float:
    """Return the meridian in the middle, a multiple of 30: opposite to the widest gap of spots."""
    if not spots:
        return origin.longitude if origin else 0
    around = sorted(spot.longitude % 360 for spot in spots)
    gaps = [
        ((after - before) % 360 or (360 if len(around) == 1 else 0), before)
        for before, after in zip(around, [*around[1:], around[0]], strict=True)
    ]
    width, begin = max(gaps)
    return float(round(((begin + width / 2 + 180) % 360) / 30) * 30 % 360)


def _tie(view: View, origin: Spot, spot: Spot) -> Markup:
    way = great_circle((origin.longitude, origin.latitude), (spot.longitude, spot.latitude))
    path = "".join(
        path_of([view.at(*point) for point in piece]) for piece in pieces(way, view.middle)
    )
    return element("path", d=path, fill="none", stroke=colour(spot.kind), stroke_width="1.4",
                   stroke_opacity="0.7", class_=f"{colour_class(spot.kind)} p-line")  # fmt: skip


def _name(
    text: str, x: float, y: float, height: float, taken: list[tuple[float, float, float, float]],
    bold: bool,
) -> Iterator[Markup]:  # fmt: skip
    """Yield a name beside its mark, where there is room for it: the table has them all."""
    wide = width_of(text, SIZE - 1)
    for left, base, anchor in (
        (x + 8, y + 4, "start"), (x - 8 - wide, y + 4, "end"),
        (x - wide / 2, y - 9, "middle"), (x - wide / 2, y + 18, "middle"),
    ):  # fmt: skip
        box = (left, base - SIZE + 3, left + wide, base + 3)
        inside = box[0] > 0 and box[2] < WIDTH and box[1] > 0 and box[3] < height
        free = not any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3]
                       for t in taken if t[:2] != (x - 6, y - 6))  # fmt: skip
        if inside and (free or bold):
            taken.append(box)
            at = {"start": left, "end": left + wide, "middle": x}[anchor]
            yield label(text, at, base, anchor, fill=None, class_=None, font_size=None,
                        font_weight="bold" if bold else None)  # fmt: skip
            return
