"""Files of lines are loaded in pieces by two threads, and give what reading them would give."""

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import BNode, Graph
from rdflib.compare import isomorphic

from kg import loading
from kg.errors import DataError, InputError
from kg.growing import GrowingStore
from kg.loading import load, new_store
from kg.reading import StoredQuad, read_quads, to_rdflib
from serving import GRAPH


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_PIECE", 500)


def loaded(path: Path) -> GrowingStore:
    store = GrowingStore.of([])
    load(store, path)
    return store


def graph_of(quads: Iterable[StoredQuad]) -> Graph:
    graph = Graph()
    for quad in quads:
        graph.add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))
    return graph


def test_lines_give_what_they_say(tmp_path: Path) -> None:
    path = tmp_path / "x.nq"
    path.write_bytes(ox.serialize(read_quads(GRAPH), format=ox.RdfFormat.N_QUADS) or b"")
    assert path.stat().st_size > 10_000
    assert set(loaded(path).quads()) == set(read_quads(path)) == set(read_quads(GRAPH))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_blank_node_is_the_same_in_the_whole_file(tmp_path: Path, end: str) -> None:
    """Also where its name stands in a string only, at the end without a line end, after a BOM."""
    lines = ["\ufeff_:x <urn:first> <urn:y> ."]
    lines += [f'<urn:thing/{n}> <urn:says> "_:x and {n}" .' for n in range(50)]
    lines += [f"<urn:thing/{n}> <urn:number> <urn:{n}> ." for n in range(50)]
    lines += ["# _:x is no thing of its own", "", "_:x <urn:last> _:y ."]
    path = tmp_path / "x.nt"
    path.write_text(end.join(lines), "utf-8", newline="")
    found = graph_of(loaded(path).quads())
    assert isomorphic(found, graph_of(read_quads(path)))
    (node,) = {subject for subject in found.subjects() if isinstance(subject, BNode)}
    assert {str(p) for p in found.predicates(node)} == {"urn:first", "urn:last"}


def test_blank_nodes_of_two_files_never_meet(tmp_path: Path) -> None:
    store = GrowingStore.of([])
    for name in "12":
        (tmp_path / f"{name}.nt").write_text('_:x <urn:name> "same" .\n')
        load(store, tmp_path / f"{name}.nt")
    assert store.size() == 2


@pytest.mark.parametrize("wrong", ["<urn:a> <b> <urn:c> .", "_:a <urn:b> ", '<urn:a> <urn:b> "'])
@pytest.mark.parametrize("line", [1, 30, 61])
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, wrong: str, line: int) -> None:
    lines = [f"<urn:thing/{n}> <urn:number> <urn:{n}> ." for n in range(60)]
    lines.insert(line - 1, wrong)
    path = tmp_path / "x.nt"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(DataError) as plain:
        list(read_quads(path))
    assert plain.value.place.line in (line, line + 1)  # the parser is at the end of the line
    with pytest.raises(DataError) as caught:
        loaded(path)
    assert str(caught.value) == str(plain.value)


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "x.nt"
    path.write_bytes(b"<urn:a> <urn:b> <urn:c> .\n" * 40 + b'<urn:a> <urn:b> "\xff" .\n')
    with pytest.raises(DataError, match=r"x\.nt:41:"):
        loaded(path)


def test_a_file_that_cannot_be_read_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"gone\.nt: cannot be read"),
        new_store(tmp_path / "store") as store,
    ):
        load(store, tmp_path / "gone.nt")
