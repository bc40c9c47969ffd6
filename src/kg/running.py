"""One query in its worker: what comes of it, until when it may run, how it ended."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kg.errors import QueryError
from kg.limits import (
    LONG,
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
from kg.messages import syntax_message
from kg.namespaces import GRAPH
from kg.outflow import MOST_HELD
from kg.store import NamedNode
from kg.workers import Worker

# What is counted for each way to end.
OUTCOMES: dict[type[Exception], str] = {
    DeadlineError: "deadline",
    TooLargeError: "too large",
    OverloadError: "overload",
    BudgetError: "budget",
    BrokenError: "broken",
    UnansweredError: "unanswered",
    GoneError: "gone",
    QueryError: "refused",
}
# What a worker over a store elsewhere may tell by name.
_TOLD: dict[str, type[LimitError]] = {
    one.__name__: one for one in (DeadlineError, TooLargeError, BrokenError, UnansweredError)
}
_START = 60  # seconds that a worker has to open its store
_WORDS = {"rows": "rows or triples", "bytes": "bytes"}


@dataclass(frozen=True)
class Asker:
    """Who asks: an address on the network, and ways to see it gone and to hang up on it.

    The address "" is the house itself, which has no budget. Hanging up is for a client that does
    not read, when its query was stopped: nobody should wait for it then.
    """

    client: str = ""
    gone: Callable[[], bool] | None = None
    hang_up: Callable[[], None] | None = None


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
class Ended:
    """How a query ended, for those who count: `answer` or one of OUTCOMES; seconds; rows."""

    outcome: str
    seconds: float = 0.0
    rows: int = 0


class Run:
    """A query at work. Safe for two threads: one reads, another looks after the limits.

    `done` is called once, when the worker is free or dead: with this run, how it ended, and
    whether the worker can go on.
    """

    def __init__(
        self,
        worker: Worker,
        asker: Asker,
        seconds: float,
        done: Callable[["Run", Ended, bool], None],
    ) -> None:
        self.worker, self.asker = worker, asker
        self.long = self._over = False
        self.ended: Ended | None = None
        self._seconds, self._done = seconds, done
        self._started, self._asked = time.monotonic(), False
        self._worked: float | None = None  # by its worker for others, before
        self._lock = threading.Lock()
        self._counted = threading.Event()
        self._why: LimitError | None = None

    def look(self, long_places: int) -> None:
        """Stop the query where it may not go on; let it step back when it is long."""
        if self.asker.gone and self.asker.gone():
            self.stop(GoneError("the client went away"))
            return
        elapsed = time.monotonic() - self._started
        if self._asked and self._worked is None:
            self._worked = self.worker.worked()
        if not self._asked:
            if elapsed >= _START:
                self.stop(BrokenError("no worker could be started for the query; try again"))
        elif elapsed >= self._seconds:
            self.stop(
                DeadlineError(
                    f"the query was stopped after {self._seconds:g} seconds; there is no partial "
                    "answer. Ask for less: a LIMIT, a narrower pattern, a canned question"
                )
            )
        elif elapsed >= LONG and not self.long and self._is_long(elapsed):
            if long_places <= 0:
                self.stop(OverloadError("too many long queries run already; try again later"))
            else:
                with self._lock:
                    if not self._over:  # else the worker may serve another query already
                        self.long = True
                        self.worker.slow_down()

    def _is_long(self, elapsed: float) -> bool:
        """Return whether the query has used much of a processor, or has kept its place for long.

        On a busy machine the clock alone would tell of the others' queries.
        """
        worked = self.worker.worked()
        if worked is None or self._worked is None:
            return True
        return worked - self._worked >= LONG or elapsed >= LONG_BY_CLOCK

    def stop(self, why: LimitError) -> bool:
        """Kill the worker; who reads gets `why`. Return False where the query has ended before."""
        if not self._claim(why):
            return False
        self.worker.kill()
        self._tell(OUTCOMES[type(why)])
        if self.asker.hang_up:
            self.asker.hang_up()
        return True

    def ask(self, question: Mapping[str, Any]) -> None:
        """Let the worker begin; return as soon as it has the question."""
        with contextlib.suppress(EOFError):  # who reads will see that it is dead
            self.worker.await_ready()
            self._started, self._asked = time.monotonic(), True
            self.worker.ask(question)

    def read(self, limits: Limits) -> Iterator[tuple[bytes, bytes]]:
        """Yield the head of the answer (A, W), its pieces (P, L). Raises QueryError, LimitError."""
        try:
            end = b""
            for kind, body in self.worker.frames():
                if kind in (b"W", b"E"):
                    end = body
                if end and kind != b"W":  # the worker is free
                    self._finish(json.loads(end), limits)
                if kind != b"E":
                    yield kind, body
        except EOFError:
            self.worker.close()
            broken = BrokenError(
                "the query used too much memory or broke the engine; there is no answer"
            )
            self._end("broken")
            raise self._why or broken from None

    def _finish(self, said: Mapping[str, Any], limits: Limits) -> None:
        error = _error(said, limits)
        outcome = OUTCOMES[type(error)] if error else "answer"
        self._end(outcome, said.get("rows", 0), usable=True)
        if error:
            raise error

    def _end(self, outcome: str, rows: int = 0, usable: bool = False) -> None:
        if self._claim():
            self._tell(outcome, rows, usable and (not self.long or self.worker.catch_up()))
        else:
            self._counted.wait()  # or who reads could ask again before this is charged

    def _claim(self, why: LimitError | None = None) -> bool:
        """Return whether it is the caller who ends this: of two threads only one does."""
        with self._lock:
            if self._over:
                return False
            self._over, self._why = True, why
            return True

    def _tell(self, outcome: str, rows: int = 0, usable: bool = False) -> None:
        self.ended = Ended(outcome, time.monotonic() - self._started, rows)
        try:
            self._done(self, self.ended, usable)
        finally:
            self._counted.set()


def _error(said: Mapping[str, str], limits: Limits) -> QueryError | LimitError | None:
    match said["outcome"]:
        case "answer":
            return None
        case "syntax":
            return QueryError(syntax_message(said["message"]))
        case "rows" | "bytes" as what:
            most = limits.rows if what == "rows" else limits.result_bytes
            return TooLargeError(
                f"the answer has more than {most:,} {_WORDS[what]}; there is no partial answer. "
                "Ask for less: a LIMIT, fewer columns, or a download of the release"
            )
        case "value":
            return TooLargeError(
                f"a single value or row of the answer has more than {MOST_HELD:,} bytes; there is "
                "no partial answer. Ask for less"
            )
        case name if name in _TOLD:
            return _TOLD[name](said["message"])
        case "broken":
            return BrokenError("the store's answer is not whole, or not as SPARQL 1.1 says")
        case _:
            return UnansweredError(f"the engine cannot answer this: {said['message']}")
