"""What another server holds of a release, as RDF: each graph as it comes, never all in memory."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from kg.endpoints import Remote
from kg.remote import RemoteData, whole
from kg.streaming import stream

_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def export(
    remote: Remote,
    graphs: Iterable[str],
    format_: str,
    write: Callable[[bytes], Any],
    seconds: float,
) -> None:
    """Write `graphs` as `remote` holds them in one of GRAPH_FORMATS; each may take `seconds`.

    See `kg.streaming.stream`. Raises LimitError; what is written then is only a part.
    """
    data = RemoteData(remote)
    quads = (quad for name in graphs for quad in _quads(data, name, seconds))
    with whole():
        stream(quads, format_, write)


def _quads(data: RemoteData, name: str, seconds: float) -> Iterator[ox.Quad]:
    triples: Any = data.ask(_ALL, seconds, ((name,), ()))
    graph = ox.NamedNode(name)
    for triple in triples:
        yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)
