"""The round earth on paper: the Equal Earth projection, great circles, and the cut of the map.

B. Šavrič, T. Patterson, B. Jenny: The Equal Earth map projection, Int. J. of Geographical
Information Science 33 (2019); it keeps areas in proportion. Angles are degrees.
"""

from collections.abc import Iterator, Sequence
from math import acos, asin, atan2, cos, degrees, pi, radians, sin, sqrt

Point = tuple[float, float]
Window = tuple[float, float, float, float]  # west, south, east, north

WORLD: Window = (-180, -90, 180, 90)
_A = (1.340264, -0.081106, 0.000893, 0.003796)
EDGE = 2.7066299836  # half the width of the earth, in radii
POLE = 1.3173627591  # half its height


def equal_earth(longitude: float, latitude: float) -> Point:
    """Return x and y, in radii, of a place so far east of the middle of the map; y goes up."""
    theta = asin(sqrt(3) / 2 * sin(radians(latitude)))
    squared = theta * theta
    sixth = squared**3
    below = _A[0] + 3 * _A[1] * squared + sixth * (7 * _A[2] + 9 * _A[3] * squared)
    x = 2 * sqrt(3) * radians(longitude) * cos(theta) / (3 * below)
    y = theta * (_A[0] + _A[1] * squared + sixth * (_A[2] + _A[3] * squared))
    return x, y


def east_of(middle: float, longitude: float) -> float:
    """Return how far east of `middle` a longitude is, from -180 to under 180."""
    return (longitude - middle + 180) % 360 - 180


def great_circle(start: Point, end: Point, step: float = 5) -> list[Point]:
    """Return places on the shortest way from `start` to `end`, about `step` degrees apart."""
    a, b = _vector(start), _vector(end)
    angle = acos(max(-1.0, min(1.0, sum(p * q for p, q in zip(a, b, strict=True)))))
    if angle < 1e-9 or pi - angle < 1e-9:  # the same place, or any way is the shortest
        return [start, end]
    number = max(2, int(degrees(angle) / step) + 1)
    found = []
    for n in range(number + 1):
        here, there = sin((1 - n / number) * angle), sin(n / number * angle)
        x, y, z = ((here * p + there * q) / sin(angle) for p, q in zip(a, b, strict=True))
        found.append((degrees(atan2(y, x)), degrees(atan2(z, sqrt(x * x + y * y)))))
    return found


def pieces(way: Sequence[Point], middle: float) -> list[list[Point]]:
    """Return a way as lines that stay on a map around `middle`, cut where it leaves the edge."""
    found: list[list[Point]] = [[]]
    before: Point | None = None
    for longitude, latitude in way:
        here = (east_of(middle, longitude), latitude)
        if before and abs(here[0] - before[0]) > 180:
            side = 180.0 if before[0] > 0 else -180.0
            other = here[0] + 2 * side
            share = (side - before[0]) / ((other - before[0]) or 1)
            crossing = before[1] + share * (latitude - before[1])
            found[-1].append((side, crossing))
            found.append([(-side, crossing)])
        found[-1].append(here)
        before = here
    return [piece for piece in found if len(piece) > 1]


def rings_around(
    ring: Sequence[Point], middle: float, window: Window = WORLD
) -> Iterator[list[Point]]:
    """Yield the parts of a ring of land that a window on a map around `middle` shows, closed."""
    latitudes = [latitude for _, latitude in ring]
    if max(latitudes) < window[1] or min(latitudes) > window[3]:
        return
    whole = unrolled([(longitude - middle, latitude) for longitude, latitude in ring])
    west, east = min(x for x, _ in whole), max(x for x, _ in whole)
    for turn in (-720, -360, 0, 360, 720):
        if west + turn < window[2] and east + turn > window[0]:
            cut = within([(longitude + turn, latitude) for longitude, latitude in whole], window)
            if len(cut) > 2:
                yield cut


def within(ring: list[Point], window: Window) -> list[Point]:
    """Return the part of a ring in the window."""
    for number, limit in enumerate(window):
        axis, side = number % 2, 1 if number < 2 else -1
        if ring and min(point[axis] * side for point in ring) < limit * side:
            ring = clipped(ring, axis, limit, side)
    return ring


def unrolled(ring: Sequence[Point]) -> list[Point]:
    """Return a ring with longitudes that go on beyond 180 instead of jumping to the other side.

    One that goes around a pole is closed along it.
    """
    found = [ring[0]]
    for longitude, latitude in ring[1:]:
        before = found[-1][0]
        found.append((before + east_of(before, longitude), latitude))
    last = found[-1][0] + east_of(found[-1][0], ring[0][0])
    if abs(last - ring[0][0]) > 180:
        pole = 90.0 if sum(latitude for _, latitude in ring) > 0 else -90.0
        found += [(last, ring[0][1]), (last, pole), (ring[0][0], pole)]
    return found


def clipped(ring: Sequence[Point], axis: int, limit: float, side: int) -> list[Point]:
    """Return the part of a ring above `limit` on `axis` where `side` is 1, below where it is -1.

    Sutherland and Hodgman, Reentrant Polygon Clipping, CACM 17 (1974).
    """
    found: list[Point] = []
    for before, here in zip([*ring[-1:], *ring], ring, strict=False):
        was, now = ((point[axis] - limit) * side >= 0 for point in (before, here))
        if was != now:
            share = (limit - before[axis]) / (here[axis] - before[axis])
            cut = [p + share * (q - p) for p, q in zip(before, here, strict=True)]
            found.append((cut[0], cut[1]))
        if now:
            found.append(here)
    return found


def _vector(point: Point) -> tuple[float, float, float]:
    longitude, latitude = radians(point[0]), radians(point[1])
    return cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)
