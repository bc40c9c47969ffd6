"""What the endpoint offers and holds, told to programs (SPARQL 1.1 Service Description, VoID)."""

from collections.abc import Mapping
from urllib.parse import quote

from flask import Blueprint, Response
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, VOID

from kg.engine import ENDPOINT
from kg.examples import add_examples
from kg.namespaces import BASE, GRAPH, RELEASE, bind_prefixes
from kg.reading import to_rdflib
from kg.release import Release
from kg.store import Store
from kg.web import formats
from kg.web.service import service
from kg.web.transfer import held, not_modified, tag_of, tagged

bp = Blueprint("service_description", __name__)

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMAT = Namespace("http://www.w3.org/ns/formats/")
_FORMATS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
            "Turtle", "N-Triples", "RDF_XML", "JSON-LD", "N-Quads", "TriG")  # fmt: skip
# A description is one graph: written with names for graphs it is the same as without.
_WRITTEN = {"turtle": "turtle", "trig": "turtle", "ntriples": "nt", "nquads": "nt",
            "rdfxml": "xml", "jsonld": "json-ld"}  # fmt: skip
_RELEASE = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{GRAPH}release> {{ ?s ?p ?o }} }}"


@bp.get("/.well-known/void")
def void() -> Response:
    """The description, where programs look for it first."""
    return describe(*formats.negotiate(formats.TRIPLES, formats.asked_format()))


def describe(syntax: str, media: str) -> Response:
    """Return the description of service and data in `syntax`."""
    tag = tag_of("description", media)
    if held(tag):
        return not_modified(tag)
    now = service()
    graph = description(now.release, now.store, now.graphs, now.engine.union)
    add_examples(graph, RELEASE[now.release.id], now.queries.values())
    body = graph.serialize(format=_WRITTEN[syntax], encoding="utf-8")
    return tagged(Response(body, content_type=formats.content_type(media)), tag)


def description(release: Release, store: Store, graphs: Mapping[str, int], union: bool) -> Graph:
    """Return what the endpoint can do, and the graphs that it holds with their triples.

    `union` says whether the default graph is all of them together.
    """
    graph = bind_prefixes(Graph())
    graph.bind("sd", SD)
    service_, data = URIRef(ENDPOINT), RELEASE[release.id]
    graph.add((service_, RDF.type, SD.Service))
    graph.add((service_, SD.endpoint, service_))
    graph.add((service_, SD.supportedLanguage, SD.SPARQL11Query))
    if union:
        graph.add((service_, SD.feature, SD.UnionDefaultGraph))
    for name in _FORMATS:
        graph.add((service_, SD.resultFormat, _FORMAT[name]))
    graph.add((service_, SD.defaultDataset, data))
    graph.add((data, RDF.type, SD.Dataset))
    graph.add((data, RDF.type, VOID.Dataset))
    graph.add((data, VOID.sparqlEndpoint, service_))
    graph.add((data, DCTERMS.identifier, Literal(release.id)))
    _add_dumps(graph, data, release)
    _add_graphs(graph, data, graphs)
    # What the release tells about itself: title, licence, classes with their numbers.
    for triple in store.construct(_RELEASE):
        subject, predicate, value = (to_rdflib(term) for term in triple)
        graph.add((subject, predicate, value))
    return graph


def _add_dumps(graph: Graph, data: URIRef, release: Release) -> None:
    if licence := release.description.get("licence"):
        graph.add((data, DCTERMS.license, URIRef(str(licence))))
    for dump in release.description.get("dumps", []):
        graph.add((data, VOID.dataDump, URIRef(f"{BASE}downloads/{quote(str(dump['file']))}")))


def _add_graphs(graph: Graph, data: URIRef, counts: Mapping[str, int]) -> None:
    """Say that there is a default graph, and what each named graph holds."""
    default = URIRef(f"{data}/default-graph")
    graph.add((data, SD.defaultGraph, default))
    graph.add((default, RDF.type, SD.Graph))
    for iri, number in counts.items():
        named = URIRef(f"{data}/named-graph/{quote(iri, safe='')}")
        graph.add((data, SD.namedGraph, named))
        graph.add((named, RDF.type, SD.NamedGraph))
        graph.add((named, SD.name, URIRef(iri)))
        content = URIRef(f"{named}/triples")
        graph.add((named, SD.graph, content))
        graph.add((content, RDF.type, SD.Graph))
        graph.add((content, RDF.type, VOID.Dataset))
        graph.add((content, VOID.triples, Literal(number)))
