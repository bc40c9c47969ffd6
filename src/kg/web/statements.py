"""What is said of an address and by whom, statement by statement: the end of every page."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request

from kg.namespaces import GRAPH
from kg.once import Once
from kg.queries import expand
from kg.store import Literal, NamedNode, Term
from kg.web.paging import Part, asked_part
from kg.web.service import service

MOST_SHOWN = 200  # of things that refer to one, and of the members of a graph, on one page

_STATEMENTS = """
SELECT DISTINCT ?property ?value ?graph
WHERE {
  %s ?property ?value .
  OPTIONAL { GRAPH ?graph { %s ?property ?value } }
}
ORDER BY ?property ?value ?graph
"""
# A symmetric tie is told once.
_BY_OTHERS = "{ ?subject %s %s . FILTER (isIRI(?subject)) MINUS { %s %s ?subject } }"
_COUNTS = f"""
SELECT ?property (COUNT(DISTINCT ?subject) AS ?number)
WHERE {_BY_OTHERS % ("?property", "%s", "%s", "?property")}
GROUP BY ?property
"""
# The engine would look addresses up in the store for each comparison; texts it holds. The part is
# cut outside: Virtuoso sorts more than 10,000 rows only where it does not know that few are wanted.
_SORTED = """
SELECT ?subject WHERE { { SELECT DISTINCT ?subject WHERE %s ORDER BY CONCAT(STR(?subject), " ") } }
LIMIT %d OFFSET %d
"""
_OF_PROPERTY = """{
  { %s }
  BIND (%s AS ?property)
  OPTIONAL { GRAPH ?graph { ?subject %s %s } }
}"""
_OF_MEMBERS = """{
  { SELECT DISTINCT ?subject WHERE { GRAPH %s { ?subject ?property ?value } } }
  FILTER (isIRI(?subject))
}"""
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
_ORDER = {name: number for number, name in enumerate(_FIRST)}
_ORDER |= {name: number for number, name in enumerate(_LAST, 200)}


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
    """What the graph says of the address `iri`, and, read when it is wanted, what others do."""

    iri: NamedNode
    groups: list[Group]
    tells_others: bool = True

    def __bool__(self) -> bool:
        return bool(self.groups or self.numbers or self.is_graph)

    @property
    def kinds(self) -> list[str]:
        """The addresses of its classes."""
        terms = next((g.terms for g in self.groups if g.property == _FIRST[0]), {})
        return [kind.value for kind in terms if isinstance(kind, NamedNode)]

    @Once
    def numbers(self) -> Mapping[str, int]:
        """How many things refer to it, by property, in the order of the page."""
        if not self.tells_others and self.groups:
            return {}
        rows = service().store.select(_COUNTS % (self.iri, self.iri)).rows
        numbers = {
            name.value: int(number.value)
            for name, number in rows
            if isinstance(name, NamedNode) and isinstance(number, Literal)
        }
        return {name: numbers[name] for name in sorted(numbers, key=_order)}

    @Once
    def mentions(self) -> Part:
        """Which of the statements of others the page shows. Raises ParameterError."""
        return asked_part("mentions", sum(self.numbers.values()), MOST_SHOWN)

    @Once
    def incoming(self) -> list[Group]:
        """The statements of others that the page shows."""
        parts = [
            self._of(name, limit, offset)
            for name, limit, offset in _within(self.numbers, self.mentions)
        ]
        asked = f"SELECT DISTINCT ?property ?subject ?graph WHERE {{ {' UNION '.join(parts)} }}"
        return _groups(f"{asked} ORDER BY ?property ?subject ?graph") if parts else []

    def _of(self, name: NamedNode, limit: int, offset: int) -> str:
        wanted = _SORTED % (_BY_OTHERS % (name, self.iri, self.iri, name), limit, offset)
        return _OF_PROPERTY % (wanted, name, name, self.iri)

    @Once
    def is_graph(self) -> bool:
        """Whether it is the name of a graph that tells of something."""
        is_ours = self.iri.value.startswith(str(GRAPH))
        return is_ours and service().store.ask(f"ASK {_OF_MEMBERS % self.iri}")

    @Once
    def membership(self) -> Part:
        """Which of the things that it tells of the page shows, where it is a graph.

        Raises ParameterError.
        """
        asked = f"SELECT (COUNT(?subject) AS ?number) WHERE {_OF_MEMBERS % self.iri}"
        rows = service().store.select(asked).rows if self.is_graph else []
        total = sum(int(number.value) for (number,) in rows if isinstance(number, Literal))
        return asked_part("members", total, MOST_SHOWN)

    @Once
    def members(self) -> list[str]:
        """The things that it tells of, where it is a graph, and that the page shows."""
        part = self.membership
        if not part.total:
            return []
        asked = _SORTED % (_OF_MEMBERS % self.iri, part.size, part.start)
        rows = service().store.select(asked).rows
        return [subject.value for (subject,) in rows if isinstance(subject, NamedNode)]

    def mentioned(self) -> set[str]:
        """Return every address that the page names."""
        wanted = set(self.members)
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
            "incoming": self.incoming,
            "usual_incoming": _usual(self.incoming),
            "mentions": self.mentions,
            "opened": self.mentions.name in request.args,  # or else it is folded
            "kinds": self.kinds,
            "members": self.members,
            "membership": self.membership,
        }


def statements_of(iri: NamedNode, incoming: bool = True) -> Statements:
    """Return what is said of `iri`, and by others with it.

    Without `incoming` others are asked only where nothing is said of it itself.
    """
    return Statements(iri, _groups(_STATEMENTS % (iri, iri)), incoming)


def _within(numbers: Mapping[str, int], part: Part) -> Iterator[tuple[NamedNode, int, int]]:
    """Yield the properties whose statements are in `part`, with how many, and how many before."""
    before = 0
    for name, number in numbers.items():
        start, stop = max(part.start - before, 0), min(part.stop - before, number)
        if start < stop:
            yield NamedNode(name), stop - start, start
        before += number


def _groups(sparql: str) -> list[Group]:
    """Return the statements by property: what matters most first, the rest by property."""
    groups: dict[str, Group] = {}
    for name, value, graph in service().store.select(sparql).rows:
        if isinstance(name, NamedNode) and value is not None:
            group = groups.setdefault(name.value, Group(name.value))
            graphs = group.terms.setdefault(value, [])
            if isinstance(graph, NamedNode):  # data without graphs stand in the default one
                graphs.append(graph.value)
    return sorted(groups.values(), key=lambda group: _order(group.property))


def _order(name: str) -> tuple[int, str]:
    return _ORDER.get(name, 100), name


def _usual(groups: list[Group]) -> list[str]:
    """Return the graphs that most properties stand in; the page names them once."""
    counts = Counter(tuple(shared) for group in groups if (shared := group.shared()))
    return list(counts.most_common(1)[0][0]) if counts else []
