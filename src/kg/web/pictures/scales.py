"""Scales: where a number or a day stands in a picture, and which of them get a tick."""

import math
from collections.abc import Callable
from datetime import date

STEPS = (1, 2, 5)
YEARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def linear(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """Return what brings numbers from low … high to start … end; one number alone to the middle."""
    if high == low:
        return lambda value: (start + end) / 2
    return lambda value: start + (value - low) / (high - low) * (end - start)


def round_ticks(high: float, most: int = 6) -> list[int]:
    """Return whole numbers from 0 to `high` or just above: 1, 2 or 5 times a power of ten apart.

    At most `most` + 1 of them.
    """
    top = max(1, math.ceil(high))
    step = next(
        step * 10**power for power in range(400) for step in STEPS if step * 10**power * most >= top
    )
    return list(range(0, top + step, step)) if top % step else list(range(0, top + 1, step))


def year_ticks(first: int, last: int, most: int = 10) -> list[int]:
    """Return the years from `first` to `last` that get a tick: at most `most`, round ones."""
    step = next(step for step in YEARS if (last - first) / step < most)
    return list(range(-(-first // step) * step, last + 1, step))


def in_years(day: date) -> float:
    """Return the beginning of a day as a number of years: noon of 2 July 2019 is about 2019.5."""
    begin = date(day.year, 1, 1)
    length = 366 if _leap(day.year) else 365
    return day.year + (day - begin).days / length


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
