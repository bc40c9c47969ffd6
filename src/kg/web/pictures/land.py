"""The land of the earth: Natural Earth's geometry, built from the npm package world-atlas."""

import json
from functools import cache
from pathlib import Path

from kg.web.pictures.projection import Point

BUILT = Path(__file__).parent.parent / "static" / "built"


def geometry(fine: bool = False) -> Path | None:
    """Return the file with the coasts; None where it has not been built.

    `fine` is drawn for maps at 1:50 million, else 1:110 million.
    """
    path = BUILT / f"land-{'50m' if fine else '110m'}.json"
    return path if path.is_file() else None


@cache
def rings(path: Path) -> list[list[Point]]:
    """Return the coasts in a file as rings of longitude and latitude in degrees."""
    return [
        [(x / 100, y / 100) for x, y in zip(flat[::2], flat[1::2], strict=True)]
        for flat in json.loads(path.read_text("utf-8"))
    ]
