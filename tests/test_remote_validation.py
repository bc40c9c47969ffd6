"""What is validated in another engine has the report that it has here, and never a part of it."""

import contextlib
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result
from rdflib import RDFS, SH, Graph

from conftest import ROOT
from kg.cli import main
from kg.datagraph import DataGraph
from kg.endpoints import open_session
from kg.errors import KgError
from kg.graphs import Project
from kg.namespaces import GRAPH
from kg.publishing import UnequalError
from kg.release import Release
from kg.remote import RemoteStore
from kg.remote_validation import told_of, validate_remote
from kg.report import Report
from kg.shapes import Shapes
from kg.store import EmbeddedStore
from kg.validate import run_checks, validate
from stores import Engine, cells, free_port, virtuoso
from test_datagraph import faulty  # noqa: F401
from test_remote_stores import ENGINES, publish

FIXTURES = ROOT / "tests" / "fixtures" / "shapes"
ONTOLOGY = sorted((ROOT / "ontology").glob("*.ttl"))
IDS = "https://w3id.org/municipal-diplomacy/id/"
# Faults of an ontology, which the fixtures of data have not.
TERMS = """
@prefix ex: <http://example.org/> .
@prefix md: <https://w3id.org/municipal-diplomacy/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
ex:round skos:broader ex:about . ex:about skos:broader ex:round .
ex:high a skos:Concept ; skos:inScheme ex:one ; skos:topConceptOf ex:other .
ex:same skos:inScheme ex:one ; skos:prefLabel "same"@en .
ex:again skos:inScheme ex:one ; skos:prefLabel "same"@en .
md:Twice a owl:Class ; rdfs:label "Agreement"@en ;
  rdfs:isDefinedBy <https://w3id.org/municipal-diplomacy/ontology> .
md:Nowhere a owl:Class .
"""


@pytest.fixture(scope="module", params=ENGINES)
def engine(request, tmp_path_factory) -> Iterator[Engine]:
    with ENGINES[request.param](tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture(scope="module")
def published(engine, built) -> Release:
    _, release = built
    assert publish(release, engine)
    return release


@pytest.fixture(scope="module")
def islands() -> list[ox.Triple]:
    """All bad fixtures, each with things of its own, so that none mends another's faults."""
    files = sorted((*FIXTURES.glob("*-bad.ttl"), *FIXTURES.glob("*-bad.trig")))
    text = ""
    for file in files:
        text += ntriples([FIXTURES / "base.ttl", file]).replace(IDS, f"{IDS}{file.stem}-")
    text += ntriples(ONTOLOGY)
    terms = ox.parse(TERMS.encode(), format=ox.RdfFormat.TURTLE)
    found = ox.parse(text.encode(), format=ox.RdfFormat.N_TRIPLES)
    return [quad.triple for quad in (*found, *terms)]


def ntriples(paths: list[Path]) -> str:
    """What files say, in whatever graph."""
    found = (quad.triple for path in paths for quad in ox.parse(path=str(path)))
    return (ox.serialize(found, format=ox.RdfFormat.N_TRIPLES) or b"").decode()


@contextlib.contextmanager
def put(engine: Engine, graphs: dict[str, list[ox.Triple]]) -> Iterator[RemoteStore]:
    """What an engine answers on `graphs` and nothing else, as long as the block runs."""
    session = open_session(engine.settings.remote().auth)
    head = {"Content-Type": "text/turtle"}
    try:
        for name, held in graphs.items():
            body = ox.serialize(held, format=ox.RdfFormat.N_TRIPLES)
            place = {"graph": name}
            answer = session.put(engine.graph_store, params=place, data=body, headers=head)
            answer.raise_for_status()
        yield RemoteStore(engine.settings.remote("", graphs), 60)
    finally:
        for name in graphs:
            session.delete(engine.graph_store, params={"graph": name})


def quads(graphs: dict[str, list[ox.Triple]]) -> list[ox.Quad]:
    return [
        ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(name))
        for name, held in graphs.items()
        for triple in held
    ]


def test_each_check_finds_in_another_engine_what_it_finds_here(engine, islands, own_shapes):
    graphs = {f"{GRAPH}islands": islands}
    own = EmbeddedStore.of(quads(graphs))
    with put(engine, graphs) as store:
        found = {c.path.stem: cells(store.select(c.query)) for c in own_shapes.checks}
    wanted = {c.path.stem: cells(own.select(c.query)) for c in own_shapes.checks}
    assert [name for name, rows in wanted.items() if not rows] == []  # each has something to find
    assert [name for name, rows in found.items() if rows != wanted[name]] == []


def test_checks_report_on_a_world_of_faults_as_they_do_here(engine, faulty, own_shapes):  # noqa: F811
    graphs: dict[str, list[ox.Triple]] = {f"{GRAPH.ontology}": []}
    for quad in ox.parse(path=str(faulty)):
        graphs.setdefault(quad.graph_name.value, []).append(quad.triple)
    graphs[f"{GRAPH.ontology}"] += [q.triple for path in ONTOLOGY for q in ox.parse(path=str(path))]
    checks = own_shapes.checks
    with put(engine, graphs) as store:
        found = run_checks(store, checks, lambda nodes: told_of(store, nodes))
    wanted = validate(DataGraph.read([faulty, *ONTOLOGY]), Shapes(Graph(), checks))
    assert found == dataclasses.replace(wanted, checks_only=True)
    assert len({result.rule for result in found.results}) > 10
    assert not found.conforms
    assert "Only they were run" in found.to_text()


def kg(engine: Engine, project: Project, *arguments: str) -> Result:
    command = ["--project", str(project.folder), "validate", *arguments]
    return CliRunner().invoke(main, command, env=engine.environment)


@pytest.mark.parametrize("format_", ["text", "json", "turtle"])
def test_the_report_on_a_store_is_that_on_the_tables(engine, published, built, format_):
    project, _ = built
    found = kg(engine, project, "--format", format_, "--store", engine.url)
    own = kg(engine, project, "--format", format_)
    assert (found.exit_code, found.output) == (own.exit_code, own.output)
    assert own.exit_code == 0


def test_checks_alone_have_their_part_of_the_report_and_say_so(
    engine, published, built, own_report, own_shapes
):
    project, _ = built
    found = kg(engine, project, "--checks-only", "--store", engine.url, "--format", "json")
    report = json.loads(found.output)
    named = {str(check.shape) for check in own_shapes.checks}
    wanted = [result for result in own_report.to_json()["results"] if result["shape"] in named]
    assert wanted
    assert report["results"] == wanted
    assert (found.exit_code, report["conforms"]) == (0, None)
    assert "not known" in report["partial"]
    text = kg(engine, project, "--checks-only", "--store", engine.url).output
    assert "The data conform" not in text


def test_a_store_that_somebody_wrote_into_is_not_validated(engine, published, built):
    project, _ = built
    session = open_session(engine.settings.remote().auth)
    for name in (str(GRAPH.links), f"{GRAPH}stray"):
        asked = {"params": {"graph": name}, "headers": {"Content-Type": "text/turtle"}}
        if name not in published.graphs and engine.settings.store_graphs == "listed":
            continue  # nobody asks for it then
        session.post(engine.graph_store, data="<urn:a> <urn:b> <urn:c> .", **asked)
        for option in ("--store", "--checks-only"):
            arguments = [option, *(["--store"] * (option != "--store")), engine.url]
            found = kg(engine, project, *arguments)
            assert (found.exit_code, f"{name} has" in found.output) == (2, True), found.output
            assert "Traceback" not in found.output
        if name in published.graphs:
            lines = ntriples_of(published, name)
            session.put(engine.graph_store, data=lines, **asked)
        else:
            session.delete(engine.graph_store, **asked)
    assert kg(engine, project, "--checks-only", "--store", engine.url).exit_code == 0


def ntriples_of(release: Release, name: str) -> bytes:
    held = [
        q.triple for q in EmbeddedStore.open(release.store).quads() if q.graph_name.value == name
    ]
    return ox.serialize(held, format=ox.RdfFormat.N_TRIPLES) or b""


def test_a_store_without_the_release_is_told(engine, published, built, own_shapes):
    other = dataclasses.replace(published, id="f" * 16)
    remote = engine.settings.remote(other.id, other.graphs)
    with pytest.raises(KgError, match="does not hold release f"):
        validate_remote(other, remote, own_shapes, 60, {}, False, lambda _: None)


def test_a_check_that_takes_too_long_is_named(engine, published, built, tmp_path):
    # The last test over an engine, which may not see at once that nobody waits.
    (tmp_path / "checks").mkdir()
    header = '#+ rule: X1\n#+ shape: shape:X\n#+ severity: Info\n#+ message: {en: "x"}\n'
    endless = "SELECT ?focus WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?focus } ORDER BY ?a ?d ?g"
    (tmp_path / "checks" / "endless.rq").write_text(header + endless)
    (tmp_path / "none.ttl").touch()
    arguments = ["--shapes", str(tmp_path), "--seconds", "1", "--checks-only"]
    found = kg(engine, built[0], *arguments, "--store", engine.url)
    assert found.exit_code == 2
    assert "endless.rq: the store" in found.output
    assert "--seconds" in found.output


def test_an_answer_that_an_engine_cuts_is_not_validated(tmp_path, built, own_shapes):
    _, release = built
    with virtuoso(tmp_path, rows=1000) as engine:
        publish(release, engine)
        remote = engine.settings.remote(release.id, release.graphs)
        with pytest.raises(UnequalError, match=r"has 1,00[01] triples in the store; want"):
            validate_remote(release, remote, own_shapes, 60, {}, False, lambda _: None)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--store", f"http://127.0.0.1:{free_port()}/"], "does not answer"),
        (["--store", "ftp://example.org/"], "is no store"),
        (["--store", "http://127.0.0.1/", "--data", "x.ttl"], "--data and --store"),
        (["--checks-only"], "give it with --store"),
        (["--store", "http://127.0.0.1/", "--seconds", "0"], "--seconds"),
    ],
)
def test_what_cannot_be_validated_is_told(built, arguments, part):
    command = ["--project", str(built[0].folder), "validate", *arguments]
    found = CliRunner().invoke(main, command, env={})
    assert (found.exit_code, part in found.output) == (2, True), found.output


def test_a_report_of_checks_alone_is_marked_in_each_form():
    report = Report((), checks_only=True)
    graph = report.to_graph()
    assert (None, SH.conforms, None) not in graph
    assert len(set(graph.objects(None, RDFS.comment))) == 3
    assert report.to_json()["conforms"] is None
    assert (None, SH.conforms, None) in Report(()).to_graph()
    for language in ("en", "ko", "zh-Hans"):
        assert report.to_text(language) != Report(()).to_text(language)
