import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from kg.engine import (
    ENDPOINT,
    BrokenError,
    Dataset,
    DeadlineError,
    Engine,
    Limits,
    OverloadError,
    TooLargeError,
)
from kg.errors import QueryError
from kg.reading import read_quads
from kg.store import build_store
from serving import BASE, GRAPH

GRAPHS = BASE + "graph/"
EVERYTHING = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"
# Grows with the fourth power of the store, and has to be sorted before the first row is known.
DEATH = (
    "SELECT ?a WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . "
    "FILTER (STRLEN(CONCAT(?c, ?f, ?i, ?l)) < 0) }"
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("engine") / "store"
    build_store(read_quads(GRAPH), folder)
    return folder


@pytest.fixture(scope="module")
def engine(store) -> Iterator[Engine]:
    engine = Engine(store, Limits(seconds=1, workers=1, result_bytes=100_000))
    yield engine
    engine.close()


@pytest.fixture
def listener():
    """A server that nobody may reach: the test fails on any connection."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0)
    yield f"http://127.0.0.1:{server.getsockname()[1]}/sparql"
    with pytest.raises(BlockingIOError):
        server.accept()
    server.close()


def fine(engine: Engine) -> bool:
    return json.loads(engine.answer("ASK { ?s ?p ?o }").body)["boolean"] is True


def test_rows_yes_and_triples_come_in_the_syntax_asked_for(engine):
    rows = engine.answer("SELECT (1 AS ?one) WHERE {}", results="csv")
    assert (rows.form, rows.syntax, rows.body) == ("rows", "csv", b"one\r\n1\r\n")
    assert engine.answer("ASK {}", results="xml").form == "boolean"
    triples = engine.answer(
        "PREFIX ex: <http://example.org/> CONSTRUCT { ex:a ex:b ex:c } WHERE {}", graph="turtle"
    )
    assert triples.form == "graph"
    assert b"ex:a ex:b ex:c" in triples.body


def test_a_syntax_error_names_line_and_column(engine):
    with pytest.raises(QueryError, match="line 2, column "):
        engine.answer("SELECT ?s\nWHRE {}")


def test_a_query_is_stopped_at_its_deadline_and_the_next_is_fine(engine):
    with pytest.raises(DeadlineError, match="stopped after 1 seconds"):
        engine.answer(DEATH)
    assert fine(engine)


def test_a_client_may_ask_for_less_time_but_not_for_more(engine):
    with pytest.raises(DeadlineError, match=r"after 0\.2 seconds"):
        engine.answer(DEATH, seconds=0.2)
    with pytest.raises(DeadlineError, match="after 1 seconds"):
        engine.answer(DEATH, seconds=100)


def test_an_answer_that_is_too_large_is_an_error_and_not_a_part(engine):
    with pytest.raises(TooLargeError, match="no partial answer"):
        engine.answer("SELECT ?s ?t WHERE { ?s ?p ?o . ?t ?q ?r }")
    assert fine(engine)


@pytest.mark.parametrize(
    "query",
    [
        "ASK " + "{" * 5000 + "}" * 5000,
        "ASK { FILTER (" + "(" * 5000 + "true" + ")" * 5000 + ") }",
        "ASK { " + "[ <urn:p> " * 1000 + "1" + " ]" * 1000 + " }",
        "ASK { " + "OPTIONAL { " * 5000 + "}" * 5001,
        "ASK { ((((" + "(" * 400 + "1" + ")" * 400 + ")))) <urn:p> 1 }",
    ],
    ids=["braces", "parentheses", "blank nodes", "optionals", "collections"],
)
def test_deep_nesting_is_refused_before_anything_parses_it(engine, query):
    with pytest.raises(QueryError, match="brackets inside one another"):
        engine.answer(query)


@pytest.mark.parametrize(
    "query",
    [
        "ASK { FILTER (" + " || ".join(["true"] * 10_000) + ") }",
        "ASK { FILTER (" + "!" * 20_000 + "true) }",
        "ASK { " + " UNION ".join(["{}"] * 10_000) + " }",
        "ASK { ?s " + "/".join(["<urn:p>"] * 5_000) + " ?o }",
        "SELECT ?x WHERE { BIND (" + "+".join(["1"] * 20_000) + " AS ?x) }",
    ],
    ids=["or", "not", "union", "path", "sum"],
)
def test_a_query_that_kills_the_worker_is_an_error_or_an_answer_and_the_next_is_fine(engine, query):
    with contextlib.suppress(BrokenError, DeadlineError, QueryError):
        engine.answer(query)
    assert fine(engine)


def test_memory_is_limited_and_the_next_query_is_fine(store):
    engine = Engine(store, Limits(seconds=30, workers=1, memory_bytes=400 * 1024**2))
    grow = 'BIND (REPLACE(?a0, "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") AS ?a1) '
    chain = "".join(grow.replace("?a1", f"?a{n + 1}").replace("?a0", f"?a{n}") for n in range(8))
    try:
        with pytest.raises(BrokenError):
            engine.answer('SELECT (STRLEN(?a8) AS ?n) WHERE { BIND ("aaaa" AS ?a0) ' + chain + "}")
        assert fine(engine)
    finally:
        engine.close()


def test_too_long_a_query_is_refused(engine):
    with pytest.raises(QueryError, match="want at most 100,000"):
        engine.answer("ASK {} #" + "x" * 100_000)


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "PREFIX x: <urn:x> # INSERT\nDELETE WHERE { ?s ?p ?o }",
        "LOAD <http://127.0.0.1:9/x>",
        "clear all",
        "DROP GRAPH <urn:g>",
        "CREATE GRAPH <urn:g>",
        "ADD <urn:a> TO <urn:b>",
        "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "BASE <http://example.org/> MOVE <a> TO <b>",
    ],
)
def test_updates_are_refused(engine, update):
    with pytest.raises(QueryError, match="this graph is read-only"):
        engine.answer(update)


SERVICES = [
    "SELECT * WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * WHERE { service <URL> { ?s ?p ?o } }",
    "SELECT * WHERE { SERVICE SILENT <URL> { ?s ?p ?o } }",
    "SELECT * WHERE { \\u0053ERVICE <URL> { ?s ?p ?o } }",
    "SELECT * WHERE { SERVIC\\U00000045 SILENT <URL> { ?s ?p ?o } }",
    "SELECT * WHERE { { SELECT ?s WHERE { SERVICE <URL> { ?s ?p ?o } } } }",
    "ASK { FILTER EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    "ASK { {} UNION { SERVICE <URL> { ?s ?p ?o } } }",
    "SELECT * WHERE { VALUES ?u { <URL> } SERVICE ?u { ?s ?p ?o } }",
    "SELECT * WHERE { BIND (<URL> AS ?u) SERVICE$u{ ?s ?p ?o } }",
    "PREFIX x: <URL> SELECT * WHERE { SERVICE x: { ?s ?p ?o } }",
    "PREFIX : <URL> SELECT * WHERE { SERVICE: { ?s ?p ?o } }",
    "SELECT * WHERE { ?s ?p 1SERVICE<URL>{ ?s ?p ?o } }",
    "SELECT * WHERE { ?s ?p trueSERVICE<URL>{ ?s ?p ?o } }",
    "SELECT * WHERE { ?s ?p ?o.SERVICE<URL>{ ?s ?p ?o } }",
    "SELECT * WHERE { SER#\nVICE <URL> {} SERVICE#\n<URL> { ?s ?p ?o } }",
    "SELECT * WHERE { ?s ?p ?o FILTER(1<2)SERVICE#>\n<URL>{ ?s ?p ?o } }",
    "SELECT * WHERE { ?s ?p ?o FILTER(?o<'a>') SERVICE <URL> { ?s ?p ?o } FILTER(''='') }",
    "SELECT * WHERE { ?s ?p ?o FILTER(?o<\"a>\") SERVICE <URL> { ?s ?p ?o } FILTER(\"\"=\"\") }",
    "PREFIX e: <urn:e> SELECT * WHERE { ?s ?p e:a\\'. SERVICE <URL> { ?s ?p ?o } ?s ?p e:b\\' }",
    "PREFIX e: <urn:e> SELECT * WHERE { ?s ?p e:a\\#. SERVICE <URL> { ?s ?p ?o } }",
    'SELECT * WHERE { BIND ("""a""" AS ?x) SERVICE <URL> { ?s ?p ?o } BIND ("""""" AS ?y) }',
    "SELECT * WHERE { BIND ('\\\\' AS ?x) SERVICE <URL> { ?s ?p ?o } BIND ('' AS ?y) }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "DESCRIBE ?s WHERE { SERVICE <URL> { ?s ?p ?o } }",
]  # fmt: skip


@pytest.mark.parametrize("query", SERVICES)
def test_service_is_refused_in_every_disguise(engine, listener, query):
    with pytest.raises(QueryError, match=r"SERVICE|service|escape"):
        engine.answer(query.replace("URL", listener))


@pytest.mark.parametrize(
    "query",
    [
        'ASK { BIND ("civil service" AS ?x) }',
        "ASK { # service\n }",
        "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> ASK { ?s a sd:Graph }",
        "ASK { ?s <http://example.org/service> 'it''s' }".replace("''", ""),
        "ASK { BIND (1 AS ?x) FILTER (?x < 2 && 3 > ?x) # service\n }",
    ],
)
def test_the_letters_alone_are_no_crime(engine, query):
    assert engine.answer(query).form == "boolean"


@pytest.mark.parametrize("scheme", ["URL", "file:///etc/passwd", "ftp://127.0.0.1/x"])
@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_from_fetches_nothing(engine, listener, scheme, clause):
    query = f"SELECT ?s {clause} <{scheme}> WHERE {{ ?s ?p ?o }}".replace("URL", listener)
    assert json.loads(engine.answer(query).body)["results"]["bindings"] == []


def test_a_worker_reaches_nothing_even_without_the_guard(store, listener):
    """The worker itself, asked directly: no socket, no file."""
    worker = subprocess.Popen(
        [sys.executable, "-P", "-m", "kg.worker", str(store), str(2 * 1024**3), "1000000"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert worker.stdin is not None and worker.stdout is not None

    def frame() -> bytes:
        return worker.stdout.read(struct.unpack(">I", worker.stdout.read(4))[0])

    assert frame() == b"ready"
    service = f"<{listener}> {{ ?s ?p ?o }} }}"
    for query in (
        "ASK { SERVICE " + service,
        "ASK { SERVICE SILENT " + service,
        "ASK { ?s ?p ?o }",
    ):
        request = {"query": query, "results": "json", "graph": "turtle", "seconds": 5,
                   "base": ENDPOINT, "dataset": None, "union": True, "prefixes": {}}  # fmt: skip
        body = json.dumps(request).encode()
        worker.stdin.write(struct.pack(">I", len(body)) + body)
        worker.stdin.flush()
        head = json.loads(frame())
        answer = frame()
    assert head["outcome"] == "answer" and b"true" in answer
    worker.stdin.close()
    assert worker.wait(10) == 0
    worker.stdout.close()


def test_a_worker_stops_by_itself_when_its_server_is_gone(store):
    """The deadline is the system's too: a worker without a server does not run on."""
    worker = subprocess.Popen(
        [sys.executable, "-P", "-m", "kg.worker", str(store), str(2 * 1024**3), "1000000"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert worker.stdin is not None and worker.stdout is not None
    worker.stdout.read(9)
    request = {"query": DEATH, "results": "json", "graph": "turtle", "seconds": 0.1,
               "base": ENDPOINT, "dataset": None, "union": True, "prefixes": {}}  # fmt: skip
    body = json.dumps(request).encode()
    worker.stdin.write(struct.pack(">I", len(body)) + body)
    worker.stdin.flush()
    assert worker.wait(20) == -signal.SIGALRM
    worker.stdin.close()
    worker.stdout.close()


def test_a_query_sees_the_graphs_of_its_data_set_only(engine):
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    reference = GRAPHS + "reference"

    def number(query: str, dataset: Dataset | None = None) -> int:
        found = json.loads(engine.answer(query, dataset=dataset).body)
        return int(found["results"]["bindings"][0]["n"]["value"])

    assert 0 < number(count, Dataset((reference,))) < number(count)
    in_clause = count.replace("WHERE", f"FROM <{reference}> WHERE")
    assert number(in_clause) == number(count, Dataset((reference,)))
    assert number(in_clause, Dataset(named=(reference,))) == 0
    with pytest.raises(QueryError, match="absolute address"):
        Dataset(("reference",))


def test_a_killed_worker_is_replaced(engine):
    assert fine(engine)
    (worker,) = engine._all
    os.kill(worker._process.pid, signal.SIGKILL)
    with pytest.raises(BrokenError):
        engine.answer("ASK {}")
    assert fine(engine)


def test_when_all_workers_are_busy_the_answer_is_an_error(store):
    engine = Engine(store, Limits(seconds=3, workers=1, wait_seconds=0.05))
    assert fine(engine)

    def ask() -> None:
        with pytest.raises(DeadlineError):
            engine.answer(DEATH)

    busy = threading.Thread(target=ask)
    busy.start()
    give_up = time.monotonic() + 10
    while not engine._slots.empty() and time.monotonic() < give_up:
        threading.Event().wait(0.01)
    with pytest.raises(OverloadError, match="busy"):
        engine.answer("ASK {}")
    busy.join()
    assert fine(engine)
    engine.close()


def test_closing_leaves_no_worker_behind(store):
    engine = Engine(store, Limits(workers=2))
    fine(engine)
    pids = [worker._process.pid for worker in engine._all]
    engine.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_the_system_refuses_sockets_to_a_confined_process():
    script = (
        "import socket\n"
        "from kg.confinement import refuse_sockets\n"
        "done = refuse_sockets()\n"
        "try:\n    socket.socket()\nexcept PermissionError:\n    print('refused', done)\n"
        "else:\n    print('open', done)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout in ("refused True\n", "open False\n")
    if sys.platform == "linux":
        assert done.stdout == "refused True\n" or os.uname().machine not in ("x86_64", "aarch64")
