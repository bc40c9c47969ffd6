"""A process that answers one stranger's query after another, and can do nothing else.

Started as `python -m kg.worker STORE MEMORY ROWS BYTES`, or forked by `kg.forks`. Once the store is
open it can open no further file or socket, so a query that slips past the guard still reaches
nothing.

A frame is a letter, four bytes of length, most significant first, and as many bytes. The server
sends questions (Q, JSON); we send R when the store is open, and for each question A (JSON: form
and syntax of the answer), any number of P (pieces of its body), L (the last piece) and E (JSON:
how it went). Where it does not go well there is no L, and no A if nothing was sent yet. An answer
that needs no pieces is W (JSON: both A and E) and L.
"""

import json
import re
import select
import signal
import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import pyoxigraph as ox

from kg.confinement import confine
from kg.keptfiles import KEPT_AS, kept_file, narrowed, open_kept_files
from kg.limits import LimitError
from kg.outflow import LimitReached, Outflow
from kg.syntaxes import GRAPH_FORMATS, RESULT_FORMATS

HEAD = struct.Struct(">cI")
# While nobody asks: triples read in a step, about a millisecond, and seconds of rest after each.
_STEP, _REST = 2_000, 0.004
# What follows GRAPH holds `{`, so none hides in an address.
_GRAPH = re.compile(r'<[^\s<>"{}|^`\\]*>|(graph)', re.IGNORECASE)


def frame(kind: bytes, body: bytes) -> bytes:
    """Return `body` as a frame."""
    return HEAD.pack(kind, len(body)) + body


Question = Mapping[str, Any]
Found = ox.QuerySolutions | ox.QueryBoolean | Iterable[ox.Triple]


def answer(
    ask: Callable[[Question], Found], question: Question, rows: int, size: int, out: BinaryIO
) -> None:
    """Write the answer to `question` in frames, at most `rows` and `size` bytes of it.

    The last frame says how it went. `ask` may raise SyntaxError for a text that is no query, and
    LimitError; so may reading what it returns, where a SyntaxError is no fault of the query.
    """
    head: dict[str, str] | None = None
    found: Found | None = None

    def send(piece: bytes) -> None:
        nonlocal head
        begin = frame(b"A", json.dumps(head).encode()) if head else b""
        out.write(begin + frame(b"P", piece))
        out.flush()
        head = None

    end: dict[str, Any] = {"outcome": "answer"}
    try:
        found = ask(question)
        form, syntax = _form(found), question["results"]
        if form == "graph":
            syntax = question["graph"]
        head = {"form": form, "syntax": syntax}
        flow: Any = Outflow(syntax, rows, size, send)
        if isinstance(found, ox.QuerySolutions | ox.QueryBoolean):
            found.serialize(flow, RESULT_FORMATS[syntax])
        else:
            triples = flow.count(found)
            ox.serialize(triples, flow, GRAPH_FORMATS[syntax], prefixes=question["prefixes"])
        last = frame(b"L", flow.rest())
        end["rows"] = 0 if form == "boolean" else flow.rows
        if head:
            out.write(frame(b"W", json.dumps(head | end).encode()) + last)
            out.flush()
            return
    except LimitReached as error:
        last, end = b"", {"outcome": str(error)}
    except SyntaxError as error:
        last, end = b"", {"outcome": "broken" if found else "syntax", "message": str(error)}
    except LimitError as error:
        last, end = b"", {"outcome": type(error).__name__, "message": str(error)}
    except (OSError, RuntimeError, ValueError) as error:
        last, end = b"", {"outcome": "failed", "message": str(error)}
    out.write(last + frame(b"E", json.dumps(end).encode()))
    out.flush()


def _form(found: object) -> str:
    if isinstance(found, ox.QuerySolutions):
        return "rows"
    return "boolean" if isinstance(found, ox.QueryBoolean) else "graph"


def _graphs(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return which graphs the query sees: those of the request, else those of its FROM.

    Without either that is all of them as one, or the store's own default graph.
    Either list of the request replaces all of FROM and FROM NAMED; a list left out is empty.
    """
    if question["dataset"] is None:
        return {"use_default_graph_as_union": question["union"]}
    default, named = ([ox.NamedNode(iri) for iri in iris] for iris in question["dataset"])
    return {"default_graph": default, "named_graphs": named}


def read_question(stream: BinaryIO) -> dict[str, Any] | None:
    """Return the next question, or None when the other side has closed."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    _, size = HEAD.unpack(head)
    body = stream.read(size)
    return dict(json.loads(body)) if len(body) == size else None


def main(folder: str, memory: int, rows: int, size: int, held: ox.Store | None = None) -> None:
    """Answer the questions on standard input from a store of our own until it closes.

    What asks all graphs as one is answered by what the release keeps, or else by `held`, their
    union, where there is one. It was forked with us: while nobody asks, it is read through.
    """
    store = ox.Store.read_only(folder)
    kept = open_kept_files(Path(folder))
    confine(Path(folder), memory)

    def find(text: str) -> BinaryIO | None:
        file = kept.get(kept_file(Path(folder), text).name)
        if file:
            file.seek(0)
        return file

    def ask(question: Question) -> Found:
        query, base = question["query"], question["base"]
        if _asks_all(question):
            if file := find(query):
                return ox.parse_query_results(file, format=RESULT_FORMATS[KEPT_AS])
            if (by := question.get("narrowing")) and (file := find(by["widest"])):
                rows = narrowed(file, by["columns"], partial(_remaining, store, by))
                return ox.parse_query_results(rows, format=RESULT_FORMATS[KEPT_AS])
            if held is not None:
                return held.query(query, base_iri=base)
        return store.query(query, base_iri=base, **_graphs(question))

    work(ask, rows, size, _all_of(held) if held is not None else ())


def _remaining(store: ox.Store, by: Mapping[str, str], cells: bytes) -> bytes:
    """Return which of `cells` remain `by` a `kg.narrowing.Narrowing`."""
    query = by["before"] + cells.decode() + by["after"]
    found = store.query(query, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)  # noqa: S101
    return found.serialize(format=RESULT_FORMATS[KEPT_AS]) or b""


def _all_of(held: ox.Store) -> Iterator[None]:
    """Read everything, a step at a time.

    The engine counts readers in each entry, so the first to read one copies the page that was
    shared with the other workers. Done before anybody waits, no query pays for that.
    """
    rows = held.query("SELECT ?nothing { ?s ?p ?o }")
    assert isinstance(rows, ox.QuerySolutions)  # noqa: S101
    while list(islice(rows, _STEP)):
        yield


def _asks_all(question: Question) -> bool:
    """Return whether a query is surely about all graphs as one: it names none of them."""
    if question["dataset"] is not None or not question["union"]:
        return False
    query = question["query"]
    return "graph" not in query.lower() or not any(match[1] for match in _GRAPH.finditer(query))


def work(
    ask: Callable[[Question], Found], rows: int, size: int, meanwhile: Iterable[None] = ()
) -> None:
    """Answer the questions on standard input by `ask` until it closes.

    Between two of them take steps of what may be done `meanwhile`, until the next one comes.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then stops us
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    out = sys.stdout.buffer
    out.write(frame(b"R", b""))
    out.flush()
    while (question := _next_question(meanwhile)) is not None:
        # The server kills us at the deadline. If the server itself is gone, the system does.
        signal.setitimer(signal.ITIMER_REAL, question["seconds"] + 1)
        answer(ask, question, rows, size, out)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _next_question(meanwhile: Iterable[None]) -> dict[str, Any] | None:
    source = sys.stdin.buffer  # with nothing read ahead: each question waits for an answer
    for _ in meanwhile:
        if select.select([source], [], [], _REST)[0]:
            break
    return read_question(source)


if __name__ == "__main__":
    memory, rows, size = map(int, sys.argv[2:])
    main(sys.argv[1], memory, rows, size)
