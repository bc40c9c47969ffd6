"""Rules about pairs of records, as queries: each gives what its words say, on data by chance."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, SKOS, Graph, URIRef

from kg.dates import read_edtf
from kg.importers.registry import add_date
from kg.namespaces import CONCEPT, MD
from kg.reading import to_oxigraph
from kg.shapes import read_check
from kg.store import EmbeddedStore

CHECKS = Path(__file__).parent.parent / "shapes" / "checks"
PLACES = ["a", "b", "c"]
DATES = ["2001", "2001-03", "2001-03-05", "2001-03-20", "2001-04-02", "2002-03-05"]
FORMAL = {"formal-city-tie", "sister-city"}
LOOSE = {"unstated", "mutual"}

ENDS = st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True)
AGREEMENTS = st.lists(
    st.tuples(
        ENDS,
        st.sampled_from(["council", "executive"]),
        st.sampled_from(["signed", "signed", "exchanged"]),
        st.sampled_from(["formal-city-tie", "sister-city", "letter-of-intent"]),
        st.sampled_from(DATES),
    ),
    max_size=7,
)
VISITS = st.lists(
    st.tuples(
        ENDS,
        st.sampled_from(["DelegationVisit", "EventParticipation", "Letter"]),
        st.sampled_from(["outbound", "inbound", "mutual", "unstated"]),
        st.sampled_from(DATES),
    ),
    max_size=7,
)


def node(kind: str, name: object) -> URIRef:
    return URIRef(f"http://example.org/{kind}/{name}")


def answer(name: str, graph: Graph, columns: str) -> set[tuple[str, ...]]:
    """The rows of a check: last part of addresses, text of literals."""
    store = EmbeddedStore.of(to_oxigraph(triple) for triple in graph)
    table = store.select(query(name))
    wanted = [table.columns.index(column) for column in columns.split()]
    return {tuple(str(row[n].value).rsplit("/", 1)[-1] for n in wanted) for row in table.rows}  # type: ignore[union-attr]


@cache
def query(name: str) -> str:
    return read_check(CHECKS / f"{name}.rq").query


def agreements(rows: list[tuple[list[str], str, str, str, str]]) -> Graph:
    graph = Graph()
    graph.add((CONCEPT["type"]["sister-city"], SKOS.broader, CONCEPT["type"]["formal-city-tie"]))
    for place in PLACES:
        graph.add((node("body", place), MD.actsFor, node("place", place)))
    for number, (parties, channel, status, type_, date) in enumerate(rows):
        this = node("agreement", number)
        graph.add((this, RDF.type, MD.Agreement))
        graph.add((this, MD.channel, CONCEPT["channel"][channel]))
        graph.add((this, MD.status, CONCEPT["status"][status]))
        graph.add((this, MD.agreementType, CONCEPT["type"][type_]))
        add_date(graph, this, read_edtf(date), CONCEPT["basis"].stated)
        for place in parties:
            graph.add((this, MD.party, node("body", place)))
    return graph


def months(dates: Iterator[tuple[int, str]]) -> dict[int, str]:
    """The month of each number whose date has one."""
    return {number: date[:7] for number, date in dates if len(date) > 4}


@given(AGREEMENTS)
@settings(max_examples=150, deadline=None)
def test_councils_before_the_first_tie_of_their_governments(
    rows: list[tuple[list[str], str, str, str, str]],
) -> None:
    wanted = set()
    for one, other in combinations(PLACES, 2):
        both = [(n, r) for n, r in enumerate(rows) if one in r[0] and other in r[0]]
        signed = [(n, r) for n, r in both if r[2] == "signed"]
        ties = [r[4] for _, r in signed if r[1] == "executive" and r[3] in FORMAL]
        first = min((read_edtf(tie).earliest for tie in ties), default="")
        wanted |= {
            (str(n), r[4], one, other, tie)
            for n, r in signed
            for tie in ties
            if r[1] == "council"
            and read_edtf(tie).earliest == first
            and read_edtf(r[4]).latest < first
        }
    columns = "focus value one other tied"
    assert answer("council-before-tie", agreements(rows), columns) == wanted


@given(AGREEMENTS)
@settings(max_examples=150, deadline=None)
def test_two_instruments_of_two_places_in_one_month(
    rows: list[tuple[list[str], str, str, str, str]],
) -> None:
    month = months((n, r[4]) for n, r in enumerate(rows))
    wanted = {
        (str(n), str(m), one, other)
        for n, m in combinations(month, 2)
        for one, other in combinations(PLACES, 2)
        if month[n] == month[m] and {one, other} <= {*rows[n][0]} & {*rows[m][0]}
    }
    assert answer("same-month-instruments", agreements(rows), "focus value one other") == wanted


@given(VISITS)
@settings(max_examples=150, deadline=None)
def test_two_journeys_between_two_places_in_one_month(
    rows: list[tuple[list[str], str, str, str]],
) -> None:
    graph = Graph()
    for number, (ends, kind, direction, date) in enumerate(rows):
        this = node("event", number)
        graph.add((this, RDF.type, MD[kind]))
        graph.add((this, MD.direction, CONCEPT["direction"][direction]))
        add_date(graph, this, read_edtf(date), CONCEPT["basis"].stated)
        for end, place in zip((MD["from"], MD.to, MD.between), ends, strict=False):
            graph.add((this, end, node("place", place)))
    month = months((n, r[3]) for n, r in enumerate(rows) if r[1] != "Letter")
    wanted = {
        (str(n), str(m))
        for n, m in combinations(month, 2)
        if month[n] == month[m]
        and len({*rows[n][0]} & {*rows[m][0]}) > 1
        and (rows[n][2] == rows[m][2] or LOOSE & {rows[n][2], rows[m][2]})
    }
    assert answer("same-month-journeys", graph, "focus value") == wanted


@pytest.mark.parametrize("check", sorted(CHECKS.glob("*.rq")), ids=lambda path: path.stem)
def test_a_check_finds_nothing_in_nothing(check: Path) -> None:
    assert EmbeddedStore.of([]).select(read_check(check).query).rows == []


@pytest.mark.parametrize("check", sorted(CHECKS.glob("*.rq")), ids=lambda path: path.stem)
def test_a_path_of_any_length_is_asked_where_every_engine_answers_rightly(check: Path) -> None:
    """Virtuoso 7 joins such paths wrongly, by chance of its plan; see docs/scaling.md."""
    text = re.sub(r"BIND \(EXISTS \{[^{}]*\} AS", "", read_check(check).query)
    assert re.findall(r"\w+:\w+[*+]", text) == []
