"""A store as lines: what one thread would write, in its order, whatever the sizes of its graphs."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyoxigraph as ox
import pytest

from kg import lines
from kg.lines import lines_of
from kg.loading import build_store
from kg.store import EmbeddedStore, Graph
from kg.streaming import stream, stream_store
from serving import small_store

MANY = """
<urn:a> <urn:says> "one .\\n_:b <urn:x> .\\n"@zh-Hans , "\\" .\\n" , 012 .
_:b <urn:in> <urn:default> .
<urn:empty> {{}}
_:graph {{ _:b <urn:in> _:graph }}
{}
"""


@pytest.fixture(params=[40, 256 * 1024])
def store(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> EmbeddedStore:
    """Some thirty graphs, of which one is large, written in small pieces or each at once."""
    monkeypatch.setattr(lines, "_PIECE", request.param)
    some = "\n".join(f"<urn:g{n}> {{ <urn:s> <urn:p> {n} , <urn:{n}> }}" for n in range(30))
    data = [*ox.parse(MANY.format(some), format=ox.RdfFormat.TRIG)]
    build_store([*data, *small_store().quads()], tmp_path / "store")
    return EmbeddedStore.open(tmp_path / "store")


@pytest.mark.parametrize("syntax", ["nquads", "ntriples", "turtle"])
def test_it_is_what_one_thread_writes(store: EmbeddedStore, syntax: str) -> None:
    whole: list[bytes] = []
    stream_store(store, syntax, whole.append)
    alone: list[bytes] = []
    stream(store.quads(), syntax, alone.append)
    assert b"".join(whole) == b"".join(alone)
    assert syntax == "turtle" or all(piece.endswith(b" .\n") for piece in whole)


def test_who_stops_reading_leaves_no_thread(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = threading.active_count()
    pieces: Iterator[bytes] = lines_of(store, "nquads")
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before


def test_an_error_of_the_engine_comes_to_the_reader(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = EmbeddedStore.dump

    def broken(self: EmbeddedStore, graph: Graph, output: IO[bytes]) -> None:
        if str(graph) == "<urn:g7>":
            raise OSError("the disk is gone")
        dump(self, graph, output)

    monkeypatch.setattr(EmbeddedStore, "dump", broken)
    before = threading.active_count()
    with pytest.raises(OSError, match="gone"):
        list(lines_of(store, "nquads"))
    assert threading.active_count() == before


def test_a_store_without_anything_has_no_lines() -> None:
    assert list(lines_of(EmbeddedStore.of([]), "nquads")) == []
