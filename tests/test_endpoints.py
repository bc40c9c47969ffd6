"""Stores in other servers that do what they should not, played by a small server of ours."""

import base64
import contextlib
import gc
import json
import sys
import threading
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kg.endpoints import Remote
from kg.engine import Engine
from kg.errors import InputError, QueryError
from kg.limits import BrokenError, DeadlineError, LimitError, Limits, TooLargeError, UnansweredError
from kg.remote import RemoteStore
from stores import free_port

ROWS = "application/sparql-results+json"
ROW = {"a": {"type": "literal", "value": "x"}}
GOOD = json.dumps({"head": {"vars": ["a"]}, "results": {"bindings": [ROW]}}).encode()
ASKED = "SELECT ?a WHERE { ?a ?b ?c }"


class Played(BaseHTTPRequestHandler):
    """Answers each request as the server was told to."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, dict(self.headers), body.decode()))
        status, headers, answer, length = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length or len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        self.close_connection = length is not None

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def played(
    status: int = 200,
    headers: dict[str, str] | None = None,
    answer: bytes = GOOD,
    length: int | None = None,
) -> Iterator[tuple[str, list[tuple[str, dict[str, str], str]]]]:
    """A server that gives one answer to all: its address, and the requests that it has seen."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Played)
    server.answer = (status, {"Content-Type": ROWS} | (headers or {}), answer, length)
    server.seen = []
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sparql", server.seen
    finally:
        server.shutdown()
        server.server_close()


def store(*addresses: str, **rest: object) -> RemoteStore:
    return RemoteStore(Remote(addresses, **rest), 5)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ({"status": 400, "headers": {"Content-Type": "text/plain"},
          "answer": b"Virtuoso 37000 Error at http://10.0.0.1:8890/ in line 3\nTraceback"},
         UnansweredError, "cannot answer this: Virtuoso 37000 Error at … in line 3$"),
        ({"status": 400, "headers": {"Content-Type": "text/html"}, "answer": b"<h1>Bad</h1>"},
         UnansweredError, "cannot answer this$"),
        ({"status": 401}, BrokenError, "refuses our name or password"),
        ({"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}, BrokenError, "302"),
        ({"status": 404}, BrokenError, "no SPARQL endpoint"),
        ({"status": 500, "answer": b"Traceback (most recent call last)"}, UnansweredError, "500"),
        ({"status": 500, "answer": b"Virtuoso S1T00 Error SR171: Transaction timed out"},
         DeadlineError, "no partial answer"),
        ({"status": 500, "answer": b"Virtuoso 22026 Error SR319: Max row length is exceeded"},
         UnansweredError, "too long for the store"),
        ({"status": 503}, BrokenError, "does not answer; try again"),
        ({"status": 504}, DeadlineError, "no partial answer"),
        ({"headers": {"Content-Type": "text/html"}, "answer": b"<html>"}, BrokenError, "no SPARQL"),
        ({"headers": {"X-SQL-State": "S1TAT"}}, DeadlineError, "no partial answer"),
        ({"headers": {"X-SPARQL-MaxRows": "1"}}, TooLargeError, "at most 1 rows"),
        ({"answer": GOOD[:-3]}, BrokenError, "not whole"),
        ({"length": len(GOOD) + 9}, BrokenError, "broke its answer off|not whole"),
        ({"answer": b'{"head":{},"boolean":true}'}, BrokenError, "not whole, or not as SPARQL"),
        ({"answer": b""}, BrokenError, "not whole"),
    ],
)  # fmt: skip
def test_what_a_store_does_wrong_is_told_in_our_words(answer, kind, words):
    with played(**answer) as (address, _), pytest.raises(kind, match=words) as caught:
        store(address).select(ASKED)
    assert "127.0.0.1" not in str(caught.value)


def test_a_worker_tells_the_same(tmp_path):
    for answer, kind in (
        ({"status": 503}, BrokenError), ({"answer": GOOD[:-3]}, BrokenError),
        ({"status": 400}, UnansweredError), ({"headers": {"X-SQL-State": "S1TAT"}}, DeadlineError),
        ({"headers": {"X-SPARQL-MaxRows": "1"}}, TooLargeError),
    ):  # fmt: skip
        with played(**answer) as (address, _):
            engine = Engine(Remote((address,)), Limits(workers=1))
            try:
                with pytest.raises(kind):
                    engine.answer(ASKED).read()
                with pytest.raises(QueryError, match="line 1"):
                    engine.answer("SELEC").read()
            finally:
                engine.close()


def test_a_dead_endpoint_is_left_out_and_all_dead_are_an_error_in_words():
    dead = f"http://127.0.0.1:{free_port()}/sparql"
    with played() as (address, seen):
        both = store(dead, address)
        assert all(len(both.select(ASKED).rows) == 1 for _ in range(5))
        assert len(seen) == 5
    with pytest.raises(LimitError, match="does not answer; try again in a moment"):
        store(dead).select(ASKED)


def test_an_error_keeps_nothing_that_only_its_own_thread_may_drop():
    half = GOOD.replace(b'"value"', b'"valu"')
    with played(answer=half) as (address, _), pytest.raises(BrokenError) as caught:
        store(address).select(ASKED)
    held, error = [], caught.value
    while error is not None:
        held += [frame.f_locals for frame, _ in traceback.walk_tb(error.__traceback__)]
        error = error.__cause__ or error.__context__
    kinds = {type(value).__name__ for values in held for value in values.values()}
    assert not {name for name in kinds if name.startswith("Query")}


def test_an_endpoint_that_stood_in_leaves_nothing_to_other_threads(monkeypatch):
    told = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    with played() as (address, _):
        both = store(f"http://127.0.0.1:{free_port()}/sparql", address)
        gc.collect()
        gc.disable()
        try:
            for _ in range(2):  # the dead one is the first of one of them
                both.select(ASKED)
            collecting = threading.Thread(target=gc.collect)
            collecting.start()
            collecting.join()
        finally:
            gc.enable()
    assert not told


def test_name_and_password_go_to_the_store_and_into_no_message():
    with played(401) as (address, seen):
        asked = Remote((address,), user="ana", password="geheim")
        assert "geheim" not in repr(asked)
        with pytest.raises(LimitError) as caught:
            RemoteStore(asked, 5).select(ASKED)
    assert "geheim" not in str(caught.value)
    expected = "Basic " + base64.b64encode(b"ana:geheim").decode()
    assert {headers["Authorization"] for _, headers, _ in seen} == {expected}


def test_the_deadline_stands_where_the_address_has_a_place_for_it():
    with played() as (address, seen):
        store(f"{address}?timeout={{ms}}&seconds={{s}}").select(ASKED)
    assert seen[0][0] == "/sparql?timeout=5000&seconds=5"


def test_an_endpoint_with_another_release_is_not_asked():
    with (
        played() as (address, seen),
        pytest.raises(BrokenError, match="does not hold release 0123"),
    ):
        store(address, release="0123456789abcdef").select(ASKED)
    assert all("identifier" in body for _, _, body in seen)


@pytest.mark.parametrize(
    "address", ["", "ftp://h/", "http:///x", "h", "http://h:99999/", "http://a b/", "http://u:p@h/"]
)
def test_an_address_that_is_none_is_an_input_error(address):
    with pytest.raises(InputError) as caught:
        Remote((address,))
    assert "u:p" not in str(caught.value)
