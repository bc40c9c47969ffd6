"""How far the graph can be relied on: readings, disputes, links, and what each source covers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kg.store import Literal, NamedNode, Store
from kg.views.nodes import PREAMBLE, Node, among, gather, key_order

_DOUBTS = """
SELECT DISTINCT ?kind ?node WHERE {
  { ?node md:amends ?any . BIND ("amendment" AS ?kind) }
  UNION { ?node md:dateClaim ?any . BIND ("disputed" AS ?kind) }
  UNION { ?node md:possiblySameAs ?any . BIND ("double" AS ?kind) }
  UNION { ?node md:candidatePlace ?any . BIND ("unresolved" AS ?kind) }
}
"""
_COVERAGE = """
SELECT ?source ?year (COUNT(DISTINCT ?fact) AS ?number) WHERE {
  %s
  ?fact dct:source ?source ; md:evidence ?proof ; md:year ?year .
  FILTER (REGEX(STR(?fact), '/id/(agreement|intent|event)/'))
} GROUP BY ?source ?year
"""
_LINKS = """
SELECT ?state (COUNT(DISTINCT ?link) AS ?number) WHERE { ?link md:linkState ?state }
GROUP BY ?state ORDER BY ?state
"""


Doubts = list[tuple[str, str]]  # each with its kind: disputed, double or unresolved


@dataclass
class Quality:
    """Amendments, disputes with their claims, links by state, facts by source and year."""

    amendments: list[Node]
    disputes: list[tuple[str, Node]]
    claims: dict[str, Node]
    links: dict[str, int]
    coverage: dict[str, Counter[int]]

    @property
    def decades(self) -> list[int]:
        """The first years of all decades that something is recorded of."""
        return sorted({year // 10 * 10 for years in self.coverage.values() for year in years})

    def in_decade(self, source: str, decade: int) -> int:
        """Return how many facts of a decade `source` records."""
        return sum(self.coverage[source][year] for year in range(decade, decade + 10))


def doubtful(store: Store) -> tuple[list[str], Doubts]:
    """Return the addresses of all amendments, and of all that is doubtful, in order."""
    found: dict[str, list[str]] = {"amendment": [], "disputed": [], "double": [], "unresolved": []}
    for kind, node in store.select(PREAMBLE + _DOUBTS).rows:
        if isinstance(kind, Literal) and isinstance(node, NamedNode):
            found[kind.value].append(node.value)
    for iris in found.values():
        iris.sort(key=key_order)
    amendments = found.pop("amendment")
    return amendments, [(kind, iri) for kind, iris in found.items() for iri in iris]


def quality(
    store: Store, amendments: Sequence[str], disputes: Doubts, sources: Sequence[str]
) -> Quality:
    """Return what is known about the reliability of the whole graph: three queries.

    Of what `doubtful` returns only `amendments` and `disputes` are told, of documents `sources`.
    """
    iris = [iri for _, iri in disputes]
    nodes = gather(
        store,
        [among([*amendments, *iris]) + " ?node ?said ?any",
         among(iris, "?it") + " ?it md:dateClaim ?node"],
    )  # fmt: skip
    coverage: dict[str, Counter[int]] = {}
    for source, year, number in store.select(PREAMBLE + _COVERAGE % among(sources, "?source")).rows:
        if (isinstance(source, NamedNode) and isinstance(year, Literal)
                and isinstance(number, Literal) and year.value.isdigit()):  # fmt: skip
            coverage.setdefault(source.value, Counter())[int(year.value)] += int(number.value)
    return Quality(
        amendments=[nodes.get(iri, Node(iri)) for iri in amendments],
        disputes=[(kind, nodes.get(iri, Node(iri))) for kind, iri in disputes],
        claims={node.iri: node for node in nodes.values() if node.kind == "claim"},
        links={
            state.value: int(number.value)
            for state, number in store.select(PREAMBLE + _LINKS).rows
            if isinstance(state, NamedNode) and isinstance(number, Literal)
        },
        coverage=dict(sorted(coverage.items())),
    )
