"""How far the graph can be relied on: readings, disputes, links, and what each source covers."""

from collections import Counter
from dataclasses import dataclass

from kg.store import Literal, NamedNode, Store
from kg.views.nodes import PREAMBLE, Node, gather, key_order

_COVERAGE = """
SELECT ?source ?year (COUNT(DISTINCT ?fact) AS ?number) WHERE {
  ?fact dct:source ?source ; md:evidence ?proof ; md:year ?year .
  FILTER (REGEX(STR(?fact), '/id/(agreement|intent|event)/'))
} GROUP BY ?source ?year
"""
_LINKS = """
SELECT ?state (COUNT(DISTINCT ?link) AS ?number) WHERE { ?link md:linkState ?state }
GROUP BY ?state ORDER BY ?state
"""


@dataclass
class Quality:
    """Amendments, disputes with their claims, links by state, facts by source and year."""

    amendments: list[Node]
    disputed: list[Node]
    doubles: list[Node]
    unresolved: list[Node]
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


def quality(store: Store) -> Quality:
    """Return what is known about the reliability of the whole graph: three queries."""
    nodes = gather(
        store,
        [
            "?node md:amends ?any",
            "?node md:dateClaim|md:possiblySameAs|md:candidatePlace ?any",
            "?any md:dateClaim ?node",
        ],
    )
    ordered = sorted(nodes.values(), key=lambda node: key_order(node.iri))
    coverage: dict[str, Counter[int]] = {}
    for source, year, number in store.select(PREAMBLE + _COVERAGE).rows:
        if (isinstance(source, NamedNode) and isinstance(year, Literal)
                and isinstance(number, Literal) and year.value.isdigit()):  # fmt: skip
            coverage.setdefault(source.value, Counter())[int(year.value)] += int(number.value)
    return Quality(
        amendments=[node for node in ordered if node.kind == "amendment"],
        disputed=[node for node in ordered if node.terms("md:dateClaim")],
        doubles=[node for node in ordered if node.terms("md:possiblySameAs")],
        unresolved=[node for node in ordered if node.terms("md:candidatePlace")],
        claims={node.iri: node for node in ordered if node.kind == "claim"},
        links={
            state.value: int(number.value)
            for state, number in store.select(PREAMBLE + _LINKS).rows
            if isinstance(state, NamedNode) and isinstance(number, Literal)
        },
        coverage=dict(sorted(coverage.items())),
    )
