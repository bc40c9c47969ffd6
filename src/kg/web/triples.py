"""Triples as the release's own dumps write them."""

import json
from functools import lru_cache
from typing import Any

from rdflib import Graph

from kg.export import ntriples, rdfxml
from kg.jsonld import jsonld_context
from kg.namespaces import MD, PREFIXES
from kg.reading import to_rdflib
from kg.store import Store
from kg.turtle import to_turtle
from kg.web.service import service

_PROPERTIES = f"""
PREFIX owl: <{PREFIXES["owl"]}>
PREFIX rdf: <{PREFIXES["rdf"]}>
PREFIX rdfs: <{PREFIXES["rdfs"]}>
CONSTRUCT {{ ?property a ?kind ; rdfs:range ?range }} WHERE {{
  VALUES ?kind {{ rdf:Property owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }}
  ?property a ?kind .
  OPTIONAL {{ ?property rdfs:range ?range . FILTER (isIRI(?range)) }}
}}
"""


def write(sparql: str, syntax: str) -> str | bytes:
    """Return the triples of a CONSTRUCT in `syntax`, as the release's own dumps write them."""
    store = service().store
    if syntax == "rdfxml":
        return store.write(sparql, syntax, PREFIXES)
    graph = Graph()
    for triple in store.construct(sparql):
        subject, predicate, value = (to_rdflib(term) for term in triple)
        graph.add((subject, predicate, value))
    return written(graph, syntax)


def written(graph: Graph, syntax: str) -> str:
    """Return `graph` in `syntax`, as the release's own dumps are written."""
    if syntax == "rdfxml":
        return rdfxml({MD.result: graph})
    if syntax == "jsonld":
        return _jsonld(graph)
    return to_turtle(graph) if syntax == "turtle" else ntriples({MD.result: graph})


def _jsonld(graph: Graph) -> str:
    """Return `graph` as JSON-LD with that part of the release's context that it needs."""
    used = {str(predicate) for predicate in graph.predicates()}
    context = {
        name: term
        for name, term in _context(service().store).items()
        if name != "@base" and (isinstance(term, str | float) or term["@id"] in used)
    }
    text = graph.serialize(format="json-ld", context=context, use_native_types=True, indent=1)
    return json.dumps(_sorted(json.loads(text)), ensure_ascii=False, indent=1) + "\n"


@lru_cache(2)
def _context(store: Store) -> dict[str, Any]:
    """Return the JSON-LD context that follows from the properties of the release."""
    declared = Graph()
    for triple in store.construct(_PROPERTIES):
        subject, predicate, value = (to_rdflib(term) for term in triple)
        declared.add((subject, predicate, value))
    return jsonld_context(declared)


def _sorted(value: Any) -> Any:
    """Return JSON-LD in one order: keys by name, values that have no order by their text."""
    if isinstance(value, dict):
        return {k: v if k == "@list" else _sorted(v) for k, v in sorted(value.items())}
    if isinstance(value, list):
        return sorted(map(_sorted, value), key=lambda v: json.dumps(v, ensure_ascii=False))
    return value
