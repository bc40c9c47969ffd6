"""The page of the ontology: its terms together, because their addresses are fragments of it."""

from flask import render_template
from rdflib import SH, URIRef

from kg.namespaces import MD, PREFIXES, SHAPE
from kg.places import key_of
from kg.store import Literal, NamedNode
from kg.views.terms import KINDS, Term, terms_of
from kg.web.diagram import diagram
from kg.web.labels import names_of
from kg.web.languages import page_language
from kg.web.links import data_links
from kg.web.service import service
from kg.web.shape_pages import all_shapes

_SCHEMES = f"""
PREFIX skos: <{PREFIXES["skos"]}>
SELECT ?scheme (COUNT(DISTINCT ?concept) AS ?number)
WHERE {{ ?concept skos:inScheme ?scheme }} GROUP BY ?scheme ORDER BY ?scheme
"""


def terms_page(iri: NamedNode) -> str:
    """Return the page of the ontology `iri`."""
    found = terms_of(service().store, service().queries)
    terms: dict[str, list[Term]] = {kind: [] for kind in KINDS}
    for term in found:
        terms[term.kind].append(term)
    schemes = {
        scheme.value: int(number.value)
        for scheme, number in service().store.select(_SCHEMES).rows
        if isinstance(scheme, NamedNode) and isinstance(number, Literal)
    }
    wanted = {iri.value, *schemes, *(term.node.iri for term in found)}
    wanted |= {other for term in found for _, other in term.details}
    wanted |= {term.example for term in found if term.example}
    names = names_of(wanted, service().store, page_language())
    return render_template(
        "ontology.html",
        iri=iri.value,
        terms=terms,
        names=names,
        shapes=_shapes(),
        schemes=schemes,
        questions=service().queries,
        picture_of_terms=diagram(found, lambda iri: names[iri].text if iri in names else ""),
        key_of=key_of,
        data=data_links(iri.value),
    )


def _shapes() -> dict[str, list[str]]:
    """Return the named shapes that constrain each term, directly or by the class they are for."""
    shapes = all_shapes()
    found: dict[str, set[str]] = {}
    for name in (SH.path, SH.targetClass, SH.targetObjectsOf, SH.targetSubjectsOf):
        for shape, term in shapes.subject_objects(name):
            if isinstance(shape, URIRef) and isinstance(term, URIRef) and term.startswith(str(MD)):
                found.setdefault(str(term), set()).add(str(shape))
    return {term: sorted(s for s in named if s.startswith(str(SHAPE)))
            for term, named in found.items()}  # fmt: skip
