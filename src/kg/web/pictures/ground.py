"""What maps are drawn on: the part of the world in view, with its sea, its land and the net."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import degrees
from pathlib import Path

from markupsafe import Markup

from kg.web.pictures.land import geometry, rings
from kg.web.pictures.projection import (
    EDGE,
    WORLD,
    Point,
    Window,
    east_of,
    equal_earth,
    rings_around,
    within,
)
from kg.web.pictures.svg import LAND, QUIET, SEA, WIDTH, element

_FINE = 2.5  # times the world from which on the coast needs more points
_STEP = 8  # tenths of a unit: the shortest piece of a coast that is drawn


@dataclass(frozen=True)
class View:
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

    def place(self, longitude: float, latitude: float) -> Point:
        """Return where a place stands in the picture."""
        return self.at(east_of(self.middle, longitude), latitude)


def ground(view: View) -> Markup:
    """Return sea, land and the net of meridians and parallels."""
    north = [float(latitude) for latitude in range(-90, 91, 5)]
    east = [float(longitude) for longitude in range(-180, 181, 10)]
    edge = [(-180.0, lat) for lat in north] + [(180.0, lat) for lat in reversed(north)]
    outline = [view.at(*point) for point in edge]
    apart = 3 if view.whole else 1  # times ten degrees
    net = [[(lon, lat) for lat in north] for lon in east[apart:-1:apart]]
    net += [[(lon, lat) for lon in east] for lat in north[2 * apart : -1 : 2 * apart]]
    lines = "".join(path_of([view.at(*point) for point in line]) for line in net)
    sea = element("path", d=_closed(_in_view(outline, view)), fill=SEA, class_="p-sea")
    land = element("path", d=_land(view), fill=LAND, fill_rule="evenodd", stroke=LAND,
                   stroke_width=5, transform="scale(.1)", class_="p-land")  # fmt: skip
    over = element("path", d=lines, fill="none", stroke=QUIET, stroke_width="0.6",
                   stroke_opacity="0.25", class_="p-net")  # fmt: skip
    return sea + land + over


def _land(view: View) -> str:
    """Return the land in view as the data of a path in tenths of a unit.

    There is nothing where its geometry is not built.
    """
    path = geometry(fine=view.scale * 2 * EDGE > WIDTH * _FINE)
    return _coasts(view, path) if path else ""


@lru_cache(64)
def _coasts(view: View, path: Path) -> str:
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


def _window(view: View) -> Window:
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


def _in_view(ring: list[Point], view: View) -> list[Point]:
    return within(ring, (-2, -2, WIDTH + 2, view.height + 2))


def path_of(points: Sequence[Point]) -> str:
    """Return a line as path data."""
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _closed(points: Sequence[Point]) -> str:
    """Return a ring as path data, without points that a tenth of a unit does not tell apart."""
    seen = list(dict.fromkeys((round(x, 1), round(y, 1)) for x, y in points))
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in seen) + "Z" if len(seen) > 2 else ""
