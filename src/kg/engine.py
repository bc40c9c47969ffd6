"""Strangers' queries, answered by worker processes that can be killed; see `kg.worker`."""

import contextlib
import json
import os
import queue
import re
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from kg import guard
from kg.errors import KgError, QueryError
from kg.namespaces import BASE, GRAPH
from kg.store import NamedNode, syntax_message
from kg.tokens import names_graphs

ENDPOINT = BASE + "sparql"  # what the endpoint calls itself, wherever it is served

# The stranger's own prefixes, to write triples with.
_PREFIX = re.compile(r"(?i)\bprefix\s+([a-z][\w-]*)\s*:\s*<(https?://[^\s<>\"{}|^`\\]*)>")


@dataclass(frozen=True)
class Limits:
    """How much one query may take, and how many run at once."""

    seconds: float = 30.0
    result_bytes: int = 64 * 1024**2
    memory_bytes: int = 2 * 1024**3
    workers: int = 2
    wait_seconds: float = 10.0  # for a free worker


@dataclass(frozen=True)
class Dataset:
    """The graphs that a query sees, whatever its FROM says; one that does not exist is empty."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for iri in (*self.default, *self.named):
            try:
                NamedNode(iri)
            except ValueError:
                raise QueryError(
                    f"graph '{iri[:200]}' is not an absolute address such as <{GRAPH}ontology>"
                ) from None


@dataclass(frozen=True)
class Result:
    """A complete answer: its form (`rows`, `boolean` or `graph`), its syntax and its bytes."""

    form: str
    syntax: str
    body: bytes


class LimitError(KgError):
    """A query that was stopped, or could not be run: complete answers or none."""


class DeadlineError(LimitError):
    """The query took too long."""


class TooLargeError(LimitError):
    """The answer is too large."""


class OverloadError(LimitError):
    """All workers are busy."""


class BrokenError(LimitError):
    """The worker died of the query: out of memory, or a fault in the engine."""


class Engine:
    """A bounded pool of workers on one store. Safe for threads; start it after forking."""

    def __init__(self, store: Path, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._store = store
        # A slot holds a worker that is ready, or None where one has to be started.
        self._slots: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._closed = False
        for _ in range(self.limits.workers):
            self._slots.put(None)

    def answer(
        self,
        query: str,
        results: str = "json",
        graph: str = "turtle",
        seconds: float | None = None,
        dataset: Dataset | None = None,
    ) -> Result:
        """Return the answer to `query`: rows and yes/no in `results`, triples in `graph`.

        Without `dataset` and without FROM it sees all graphs as one. Relative addresses in it
        begin at the address of the endpoint.

        Raises QueryError for what is not a query or may not be run, else a LimitError.
        """
        guard.check(query)
        budget = min(seconds or self.limits.seconds, self.limits.seconds)
        request = {
            "query": query,
            "results": results,
            "graph": graph,
            "seconds": budget,
            "base": ENDPOINT,
            "dataset": [dataset.default, dataset.named] if dataset else None,
            "union": not names_graphs(query),
            "prefixes": dict(_PREFIX.findall(query)),
        }
        try:
            worker = self._slots.get(timeout=self.limits.wait_seconds)
        except queue.Empty:
            raise OverloadError("all workers are busy; try again in a moment") from None
        try:
            if worker is None:
                worker = self._start()
            head, body = worker.ask(request, time.monotonic() + budget)
        except BaseException as error:
            if worker is not None:
                self._discard(worker)
                worker = None
            if isinstance(error, TimeoutError):
                raise DeadlineError(
                    f"the query was stopped after {budget:g} seconds; there is no partial answer. "
                    "Ask for less: a LIMIT, a narrower pattern, or one of the canned questions"
                ) from None
            if isinstance(error, EOFError | BrokenPipeError):
                raise BrokenError(
                    "the query used too much memory or broke the engine; there is no answer"
                ) from None
            raise
        finally:
            self._slots.put(worker)
        return _result(head, body, self.limits)

    def close(self) -> None:
        """Stop all workers, whatever they are doing."""
        self._closed = True
        for worker in list(self._all):
            self._discard(worker)

    def _start(self) -> "_Worker":
        worker = _Worker(self._store, self.limits)
        with self._lock:
            self._all.add(worker)
        if self._closed:
            self._discard(worker)
        return worker

    def _discard(self, worker: "_Worker") -> None:
        with self._lock:
            self._all.discard(worker)
        worker.kill()


def _result(head: dict[str, str], body: bytes, limits: Limits) -> Result:
    match head["outcome"]:
        case "answer":
            return Result(head["form"], head["syntax"], body)
        case "too large":
            raise TooLargeError(
                f"the answer is larger than {limits.result_bytes:,} bytes; there is no partial "
                "answer. Ask for less: a LIMIT, fewer columns, or a download of the release"
            )
        case "syntax":
            raise QueryError(syntax_message(head["message"]))
        case _:
            raise BrokenError(f"the engine could not answer: {head['message']}")


class _Worker:
    """One worker process and the pipes to it."""

    def __init__(self, store: Path, limits: Limits) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-P", "-m", "kg.worker", str(store),
             str(limits.memory_bytes), str(limits.result_bytes)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101
        self._input = self._process.stdin.fileno()
        self._output = self._process.stdout.fileno()
        try:
            self._read_frame(time.monotonic() + 60)
        except (EOFError, TimeoutError):
            self.kill()
            raise BrokenError(f"{store}: no worker could be started on this store") from None

    def ask(self, request: object, deadline: float) -> tuple[dict[str, str], bytes]:
        """Return head and body of the answer. Raises TimeoutError, EOFError, BrokenPipeError."""
        body = json.dumps(request).encode()
        frame = memoryview(struct.pack(">I", len(body)) + body)
        while frame:
            frame = frame[os.write(self._input, frame) :]
        return json.loads(self._read_frame(deadline)), self._read_frame(deadline)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _read_frame(self, deadline: float) -> bytes:
        (size,) = struct.unpack(">I", self._read(4, deadline))
        return self._read(size, deadline)

    def _read(self, size: int, deadline: float) -> bytes:
        parts: list[bytes] = []
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        while size:
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise TimeoutError
            part = os.read(self._output, min(size, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
