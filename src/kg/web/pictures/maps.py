"""Maps of ties: lines from one place to others, over the land where its geometry was built."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import degrees
from pathlib import Path

from markupsafe import Markup

from kg.web.pictures.land import geometry, rings
from kg.web.pictures.projection import (
    EDGE,
    POLE,
    WORLD,
    Point,
    Window,
    east_of,
    equal_earth,
    great_circle,
    pieces,
    rings_around,
    within,
)
from kg.web.pictures.svg import (
    INK,
    LAND,
    QUIET,
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
_FINE = 2.5  # from here on the coast needs more points
_STEP = 8  # tenths of a unit: the shortest piece of a coast that is drawn


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


@dataclass(frozen=True)
class _View:
    """What part of the world is shown: the middle of the map, and how large."""

    middle: float
    scale: float
    x: float
    y: float
    height: float
    whole: bool

    def at(self, east: float, latitude: float) -> Point:
        """Return where a place so far east of the middle stands in the picture."""
        x, y = equal_earth(east, latitude)
        return (WIDTH / 2 + (x - self.x) * self.scale, self.height / 2 - (y - self.y) * self.scale)

    def place(self, spot: Spot) -> Point:
        return self.at(east_of(self.middle, spot.longitude), spot.latitude)


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
    parts = [_ground(view)]
    if origin:
        parts += [_tie(view, origin, spot) for spot in spots]
    taken: list[tuple[float, float, float, float]] = []
    for spot in everything:
        x, y = view.place(spot)
        taken.append((x - 6, y - 6, x + 6, y + 6))
    named: list[Markup] = []
    for spot in everything:
        is_origin = spot is origin
        x, y = view.place(spot)
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


def _view_of(spots: Sequence[Spot], origin: Spot | None) -> _View:
    """Return a view that holds all spots, with the shortest ways in one piece where that goes."""
    middle = _middle(spots, origin)
    at = [equal_earth(east_of(middle, spot.longitude), spot.latitude) for spot in spots]
    world = WIDTH / 2 / EDGE
    if not at:
        return _View(middle, world, 0, 0, 2 * POLE * world, True)
    xs, ys = [x for x, _ in at], [y for _, y in at]
    across, high = (max(xs) - min(xs)) * 1.35, (max(ys) - min(ys)) * 1.35
    near = min(2 * EDGE / max(across, 0.01), POLE * 2 / max(high, 0.01), _MOST_NEAR)
    if near < 1.6:
        return _View(middle, world, 0, 0, 2 * POLE * world, True)
    return _View(middle, world * near, (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2, 430, False)


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


def _ground(view: _View) -> Markup:
    """Return sea, land and the net of meridians and parallels."""
    north = [float(latitude) for latitude in range(-90, 91, 5)]
    east = [float(longitude) for longitude in range(-180, 181, 10)]
    edge = [(-180.0, lat) for lat in north] + [(180.0, lat) for lat in reversed(north)]
    outline = [view.at(*point) for point in edge]
    apart = 3 if view.whole else 1  # times ten degrees
    net = [[(lon, lat) for lat in north] for lon in east[apart:-1:apart]]
    net += [[(lon, lat) for lon in east] for lat in north[2 * apart : -1 : 2 * apart]]
    lines = "".join(_path([view.at(*point) for point in line]) for line in net)
    sea = element("path", d=_closed(_in_view(outline, view)), fill=SEA, class_="p-sea")
    land = element("path", d=_land(view), fill=LAND, fill_rule="evenodd", stroke=LAND,
                   stroke_width=5, transform="scale(.1)", class_="p-land")  # fmt: skip
    over = element("path", d=lines, fill="none", stroke=QUIET, stroke_width="0.6",
                   stroke_opacity="0.25", class_="p-net")  # fmt: skip
    return sea + land + over


def _land(view: _View) -> str:
    """Return the land in view as the data of a path in tenths of a unit.

    There is nothing where its geometry is not built.
    """
    path = geometry(fine=view.scale * 2 * EDGE > WIDTH * _FINE)
    return _coasts(view, path) if path else ""


@lru_cache(64)
def _coasts(view: _View, path: Path) -> str:
    window = _window(view)
    parts = (part for ring in rings(path) for part in rings_around(ring, view.middle, window))
    return "".join(_coast(_in_view([view.at(*p) for p in part], view)) for part in parts)


def _coast(points: Sequence[Point]) -> str:
    """Return a ring as steps of whole tenths: half as long as places with a decimal point."""
    kept: list[tuple[int, int]] = []
    for x, y in ((round(x * 10), round(y * 10)) for x, y in points):
        if not kept or max(abs(x - kept[-1][0]), abs(y - kept[-1][1])) >= _STEP:
            kept.append((x, y))
    if len(kept) < 3:
        return ""
    steps = " ".join(f"{x - a} {y - b}" for (a, b), (x, y) in pairwise(kept))
    return f"M{kept[0][0]} {kept[0][1]}l{steps}z".replace(" -", "-")


def _window(view: _View) -> Window:
    """Return what has to be projected: what the view shows, and somewhat more."""
    half = WIDTH / 2 / view.scale, view.height / 2 / view.scale
    edges = [degrees(view.y + side * half[1]) for side in (-1, 1)]
    # A degree of height on the map is from 1/1.2 to 1.2 degrees of latitude.
    latitudes = [edge * factor for edge in edges for factor in (1 / 1.2, 1.2)]
    south, north = min(latitudes) - 1, max(latitudes) + 1
    if view.whole or max(-south, north) > 75:
        return WORLD
    wide = equal_earth(1, max(-south, north))[0]
    west, east = ((view.x + side * half[0]) / wide + side for side in (-1, 1))
    return (max(west, -180), max(south, -90), min(east, 180), min(north, 90))


def _in_view(ring: list[Point], view: _View) -> list[Point]:
    return within(ring, (-2, -2, WIDTH + 2, view.height + 2))


def _tie(view: _View, origin: Spot, spot: Spot) -> Markup:
    way = great_circle((origin.longitude, origin.latitude), (spot.longitude, spot.latitude))
    path = "".join(
        _path([view.at(*point) for point in piece]) for piece in pieces(way, view.middle)
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


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _closed(points: Sequence[Point]) -> str:
    """Return a ring as path data, without points that a tenth of a unit does not tell apart."""
    seen = list(dict.fromkeys((round(x, 1), round(y, 1)) for x, y in points))
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in seen) + "Z" if len(seen) > 2 else ""
