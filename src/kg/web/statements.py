"""What is said of an address and by whom, statement by statement: the end of every page."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from kg.namespaces import GRAPH
from kg.queries import expand
from kg.store import Literal, NamedNode, Term
from kg.web.service import service

MOST_SHOWN = 200  # of things that refer to one; the page says how many there are

_STATEMENTS = """
SELECT DISTINCT ?property ?value ?graph
WHERE {
  %s ?property ?value .
  OPTIONAL { GRAPH ?graph { %s ?property ?value } }
}
ORDER BY ?property ?value ?graph
"""
_INCOMING = """
SELECT DISTINCT ?property ?subject ?graph
WHERE {
  ?subject ?property %s .
  FILTER (isIRI(?subject))
  OPTIONAL { GRAPH ?graph { ?subject ?property %s } }
}
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


@dataclass
class Statements:
    """Everything that the graph says of one address, and with it."""

    groups: list[Group]
    incoming: list[Group]
    members: list[str]
    total: int = 0  # of incoming statements, before they were cut

    def __bool__(self) -> bool:
        return bool(self.groups or self.incoming or self.members)

    @property
    def kinds(self) -> list[str]:
        """The addresses of its classes."""
        terms = next((g.terms for g in self.groups if g.property == _FIRST[0]), {})
        return [kind.value for kind in terms if isinstance(kind, NamedNode)]

    def mentioned(self) -> set[str]:
        """Return every address that the page names."""
        wanted = set(self.members[:MOST_SHOWN])
        for group in (*self.groups, *self.incoming):
            wanted.add(group.property)
            for value, graphs in group.terms.items():
                wanted.update(graphs)
                if isinstance(value, NamedNode):
                    wanted.add(value.value)
                elif isinstance(value, Literal):
                    wanted.add(value.datatype.value)
        return wanted

    def context(self) -> dict[str, Any]:
        """Return what the template shows."""
        return {
            "groups": self.groups,
            "usual": _usual(self.groups),
            "incoming": [group for group in self.incoming if group.terms],
            "usual_incoming": _usual(self.incoming),
            "incoming_total": self.total,
            "kinds": self.kinds,
            "members": self.members[:MOST_SHOWN],
            "members_total": len(self.members),
            "most_shown": MOST_SHOWN,
        }


def statements_of(iri: NamedNode, incoming: bool = True) -> Statements:
    """Return what is said of `iri`, and by others with it.

    Without `incoming` others are asked only where nothing is said of it itself.
    """
    groups = _groups(_STATEMENTS % (iri, iri))
    others = _groups(_INCOMING % (iri, iri)) if incoming or not groups else []
    said = {group.property: group.terms for group in groups}
    for group in others:  # a symmetric tie is told once
        told = said.get(group.property, {})
        group.terms = {term: names for term, names in group.terms.items() if term not in told}
    found = Statements(groups, others, _members(iri), sum(len(g.terms) for g in others))
    left = MOST_SHOWN
    for group in others:
        group.terms = dict(list(group.terms.items())[:left])
        left -= len(group.terms)
    return found


def _members(iri: NamedNode) -> list[str]:
    if not iri.value.startswith(str(GRAPH)):
        return []
    rows = service().store.select(_MEMBERS % iri).rows
    return [subject.value for (subject,) in rows if isinstance(subject, NamedNode)]


def _groups(sparql: str) -> list[Group]:
    """Return the statements by property: what matters most first, the rest by property."""
    groups: dict[str, Group] = {}
    for name, value, graph in service().store.select(sparql).rows:
        if isinstance(name, NamedNode) and value is not None:
            group = groups.setdefault(name.value, Group(name.value))
            graphs = group.terms.setdefault(value, [])
            if isinstance(graph, NamedNode):  # data without graphs stand in the default one
                graphs.append(graph.value)
    order = {name: number for number, name in enumerate(_FIRST)}
    order |= {name: number for number, name in enumerate(_LAST, 200)}
    return sorted(groups.values(), key=lambda g: (order.get(g.property, 100), g.property))


def _usual(groups: list[Group]) -> list[str]:
    """Return the graphs that most properties stand in; the page names them once."""
    counts = Counter(tuple(shared) for group in groups if (shared := group.shared()))
    return list(counts.most_common(1)[0][0]) if counts else []
