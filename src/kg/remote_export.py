"""What another server holds of a release, as RDF: each graph as it comes, never all in memory."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from kg.endpoints import Remote
from kg.namespaces import PREFIXES
from kg.outflow import Outflow
from kg.remote import RemoteData, whole
from kg.syntaxes import GRAPH_FORMATS

_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_WITH_GRAPHS = ("trig", "nquads", "jsonld")


def export(
    remote: Remote,
    graphs: Iterable[str],
    format_: str,
    write: Callable[[bytes], Any],
    seconds: float,
) -> None:
    """Write `graphs` as `remote` holds them in one of GRAPH_FORMATS; each may take `seconds`.

    In Turtle, N-Triples and RDF/XML it is lost which graph a triple stood in, and one that
    stands in two comes twice. Raises LimitError; what is written then is only a part.
    """
    flow: Any = Outflow(format_, sys.maxsize, sys.maxsize, write)
    data = RemoteData(remote)
    quads = (quad for name in graphs for quad in _quads(data, name, seconds))
    prefixes = {} if format_ in ("nquads", "ntriples") else dict(PREFIXES)
    with whole():
        if format_ in _WITH_GRAPHS:
            ox.serialize(quads, flow, GRAPH_FORMATS[format_], prefixes=prefixes)
        else:
            triples = (quad.triple for quad in quads)
            ox.serialize(triples, flow, GRAPH_FORMATS[format_], prefixes=prefixes)
    write(flow.rest())


def _quads(data: RemoteData, name: str, seconds: float) -> Iterator[ox.Quad]:
    triples: Any = data.ask(_ALL, seconds, ((name,), ()))
    graph = ox.NamedNode(name)
    for triple in triples:
        yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)
