"""RDF written as it comes, in memory that does not grow with it."""

import sys
from collections.abc import Callable, Iterable
from typing import Any

import pyoxigraph as ox

from kg.lines import lines_of
from kg.namespaces import PREFIXES
from kg.outflow import Outflow
from kg.reading import StoredQuad
from kg.store import EmbeddedStore
from kg.syntaxes import GRAPH_FORMATS
from kg.tags import with_cased_tags

_OF_LINES = ("nquads", "ntriples")
_WITH_GRAPHS = ("trig", "nquads", "jsonld")


def stream_store(store: EmbeddedStore, format_: str, write: Callable[[bytes], Any]) -> None:
    """Write all that `store` holds as `stream` writes it, in the order of the store."""
    if format_ in _OF_LINES:
        for piece in lines_of(store, format_):
            write(with_cased_tags(piece, format_))
    else:
        stream(store.quads(), format_, write)


def stream(quads: Iterable[StoredQuad], format_: str, write: Callable[[bytes], Any]) -> None:
    """Write `quads` in one of GRAPH_FORMATS, in the order that they come.

    In Turtle, N-Triples and RDF/XML it is lost which graph a triple stood in, and one that
    stands in two comes twice.
    """
    flow: Any = Outflow(format_, sys.maxsize, sys.maxsize, write)
    form = GRAPH_FORMATS[format_]
    prefixes = {} if format_ in _OF_LINES else dict(PREFIXES)
    if format_ in _WITH_GRAPHS:
        ox.serialize(quads, flow, form, prefixes=prefixes)
    else:
        ox.serialize((quad.triple for quad in quads), flow, form, prefixes=prefixes)
    write(flow.rest())
