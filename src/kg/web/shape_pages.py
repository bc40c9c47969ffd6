"""The shapes of the release: what data have to look like, each under its own address."""

from functools import lru_cache
from pathlib import Path

from flask import render_template
from rdflib import SH, SKOS, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.namespaces import SHAPE, bind_prefixes
from kg.places import key_of
from kg.reading import read_graph
from kg.store import NamedNode
from kg.tags import language_tag
from kg.turtle import to_turtle
from kg.web.labels import names_of
from kg.web.languages import page_language, text_in
from kg.web.links import data_links
from kg.web.service import service


def all_shapes() -> Graph:
    """Return the shapes and checks of the release; nothing where it has none."""
    return _shapes(service().release.folder / "shapes.ttl")


def shape_triples(iri: NamedNode) -> Graph:
    """Return what is said of the shape `iri`, down to the last nameless part.

    For the address of all shapes that is everything.
    """
    shapes = all_shapes()
    if iri.value == str(SHAPE):
        return shapes
    found = bind_prefixes(Graph())
    waiting: list[Node] = [URIRef(iri.value)]
    while waiting:
        node = waiting.pop()
        for triple in shapes.triples((node, None, None)):
            if triple in found:
                continue
            found.add(triple)
            if isinstance(triple[2], BNode):
                waiting.append(triple[2])
    return found


def shape_page(iri: NamedNode, triples: Graph) -> str:
    """Return the page of the shape `iri`, or of all shapes."""
    if iri.value == str(SHAPE):
        return render_template("shapes.html", rules=rules(), iri=iri.value)
    node = URIRef(iri.value)
    about = [
        str(other)
        for name in (SH.targetClass, SH.path, SH.targetObjectsOf, SH.targetSubjectsOf, SH["class"])
        for other in triples.objects(node, name)
        if isinstance(other, URIRef)
    ]
    query = triples.value(node, SH.select)
    if query is not None:
        triples.remove((node, SH.select, None))
    return render_template(
        "shape.html",
        iri=iri.value,
        key=key_of(iri.value),
        name=_words(triples, node, SH.name),
        message=_words(triples, node, SH.message),
        rule=str(triples.value(node, SKOS.notation) or ""),
        severity=key_of(str(triples.value(node, SH.severity) or "")),
        about=about,
        names=names_of(about, service().store, page_language()),
        turtle=to_turtle(triples),
        query=str(query or ""),
        data=data_links(iri.value),
    )


def rules() -> list[tuple[str, str, str, str]]:
    """Return the named shapes: rule, address, severity, message in the page's language."""
    shapes = all_shapes()
    found = {
        node for node in shapes.subjects(SH.severity) if str(node).startswith(str(SHAPE))
    }  # fmt: skip
    return sorted(
        (
            str(shapes.value(node, SKOS.notation) or ""),
            str(node),
            key_of(str(shapes.value(node, SH.severity) or "")),
            _words(shapes, node, SH.message),
        )
        for node in found
    )


def _words(graph: Graph, node: Node, name: URIRef) -> str:
    texts = [text for text in graph.objects(node, name) if isinstance(text, Literal)]
    return text_in({language_tag(text.language): str(text) for text in sorted(texts)})


@lru_cache(2)
def _shapes(path: Path) -> Graph:
    return read_graph([path]) if path.is_file() else Graph()
