"""Pieces of an answer: counted, limited, and cut only where it is safe."""

import csv
import io
import json
import xml.etree.ElementTree as ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import outflow
from kg.outflow import LimitReached, Outflow
from kg.syntaxes import GRAPH_FORMATS, RESULT_FORMATS

NASTY = ["", '"', '""', "\r\n", '"\r\n"', "},{", '},{"', "<result>", "\n", "a,b", "\\", '\\"',
         ',{"', "서울", "x" * 300, '"xml:lang":"zh-hans"', "@zh-hans"]  # fmt: skip
texts = st.one_of(st.sampled_from(NASTY), st.text(alphabet='ab"\\,{}<>\r\n\t', max_size=30))
literals = st.builds(ox.Literal, texts, language=st.sampled_from([None, "en", "zh-hans"]))


def store_of(values) -> ox.Store:
    store = ox.Store()
    store.extend(
        ox.Quad(ox.NamedNode(f"urn:s{n}"), ox.NamedNode("urn:p"), value)
        for n, value in enumerate(values)
    )
    return store


def flow(found, syntax, rows=10**9, size=10**9):
    """The pieces that come of `found`, and how many rows were counted."""
    pieces: list[bytes] = []
    out = Outflow(syntax, rows, size, pieces.append)
    if isinstance(found, ox.QueryTriples):
        ox.serialize(out.count(found), out, GRAPH_FORMATS[syntax])
    else:
        found.serialize(out, RESULT_FORMATS[syntax])
    pieces.append(out.rest())
    return pieces, out.rows


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(outflow, "PIECE", 1)


def rows_in(body: bytes, syntax: str) -> int:
    if syntax == "json":
        return len(json.loads(body)["results"]["bindings"])
    if syntax == "xml":
        names = "{http://www.w3.org/2005/sparql-results#}"
        return len(ElementTree.fromstring(body).findall(f"{names}results/{names}result"))
    if syntax == "csv":
        return len(list(csv.reader(io.StringIO(body.decode(), newline="")))) - 1
    return body.count(b"\n") - 1


@pytest.mark.parametrize("syntax", list(RESULT_FORMATS))
@given(values=st.lists(literals, max_size=40))
@settings(max_examples=60, deadline=None)
def test_pieces_join_to_the_same_answer_and_rows_are_counted(syntax, values):
    store = store_of(values)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outflow, "PIECE", 1)
        pieces, rows = flow(store.query("SELECT ?s ?o { ?s ?p ?o }"), syntax)
    body = b"".join(pieces)
    expected = store.query("SELECT ?s ?o { ?s ?p ?o }").serialize(format=RESULT_FORMATS[syntax])
    assert len(body) == len(expected)
    if syntax == "csv":
        assert body == expected
    if "\r" not in "".join(value.value for value in values) or syntax == "csv":
        assert rows == rows_in(body, syntax) == len(store)
    if syntax in ("csv", "tsv"):
        assert all(piece.endswith(b"\n") for piece in pieces if piece)


@pytest.mark.parametrize("syntax", list(GRAPH_FORMATS))
@given(values=st.lists(literals, max_size=20))
@settings(max_examples=40, deadline=None)
def test_pieces_of_triples_join_to_the_same_triples(syntax, values):
    values = [value for value in values if "\r" not in value.value]  # XML reads another line end
    store = store_of(values)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outflow, "PIECE", 1)
        pieces, rows = flow(store.query("CONSTRUCT WHERE { ?s ?p ?o }"), syntax)
    body = b"".join(pieces)
    found = {quad.triple for quad in ox.parse(body, format=GRAPH_FORMATS[syntax])}
    assert found == {quad.triple for quad in store}
    assert rows == len(store)
    if syntax not in ("jsonld", "rdfxml"):
        assert all(piece.endswith(b"\n") for piece in pieces if piece)


@pytest.mark.parametrize("syntax", list(RESULT_FORMATS))
def test_a_tag_is_written_whole_wherever_pieces_end(syntax, small_pieces):
    store = store_of([ox.Literal("서울" * n, language="zh-hans") for n in range(500)])
    pieces, _ = flow(store.query("SELECT ?o { ?s ?p ?o }"), syntax)
    assert len(pieces) > 3
    assert b"".join(pieces).count(b"zh-Hans") == (0 if syntax == "csv" else 500)


@pytest.mark.parametrize("syntax", list(RESULT_FORMATS))
def test_the_limit_of_rows_is_exact(syntax):
    store = store_of([ox.Literal(str(n)) for n in range(100)])
    _, rows = flow(store.query("SELECT ?s { ?s ?p ?o }"), syntax, rows=100)
    assert rows == 100
    with pytest.raises(LimitReached, match="rows"):
        flow(store.query("SELECT ?s { ?s ?p ?o }"), syntax, rows=99)


@pytest.mark.parametrize("syntax", list(RESULT_FORMATS))
def test_no_row_and_one_row_are_counted(syntax):
    for number in (0, 1):
        store = store_of([ox.Literal("x")] * number)
        assert flow(store.query("SELECT ?s { ?s ?p ?o }"), syntax)[1] == number


def test_the_limit_of_bytes_is_exact():
    store = store_of([ox.Literal("x" * 100)])
    size = len(b"".join(flow(store.query("SELECT ?o { ?s ?p ?o }"), "json")[0]))
    flow(store.query("SELECT ?o { ?s ?p ?o }"), "json", size=size)
    with pytest.raises(LimitReached, match="bytes"):
        flow(store.query("SELECT ?o { ?s ?p ?o }"), "json", size=size - 1)


def test_a_value_larger_than_a_piece_is_held_until_it_ends():
    store = store_of([ox.Literal("line\r\n" * 50_000), ox.Literal("b")])
    pieces, rows = flow(store.query("SELECT ?o { ?s ?p ?o } ORDER BY ?s"), "csv")
    assert rows == 2
    assert b"".join(pieces).count(b"line") == 50_000
