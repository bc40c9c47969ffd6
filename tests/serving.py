"""A small release for the tests of the serving modules; real store, real queries."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

from kg.loading import build_store
from kg.reading import read_quads
from kg.release import Release
from kg.store import EmbeddedStore

ROOT = Path(__file__).parent.parent
GRAPH = ROOT / "tests" / "fixtures" / "serving.trig"
QUERIES = ROOT / "queries"
BASE = "https://w3id.org/municipal-diplomacy/"


def small_store() -> EmbeddedStore:
    """Return the small graph in memory."""
    return EmbeddedStore.of(read_quads(GRAPH))


def small_release(folder: Path) -> Release:
    """Return a release of the small graph, written to `folder`."""
    build_store(read_quads(GRAPH), folder / "store")
    (folder / "queries").symlink_to(QUERIES)
    dump = GRAPH.read_bytes()
    (folder / "kg.trig").write_bytes(dump)
    description = {
        "id": "0123456789abcdef",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "dumps": [
            {
                "file": "kg.trig",
                "format": "trig",
                "bytes": len(dump),
                "sha256": hashlib.sha256(dump).hexdigest(),
                "mediaType": "application/trig",
            }
        ],
    }
    return Release("0123456789abcdef", folder, description)


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait until `holds`. The seconds are a safety net, never what a test measures."""
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up, "it never came to that"
        time.sleep(0.02)
