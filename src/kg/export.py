"""The whole data set in each syntax: for people to read, for machines to load, always the same."""

from collections.abc import Callable, Mapping

import pyoxigraph as ox
from rdflib import XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.jsonld import jsonld
from kg.namespaces import PREFIXES, bind_prefixes
from kg.reading import to_oxigraph, to_rdflib
from kg.tags import with_cased_tags
from kg.turtle import to_trig, to_turtle

Graphs = Mapping[URIRef, Graph]

# RDF 1.2 N-Triples, canonical form: all other characters stand as they are.
_ESCAPES = str.maketrans(
    {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF)}
    | {ord(char): f"\\{letter}" for char, letter in zip('\b\t\n\f\r"\\', 'btnfr"\\', strict=True)}
)


def union(graphs: Graphs) -> Graph:
    """Return the triples of all graphs as one graph."""
    whole = Graph()
    for graph in graphs.values():
        whole += graph
    return whole


def canonical(graphs: Graphs) -> dict[URIRef, Graph]:
    """Return `graphs` with blank nodes named as RDFC-1.0 (W3C 2024) names them.

    Every writer below takes such graphs, so that the same data give the same bytes. Graphs
    without blank nodes are returned as they are: their quads have no part in the naming.
    """
    blank = {
        name: graph
        for name, graph in graphs.items()
        if any(isinstance(node, BNode) for triple in graph for node in triple)
    }
    dataset = ox.Dataset(to_oxigraph(t, name) for name, graph in blank.items() for t in graph)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    named = {name: bind_prefixes(Graph()) if name in blank else graphs[name] for name in graphs}
    for quad in dataset:
        triple = (to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object))
        named[URIRef(quad.graph_name.value)].add(triple)
    return dict(sorted(named.items()))


def turtle(graphs: Graphs) -> str:
    """Return all triples as canonical Turtle; which graph they stood in is lost."""
    return to_turtle(triple for graph in graphs.values() for triple in graph)


def trig(graphs: Graphs) -> str:
    """Return the data set as canonical TriG."""
    return to_trig(graphs)


def nquads(graphs: Graphs) -> str:
    """Return the data set as canonical N-Quads, one quad a line, sorted."""
    lines = {
        f"{_line(triple)} {_term(name)} .\n" for name, graph in graphs.items() for triple in graph
    }
    return "".join(sorted(lines))


def ntriples(graphs: Graphs) -> str:
    """Return all triples as canonical N-Triples, sorted; which graph they stood in is lost."""
    lines = {f"{_line(triple)} .\n" for graph in graphs.values() for triple in graph}
    return "".join(sorted(lines))


def rdfxml(graphs: Graphs) -> str:
    """Return all triples as RDF/XML, sorted by subject; which graph they stood in is lost."""
    triples = {to_oxigraph(t).triple for graph in graphs.values() for t in graph}
    data = ox.serialize(sorted(triples, key=str), format=ox.RdfFormat.RDF_XML, prefixes=PREFIXES)
    return with_cased_tags(data or b"", "rdfxml").decode("utf-8")


FORMATS: dict[str, tuple[str, str, Callable[[Graphs], str]]] = {
    # name: file name, media type, writer
    "turtle": ("kg.ttl", "text/turtle", turtle),
    "jsonld": ("kg.jsonld", "application/ld+json", jsonld),
    "trig": ("kg.trig", "application/trig", trig),
    "nquads": ("kg.nq", "application/n-quads", nquads),
    "ntriples": ("kg.nt", "application/n-triples", ntriples),
    "rdfxml": ("kg.rdf", "application/rdf+xml", rdfxml),
}


def _line(triple: tuple[Node, Node, Node]) -> str:
    return " ".join(map(_term, triple))


def _term(node: Node) -> str:
    """A term as canonical N-Triples writes it."""
    if isinstance(node, URIRef):
        return f"<{node}>"
    if not isinstance(node, Literal):
        return f"_:{node}"
    text = f'"{str(node).translate(_ESCAPES)}"'
    if node.language:
        return f"{text}@{node.language}"
    return text if node.datatype in (None, XSD.string) else f"{text}^^<{node.datatype}>"
