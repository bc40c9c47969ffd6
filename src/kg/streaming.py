"""RDF written as it comes, in memory that does not grow with it."""

import sys
from collections.abc import Callable, Iterable
from typing import Any

import pyoxigraph as ox

from kg.namespaces import PREFIXES
from kg.outflow import Outflow
from kg.reading import StoredQuad
from kg.syntaxes import GRAPH_FORMATS

_WITH_GRAPHS = ("trig", "nquads", "jsonld")


def stream(quads: Iterable[StoredQuad], format_: str, write: Callable[[bytes], Any]) -> None:
    """Write `quads` in one of GRAPH_FORMATS, in the order that they come.

    In Turtle, N-Triples and RDF/XML it is lost which graph a triple stood in, and one that
    stands in two comes twice.
    """
    flow: Any = Outflow(format_, sys.maxsize, sys.maxsize, write)
    form = GRAPH_FORMATS[format_]
    prefixes = {} if format_ in ("nquads", "ntriples") else dict(PREFIXES)
    if format_ in _WITH_GRAPHS:
        ox.serialize(quads, flow, form, prefixes=prefixes)
    else:
        ox.serialize((quad.triple for quad in quads), flow, form, prefixes=prefixes)
    write(flow.rest())
