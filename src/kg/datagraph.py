"""What is validated, held twice: as a plain graph for SHACL, in a store for whole-graph checks."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.term import Node

from kg.reading import Quad, StoredQuad, rdf_files, read_quads, to_oxigraph, to_rdflib
from kg.store import EmbeddedStore, Term, Triple


@dataclass(frozen=True)
class DataGraph:
    """The data graph of a validation (SHACL, section 1.5): the union of all graphs.

    `store` holds the same triples with the graphs that they stand in.
    """

    union: Graph
    store: EmbeddedStore

    @classmethod
    def of(cls, quads: Iterable[Quad]) -> "DataGraph":
        """Return the data graph of `quads`, which may be a Dataset."""
        union = Graph()

        def stored() -> Iterator[StoredQuad]:
            for subject, predicate, value, name in quads:
                triple = (subject, predicate, value)
                union.add(triple)
                yield to_oxigraph(triple, _graph_name(name))

        return cls(union, EmbeddedStore.of(stored()))

    @classmethod
    def read(cls, paths: Sequence[Path]) -> "DataGraph":
        """Return the data graph of the RDF files and folders `paths`, each read once.

        Raises DataError or InputError, as `kg.reading` does, for files that cannot be used.
        """
        union, terms = Graph(), _Terms()

        def stored() -> Iterator[StoredQuad]:
            for path in rdf_files(paths):
                for quad in read_quads(path):
                    union.add((terms[quad.subject], terms[quad.predicate], terms[quad.object]))
                    yield quad

        with _nothing_collected():
            return cls(union, EmbeddedStore.of(stored()))


def union_of(triples: Iterable[Triple]) -> Graph:
    """Return `triples` as a plain graph."""
    union, terms = Graph(), _Terms()
    with _nothing_collected():
        for triple in triples:
            union.add((terms[triple.subject], terms[triple.predicate], terms[triple.object]))
    return union


class _Terms(dict[Term, Node]):
    """The rdflib term of each term, made once: most stand in the data many times."""

    def __missing__(self, term: Term) -> Node:
        self[term] = found = to_rdflib(term)
        return found


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Look for no garbage: what is loaded all stays, and looking takes a quarter of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _graph_name(graph: Node | None) -> URIRef | None:
    default = graph is None or graph == DATASET_DEFAULT_GRAPH_ID
    return None if default else URIRef(str(graph))
