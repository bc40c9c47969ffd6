"""The questions, pages and exports over other engines are those over our own store."""

import contextlib
import dataclasses
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox
import pytest
import requests
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from rdflib import DCTERMS

from kg import elsewhere
from kg.binding import fill
from kg.building import build_release
from kg.cli import main
from kg.errors import InputError
from kg.graphs import Project
from kg.limits import BrokenError, Limits, UnansweredError
from kg.namespaces import GRAPH
from kg.publishing import Publication, UnequalError
from kg.queries import Choices, Places, default_terms, read_queries, typed_values
from kg.release import Release, current_release
from kg.remote import RemoteStore
from kg.settings import Settings
from kg.store import EmbeddedStore
from kg.web import create_app
from serving import until
from stores import Engine, cells, free_port, oxigraph, virtuoso
from test_questions import CASES

# Virtuoso refuses rows with cells of more than some 4,000 bytes where they are sorted.
TOO_LONG = {"virtuoso": ["partners-by-level region=South Korea"]}
ENGINES = {"oxigraph": oxigraph, "virtuoso": virtuoso}
PAGES = [
    "/", "/queries", "/search?q=Seoul", "/id/place/kr-seoul", "/pair/kr-seoul/cn-beijing",
    "/queries/friendship-and-council?city=%EC%84%9C%EC%9A%B8", "/quality",
    "/id/source/seoul-council-exchanges", "/downloads", "/sparql", "/sparql?query=ASK%7B%7D",
    "/queries/ties-of?city=Nowhere",
]  # fmt: skip


@dataclass(frozen=True)
class Served:
    """A release in an engine: asked by texts of ours, and as a site beside our own."""

    engine: Engine
    release: Release
    store: RemoteStore
    own_store: EmbeddedStore
    site: FlaskClient
    own_site: FlaskClient


def publish(
    release: Release,
    engine: Engine,
    replace: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> bool:
    remote = dataclasses.replace(engine.settings, store_graphs="union").remote()
    return Publication(release, remote, engine.graph_store, tell).publish(replace, wait=0)


@contextlib.contextmanager
def site(release: Release, settings: Settings) -> Iterator[FlaskClient]:
    app = create_app(release, settings)
    try:
        yield app.test_client()
    finally:
        app.extensions["kg"].engine.close()


@pytest.fixture(scope="module", params=ENGINES)
def served(request, tmp_path_factory, built) -> Iterator[Served]:
    _, release = built
    with contextlib.ExitStack() as stack:
        folder = tmp_path_factory.mktemp(request.param)
        engine = stack.enter_context(ENGINES[request.param](folder))
        assert publish(release, engine)
        yield Served(
            engine,
            release,
            RemoteStore(engine.settings.remote(release.id, release.graphs), 60),
            EmbeddedStore.open(release.store),
            stack.enter_context(site(release, engine.settings)),
            stack.enter_context(site(release, Settings())),
        )


OWN: dict[str, list[list[list[str]]]] = {}


def own_cells(store: EmbeddedStore, text: str) -> list[list[list[str]]]:
    """The cells that our own store answers, asked once for all engines."""
    if text not in OWN:
        OWN[text] = cells(store.select(text))
    return OWN[text]


def test_each_question_has_the_same_answer(served):
    queries = read_queries(served.release.queries)
    places, choices = Places(served.store), Choices(served.store)
    texts = {name: fill(query, default_terms(query)) for name, query in queries.items()}
    for case in CASES:
        query = queries[case.name]
        texts[str(case)] = fill(query, typed_values(query, case.values, places, choices))
    for name in TOO_LONG.get(served.engine.name, ()):
        with pytest.raises(UnansweredError, match="too long for the store"):
            served.store.select(texts.pop(name))
    different = [
        name
        for name, text in texts.items()
        if cells(served.store.select(text)) != own_cells(served.own_store, text)
    ]
    assert different == []


def words(page: str) -> list[str]:
    """The words and addresses of a page in no order, without what differs from answer to answer."""
    return sorted(re.findall(r"[\w/:#.-]+", page))


@pytest.mark.parametrize("address", PAGES)
def test_each_page_is_the_same(served, address):
    found, own = served.site.get(address), served.own_site.get(address)
    assert (found.status_code, found.headers["Content-Type"]) == (
        own.status_code, own.headers["Content-Type"],
    )  # fmt: skip
    assert words(found.text) == words(own.text)


@pytest.mark.parametrize("format_", ["nquads", "trig", "turtle", "rdfxml"])
def test_each_export_holds_the_release(served, format_, tmp_path, monkeypatch):
    for name, value in served.engine.environment.items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "out"
    elsewhere.exported(served.release, served.engine.url, format_, file)
    formats = {"nquads": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG,
               "turtle": ox.RdfFormat.TURTLE, "rdfxml": ox.RdfFormat.RDF_XML}  # fmt: skip
    found = ox.Dataset(ox.parse(path=str(file), format=formats[format_]))
    own = ox.Dataset(served.own_store.quads())
    if format_ in ("turtle", "rdfxml"):
        own = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in own)
    for dataset in (found, own):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert found == own
    assert b"@zh-hans" not in file.read_bytes()


PLACES = "?s a <https://w3id.org/municipal-diplomacy/ontology#Municipality>"


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        (f"SELECT (COUNT(*) AS ?n) WHERE {{ {PLACES} }}", "text/csv"),
        (f"SELECT ?s WHERE {{ {PLACES} }} ORDER BY ?s", "application/sparql-results+xml"),
        (f"SELECT ?s WHERE {{ {PLACES} }} ORDER BY ?s", "text/tab-separated-values"),
        (f"ASK {{ {PLACES} }}", "application/sparql-results+json"),
        (f"ASK {{ {PLACES} . ?s a 1 }}", "application/sparql-results+json"),
        (f"CONSTRUCT WHERE {{ {PLACES} }}", "application/n-triples"),
        ("SELECT ?p WHERE { <id/place/kr-seoul> ?p ?o } ORDER BY ?p ?o", "text/csv"),
        ("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p 'Seoul'@en } } ORDER BY ?g", "text/csv"),
        ('SELECT ?o WHERE { <id/place/kr-seoul> ?p ?o FILTER (LANG(?o) = "zh-hans") } ORDER BY ?o',
         "application/sparql-results+json"),
    ],
)  # fmt: skip
def test_a_strangers_query_has_the_same_answer_in_each_syntax(served, query, accept):
    answers = [
        site.post("/sparql", data={"query": query}, headers={"Accept": accept})
        for site in (served.site, served.own_site)
    ]
    found, own = ((a.status_code, a.headers["Content-Type"], words(a.text)) for a in answers)
    assert found == own
    assert found[0] == 200


def test_blank_nodes_are_blank_nodes(served):
    sparql = "SELECT ?s WHERE { ?s ?p ?o FILTER (ISBLANK(?s)) } LIMIT 1"
    found = served.site.get("/sparql", query_string={"query": sparql, "format": "json"}).json
    (row,) = found["results"]["bindings"]
    assert (row["s"]["type"], "nodeID" in row["s"]["value"]) == ("bnode", False)


@pytest.mark.parametrize(
    ("query", "status", "detail"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 400, "SERVICE"),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", 400, "read-only"),
        ('DEFINE get:soft "soft" SELECT * { ?s ?p ?o }', 400, "line 1"),
        ("SELECT *\nWHRE", 400, "line 2"),
        ("PREFIX sql: <sql:> SELECT (sql:user() AS ?n) {}", 422, "own functions"),
        ("PREFIX b: <BIF:> SELECT (b:file_to_string('x') AS ?n) {}", 422, "own functions"),
        ("BASE <bif:> SELECT (<user>() AS ?n) {}", 422, "own functions"),
    ],
)
def test_what_may_not_be_run_is_refused_in_our_words(served, query, status, detail):
    found = served.site.post("/sparql", data={"query": query})
    assert (found.status_code, detail in found.json["detail"]) == (status, True), found.text
    assert "127.0.0.1" not in found.json["detail"].replace("http://127.0.0.1:1/", "")


def test_a_graph_by_its_address_and_the_graphs_of_a_request(served):
    graph = "https://w3id.org/municipal-diplomacy/graph/links"
    number = served.release.graphs[graph]
    body = served.site.get("/data", query_string={"graph": graph, "format": "nt"}).text
    assert body.count(" .\n") == number
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    for asked, wanted in (({"default-graph-uri": graph}, number), ({"named-graph-uri": graph}, 0)):
        found = served.site.get("/sparql", query_string={"query": count, "format": "csv"} | asked)
        assert found.text.split() == ["n", str(wanted)]
    named = f"SELECT (COUNT(*) AS ?n) FROM <{graph}> WHERE {{ ?s ?p ?o }}"
    found = served.site.get("/sparql", query_string={"query": named, "format": "csv"})
    assert found.text.split() == ["n", str(number)]


def test_limits_of_rows_hold_and_nothing_is_sent_of_what_is_too_large(served):
    settings = dataclasses.replace(served.engine.settings, limits=Limits(rows=100, workers=1))
    with site(served.release, settings) as limited:
        found = limited.get("/sparql?query=SELECT+*+{?s+?p+?o}+LIMIT+1000&format=csv")
        assert (found.status_code, "more than 100 rows" in found.text) == (422, True)


def test_the_service_is_healthy_as_long_as_the_store_holds_the_release(served):
    assert served.site.get("/health").json["status"] == "ok"
    other = dataclasses.replace(served.release, id="f" * 16)
    with (
        pytest.raises(BrokenError, match="does not hold release f"),
        site(other, served.engine.settings),
    ):
        pass


def test_a_publication_goes_on_where_it_stopped_and_only_a_whole_one_counts(served, built):
    _, release = built
    assert not publish(release, served.engine)  # it is there
    other = dataclasses.replace(release, id="f" * 16)
    with pytest.raises(InputError, match="--replace"):
        publish(other, served.engine, replace=False)

    class InterruptedError(Exception):
        pass

    told: list[str] = []

    def tell(step: str) -> None:
        told.append(step)
        if "5,000 of" in step:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        publish(other, served.engine, tell=tell)
    store = RemoteStore(served.engine.settings.remote(release.id, release.graphs), 60)
    with pytest.raises(BrokenError, match="does not hold"):
        store.ask("ASK {}")
    told.clear()
    with contextlib.suppress(InterruptedError):
        publish(other, served.engine, tell=tell)
    assert not any(step.startswith("Removing") for step in told)
    unequal = dataclasses.replace(
        release,
        id="e" * 16,
        description={**release.description, "graphs": {**release.graphs, f"{GRAPH.links}": 1}},
    )
    with pytest.raises(UnequalError, match="want 1"):
        publish(unequal, served.engine)
    assert publish(release, served.engine)
    assert store.ask("ASK {}")


def test_one_endpoint_stands_in_for_another_that_is_dead(served):
    dead = f"http://127.0.0.1:{free_port()}/sparql"
    both = dataclasses.replace(served.engine.settings, store=f"{dead}, {served.engine.url}")
    store = RemoteStore(both.remote(served.release.id, served.release.graphs), 60)
    assert all(store.ask("ASK {}") for _ in range(4))


@contextlib.contextmanager
def serving(project: Project, stores: list[str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `kg serve` over `stores` as long as the block runs; yield it and its address."""
    command = [sys.executable, "-m", "kg", "--project", project.folder, "serve", "--port", "0"]
    server = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"KG_STORE": ",".join(stores)},
    )
    try:
        assert server.stdout is not None
        told = server.stdout.readline() + server.stdout.readline()
        yield server, re.findall(r"http://127\.0\.0\.1:\d+/", told)[0]
    finally:
        server.kill()
        server.communicate()


def test_a_release_in_a_second_store_is_gone_over_to_and_back(tmp_path, built):
    """As decision 13 says: two stores, and `build/current` with SIGHUP tells which is served."""
    folder = tmp_path / "project"
    shutil.copytree(built[0].folder, folder, symlinks=True)
    project, old = Project(folder), current_release(Project(folder))
    says = f"SELECT ?id {{ GRAPH <{GRAPH.release}> {{ ?r <{DCTERMS.identifier}> ?id }} }}"
    with contextlib.ExitStack() as stack:
        places = [tmp_path / name for name in ("one", "two")]
        for place in places:
            place.mkdir()
        one, two = (stack.enter_context(oxigraph(place)) for place in places)
        assert publish(old, one)
        server, url = stack.enter_context(serving(project, [one.url, two.url]))

        def served_id() -> str:
            """The release that the site names, where the store that answers holds the same."""
            site = requests.get(f"{url}health", timeout=60)
            rows = requests.get(f"{url}sparql", params={"query": says, "format": "csv"}, timeout=60)
            return site.json()["release"] if site.json()["release"] in rows.text else ""

        assert served_id() == old.id
        with (project.queries / "intents.rq").open("a") as file:
            file.write("# another release\n")
        new = build_release(project, lambda _: None)
        assert new.id != old.id
        assert publish(new, two, replace=False)
        assert served_id() == old.id  # until it is told
        server.send_signal(signal.SIGHUP)
        until(lambda: served_id() == new.id)
        (project.build / "current").write_text(f"{old.id}\n")
        server.send_signal(signal.SIGHUP)
        until(lambda: served_id() == old.id)


def test_the_commands_speak_with_the_store(served, built):
    project, _ = built
    url = served.engine.url

    def kg(*arguments: str) -> Result:
        command = ["--project", str(project.folder), *arguments]
        return CliRunner().invoke(main, command, env=served.engine.environment)

    there = kg("publish", url, "--graph-store", served.engine.graph_store)
    assert (there.exit_code, there.stdout.split()[-2:]) == (0, ["are", "there"]), there.output
    found = kg("query", "--store", url, "friendship-and-council", "--format", "csv")
    assert found.stdout.count("\n") == 13, found.output
    wrong = kg("query", "--store", "http://user:secret@127.0.0.1/", "friendship-and-council")
    assert (wrong.exit_code, "secret" in wrong.output) == (2, False)
    both = kg("serve", "--store", url, "--data", "x.ttl")
    assert (both.exit_code, "neither --data" in both.output) == (2, True)


def test_a_query_is_stopped_at_its_deadline(served):
    # The last test: the engine may not see at once that nobody waits.
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    found = served.site.post("/sparql", data={"query": endless, "timeout": "1"})
    assert (found.status_code, "stopped after 1 seconds" in found.json["detail"]) == (504, True)
