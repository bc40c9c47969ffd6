"""What the pages work with: one release, opened once; another may take its place at any time."""

import gc
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Flask, current_app, g

from kg.documents import Documents
from kg.endpoints import Remote
from kg.engine import Engine
from kg.errors import KgError
from kg.inventory import graphs, positions
from kg.kept import KeptStore
from kg.named import things_of
from kg.queries import CannedQuery, Choices, Places, read_queries
from kg.release import Release
from kg.remote import RemoteStore
from kg.running import Ended
from kg.search import Index
from kg.settings import Settings
from kg.store import Store
from kg.web.addresses import Addresses
from kg.web.answers import Answers

FEATURED = "friendship-and-council"  # the question that comes first


@dataclass(frozen=True)
class Service:
    """A release, its store for our own queries, its engine for those of strangers."""

    release: Release
    store: Store
    engine: Engine
    queries: Mapping[str, CannedQuery]
    choices: Choices
    answers: Answers

    @classmethod
    def over(
        cls,
        release: Release,
        settings: Settings,
        told: Callable[[Ended], None],
        counted: Callable[[str], None] = lambda _: None,
    ) -> "Service":
        """Return the service over `release`, in its own store or in those of the settings.

        Raises InputError where it cannot be opened, LimitError where another server fails.

        `told` hears how each query ended, `counted` how each answer to a question was found.
        """
        if settings.remotes:
            remote = settings.remote(release.id, release.graphs)
            where: Path | Remote = remote
            store: Store = RemoteStore(remote, settings.limits.seconds)
        else:
            where, store = release.store, KeptStore.open(release.store)
        queries = read_queries(release.queries)
        if settings.remotes:
            # Before there are workers: nobody would stop them where the store does not answer.
            store.ask("ASK {}")
        return cls(
            release=release,
            store=store,
            engine=Engine(where, settings.limits, settings.default_graph == "union", told),
            queries=dict(sorted(queries.items(), key=lambda named: named[0] != FEATURED)),
            choices=Choices(store),
            answers=Answers(settings.answers_bytes, counted),
        )

    def warm(self) -> None:
        """Read what grows with the data and most pages need, so that no reader waits for it.

        What fails here fails again, and is told, where it is asked for.
        """
        with suppress(KgError):
            _ = self.places, self.positions
        # It stays as long as the release does: the collector, which stops everybody, looks
        # through it once more and not again. What an earlier release left is looked at too.
        gc.unfreeze()
        gc.collect()
        gc.freeze()

    @cached_property
    def places(self) -> Places:
        """The places with all their names."""
        return Places(self.store)

    @cached_property
    def addresses(self) -> Addresses:
        """The addresses of ours, for those who look for one that is not there."""
        return Addresses(self.store)

    @cached_property
    def documents(self) -> Documents:
        """The source documents."""
        return Documents(self.store)

    @cached_property
    def positions(self) -> Mapping[str, tuple[float, float]]:
        """Where places lie: latitude and longitude in degrees (WGS 84)."""
        return positions(self.store)

    @cached_property
    def index(self) -> Index:
        """Everything that has a name, to be searched; read when it is first asked for."""
        return Index(*things_of(self.store, self.queries))

    @cached_property
    def graphs(self) -> Mapping[str, int]:
        """The named graphs with their numbers of triples."""
        return self.release.graphs or graphs(self.store)


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
