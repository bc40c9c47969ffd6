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
    with whole():
        stream(quads_of(RemoteData(remote), graphs, seconds), format_, write)


def quads_of(data: RemoteData, graphs: Iterable[str], seconds: float) -> Iterator[ox.Quad]:
    """Yield what `graphs` hold, one after the other. Raises LimitError, and as `RemoteData.ask`.

    Each graph is an answer of its own, and so are the names of its blank nodes.
    """
    for number, name in enumerate(graphs):
        triples: Any = data.ask(_ALL, seconds, ((name,), ()))
        graph = ox.NamedNode(name)
        for triple in triples:
            subject, value = _renamed(triple.subject, number), _renamed(triple.object, number)
            yield ox.Quad(subject, triple.predicate, value, graph)


def _renamed(term: Any, number: int) -> Any:
    return ox.BlankNode(f"g{number}{term.value}") if isinstance(term, ox.BlankNode) else term
