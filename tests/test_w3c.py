"""The W3C's query tests over HTTP: nothing is lost between the engine and the client."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.store import Table
from w3c import UNKNOWN, page, results
from w3c_answers import as_csv, read_answer, same
from w3c_servers import threaded

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "conformance-data"
X = "http://www.w3.org/2001/XMLSchema#"
A, B = ox.BlankNode("a"), ox.BlankNode("b")
ONE, TWO = ox.Literal(1), ox.Literal(2)


@pytest.fixture(scope="module")
def found():
    """All tests run anew, on the server of `kg serve` in threads of this process."""
    if not DATA.is_dir():
        pytest.skip(f"the W3C's tests are not here ({DATA})")
    return results(DATA, threaded)


def test_nothing_is_lost_on_the_way(found):
    lost = [outcome for outcome in found.outcomes if outcome.lost]
    assert lost == []


def test_what_asks_other_servers_is_refused(found):
    assert {outcome.status for outcome in found.of("federated")} == {400}


def test_the_protocol_is_kept(found):
    assert [name for name, well, _ in found.protocol if not well] == []
    assert len(found.protocol) == 34


def test_the_page_says_what_is_found_now(found):
    written = (ROOT / "docs" / "conformance.md").read_text("utf-8")
    assert UNKNOWN not in written, "say why the engine fails these tests: REASONS in tests/w3c.py"
    assert page(found) == written, "write the page anew: make conformance"


# The comparison itself: what must not be taken for the same


def rows(*lines):
    return Table(("x", "y"), [tuple(line) for line in lines])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (rows([ONE, A], [TWO, A]), rows([ONE, A], [TWO, B])),
        (rows([ONE, A], [TWO, B]), rows([ONE, A], [TWO, A])),
        (rows([ONE, ONE]), rows([ONE, ONE], [ONE, ONE])),
        (rows([ONE, None]), rows([ONE, ox.Literal("")])),
        (rows([ONE, ONE]), rows([ONE, ox.Literal("1")])),
        (rows([ONE, ox.Literal("a", language="en")]), rows([ONE, ox.Literal("a")])),
        (rows([ONE, TWO]), rows([TWO, ONE])),
        (rows(), Table(("x",), [])),
        (True, False),
        (rows(), True),
        ([ox.Triple(A, ox.NamedNode(X), A)], [ox.Triple(A, ox.NamedNode(X), B)]),
    ],
)
def test_answers_that_differ_are_told_apart(left, right):
    assert not same(left, right)
    assert same(left, left) and same(right, right)


def test_blank_nodes_columns_and_order_are_read_as_they_are_meant():
    one, other = rows([A, ONE], [B, TWO]), rows([A, TWO], [B, ONE])
    assert same(one, other) and not same(one, other, ordered=True)
    assert same(one, Table(("y", "x"), [(TWO, A), (ONE, B)]))
    assert same(rows([ONE, TWO], [ONE, TWO]), rows([ONE, TWO]), lax=True)
    nested = [rows([ONE, ox.Triple(node, ox.NamedNode(X), node)]) for node in (A, B)]
    assert same(*nested)


def test_csv_is_compared_by_what_it_keeps():
    table = rows([ox.Literal('a,"b'), None], [A, ox.NamedNode(X)])
    assert same(as_csv(table), read_answer(f'x,y\r\n"a,""b",\r\n_:z,{X}\r\n'.encode(), "csv"))
    assert not same(as_csv(table), read_answer(f"x,y\r\nab,\r\n_:z,{X}\r\n".encode(), "csv"))
