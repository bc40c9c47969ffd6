"""What the pages work with: one release, opened once in each process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import current_app

from kg.engine import Engine, Limits
from kg.queries import CannedQuery, Choices, Places, read_queries
from kg.release import Release
from kg.store import EmbeddedStore

FEATURED = "friendship-and-council"  # the question that comes first


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
    def over(cls, release: Release, limits: Limits) -> "Service":
        """Return the service over `release`. Raises InputError where it cannot be opened."""
        store = EmbeddedStore.open(release.store)
        queries = read_queries(release.queries)
        return cls(
            release=release,
            store=store,
            engine=Engine(release.store, limits),
            queries=dict(sorted(queries.items(), key=lambda named: named[0] != FEATURED)),
            places=Places(store),
            choices=Choices(store),
        )


def service() -> Service:
    """Return the service of the current application."""
    return cast(Service, current_app.extensions["kg"])
