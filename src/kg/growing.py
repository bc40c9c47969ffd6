"""A store that a release is built in: files in, and what the rules conclude from them."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Self

import pyoxigraph as ox
from rdflib import RDF, URIRef

from kg.reading import in_graph
from kg.releasing import releasing
from kg.store import EmbeddedStore
from kg.syntaxes import GRAPH_FORMATS

_TYPE = ox.NamedNode(RDF.type)
Pattern = tuple[Any, Any, Any]  # subject, predicate and object; None is any


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

    def add_new(self, lines: IO[bytes], graph: URIRef) -> Counter[str]:
        """Add to `graph` those N-Triples that no graph has yet; return how many by predicate."""
        found: Counter[str] = Counter()
        lacked: dict[Pattern, bool] = {}  # whether nothing was like this when it was first met

        def is_lacked(*pattern: Any) -> bool:
            if pattern not in lacked:
                lacked[pattern] = self._lacks(*pattern)
            return lacked[pattern]

        def new() -> Iterator[ox.Triple]:
            for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES):
                triple = quad.triple
                subject, predicate, value = triple
                # One look for many triples: has anything this predicate, this class, this subject?
                wider = (
                    (None, predicate, value) if predicate == _TYPE else (subject, predicate, None)
                )
                if is_lacked(None, predicate, None) or is_lacked(*wider) or self._lacks(*triple):
                    found[predicate.value] += 1
                    yield triple

        self.add(in_graph(new(), graph))
        return found

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
