"""How much a stranger's query may take, and what is said when it would take more."""

from dataclasses import dataclass

from kg.errors import KgError

LONG = 0.5  # seconds of a processor after which a query counts as long,
LONG_BY_CLOCK = 2.0  # and seconds of the clock, whatever it waits for: it keeps its place


@dataclass(frozen=True)
class Limits:
    """The limits of one query, of one client, and of all together.

    A client is an address on the network. Of `workers` queries that run at once at most
    `long_queries` may be long, so that the short ones of others always find a place.
    """

    seconds: float = 30.0
    rows: int = 2_000_000  # or triples
    result_bytes: int = 1024**3
    characters: int = 100_000  # of the text
    memory_bytes: int = 2 * 1024**3
    graph_bytes: int = 4 * 1024**3  # of a graph that workers share in memory
    workers: int = 6
    long_queries: int = 4
    queue: int = 32  # queries that wait for a worker
    wait_seconds: float = 10.0
    client_queries: int = 8  # running or waiting; at most half of the workers at once
    client_seconds: float = 60.0  # of running queries, each minute


class LimitError(KgError):
    """A query that was stopped, or not even begun; `retry` says after how many seconds to come."""

    retry: int | None = None


class DeadlineError(LimitError):
    """The query took too long."""


class TooLargeError(LimitError):
    """The answer is too large."""


class OverloadError(LimitError):
    """There is no place for the query now."""

    retry = 5


class BudgetError(LimitError):
    """This client has asked too much."""

    def __init__(self, message: str, retry: float) -> None:
        super().__init__(message)
        self.retry = max(1, round(retry + 0.5))


class BrokenError(LimitError):
    """The worker died of the query: out of memory, or a fault in the engine."""


class UnansweredError(LimitError):
    """The engine understands the query and cannot answer it, such as an unknown function."""


class GoneError(LimitError):
    """The client has gone away; nobody reads this."""
