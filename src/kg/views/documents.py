"""What a source document contributed: line by line, and counted against what people counted."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kg.store import Literal, NamedNode, Store
from kg.views.nodes import PREAMBLE, Node, gather, key_order

MOST_LINES = 1000  # that are shown; a list of pairs may have very many

_LINES = """
SELECT DISTINCT ?line ?evidence ?thing WHERE {
  ?evidence md:inSource %s ; md:line ?line .
  OPTIONAL { ?thing md:evidence ?evidence }
}
"""
_COUNTS = """
SELECT ?expected (COUNT(DISTINCT ?thing) AS ?number) WHERE {
  {
    ?expected a md:ExpectedCount ; dct:source %s ; md:countedClass ?class .
    FILTER NOT EXISTS { ?expected md:countedProperty ?any }
    OPTIONAL { ?thing dct:source %s ; a/rdfs:subClassOf* ?class }
  } UNION {
    ?expected a md:ExpectedCount ; dct:source %s ; md:countedClass ?class ;
      md:countedProperty ?property ; md:countedValue ?value .
    OPTIONAL { ?thing dct:source %s ; a/rdfs:subClassOf* ?class ; ?property ?value }
  }
}
GROUP BY ?expected
"""


@dataclass
class Line:
    """A line of a document: its evidence records and what rests on them."""

    number: int
    evidence: list[str] = field(default_factory=list)
    things: list[str] = field(default_factory=list)


@dataclass
class Document:
    """A source document with its lines, counts, and what is doubtful about it.

    `lines` are the first MOST_LINES of `cited`, the number of lines that are cited.
    """

    node: Node
    lines: list[Line]
    cited: int
    counts: list[tuple[Node, int]]  # what a person counted, and how many the graph holds
    amendments: list[Node]
    disputes: list[Node]  # facts of the document for which another date is told, or a duplicate
    claims: dict[str, Node]


def document(store: Store, iri: str) -> Document:
    """Return what the document `iri` contributed: four queries."""
    source = str(NamedNode(iri))
    nodes = gather(
        store,
        [
            f"BIND ({source} AS ?node)",
            f"?node dct:source {source} ; a md:ExpectedCount",
            f"?fact dct:source {source} . ?node md:amends ?fact",
            f"?node dct:source {source} ; md:dateClaim|md:possiblySameAs|md:unresolvedPlace ?any",
            f"?fact dct:source {source} ; md:dateClaim ?node",
        ],
    )
    own = nodes.pop(iri, Node(iri))
    counted = {}
    for expected, number in store.select(PREAMBLE + _COUNTS.replace("%s", source)).rows:
        if isinstance(expected, NamedNode) and isinstance(number, Literal):
            counted[expected.value] = int(number.value)
    ordered = sorted(nodes.values(), key=lambda node: key_order(node.iri))
    lines = _lines(store, source)
    return Document(
        own,
        lines[:MOST_LINES],
        len(lines),
        [(node, counted.get(node.iri, 0)) for node in ordered if node.kind == "expected"],
        [node for node in ordered if node.kind == "amendment"],
        [node for node in ordered if node.kind in ("agreement", "event", "intent")],
        {node.iri: node for node in ordered if node.kind == "claim"},
    )


def _lines(store: Store, source: str) -> list[Line]:
    lines: dict[int, Line] = {}
    for number, evidence, thing in store.select(PREAMBLE + _LINES % source).rows:
        if not isinstance(number, Literal) or not number.value.isdigit():
            continue
        line = lines.setdefault(int(number.value), Line(int(number.value)))
        for term, listed in ((evidence, line.evidence), (thing, line.things)):
            if isinstance(term, NamedNode) and term.value not in listed:
                listed.append(term.value)
    for line in lines.values():
        line.evidence.sort()
        line.things.sort(key=key_order)
    return [lines[number] for number in sorted(lines)]


def things_of(lines: Iterable[Line]) -> set[str]:
    """Return the addresses of all that rests on `lines`."""
    return {iri for line in lines for iri in line.things}
