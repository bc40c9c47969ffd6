import contextlib
import json
import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.engine import ENDPOINT, Engine
from kg.errors import QueryError
from kg.forkserver import ForkServer, room
from kg.limits import (
    LONG_BY_CLOCK,
    BrokenError,
    BudgetError,
    DeadlineError,
    GoneError,
    LimitError,
    Limits,
    OverloadError,
    TooLargeError,
    UnansweredError,
)
from kg.loading import build_store, load, new_store
from kg.reading import read_quads
from kg.running import Asker, Dataset
from kg.worker import HEAD, frame
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


# Where the graph is while it is asked.
PLACES = {"disk": 0, "memory": Limits().graph_bytes}


@pytest.fixture(scope="module", params=PLACES)
def engine(store, request) -> Iterator[Engine]:
    limits = Limits(seconds=1, workers=1, result_bytes=100_000, graph_bytes=PLACES[request.param])
    engine = Engine(store, limits)
    until(lambda: engine.holds == bool(limits.graph_bytes))
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
    return json.loads(engine.answer("ASK { ?s ?p ?o }").read())["boolean"] is True


def test_rows_yes_and_triples_come_in_the_syntax_asked_for(engine):
    rows = engine.answer("SELECT (1 AS ?one) WHERE {}", results="csv")
    assert (rows.begin()[:2], rows.read()) == (("rows", "csv"), b"one\r\n1\r\n")
    assert engine.answer("ASK {}", results="xml").begin().form == "boolean"
    triples = engine.answer(
        "PREFIX ex: <http://example.org/> CONSTRUCT { ex:a ex:b ex:c } WHERE {}", graph="turtle"
    )
    assert triples.begin().form == "graph"
    assert b"ex:a ex:b ex:c" in triples.read()


@pytest.mark.parametrize(
    ("prologue", "written"),
    [
        ("# PREFIX ex: <http://[>", {}),
        ("PREFIX ex: <http://e.x/> # PREFIX ex: <http://a.b/>", {"ex": "http://e.x/"}),
        ("BASE <http://e.x/> prefix prefix:<http://e.x/>", {"prefix": "http://e.x/"}),
        ("PREFIX ex: <http://a.b/> PREFIX ex: <http://e.x/>", {"ex": "http://e.x/"}),
        ("PREFIX é: <http://e.x/> PREFIX : <http://e.x/> PREFIX a.b: <http://e.x/>", {}),
        ("PREFIX ex: <http://e.x/\\u0061>", {}),
        ("BASE <http://e.x/> PREFIX ex: <>", {}),
    ],
)
def test_triples_are_written_with_the_prefixes_that_the_query_declares(engine, prologue, written):
    query = f"{prologue}\nCONSTRUCT {{ <http://e.x/a> <http://e.x/b> ' PREFIX c: <urn:c>' }} {{}}"
    text = engine.answer(query, graph="turtle").read().decode()
    assert dict(re.findall(r"@prefix (\S+): <(\S+)> \.", text)) == written
    (triple,) = ox.parse(text, format=ox.RdfFormat.TURTLE)
    assert str(triple.triple) == '<http://e.x/a> <http://e.x/b> " PREFIX c: <urn:c>"'


def test_a_syntax_error_names_line_and_column(engine):
    with pytest.raises(QueryError, match="line 2, column "):
        engine.answer("SELECT ?s\nWHRE {}").begin()


def test_a_query_is_stopped_at_its_deadline_and_the_next_is_fine(engine):
    with pytest.raises(DeadlineError, match="stopped after 1 seconds"):
        engine.answer(DEATH).begin()
    assert fine(engine)


def test_a_client_may_ask_for_less_time_but_not_for_more(engine):
    with pytest.raises(DeadlineError, match=r"after 0\.2 seconds"):
        engine.answer(DEATH, seconds=0.2).begin()
    with pytest.raises(DeadlineError, match="after 1 seconds"):
        engine.answer(DEATH, seconds=100).begin()


def test_an_answer_that_is_too_large_is_an_error_and_not_a_part(engine):
    with pytest.raises(TooLargeError, match="no partial answer"):
        engine.answer("SELECT ?s ?t WHERE { ?s ?p ?o . ?t ?q ?r }").read().begin()
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
        engine.answer(query).begin()


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
        engine.answer(query).begin()
    assert fine(engine)


def test_memory_is_limited_and_the_next_query_is_fine(store):
    engine = Engine(store, Limits(seconds=30, workers=1, memory_bytes=400 * 1024**2))
    grow = 'BIND (REPLACE(?a0, "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") AS ?a1) '
    chain = "".join(grow.replace("?a1", f"?a{n + 1}").replace("?a0", f"?a{n}") for n in range(8))
    try:
        with pytest.raises(BrokenError):
            engine.answer(
                'SELECT (STRLEN(?a8) AS ?n) WHERE { BIND ("aaaa" AS ?a0) ' + chain + "}"
            ).begin()
        assert fine(engine)
    finally:
        engine.close()


def test_too_long_a_query_is_refused(engine):
    with pytest.raises(QueryError, match="want at most 100,000"):
        engine.answer("ASK {} #" + "x" * 100_000).begin()


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
        engine.answer(update).begin()


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
        engine.answer(query.replace("URL", listener)).begin()


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
    assert engine.answer(query).begin().form == "boolean"


@pytest.mark.parametrize("scheme", ["URL", "file:///etc/passwd", "ftp://127.0.0.1/x"])
@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_from_fetches_nothing(engine, listener, scheme, clause):
    query = f"SELECT ?s {clause} <{scheme}> WHERE {{ ?s ?p ?o }}".replace("URL", listener)
    assert json.loads(engine.answer(query).read())["results"]["bindings"] == []


def start_worker(store):
    """A worker by itself, without the guard and the pool around it."""
    worker = subprocess.Popen(
        [sys.executable, "-P", "-m", "kg.worker", str(store), str(2 * 1024**3), "1000", "1000000"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert read_frame(worker) == (b"R", b"")
    return worker


def read_frame(worker) -> tuple[bytes, bytes]:
    kind, size = HEAD.unpack(worker.stdout.read(HEAD.size))
    return kind, worker.stdout.read(size)


def send(worker, query: str, seconds: float = 5) -> None:
    question = {"query": query, "results": "json", "graph": "turtle", "seconds": seconds,
                "base": ENDPOINT, "dataset": None, "union": True, "prefixes": {}}  # fmt: skip
    worker.stdin.write(frame(b"Q", json.dumps(question).encode()))
    worker.stdin.flush()


def test_a_worker_reaches_nothing_even_without_the_guard(store, listener):
    """The worker itself, asked directly: no socket, no file."""
    worker = start_worker(store)
    service = f"<{listener}> {{ ?s ?p ?o }} }}"
    for query in (
        "ASK { SERVICE " + service,
        "ASK { SERVICE SILENT " + service,
        "ASK { ?s ?p ?o }",
    ):
        send(worker, query)
        kind, body = read_frame(worker)
        answer = read_frame(worker)[1] if kind == b"W" else b""
    assert json.loads(body)["outcome"] == "answer" and b"true" in answer
    worker.stdin.close()
    assert worker.wait(10) == 0
    worker.stdout.close()


def test_a_worker_stops_by_itself_when_its_server_is_gone(store):
    """The deadline is the system's too: a worker without a server does not run on."""
    worker = start_worker(store)
    send(worker, DEATH, seconds=0.1)
    assert worker.wait(20) == -signal.SIGALRM
    worker.stdin.close()
    worker.stdout.close()


def test_a_query_sees_the_graphs_of_its_data_set_only(engine):
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    reference = GRAPHS + "reference"

    def number(query: str, dataset: Dataset | None = None) -> int:
        found = json.loads(engine.answer(query, dataset=dataset).read())
        return int(found["results"]["bindings"][0]["n"]["value"])

    assert 0 < number(count, Dataset((reference,))) < number(count)
    in_clause = count.replace("WHERE", f"FROM <{reference}> WHERE")
    assert number(in_clause) == number(count, Dataset((reference,)))
    assert number(in_clause, Dataset(named=(reference,))) == 0
    with pytest.raises(QueryError, match="absolute address"):
        Dataset(("reference",))


def process_file(path: Path) -> str:
    """What the system tells of a process, nothing of one that is gone."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def children(of: str = "self") -> set[int]:
    """The numbers of the processes that another one, or this one, has started."""
    lists = Path(f"/proc/{of}/task").glob("*/children")
    return {int(number) for path in lists for number in process_file(path).split()}


def family() -> set[int]:
    """The numbers of all processes of ours, and of theirs."""
    return children() | {one for child in children() for one in children(str(child))}


def workers() -> set[int]:
    """The numbers of all worker processes of ours."""
    forks = {one for one in children() if "kg.forks" in process_file(Path(f"/proc/{one}/cmdline"))}
    return family() - forks


def has_ended(pid: int) -> bool:
    """Whether a process has ended with all its threads: the first may be dead before the others."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 0)[0])
    finally:
        os.close(handle)


def until(holds, seconds: float = 10) -> None:
    """Wait until `holds()`; fail where that takes too long."""
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up, "it never came to that"
        threading.Event().wait(0.01)


def begin(engine: Engine, query: str = DEATH, **more) -> threading.Thread:
    """Ask in another thread; return it when the query runs."""

    def ask() -> None:
        with contextlib.suppress(LimitError):
            engine.answer(query, **more).read().begin()

    before = engine.busy
    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: engine.busy > before)
    return thread


@pytest.mark.parametrize("place", PLACES)
def test_a_worker_that_the_system_kills_is_replaced(store, place):
    before, everyone = workers(), family()
    engine = Engine(store, Limits(workers=1, graph_bytes=PLACES[place]))
    until(lambda: engine.holds == (place == "memory") and engine.ready == 1)
    until(lambda: len(workers() - before) == 1)
    (pid,) = workers() - before
    os.kill(pid, signal.SIGKILL)
    until(lambda: has_ended(pid))
    assert fine(engine)
    thread = begin(engine)
    (pid,) = workers() - before - {pid}
    os.kill(pid, signal.SIGKILL)
    thread.join(5)
    assert not thread.is_alive()
    assert fine(engine)
    engine.close()
    assert family() <= everyone


def test_when_all_workers_are_busy_the_answer_is_an_error(store):
    engine = Engine(store, Limits(seconds=3, workers=1, long_queries=1, wait_seconds=0.05))
    busy = begin(engine)
    with pytest.raises(OverloadError, match="no worker was free") as caught:
        engine.answer("ASK {}").begin()
    assert caught.value.retry
    engine.close()
    busy.join()


def test_a_full_queue_refuses_at_once(store):
    engine = Engine(store, Limits(seconds=3, workers=1, queue=0))
    busy = begin(engine)
    with pytest.raises(OverloadError, match="too many queries wait"):
        engine.answer("ASK {}").begin()
    engine.close()
    busy.join()


def test_who_waits_gets_the_place_that_comes_free(store):
    engine = Engine(store, Limits(seconds=0.3, workers=1))
    busy = begin(engine)
    assert fine(engine)
    busy.join()
    engine.close()


def test_of_long_queries_only_some_may_run(store):
    engine = Engine(store, Limits(seconds=5, workers=3, long_queries=1))
    first = begin(engine)
    until(lambda: any(run.long for run in engine._runs))
    with pytest.raises(OverloadError, match="too many long queries"):
        engine.answer(DEATH).begin()
    assert fine(engine)
    engine.close()
    first.join()


def test_a_query_that_got_no_processor_is_long_only_after_a_while(store):
    before = workers()
    engine = Engine(store, Limits(seconds=20, workers=1, graph_bytes=0))
    until(lambda: engine.ready == 1)
    (pid,) = workers() - before
    fine(engine)
    os.kill(pid, signal.SIGSTOP)
    asked = time.monotonic()
    answer = engine.answer("ASK {}")
    until(lambda: any(run.long for run in engine._runs))
    assert time.monotonic() - asked >= LONG_BY_CLOCK
    os.kill(pid, signal.SIGCONT)
    assert b"true" in answer.read()
    engine.close()


def test_a_long_query_lets_the_others_go_first(store):
    before = workers()
    engine = Engine(store, Limits(seconds=5, workers=1))
    until(lambda: engine.holds)
    busy = begin(engine)
    until(lambda: len(workers() - before) == 1)
    (pid,) = workers() - before
    until(lambda: os.getpriority(os.PRIO_PROCESS, pid) == 19)
    engine.close()
    busy.join()


@pytest.mark.parametrize("may", [True, False])
def test_a_worker_that_stepped_back_is_kept_where_it_may_catch_up(store, monkeypatch, may):
    if may and os.geteuid() and resource.getrlimit(resource.RLIMIT_NICE)[0] < 20:
        pytest.skip("only root, or who has RLIMIT_NICE, may take `nice` back")
    before, nice = workers(), os.getpriority(os.PRIO_PROCESS, 0)
    engine = Engine(store, Limits(seconds=60, workers=1))
    until(lambda: engine.holds and engine.ready == 1 and len(workers() - before) == 1)
    (pid,) = workers() - before
    answer = engine.answer("ASK {}")  # is long as long as nobody reads it
    until(lambda: os.getpriority(os.PRIO_PROCESS, pid) == 19)
    if not may:  # as for one who is not root

        def refuse(*_):
            raise PermissionError

        monkeypatch.setattr(os, "setpriority", refuse)
    assert b"true" in answer.read()
    until(lambda: engine.ready == 1 and len(workers() - before) == 1)
    assert (workers() - before == {pid}) == may
    (now,) = workers() - before
    assert os.getpriority(os.PRIO_PROCESS, now) == nice
    assert fine(engine)
    engine.close()


def test_a_client_that_has_used_its_seconds_waits(store):
    engine = Engine(store, Limits(seconds=0.2, client_seconds=0.1))
    client = Asker("192.0.2.1")
    with pytest.raises(DeadlineError):
        engine.answer(DEATH, asker=client).begin()
    with pytest.raises(BudgetError, match=r"more than 0\.1 seconds a minute") as caught:
        engine.answer("ASK {}", asker=client).begin()
    assert caught.value.retry > 50  # what it used and the worker that died of it
    assert json.loads(engine.answer("ASK {}", asker=Asker("192.0.2.2")).read())["boolean"]
    engine.close()


def test_who_reads_hears_of_a_deadline_when_it_has_been_counted(store):
    counted = []

    def told(ended):
        threading.Event().wait(0.2)  # the reader would be faster
        counted.append(ended.outcome)

    engine = Engine(store, Limits(seconds=0.1), told=told)
    with pytest.raises(DeadlineError):
        engine.answer(DEATH).begin()
    assert counted == ["deadline"]
    engine.close()


def test_a_client_may_have_only_so_many_queries_at_once(store):
    engine = Engine(store, Limits(seconds=5, workers=4, client_queries=2))
    client = Asker("192.0.2.1")
    busy = [begin(engine, asker=client), begin(engine, asker=client)]
    with pytest.raises(BudgetError, match="2 of your queries are running or waiting"):
        engine.answer("ASK {}", asker=client).begin()
    engine.close()
    for thread in busy:
        thread.join()


def test_a_client_that_goes_away_frees_its_worker_within_a_second(store):
    engine = Engine(store, Limits(workers=1))
    away = threading.Event()
    busy = begin(engine, asker=Asker("192.0.2.1", away.is_set))
    away.set()
    until(lambda: engine.busy == 0, seconds=5)
    busy.join()
    assert fine(engine)
    engine.close()


def test_a_client_that_goes_away_while_it_waits_leaves_the_queue(store):
    engine = Engine(store, Limits(workers=1))
    busy = begin(engine)
    with pytest.raises(GoneError):
        engine.answer("ASK {}", asker=Asker("192.0.2.1", lambda: True)).begin()
    assert engine.waiting == 0
    engine.close()
    busy.join()


def test_a_large_answer_comes_in_pieces_and_whole(store):
    engine = Engine(store)
    query = "SELECT ?s ?t WHERE { ?s ?p ?o . ?t ?q ?r } LIMIT 5000"
    answer = engine.answer(query)
    assert not answer.begin().whole
    pieces = list(answer)
    assert len(pieces) > 3
    assert len(json.loads(b"".join(pieces))["results"]["bindings"]) == 5000
    assert answer.ended is not None
    assert (answer.ended.outcome, answer.ended.rows) == ("answer", 5000)
    answer.close()
    assert engine.answer("ASK {}").begin().whole
    engine.close()


@pytest.mark.parametrize(
    ("limits", "outcome"),
    [(Limits(rows=2000), "rows or triples"), (Limits(result_bytes=200_000), "bytes")],
)
@pytest.mark.parametrize("syntax", ["json", "xml", "csv", "tsv"])
def test_a_limit_in_midstream_ends_the_pieces_with_an_error(store, limits, outcome, syntax):
    engine = Engine(store, limits)
    answer = engine.answer("SELECT ?s ?t WHERE { ?s ?p ?o . ?t ?q ?r }", results=syntax)
    pieces = []
    with pytest.raises(TooLargeError, match=outcome):
        pieces.extend(answer)
    answer.close()
    assert fine(engine)
    engine.close()


def test_a_limit_before_the_first_piece_is_an_error_and_nothing_else(store):
    engine = Engine(store, Limits(rows=10))
    for query in (EVERYTHING, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"):
        with pytest.raises(TooLargeError, match="more than 10 rows"):
            engine.answer(query).begin()
    assert engine.answer(EVERYTHING + " LIMIT 10").read()
    engine.close()


def test_an_answer_that_nobody_reads_on_is_stopped_at_the_deadline(store):
    engine = Engine(store, Limits(seconds=0.5, workers=1))
    answer = engine.answer("SELECT ?s ?t ?u WHERE { ?s ?p ?o . ?t ?q ?r . ?u ?v ?w }")
    until(lambda: engine.busy == 0)
    assert fine(engine)
    with pytest.raises(DeadlineError):
        list(answer)
    engine.close()


def test_closing_an_answer_frees_its_worker(store):
    engine = Engine(store, Limits(workers=1))
    answer = engine.answer("SELECT ?s ?t ?u WHERE { ?s ?p ?o . ?t ?q ?r . ?u ?v ?w }")
    answer.close()
    answer.close()
    assert engine.busy == 0
    assert fine(engine)
    engine.close()


def test_closing_leaves_no_worker_behind(store):
    before = family()
    for is_held in (False, True):
        engine = Engine(store, Limits(workers=2))
        until(lambda engine=engine, is_held=is_held: engine.holds or not is_held)
        fine(engine)
        begin(engine, seconds=5)
        engine.close()
        assert family() <= before


WHERE = "WHERE { ?s ?p ?o }"
ASKED = [
    f"SELECT (COUNT(*) AS ?n) {WHERE}",
    f"SELECT * {WHERE} ORDER BY ?s ?p ?o LIMIT 100",
    "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
    "SELECT (COUNT(*) AS ?n) WHERE {gRaPh?g{?s ?p ?o}}",
    "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o GRAPH <urn:none> { ?s ?p ?o } }",
    f"SELECT (COUNT(*) AS ?n) FROM <urn:graph:a> {WHERE}",
    "SELECT (COUNT(*) AS ?n) FROM NAMED <urn:graph:a> WHERE { GRAPH ?graph { ?s ?p ?o } }",
    f"ASK {WHERE}",
    "SELECT ?g ?s ?v WHERE { VALUES ?v { 'graph' '1'@en 01 } OPTIONAL { ?s ?graph ?v } }",
]


@pytest.mark.parametrize("query", ASKED)
def test_memory_and_disk_answer_the_same(query, tmp_path_factory):
    """Also where a query names graphs, which are on the disk alone."""
    folder = tmp_path_factory.mktemp("graphs") / "store"
    lines = [f'<urn:s{n}> <urn:p> "{n % 7}" <urn:graph:{"ab"[n % 2]}> .' for n in range(100)]
    lines += [
        '<urn:s> <urn:p> "1"@en .',
        "_:b <urn:p> 01 <urn:graph:b> .".replace(" 01 ", ' "01" '),
    ]
    lines += ['_:b <urn:q> "01"^^<http://www.w3.org/2001/XMLSchema#integer> <urn:graph:a> .']
    data = folder.parent / "data.nq"
    data.write_text("\n".join(lines) + "\n")
    build_store(read_quads(data), folder)
    found = []
    for most in PLACES.values():
        engine = Engine(folder, Limits(graph_bytes=most))
        until(lambda engine=engine, most=most: engine.holds == bool(most))
        found.append(re.sub(rb'"[0-9a-f]{8,}"', b"blank", engine.answer(query).read()))
        engine.close()
    assert found[0] == found[1]


def test_a_triple_of_two_graphs_is_one_in_their_union(tmp_path):
    data = tmp_path / "data.nq"
    data.write_text("<urn:s> <urn:p> <urn:o> <urn:g> .\n<urn:s> <urn:p> <urn:o> <urn:h> .\n")
    build_store(read_quads(data), tmp_path / "store")
    engine = Engine(tmp_path / "store")
    until(lambda: engine.holds)
    assert b'"value":"1"' in engine.answer("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }").read()
    engine.close()


def test_where_the_fork_server_ends_workers_read_the_disk(store, caplog):
    before = children()
    engine = Engine(store, Limits(workers=1))
    until(lambda: engine.holds)
    until(lambda: len(children() - before) == 1)
    (forks,) = children() - before
    os.kill(forks, signal.SIGKILL)
    until(lambda: has_ended(forks))
    for _ in range(3):
        with pytest.raises(DeadlineError):
            engine.answer(DEATH, seconds=0.1).read()
        assert fine(engine)
    assert "workers read the disk from now on" in caplog.text
    assert not engine.holds
    engine.close()


def test_a_graph_that_takes_more_memory_than_it_may_is_read_from_disk(tmp_path, caplog):
    data = tmp_path / "data.nt"
    data.write_text("".join(f"<urn:s{n}> <urn:p{n % 9}> <urn:o{n}> .\n" for n in range(120_000)))
    with new_store(tmp_path / "store") as store:
        load(store, data)
    size = sum(path.stat().st_size for path in (tmp_path / "store").iterdir())
    assert not room(tmp_path / "store", Limits(graph_bytes=size))
    before = children()
    engine = Engine(tmp_path / "store", Limits(workers=1, graph_bytes=size + 1))
    until(lambda: "the graph takes more memory than it may" in caplog.text)
    assert fine(engine) and not engine.holds
    engine.close()
    assert not children() - before


@contextlib.contextmanager
def fork_server(store):
    """The process that holds the graph, when it is ready."""
    forks = ForkServer(store, room(store, Limits()), Limits())
    until(forks.look)
    yield forks
    forks.kill()
    until(forks.is_gone)


def own_kilobytes(pid: int) -> int:
    """How much of its memory a process shares with no other."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private"))


def test_while_nobody_asks_a_worker_reads_the_graph_and_so_has_copies_of_its_own(tmp_path):
    triples = "".join(f"<urn:s{n}> <urn:p{n % 9}> <urn:o{n}> .\n" for n in range(60_000))
    (tmp_path / "data.nt").write_text(triples)
    with new_store(tmp_path / "store") as store:
        load(store, tmp_path / "data.nt")
    question = {"query": "ASK { <urn:s7> ?p ?o }", "results": "csv", "graph": "turtle",
                "seconds": 60, "base": ENDPOINT, "dataset": None, "union": True}  # fmt: skip
    with fork_server(tmp_path / "store") as forks:
        worker = forks.fork()
        worker.await_ready()
        for _ in range(3):  # also while it reads
            worker.ask(question)
            assert list(worker.frames())[-1] == (b"L", b"true")
        until(lambda: own_kilobytes(worker.pid) > 8_000)
        worker.ask(question)
        assert list(worker.frames())[-1] == (b"L", b"true")
        worker.kill()
        worker.close()
        until(worker.is_gone)


def test_a_fork_server_that_hangs_is_stopped_at_once(store):
    before = children()
    with fork_server(store):
        (pid,) = children() - before
        os.kill(pid, signal.SIGSTOP)
    assert not children() - before


def test_a_fork_that_fails_for_want_of_descriptors_keeps_none(store):
    def numbers() -> set[str]:
        return set(os.listdir("/proc/self/fd"))

    with fork_server(store) as forks:
        before, limits = numbers(), resource.getrlimit(resource.RLIMIT_NOFILE)
        most = max(map(int, before)) + 1
        with contextlib.ExitStack() as filled:
            while len(taken := numbers()) < most:  # the one to list them is among them
                filled.enter_context(open(os.devnull))
            filled.enter_context(open(os.devnull))
            resource.setrlimit(resource.RLIMIT_NOFILE, (most + 3, limits[1]))
            try:
                with pytest.raises(OSError, match="Too many open files"):
                    forks.fork()
                assert len(numbers()) == len(taken) + 1
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        worker = forks.fork()
        worker.await_ready()
        worker.kill()
        worker.close()
        until(worker.is_gone)


def test_each_end_is_told_once(store):
    told = []
    engine = Engine(store, Limits(rows=5, seconds=0.2), told=told.append)
    fine(engine)
    for query in (DEATH, EVERYTHING, "ASK { SERVICE <urn:x> {} }", "ASK"):
        with pytest.raises((LimitError, QueryError)):
            engine.answer(query).begin()
    assert [ended.outcome for ended in told] == [
        "answer", "deadline", "too large", "refused", "refused"
    ]  # fmt: skip
    engine.close()


def test_an_own_default_graph_is_not_the_union(store):
    engine = Engine(store, union=False)
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    assert b'"value":"0"' in engine.answer(count).read()
    assert b'"value":"0"' not in engine.answer(count.replace("{", "{ GRAPH ?g {") + " }").read()
    engine.close()


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


def test_what_the_engine_does_not_know_is_said(engine):
    with pytest.raises(UnansweredError, match="not supported"):
        engine.answer("SELECT * WHERE { ?s ?p ?o FILTER (<urn:f>(?o)) }").read().begin()
    assert fine(engine)


def test_looking_through_a_long_text_is_charged_too(store):
    engine = Engine(store, Limits(client_seconds=0.001))
    client = Asker("192.0.2.1")
    long = "ASK { " + "<urn:s> <urn:p> 1 . " * 4500 + "} }"
    with pytest.raises((QueryError, BudgetError)):
        engine.answer(long, asker=client).begin()
    with pytest.raises(BudgetError):
        engine.answer("ASK {}", asker=client).begin()
    engine.close()
