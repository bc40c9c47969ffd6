"""How the server behaves: settings by environment variables, read once, at the edge."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

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
    stop_seconds: float = 30.0
    proxy: str = ""
    cross_origin: str = "any"

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
    it is the address of a machine.
    """

    name: str
    field: str
    meaning: str
    unit: int = 1
    least: float = 1
    words: tuple[str, ...] = ()

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
    Variable("KG_WORKERS", "workers", "queries that run at once"),
    Variable(
        "KG_LONG_QUERIES",
        "long_queries",
        "of these, how many may take over half a second; more are refused",
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
        "whose scripts may read /sparql and /data in a browser: `any` site's, or `none` but ours; "
        "with --data it is `none` where nothing is said",
        words=("any", "none"),
    ),
)
