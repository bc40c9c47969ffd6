"""A store that a release is built in: files in, and what the rules conclude from them."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Self

import pyoxigraph as ox
from rdflib import URIRef

from kg.reading import in_graph
from kg.releasing import releasing
from kg.store import EmbeddedStore
from kg.syntaxes import GRAPH_FORMATS


class GrowingStore(EmbeddedStore):
    """A store in this process that takes more in, on disk or in memory."""

    @classmethod
    def new(cls, folder: Path) -> Self:
        """Return a new store on disk in `folder`, to be filled; see `kg.loading.new_store`."""
        return cls(ox.Store(str(folder)))

    def load(self, text: bytes, syntax: str) -> None:
        """Add what `text` says in one of GRAPH_FORMATS; several threads may do so at once.

        Raises SyntaxError.
        """
        self._store.bulk_load(input=text, format=GRAPH_FORMATS[syntax])

    def clear(self, graph: URIRef) -> None:
        """Take out a graph, where it is there."""
        self._store.remove_graph(ox.NamedNode(graph))

    @releasing
    def conclude(self, sparql: str, output: IO[bytes]) -> None:
        """Write the triples of a CONSTRUCT to `output` as N-Triples; threads may do so at once.

        Raises QueryError.
        """
        self._triples(sparql).serialize(output, ox.RdfFormat.N_TRIPLES)

    def add_new(self, lines: IO[bytes], graph: URIRef) -> set[str]:
        """Add to `graph` those N-Triples that no graph has yet; return their predicates."""
        predicates: set[str] = set()
        is_known: dict[str, bool] = {}  # whether a predicate stood in any triple before

        def new() -> Iterator[ox.Triple]:
            for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES):
                triple = quad.triple
                predicate = triple.predicate.value
                if predicate not in is_known:
                    is_known[predicate] = not self._lacks(None, triple.predicate, None)
                if not is_known[predicate] or self._lacks(*triple):
                    predicates.add(predicate)
                    yield triple

        self.add(in_graph(new(), graph))
        return predicates

    def settle(self) -> None:
        """Arrange what was added for reading, and have it on disk."""
        self._store.optimize()
        self._store.flush()

    def close(self) -> None:
        """Give the folder free; nothing can be asked any more."""
        # It is closed when nobody holds it, and the traceback of an error would: its threads
        # would still write while the folder is removed.
        del self._store

    def _lacks(self, subject: Any, predicate: Any, value: Any) -> bool:
        quads = self._store.quads_for_pattern(subject, predicate, value, None)
        return next(quads, None) is None
