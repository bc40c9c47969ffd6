"""The derived graph: rules (CONSTRUCT queries) applied until they give nothing new."""

from collections.abc import Iterable
from pathlib import Path

from rdflib import Graph

from kg.errors import InputError, QueryError
from kg.namespaces import bind_prefixes
from kg.reading import to_oxigraph, to_rdflib
from kg.store import EmbeddedStore

_MOST_ROUNDS = 20


def derive(asserted: Iterable[Graph], rules: Path) -> Graph:
    """Return what the rules in the folder `rules` (`*.rq`) conclude from `asserted`.

    Only new triples are returned. Raises InputError where a rule is no CONSTRUCT, or where the
    rules still find something new after 20 rounds (they would then never end).
    """
    texts = {path: path.read_text("utf-8") for path in sorted(rules.glob("*.rq"))}
    store = EmbeddedStore.of(to_oxigraph(t) for graph in asserted for t in graph)
    derived = bind_prefixes(Graph())
    for _ in range(_MOST_ROUNDS):
        before = store.size()
        for path, text in texts.items():
            try:
                found = store.construct(text)
            except QueryError as error:
                raise InputError(f"{path}: {error}") from error
            for triple in store.extend(found):
                derived.add(
                    (
                        to_rdflib(triple.subject),
                        to_rdflib(triple.predicate),
                        to_rdflib(triple.object),
                    )
                )
        if store.size() == before:
            return derived
    raise InputError(
        f"{rules}: the rules find new facts without end; look for one that feeds itself"
    )
