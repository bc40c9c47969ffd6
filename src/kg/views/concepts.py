"""A concept of a vocabulary, or a vocabulary: its words, what stands under it, who uses it."""

from dataclasses import dataclass

from kg.store import Literal, NamedNode, Store
from kg.views.facts import Fact, companions, facts_of
from kg.views.nodes import PREAMBLE, Node, first, gather, key_order
from kg.views.places import sources_of

MOST = 100  # facts that are shown; the page says how many there are

_USES = """
SELECT ?property (COUNT(DISTINCT ?node) AS ?number) WHERE {
  ?node ?property %s . FILTER (?property NOT IN (skos:broader, skos:hasTopConcept, skos:inScheme,
    skos:topConceptOf))
} GROUP BY ?property ORDER BY DESC(?number) ?property
"""


@dataclass
class Concept:
    """A concept or a vocabulary with its neighbours and the facts that use it."""

    node: Node
    below: list[Node]  # narrower concepts, or the members of a vocabulary
    uses: dict[str, int]  # how many things use it, by property
    facts: list[Fact]
    sources: dict[str, int]


def concept(store: Store, iri: str) -> Concept:
    """Return what is recorded about the concept or vocabulary `iri`: four queries."""
    term = str(NamedNode(iri))
    near = gather(store, [f"BIND ({term} AS ?node)", f"?node skos:broader|skos:inScheme {term}"])
    own = near.pop(iri, Node(iri))
    users = gather(
        store,
        [first(f"?node ?any {term} ; md:evidence ?proof . "
               "FILTER (REGEX(STR(?node), '/id/(agreement|intent|event)/'))", MOST)],
    )  # fmt: skip
    around = companions(store, users.values())
    facts = facts_of(users.values(), around, set())
    uses = {
        name.value: int(number.value)
        for name, number in store.select(PREAMBLE + _USES % term).rows
        if isinstance(name, NamedNode) and isinstance(number, Literal)
    }
    below = sorted(near.values(), key=lambda node: key_order(node.iri))
    return Concept(own, below, uses, facts, sources_of(facts, {}, around))
