"""The derived graph: rules (CONSTRUCT queries) applied until they give nothing new."""

from collections.abc import Iterable
from pathlib import Path

from rdflib import Graph

from kg.errors import InputError, QueryError
from kg.namespaces import GRAPH, bind_prefixes
from kg.reading import read_text, to_oxigraph, to_rdflib
from kg.store import EmbeddedStore

_MOST_ROUNDS = 20


def derive(asserted: Iterable[Graph], rules: Path) -> Graph:
    """Return what the rules in the folder `rules` (`*.rq`) conclude from `asserted`.

    Only new triples are returned. Raises InputError where there are no rules, where one is no
    CONSTRUCT, or where they still find something new after 20 rounds (they would never end).
    """
    store = EmbeddedStore.of(to_oxigraph(t) for graph in asserted for t in graph)
    derived = bind_prefixes(Graph())
    conclude(store, rules)
    for quad in store.quads(GRAPH.derived):
        subject, predicate, value = (to_rdflib(term) for term in quad.triple)
        derived.add((subject, predicate, value))
    return derived


def conclude(store: EmbeddedStore, rules: Path) -> None:
    """Add what the rules conclude from `store` to its derived graph.

    Raises InputError as `derive` does.
    """
    texts = {path: read_text(path) for path in sorted(rules.glob("*.rq"))}
    if not texts:
        raise InputError(f"{rules}: no rules (*.rq) here; restore the folder from the repository")
    concluded = 0
    for _ in range(_MOST_ROUNDS):
        before = concluded
        for path, text in texts.items():
            try:
                concluded += store.infer(text, GRAPH.derived)
            except QueryError as error:
                raise InputError(f"{path}: {error}") from error
        if concluded == before:
            return
    raise InputError(
        f"{rules}: the rules find new facts without end; look for one that feeds itself"
    )
