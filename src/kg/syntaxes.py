"""The syntaxes of answers by their names: what the engine writes rows and triples in."""

import re
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from kg.tokens import declared_prefixes

RESULT_FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPH_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
}

# What any reader of Turtle takes; other prefixes are written in full.
_PLAIN = re.compile(r"[A-Za-z][\w-]*", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\\]*")


def prefixes_of(query: str) -> dict[str, str]:
    """Return the prefixes of a query that may answer with triples, to write these with."""
    lower = query.lower()  # a search that ignores case takes several times as long
    if "construct" not in lower and "describe" not in lower:
        return {}
    return {
        prefix: namespace
        for prefix, namespace in declared_prefixes(query).items()
        if _PLAIN.fullmatch(prefix) and _ADDRESS.fullmatch(namespace)
    }


def prefixes_used(triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return those of `prefixes` that an address in `triples` begins with."""
    iris: set[str] = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, ox.Literal):
                iris.add(term.datatype.value)
            elif isinstance(term, ox.NamedNode):
                iris.add(term.value)
    return {
        prefix: namespace
        for prefix, namespace in prefixes.items()
        if any(iri.startswith(namespace) for iri in iris)
    }
