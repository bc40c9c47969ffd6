"""A page, and data, for every address of the graph."""

from dataclasses import dataclass, field

from flask import Blueprint, Response, make_response, render_template, url_for
from rdflib import Graph

from kg.errors import NotFoundError
from kg.export import ntriples
from kg.namespaces import BASE, GRAPH, MD, PREFIXES
from kg.places import key_of
from kg.reading import to_rdflib
from kg.store import Literal, NamedNode, Term, language_tag
from kg.turtle import to_turtle
from kg.web import formats
from kg.web.labels import names_of
from kg.web.languages import page_language
from kg.web.service import service

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
_TERMS = f"""
PREFIX owl: <{PREFIXES["owl"]}>
SELECT DISTINCT ?kind ?term WHERE {{
  VALUES ?kind {{ owl:Class owl:ObjectProperty owl:DatatypeProperty }}
  ?term a ?kind .
  FILTER (STRSTARTS(STR(?term), "{MD}"))
}}
ORDER BY ?kind ?term
"""
_MEMBERS = """
SELECT DISTINCT ?subject WHERE { GRAPH %s { ?subject ?property ?value } FILTER (isIRI(?subject)) }
ORDER BY ?subject
"""
_FIRST = (PREFIXES["rdf"] + "type", PREFIXES["skos"] + "prefLabel", PREFIXES["rdfs"] + "label",
          PREFIXES["skos"] + "definition", PREFIXES["skos"] + "editorialNote")  # fmt: skip


@dataclass
class Group:
    """One property with its values, and the graphs that each value stands in."""

    property: str
    terms: dict[Term, list[str]] = field(default_factory=dict)


@bp.get("/<path:path>")
def show(path: str) -> Response:
    """The resource that has this path: its page, or what is said about it as data."""
    stem, dot, suffix = path.rpartition(".")
    asked = suffix if dot and suffix in formats.SUFFIXES else None
    iri = _address(stem if asked else path)
    syntax = formats.choose([formats.HTML, *formats.GRAPHS], asked)
    groups = _groups(_STATEMENTS % iri)
    if iri.value == str(MD).rstrip("#") and syntax == "html":
        return make_response(_ontology_page(iri, groups))
    members = _members(iri) if iri.value.startswith(str(GRAPH)) else []
    incoming = _groups(_INCOMING % iri)
    if not groups and not members and not incoming:
        raise NotFoundError(
            f"nothing is recorded about {iri.value}; see the list of questions, or ask by SPARQL"
        )
    if syntax != "html":
        body = _data(_construct(iri, bool(members)), syntax)
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


def _data(sparql: str, syntax: str) -> str | bytes:
    """Return the triples of a CONSTRUCT in `syntax`, as the release's own dumps write them."""
    store = service().store
    if syntax not in ("turtle", "ntriples"):
        return store.write(sparql, syntax, PREFIXES)
    graph = Graph()
    for triple in store.construct(sparql):
        subject, predicate, value = (to_rdflib(term) for term in triple)
        graph.add((subject, predicate, value))
    return to_turtle(graph) if syntax == "turtle" else ntriples({MD.result: graph})


def _groups(sparql: str) -> list[Group]:
    """Return the statements by property: kind and names first, then by property."""
    groups: dict[str, Group] = {}
    for name, value, graph in service().store.select(sparql).rows:
        if isinstance(name, NamedNode) and isinstance(graph, NamedNode) and value is not None:
            group = groups.setdefault(name.value, Group(name.value))
            group.terms.setdefault(value, []).append(graph.value)
    first = {name: number for number, name in enumerate(_FIRST)}
    return sorted(groups.values(), key=lambda g: (first.get(g.property, 99), g.property))


def _members(graph: NamedNode) -> list[str]:
    rows = service().store.select(_MEMBERS % graph).rows
    return [subject.value for (subject,) in rows if isinstance(subject, NamedNode)]


def _page(iri: NamedNode, groups: list[Group], incoming: list[Group], members: list[str]) -> str:
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
        incoming=[group for group in incoming if group.terms],
        incoming_total=total,
        members=members[:MOST_SHOWN],
        members_total=len(members),
        most_shown=MOST_SHOWN,
        names=names,
        data=[(end, url_for("resources.show", path=f"{iri.value.removeprefix(BASE)}.{end}"))
              for end in ("ttl", "jsonld", "nt")],
    )  # fmt: skip


def _ontology_page(iri: NamedNode, groups: list[Group]) -> str:
    """The terms on one page, because their addresses are fragments of it."""
    terms: dict[str, list[str]] = {}
    for kind, term in service().store.select(_TERMS).rows:
        if isinstance(kind, NamedNode) and isinstance(term, NamedNode):
            terms.setdefault(kind.value, []).append(term.value)
    every = [term for listed in terms.values() for term in listed]
    names = names_of([iri.value, *every], service().store, page_language())
    return render_template(
        "ontology.html",
        iri=iri.value,
        terms=terms,
        names=names,
        definitions=_definitions(),
        details=_details(every),
        key_of=key_of,
        data=[(end, url_for("resources.show", path=f"ontology.{end}"))
              for end in ("ttl", "jsonld", "nt")],
    )  # fmt: skip


def _definitions() -> dict[str, dict[str, str]]:
    """Return the definition of each term by language."""
    found: dict[str, dict[str, str]] = {}
    rows = (
        service()
        .store.select(
            f"SELECT ?term ?text WHERE {{ ?term <{PREFIXES['skos']}definition> ?text . "
            f'FILTER (STRSTARTS(STR(?term), "{MD}")) }}'
        )
        .rows
    )
    for term, text in rows:
        if isinstance(term, NamedNode) and isinstance(text, Literal):
            found.setdefault(term.value, {})[language_tag(text.language) or "en"] = text.value
    return found


def _details(terms: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Return what each term is under, and what it leads from and to, as (word, address)."""
    words = {"subClassOf": "kind of", "subPropertyOf": "kind of", "domain": "from", "range": "to"}
    found: dict[str, list[tuple[str, str]]] = {term: [] for term in terms}
    for word, said in words.items():
        rows = (
            service()
            .store.select(
                f"SELECT DISTINCT ?term ?other WHERE {{ ?term <{PREFIXES['rdfs']}{word}> ?other . "
                "FILTER (isIRI(?other)) } ORDER BY ?term ?other"
            )
            .rows
        )
        for term, other in rows:
            if isinstance(term, NamedNode) and isinstance(other, NamedNode) and term.value in found:
                found[term.value].append((said, other.value))
    return found
