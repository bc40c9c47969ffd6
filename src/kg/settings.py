"""How the server behaves: settings by environment variables, read once, at the edge."""

import ipaddress
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kg.endpoints import Remote
from kg.errors import InputError
from kg.limits import Limits


@dataclass(frozen=True)
class Settings:
    """Limits of queries, what a plain query sees, and what HTTP allows; see VARIABLES."""

    limits: Limits = field(default_factory=Limits)
    default_graph: str = "union"
    request_bytes: int = 512 * 1024
    connections: int = 1000
    client_connections: int = 100
    answers_bytes: int = 64 * 2**20
    stop_seconds: float = 30.0
    proxy: str = ""
    cross_origin: str = "any"
    store: str = ""
    store_user: str = ""
    store_password: str = field(default="", repr=False)
    store_login: str = "basic"
    store_graphs: str = "listed"

    @property
    def remotes(self) -> tuple[str, ...]:
        """The addresses of the stores, none where the release's own is meant."""
        return tuple(filter(None, (address.strip() for address in self.store.split(","))))

    def remote(self, release: str = "", graphs: Iterable[str] = ()) -> Remote:
        """Return `release`, its graphs by name, in the stores. Raises InputError."""
        listed = tuple(graphs) if self.store_graphs == "listed" else ()
        return Remote(
            self.remotes, self.store_user, self.store_password, self.store_login, release, listed
        )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Return the settings that `environment` names, defaults for the others.

        Raises InputError where a value does not fit.
        """
        settings = cls()
        for variable in VARIABLES:
            text = environment.get(variable.name, "").strip()
            if text:
                settings = _with(settings, variable.field, variable.read(text))
        return settings


@dataclass(frozen=True)
class Variable:
    """A setting: its name in the environment, the field it fills, what it means.

    A number is written in `unit`, and not below `least`; a word is one of `words`; without either
    it is the address of a machine, or any text where it is `free`.
    """

    name: str
    field: str
    meaning: str
    unit: int = 1
    least: float = 1
    words: tuple[str, ...] = ()
    free: bool = False

    @property
    def default(self) -> str:
        """What holds without it, as one would write it."""
        value = _of(Settings(), self.field)
        return value if isinstance(value, str) else f"{value / self.unit:.15g}"

    def read(self, text: str) -> Any:
        """Return the value that `text` says. Raises InputError."""
        try:
            if self.words:
                return self.words[self.words.index(text)]
            kind = type(_of(Settings(), self.field))
            if self.free:
                return text
            if kind is str:
                return str(ipaddress.ip_address(text))
            number = float(text)
            if not self.least <= number < 1e12 or kind(number * self.unit) != number * self.unit:
                raise ValueError
            return kind(number * self.unit)
        except ValueError:
            wanted = " or ".join(self.words) or f"such as {self.default or '127.0.0.1'}"
            raise InputError(f"{self.name} is '{text}'; want {wanted}: {self.meaning}") from None


def _of(settings: Settings, name: str) -> Any:
    return getattr(settings.limits if hasattr(settings.limits, name) else settings, name)


def _with(settings: Settings, name: str, value: Any) -> Settings:
    if hasattr(settings.limits, name):
        return replace(settings, limits=replace(settings.limits, **{name: value}))
    return replace(settings, **{name: value})


MB, KB = 2**20, 2**10
VARIABLES = (
    Variable("KG_SECONDS", "seconds", "seconds that a query may run", least=0.1),
    Variable("KG_ROWS", "rows", "rows or triples of an answer"),
    Variable("KG_RESULT_MB", "result_bytes", "megabytes of an answer", MB, least=0.001),
    Variable("KG_QUERY_CHARACTERS", "characters", "characters of a query's text"),
    Variable("KG_MEMORY_MB", "memory_bytes", "megabytes of memory of a worker", MB, least=768),
    Variable(
        "KG_GRAPH_MB",
        "graph_bytes",
        "megabytes that the graph may take in memory; a larger one is read from disk, where canned "
        "questions take 1.1 to 3.8 times as long (median 2.4)",
        MB,
        least=0,
    ),
    Variable("KG_WORKERS", "workers", "queries that run at once"),
    Variable(
        "KG_LONG_QUERIES",
        "long_queries",
        "of these, how many may take over half a second of a processor, or two seconds; more are "
        "refused",
    ),
    Variable(
        "KG_QUEUE", "queue", "queries that wait for a worker; others are refused then", least=0
    ),
    Variable(
        "KG_WAIT_SECONDS", "wait_seconds", "seconds that a query waits for a worker", least=0.1
    ),
    Variable(
        "KG_CLIENT_QUERIES", "client_queries", "queries of one client at once, running or waiting"
    ),
    Variable(
        "KG_CLIENT_SECONDS",
        "client_seconds",
        "seconds that the queries of one client may run in a minute, all together",
    ),
    Variable(
        "KG_DEFAULT_GRAPH",
        "default_graph",
        "what a query sees that names no graphs: the "
        "`union` of all graphs, or the data set's `own` default graph",
        words=("union", "own"),
    ),
    Variable(
        "KG_ANSWERS_MB",
        "answers_bytes",
        "megabytes of finished answers to questions that are kept",
        MB,
    ),
    Variable("KG_REQUEST_KB", "request_bytes", "kilobytes of a request's body", KB),
    Variable("KG_CONNECTIONS", "connections", "connections at once", least=10),
    Variable("KG_CLIENT_CONNECTIONS", "client_connections", "connections of one client at once"),
    Variable(
        "KG_STOP_SECONDS",
        "stop_seconds",
        "seconds that running requests have to end when the server stops",
        least=0,
    ),
    Variable("KG_PROXY", "proxy", "address of a reverse proxy whose X-Forwarded-For is believed"),
    Variable(
        "KG_CROSS_ORIGIN",
        "cross_origin",
        "whose scripts may read /sparql, /search and /data in a browser: `any` site's, or `none` "
        "but ours; with --data it is `none` where nothing is said",
        words=("any", "none"),
    ),
    Variable(
        "KG_STORE",
        "store",
        "addresses of SPARQL endpoints that hold the release, with commas between them, instead "
        "of its own store; see [scaling](scaling.md)",
        free=True,
    ),
    Variable("KG_STORE_USER", "store_user", "name for those endpoints", free=True),
    Variable("KG_STORE_PASSWORD", "store_password", "password for those endpoints", free=True),
    Variable(
        "KG_STORE_LOGIN",
        "store_login",
        "how it is sent: `basic`, or `digest` as Virtuoso wants it",
        words=("basic", "digest"),
    ),
    Variable(
        "KG_STORE_GRAPHS",
        "store_graphs",
        "how a plain query gets to see all graphs: they are `listed` in each request, or the "
        "endpoint's own default graph is their `union`",
        words=("listed", "union"),
    ),
)
