"""The syntaxes of answers by their names: what the engine writes rows and triples in."""

import re
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

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

_PREFIX = re.compile(r"(?i)\bprefix\s+([a-z][\w-]*)\s*:\s*<(https?://[^\s<>\"{}|^`\\]*)>")


def prefixes_of(query: str) -> dict[str, str]:
    """Return the prefixes of a query that may answer with triples, to write these with."""
    lower = query.lower()  # a search that ignores case takes several times as long
    return dict(_PREFIX.findall(query)) if "construct" in lower or "describe" in lower else {}


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
