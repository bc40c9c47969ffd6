"""The whole data set as JSON-LD 1.1 with our context: short keys, one object a subject."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.errors import InputError
from kg.namespaces import BASE, GRAPH, MD, PREFIXES

_NATIVE: dict[URIRef, Callable[[str], int | bool]] = {
    XSD.integer: int,
    XSD.boolean: lambda text: text == "true",
}
_EXTERNAL_LINKS = (
    "dct:source", "dct:license", "dct:publisher", "dct:relation", "dct:isPartOf", "foaf:page",
    "skos:broader", "skos:inScheme", "skos:topConceptOf", "skos:hasTopConcept",
    "skos:exactMatch", "skos:closeMatch",
    "rdfs:isDefinedBy", "rdfs:subClassOf", "rdfs:subPropertyOf", "rdfs:domain", "rdfs:range",
    "owl:disjointWith", "owl:inverseOf", "void:dataDump",
)  # fmt: skip
_EXTERNAL_TEXTS = (
    "skos:prefLabel", "skos:altLabel", "skos:hiddenLabel", "skos:definition",
    "skos:editorialNote", "rdfs:label", "dct:title", "dct:description",
)  # fmt: skip
_EXTERNAL_DECIMALS = ("geo:lat", "geo:long")
_EXTERNAL_VALUES = ("oa:start", "oa:end")
# The addresses of others; our own are short already, being relative to the base.
_CURIES = {p: PREFIXES[p] for p in PREFIXES if p == "md" or not PREFIXES[p].startswith(BASE)}


def jsonld(graphs: Mapping[URIRef, Graph]) -> str:
    """Return the data set as JSON-LD 1.1 with our context: short keys, language maps, one object
    a subject, addresses relative to the base.
    """
    context = jsonld_context(graphs[GRAPH.ontology])
    document = {
        "@context": context,
        "@graph": [
            {"@id": _name(name), "@graph": _objects(graph, context)}
            for name, graph in sorted(graphs.items())
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def jsonld_context(ontology: Graph) -> dict[str, Any]:
    """Return the JSON-LD context that follows from the properties of `ontology`.

    Own properties go by their names; links are addresses, texts are maps by language.
    """
    terms: dict[str, Any] = {}
    external: tuple[tuple[str, dict[str, str]], ...] = (
        *((curie, {"@type": "@id"}) for curie in _EXTERNAL_LINKS),
        *((curie, {"@container": "@language"}) for curie in _EXTERNAL_TEXTS),
        *((curie, {"@type": str(XSD.decimal)}) for curie in _EXTERNAL_DECIMALS),
        *((curie, {}) for curie in _EXTERNAL_VALUES),
    )
    for curie, form in external:
        prefix, local = curie.split(":")
        key = local if local not in terms else curie
        terms[key] = {"@id": PREFIXES[prefix] + local} | form
    own = (RDF.Property, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    for kind in own:
        for property_ in ontology.subjects(RDF.type, kind):
            if not str(property_).startswith(str(MD)):
                continue
            term: dict[str, Any] = {"@id": str(property_)}
            range_ = ontology.value(property_, RDFS.range)
            if kind == OWL.ObjectProperty:
                term["@type"] = "@id"
            elif range_ == RDF.langString:
                term["@container"] = "@language"
            elif range_ in (XSD.decimal, XSD.dateTime):
                term["@type"] = str(range_)
            key = str(property_)[len(str(MD)) :]
            terms[f"md:{key}" if key in terms or key in _CURIES else key] = term
    return {
        "@version": 1.1,
        "@base": BASE,
        "@vocab": str(MD),
        **_CURIES,
        **dict(sorted(terms.items())),
    }


def _name(node: Node) -> str:
    """A blank node's label, an address relative to the base, or one with a prefix."""
    text = str(node)
    if isinstance(node, BNode):
        return f"_:{text}"
    local = text.removeprefix(BASE)
    # A colon would make a prefix of what stands before it.
    return _short(text) if local == text or not local or ":" in local else local


def _short(iri: str) -> str:
    """An address with its prefix, in full where it has none."""
    for prefix, namespace in _CURIES.items():
        local = iri.removeprefix(namespace)
        if local != iri and local and not local.startswith("//"):
            return f"{prefix}:{local}"
    scheme, _, rest = iri.partition(":")
    if scheme in _CURIES and not rest.startswith("//"):
        raise InputError(f"<{iri}> would be read in JSON-LD as prefix '{scheme}'; use another URI")
    return iri


def _type(iri: str, context: Mapping[str, Any]) -> str:
    """A class: a name alone is one of ours, unless it is a term."""
    local = iri.removeprefix(str(MD))
    own = local != iri and local and ":" not in local and local not in context
    return local if own else _short(iri)


def _objects(graph: Graph, context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every subject of `graph` as one JSON object."""
    keys = {v["@id"]: k for k, v in context.items() if isinstance(v, dict)}
    said: dict[Node, dict[Node, list[Node]]] = {}
    for subject, predicate, value in graph:
        said.setdefault(subject, {}).setdefault(predicate, []).append(value)
    objects = []
    for subject in sorted(said, key=_name):
        entry: dict[str, Any] = {"@id": _name(subject)}
        types = sorted(
            _name(t) if isinstance(t, BNode) else _type(str(t), context)
            for t in said[subject].get(RDF.type, [])
        )
        if types:
            entry["@type"] = _one_or_many(types)
        for predicate in sorted(said[subject], key=str):
            if predicate == RDF.type:
                continue
            values = sorted(said[subject][predicate], key=_sort_key)
            key = keys.get(str(predicate))
            written = _fitting(values, context[key]) if key else None
            if written is None:
                short = _short(str(predicate))
                key = str(predicate) if short in context else short  # a term would not fit
                written = _one_or_many([_value(v) for v in values])
            entry[str(key)] = written
        objects.append(entry)
    return objects


def _sort_key(node: Node) -> tuple[str, str, str]:
    if isinstance(node, Literal):
        return str(node), node.language or "", str(node.datatype or "")
    return _name(node), "", ""


def _fitting(values: list[Node], term: Mapping[str, Any]) -> Any:
    """The values as the term's own short form, None where one of them does not fit it."""
    if term.get("@container") == "@language":
        texts: dict[str, list[str]] = {}
        for value in values:
            if not isinstance(value, Literal) or not value.language:
                return None
            texts.setdefault(value.language, []).append(str(value))
        return {lang: _one_or_many(sorted(found)) for lang, found in sorted(texts.items())}
    wanted = term.get("@type")
    if wanted == "@id":
        fits = all(isinstance(v, URIRef | BNode) for v in values)
        return _one_or_many(sorted(_name(v) for v in values)) if fits else None
    if wanted:
        fits = all(isinstance(v, Literal) and str(v.datatype) == wanted for v in values)
        return _one_or_many([str(v) for v in values]) if fits else None
    return _one_or_many([_value(v) for v in values])


def _value(value: Node) -> Any:
    if not isinstance(value, Literal):
        return {"@id": _name(value)}
    if value.language:
        return {"@value": str(value), "@language": value.language}
    if value.datatype in (None, XSD.string):
        return str(value)
    native = _NATIVE.get(value.datatype)
    if native and str(native(str(value))).lower() == str(value):
        return native(str(value))
    return {"@value": str(value), "@type": _short(str(value.datatype))}


def _one_or_many(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
