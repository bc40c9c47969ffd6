"""A page, and data, for every address of the graph."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from kg.errors import NotFoundError
from kg.namespaces import BASE, GRAPH, MD
from kg.places import key_of
from kg.queries import CannedQuery, expand
from kg.store import Literal, NamedNode, Term
from kg.web import formats
from kg.web.labels import names_of
from kg.web.languages import page_language
from kg.web.service import service
from kg.web.terms import terms_page
from kg.web.triples import write

bp = Blueprint("resources", __name__)

MOST_SHOWN = 200  # of things that refer to one; the page says how many there are

_STATEMENTS = """
SELECT DISTINCT ?property ?value ?graph
WHERE { GRAPH ?graph { %s ?property ?value } }
ORDER BY ?property ?value ?graph
"""
_INCOMING = """
SELECT DISTINCT ?property ?subject ?graph
WHERE { GRAPH ?graph { ?subject ?property %s } FILTER (isIRI(?subject)) }
ORDER BY ?property ?subject ?graph
"""
_MEMBERS = """
SELECT DISTINCT ?subject WHERE { GRAPH %s { ?subject ?property ?value } FILTER (isIRI(?subject)) }
ORDER BY ?subject
"""
# What a reader wants to know before the rest, and what matters to programs only.
_FIRST = [expand(name) for name in (
    "rdf:type", "skos:prefLabel", "rdfs:label", "skos:altLabel", "skos:definition",
    "skos:editorialNote", "md:agreementType", "md:status", "md:channel", "md:edtf",
    "md:dateAsWritten", "md:dateBasis", "md:dateNote", "md:dateClaim", "md:party", "md:involves",
    "md:from", "md:to", "md:between", "md:evidence",
)]  # fmt: skip
_LAST = [expand(name) for name in (
    "dct:source", "md:earliest", "md:latest", "md:year", "md:precision", "oa:start", "oa:end",
    "md:sha256",
)]  # fmt: skip


@dataclass
class Group:
    """One property with its values, and the graphs that each value stands in."""

    property: str
    terms: dict[Term, list[str]] = field(default_factory=dict)

    def shared(self) -> list[str] | None:
        """Return the graphs that every value stands in; None where they differ."""
        kinds = list(self.terms.values())
        return kinds[0] if kinds and all(graphs == kinds[0] for graphs in kinds) else None


@bp.get("/<path:path>")
def show(path: str) -> Response:
    """The resource that has this path: its page, or what is said about it as data."""
    stem, dot, suffix = path.rpartition(".")
    asked = suffix if dot and suffix in formats.SUFFIXES else None
    iri = _address(stem if asked else path)
    syntax = formats.choose([formats.HTML, *formats.GRAPHS], asked)
    groups = _groups(_STATEMENTS % iri)
    if iri.value == str(MD).rstrip("#") and syntax == "html":
        return make_response(terms_page(iri))
    members = _members(iri) if iri.value.startswith(str(GRAPH)) else []
    incoming = _groups(_INCOMING % iri)
    if not groups and not members and not incoming:
        raise NotFoundError(
            f"nothing is recorded about {iri.value}; see the list of questions, or ask by SPARQL"
        )
    if syntax != "html":
        body = write(_construct(iri, bool(members)), syntax)
        return Response(body, content_type=formats.media_type(syntax))
    return make_response(_page(iri, groups, incoming, members))


def _address(path: str) -> NamedNode:
    """Return the address that stands at `path` of this server. Raises NotFoundError."""
    try:
        return NamedNode(BASE + path)
    except ValueError:
        raise NotFoundError(f"'{path[:200]}' cannot be an address") from None


def _construct(iri: NamedNode, is_graph: bool) -> str:
    if is_graph:
        return f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {iri} {{ ?s ?p ?o }} }}"
    if iri.value == str(MD).rstrip("#"):
        return f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{GRAPH}ontology> {{ ?s ?p ?o }} }}"
    return f"CONSTRUCT {{ {iri} ?p ?o }} WHERE {{ {iri} ?p ?o }}"


def _groups(sparql: str) -> list[Group]:
    """Return the statements by property: what matters most first, the rest by property."""
    groups: dict[str, Group] = {}
    for name, value, graph in service().store.select(sparql).rows:
        if isinstance(name, NamedNode) and isinstance(graph, NamedNode) and value is not None:
            group = groups.setdefault(name.value, Group(name.value))
            group.terms.setdefault(value, []).append(graph.value)
    order = {name: number for number, name in enumerate(_FIRST)}
    order |= {name: number for number, name in enumerate(_LAST, 200)}
    return sorted(groups.values(), key=lambda g: (order.get(g.property, 100), g.property))


def _usual(groups: list[Group]) -> list[str]:
    """Return the graphs that most properties stand in; the page names them once."""
    counts = Counter(tuple(shared) for group in groups if (shared := group.shared()))
    return list(counts.most_common(1)[0][0]) if counts else []


def _members(graph: NamedNode) -> list[str]:
    rows = service().store.select(_MEMBERS % graph).rows
    return [subject.value for (subject,) in rows if isinstance(subject, NamedNode)]


def _page(iri: NamedNode, groups: list[Group], incoming: list[Group], members: list[str]) -> str:
    said = {group.property: group.terms for group in groups}
    for group in incoming:  # a symmetric tie is told once
        group.terms = {
            term: graphs
            for term, graphs in group.terms.items()
            if term not in said.get(group.property, {})
        }
    total = sum(len(group.terms) for group in incoming)
    left = MOST_SHOWN
    for group in incoming:
        group.terms = dict(list(group.terms.items())[:left])
        left -= len(group.terms)
    wanted = {iri.value, *members[:MOST_SHOWN]}
    for group in (*groups, *incoming):
        wanted.add(group.property)
        for value, graphs in group.terms.items():
            wanted.update(graphs)
            if isinstance(value, NamedNode):
                wanted.add(value.value)
            elif isinstance(value, Literal):
                wanted.add(value.datatype.value)
    names = names_of(wanted, service().store, page_language())
    return render_template(
        "resource.html",
        iri=iri.value,
        key=key_of(iri.value),
        groups=groups,
        usual=_usual(groups),
        incoming=[group for group in incoming if group.terms],
        usual_incoming=_usual(incoming),
        incoming_total=total,
        kinds=[kind.value for kind in said.get(_FIRST[0], {}) if isinstance(kind, NamedNode)],
        questions=_questions(iri.value),
        members=members[:MOST_SHOWN],
        members_total=len(members),
        most_shown=MOST_SHOWN,
        names=names,
        data=[(end, url_for("resources.show", path=f"{iri.value.removeprefix(BASE)}.{end}"))
              for end in ("ttl", "jsonld", "nt")],
    )  # fmt: skip


def _questions(iri: str) -> list[tuple[CannedQuery, str]]:
    """Return the questions that can be asked about a place, each with its address."""
    if iri not in service().places:
        return []
    return [
        (query, url_for("queries.show", **dict[str, Any](name=query.name) | {name: key_of(iri)}))
        for query in service().queries.values()
        for name, parameter in query.parameters.items()
        if parameter.type == "place"
    ]
