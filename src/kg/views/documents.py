"""What a source document contributed: line by line, and counted against what people counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kg.store import Literal, NamedNode, Store
from kg.views.nodes import PREAMBLE, Node, gather, key_order

_NUMBERS = "SELECT DISTINCT ?line WHERE { ?evidence md:inSource %s ; md:line ?line }"
_LINES = """
SELECT DISTINCT ?line ?evidence ?thing WHERE {
  ?evidence md:inSource %s ; md:line ?line .
  FILTER (?line >= %d && ?line <= %d)
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

    `lines` are some of the lines that are cited.
    """

    node: Node
    lines: list[Line]
    counts: list[tuple[Node, int]]  # what a person counted, and how many the graph holds
    amendments: list[Node]
    disputes: list[Node]  # facts of the document for which another date is told, or a duplicate
    claims: dict[str, Node]


def cited_lines(store: Store, iri: str) -> list[int]:
    """Return the numbers of the lines of the document `iri` that are cited, in order."""
    rows = store.select(PREAMBLE + _NUMBERS % NamedNode(iri)).rows
    numbers = (line.value for (line,) in rows if isinstance(line, Literal))
    return sorted(int(number) for number in numbers if number.isdigit())


def document(store: Store, iri: str, lines: Sequence[int]) -> Document:
    """Return what the document `iri` contributed, of `cited_lines` only `lines`: three queries."""
    source = str(NamedNode(iri))
    nodes = gather(
        store,
        [
            f"BIND ({source} AS ?node)",
            f"?node a md:ExpectedCount ; dct:source {source}",
            f"?node md:amends ?fact . ?fact dct:source {source}",
            "VALUES ?doubt { md:dateClaim md:possiblySameAs md:unresolvedPlace } "
            f"?node ?doubt ?any ; dct:source {source}",
            f"?fact md:dateClaim ?node ; dct:source {source}",
        ],
    )
    own = nodes.pop(iri, Node(iri))
    ordered = sorted(nodes.values(), key=lambda node: key_order(node.iri))
    expected = [node for node in ordered if node.kind == "expected"]
    counted = _counted(store, source) if expected else {}
    return Document(
        own,
        _lines(store, source, lines),
        [(node, counted.get(node.iri, 0)) for node in expected],
        [node for node in ordered if node.kind == "amendment"],
        [node for node in ordered if node.kind in ("agreement", "event", "intent")],
        {node.iri: node for node in ordered if node.kind == "claim"},
    )


def _counted(store: Store, source: str) -> dict[str, int]:
    """Return how many things the graph holds of each count that is expected."""
    rows = store.select(PREAMBLE + _COUNTS.replace("%s", source)).rows
    return {
        expected.value: int(number.value)
        for expected, number in rows
        if isinstance(expected, NamedNode) and isinstance(number, Literal)
    }


def _lines(store: Store, source: str, numbers: Sequence[int]) -> list[Line]:
    if not numbers:
        return []
    lines = {number: Line(number) for number in numbers}
    asked = PREAMBLE + _LINES % (source, min(numbers), max(numbers))
    for number, evidence, thing in store.select(asked).rows:
        line = lines.get(int(number.value)) if isinstance(number, Literal) else None
        if line is None:
            continue
        for term, listed in ((evidence, line.evidence), (thing, line.things)):
            if isinstance(term, NamedNode) and term.value not in listed:
                listed.append(term.value)
    for line in lines.values():
        line.evidence.sort()
        line.things.sort(key=key_order)
    return [*lines.values()]


def things_of(lines: Iterable[Line]) -> set[str]:
    """Return the addresses of all that rests on `lines`."""
    return {iri for line in lines for iri in line.things}
