"""A process that answers one stranger's query after another, and can do nothing else.

Started as `python -m kg.worker STORE MEMORY BYTES`. Once the store is open it can open no
further file or socket, so a query that slips past the guard still reaches nothing. A frame
is four bytes of length, most significant first, and as many bytes. A request is one frame of
JSON; an answer is a frame of JSON that says how it went and a frame with the body.
"""

import io
import json
import signal
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

import pyoxigraph as ox

from kg.confinement import confine
from kg.store import GRAPH_FORMATS, RESULT_FORMATS
from kg.tags import with_cased_tags


class TooLarge(Exception):  # noqa: N818 - it never leaves this module
    """The answer outgrew its limit."""


class BoundedBuffer(io.BytesIO):
    """Bytes in memory, up to a limit; pyoxigraph stops writing as soon as it raises."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, part: Any) -> int:
        if self.tell() + len(part) > self._limit:
            raise TooLarge
        return super().write(part)


def answer(store: ox.Store, request: dict[str, Any], limit: int) -> tuple[dict[str, Any], bytes]:
    """Return how the query went, and the complete answer; nothing of an incomplete one."""
    body = BoundedBuffer(limit)
    try:
        found = store.query(request["query"], base_iri=request["base"], **_graphs(request))
        if isinstance(found, ox.QueryTriples):
            form, syntax = "graph", request["graph"]
            ox.serialize(found, body, GRAPH_FORMATS[syntax], prefixes=request["prefixes"])
        else:
            form = "boolean" if isinstance(found, ox.QueryBoolean) else "rows"
            syntax = request["results"]
            found.serialize(body, RESULT_FORMATS[syntax])
        head = {"outcome": "answer", "form": form, "syntax": syntax}
        return head, with_cased_tags(body.getvalue(), syntax)
    except TooLarge:
        return {"outcome": "too large"}, b""
    except SyntaxError as error:
        return {"outcome": "syntax", "message": str(error)}, b""
    except (OSError, RuntimeError, ValueError) as error:
        return {"outcome": "failed", "message": str(error)}, b""


def _graphs(request: dict[str, Any]) -> dict[str, Any]:
    """Return which graphs the query sees: those of the request, else those of its FROM, else all.

    Either list of the request replaces all of FROM and FROM NAMED; a list left out is empty.
    """
    if request["dataset"] is None:
        return {"use_default_graph_as_union": request["union"]}
    default, named = ([ox.NamedNode(iri) for iri in iris] for iris in request["dataset"])
    return {"default_graph": default, "named_graphs": named}


def read_frame(stream: BinaryIO) -> bytes | None:
    """Return the next frame, or None when the other side has closed."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    (size,) = struct.unpack(">I", head)
    body = stream.read(size)
    return body if len(body) == size else None


def write_frame(stream: BinaryIO, body: bytes) -> None:
    stream.write(struct.pack(">I", len(body)) + body)
    stream.flush()


def main(folder: str, memory: int, limit: int) -> None:
    """Answer the requests on standard input until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then stops us
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    store = ox.Store.read_only(folder)
    confine(Path(folder), memory)
    write_frame(sys.stdout.buffer, b"ready")
    while (frame := read_frame(sys.stdin.buffer)) is not None:
        request = json.loads(frame)
        # The server kills us at the deadline. If the server itself is gone, the system does.
        signal.setitimer(signal.ITIMER_REAL, request["seconds"] + 1)
        head, body = answer(store, request, limit)
        signal.setitimer(signal.ITIMER_REAL, 0)
        write_frame(sys.stdout.buffer, json.dumps(head).encode())
        write_frame(sys.stdout.buffer, body)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
