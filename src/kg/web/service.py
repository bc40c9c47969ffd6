"""What the pages work with: one release, opened once; another may take its place at any time."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from flask import Flask, current_app, g

from kg.engine import Engine
from kg.queries import CannedQuery, Choices, Places, read_queries
from kg.release import Release
from kg.running import Ended
from kg.settings import Settings
from kg.store import EmbeddedStore, Literal, NamedNode

FEATURED = "friendship-and-council"  # the question that comes first
_GRAPHS = "SELECT ?graph (COUNT(*) AS ?n) WHERE { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph"


@dataclass(frozen=True)
class Service:
    """A release, its store for our own queries, its engine for those of strangers."""

    release: Release
    store: EmbeddedStore
    engine: Engine
    queries: Mapping[str, CannedQuery]
    places: Places
    choices: Choices

    @classmethod
    def over(cls, release: Release, settings: Settings, told: Callable[[Ended], None]) -> "Service":
        """Return the service over `release`. Raises InputError where it cannot be opened."""
        store = EmbeddedStore.open(release.store)
        queries = read_queries(release.queries)
        return cls(
            release=release,
            store=store,
            engine=Engine(release.store, settings.limits, settings.default_graph == "union", told),
            queries=dict(sorted(queries.items(), key=lambda named: named[0] != FEATURED)),
            places=Places(store),
            choices=Choices(store),
        )

    @cached_property
    def graphs(self) -> Mapping[str, int]:
        """The named graphs with their numbers of triples."""
        known: Mapping[str, int] = self.release.description.get("graphs") or {}
        return known or {
            name.value: int(number.value)
            for name, number in self.store.select(_GRAPHS).rows
            if isinstance(name, NamedNode) and isinstance(number, Literal)
        }


def service() -> Service:
    """Return the service that answers the current request, the same from beginning to end."""
    found: Service | None = g.get("service")
    if found is None:
        found = g.service = current_app.extensions["kg"]
    return found


def replace_service(app: Flask, new: Service, patience: float) -> None:
    """Let `new` answer from the next request on; the old one ends after `patience` seconds."""
    old: Service = app.extensions["kg"]
    app.extensions["kg"] = new
    closing = threading.Timer(patience, old.engine.close)
    closing.daemon = True
    closing.start()
