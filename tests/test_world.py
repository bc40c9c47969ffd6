"""The synthetic world of the benchmarks: it is what `kg build` would let pass, and answers all."""

import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef

from kg.namespaces import GRAPH
from kg.reading import Quad, read_quads, to_rdflib
from kg.reason import derive
from kg.shapes import read_shapes
from kg.validate import validate

ROOT = Path(__file__).parent.parent
SCALE = 0.02

sys.path.append(str(ROOT / "benchmarks"))

from questions import ANALYTIC, Questions  # noqa: E402
from world import write_world  # noqa: E402


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("world") / "world.nq"
    write_world(SCALE, path)
    return path


@pytest.fixture(scope="module")
def quads(world: Path) -> list[Quad]:
    found = []
    for quad in read_quads(world):
        subject, predicate, value = (to_rdflib(term) for term in quad.triple)
        found.append((subject, predicate, value, URIRef(quad.graph_name.value)))
    return found


@pytest.fixture(scope="module")
def store(world: Path) -> ox.Store:
    store = ox.Store()
    store.bulk_load(path=str(world))
    return store


def test_one_scale_gives_the_same_bytes_each_time(world: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.nq"
    lines = write_world(SCALE, again)
    assert again.read_bytes() == world.read_bytes()
    assert world.read_bytes().count(b"\n") == lines


def test_the_world_breaks_no_shape(quads: list[Quad]) -> None:
    report = validate(quads, read_shapes([ROOT / "shapes"]))
    assert [r for r in report.results if r.severity == "Violation"] == []


def test_the_derived_graph_is_what_the_rules_conclude(quads: list[Quad]) -> None:
    asserted, derived = Graph(), Graph()
    for subject, predicate, value, name in quads:
        (derived if name == GRAPH.derived else asserted).add((subject, predicate, value))
    assert set(derived) == set(derive([asserted], ROOT / "ontology" / "rules"))


def test_scale_1_is_1000_municipalities_10000_agreements_and_50000_visits(store: ox.Store) -> None:
    md = "https://w3id.org/municipal-diplomacy/ontology#"
    for class_, number in (("Municipality", 20), ("Agreement", 200), ("DelegationVisit", 1000)):
        text = f"SELECT DISTINCT ?s {{ ?s a <{md}{class_}> }}"
        assert len(list(store.query(text, use_default_graph_as_union=True))) == number


@pytest.mark.parametrize("name", Questions.names())
def test_every_canned_question_has_answers(name: str, store: ox.Store) -> None:
    requests = Questions(SCALE, store).requests(name, 40)
    assert len({request.sparql for request in requests}) == len(requests)
    assert any(
        next(iter(store.query(request.sparql, use_default_graph_as_union=True)), None)
        for request in requests
    )


@pytest.mark.parametrize("name", ANALYTIC)
def test_every_analytic_question_is_sparql(name: str, store: ox.Store) -> None:
    text = Questions.analytic(name).sparql
    assert isinstance(store.query(text, use_default_graph_as_union=True), ox.QuerySolutions)
