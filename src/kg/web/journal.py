"""The journal: each request under a number that its answer repeats, one line when it has ended."""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from kg.coming import Answer

access = logging.getLogger("kg.access")

_TEXT = 2000  # characters of a query that was not answered


def _number() -> str:
    """Return a new number for a request: a UUID of random digits (RFC 9562, 5.4), made quickly."""
    digits = token_hex(16)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


@dataclass
class Told:
    """One request, for those who run the server.

    As a text it is a line of the log, put in words when that is written, not while a client waits.
    """

    number: str = field(default_factory=_number)
    begun: float = field(default_factory=time.perf_counter)
    client: str | None = None
    method: str = ""
    path: str = ""  # as WSGI has it: bytes, each as a character
    status: int = 500
    announced: Sequence[tuple[str, str]] = ()  # headers
    bytes: int = 0
    ended: float = 0.0
    seconds: float = 0.0
    query: str | None = None
    answer: Answer | None = None
    asked: dict[str, Any] = field(default_factory=dict)

    def end(self) -> None:
        """Note that it has ended, and keep no more than the log needs."""
        self.ended = time.time()
        self.seconds = time.perf_counter() - self.begun
        if self.query is not None:
            self.asked = _about(self.query, self.answer)
        self.query, self.answer, self.announced = None, None, ()

    def __str__(self) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(self.ended, UTC).isoformat(timespec="milliseconds"),
            "request": self.number,
            "client": self.client,
            "method": self.method,
            "path": self.path.encode("latin-1").decode("utf-8", "replace"),
            "status": self.status,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 6),
        }
        # In ASCII: no sign in it steers the terminal of who reads it.
        return json.dumps(line | self.asked)


def told(environ: dict[str, Any]) -> Told:
    """Return what is told of the request of `environ`."""
    found: Told = environ.setdefault("kg.told", Told())
    return found


class _Counted:
    """The pieces of an answer, counted as they leave; their end is the end of the request."""

    def __init__(self, pieces: Iterable[bytes], about: Told, end: Callable[[], None]) -> None:
        self._pieces, self._about, self._end = pieces, about, end

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._about.bytes += len(piece)
            yield piece

    def close(self) -> None:
        """Close the pieces, count the request, and log it."""
        try:
            if hasattr(self._pieces, "close"):
                self._pieces.close()
        finally:
            self._end()


def journal(inner: Callable[..., Iterable[bytes]], count: Callable[[int], None]) -> Any:
    """Return the WSGI application `inner` with a journal; `count` hears how each request ended."""

    def counted(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        about = environ["kg.told"] = Told(
            client=environ.get("REMOTE_ADDR"),
            method=environ["REQUEST_METHOD"],
            path=environ["PATH_INFO"],
        )

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            about.status = int(status[:3])
            about.announced = headers
            headers.append(("X-Request-Id", about.number))
            return start_response(status, headers, error)

        def end() -> None:
            about.end()
            count(about.status)
            if access.isEnabledFor(logging.INFO):
                # Not `info`, which would look up where it was called from, at each request.
                record = logging.LogRecord(access.name, logging.INFO, "", 0, about, None, None)
                access.handle(record)

        pieces = inner(environ, start)
        wrapper = environ.get("wsgi.file_wrapper")
        if isinstance(wrapper, type) and isinstance(pieces, wrapper):
            # The server sends a file by itself, and no thread waits for who reads it.
            about.bytes = int(dict(about.announced).get("Content-Length", 0))
            end()
            return pieces
        return _Counted(pieces, about, end)

    return counted


def _about(query: str, answer: Answer | None) -> dict[str, Any]:
    """Return what the log says of a query: its text only where it was not answered."""
    found: dict[str, Any] = {"query": hashlib.sha256(query.encode()).hexdigest()[:16]}
    ended = answer.ended if answer else None
    if ended:
        found |= {"outcome": ended.outcome, "rows": ended.rows}
    if not ended or ended.outcome != "answer":
        found["text"] = query[:_TEXT]
    return found
