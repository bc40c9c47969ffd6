"""The questions as examples that SPARQL editors list (SHACL-AF 5; SIB's way to write them)."""

from collections.abc import Iterable

from rdflib import RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from kg.canned import CannedQuery
from kg.namespaces import BASE, PREFIXES, SH
from kg.queries import default_terms, fill
from kg.tokens import declared_prefixes

_SCHEMA = "https://schema.org/"
_TARGET, _KEYWORDS = URIRef(_SCHEMA + "target"), URIRef(_SCHEMA + "keywords")
_ENDPOINT = URIRef(BASE + "sparql")


def add_examples(graph: Graph, data: URIRef, queries: Iterable[CannedQuery]) -> None:
    """Add each of `queries` to `graph` as a `sh:SPARQLExecutable`, its defaults in their places.

    Editors list one example for each comment: so that is the question in English, and title and
    description stand beside it in every language. The prefixes hang on `data`.
    """
    prefixes = URIRef(f"{data}/prefixes")
    used: set[tuple[str, str]] = set()
    for query in queries:
        node = URIRef(f"{BASE}queries/{query.name}")
        text = fill(query, default_terms(query))
        used |= declared_prefixes(text).items()
        graph.add((node, RDF.type, SH.SPARQLExecutable))
        graph.add((node, RDF.type, SH.SPARQLSelectExecutable))
        graph.add((node, RDFS.comment, Literal(query.description["en"], lang="en")))
        for language, title in query.title.items():
            graph.add((node, RDFS.label, Literal(title, lang=language)))
        for language, description in query.description.items():
            graph.add((node, DCTERMS.description, Literal(description, lang=language)))
        graph.add((node, SH.select, Literal(text)))
        graph.add((node, SH.prefixes, prefixes))
        graph.add((node, _TARGET, _ENDPOINT))
        for tag in query.tags:
            graph.add((node, _KEYWORDS, Literal(tag)))
    for prefix, namespace in used & set(PREFIXES.items()):
        declared = URIRef(f"{prefixes}/{prefix}")
        graph.add((prefixes, SH.declare, declared))
        graph.add((declared, SH.prefix, Literal(prefix)))
        graph.add((declared, SH.namespace, Literal(namespace, datatype=XSD.anyURI)))
