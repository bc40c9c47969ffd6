"""The terms of the ontology: definitions, neighbours, how much they are used, and an example."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.canned import CannedQuery
from kg.namespaces import BASE, MD, PREFIXES
from kg.places import key_of
from kg.store import Literal, NamedNode, Store
from kg.views.nodes import PREAMBLE, Node, gather

KINDS = tuple(PREFIXES["owl"] + name for name in
              ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty"))  # fmt: skip

# One query: how many things use each term, and the first of them, always the same.
_USES = f"""
SELECT ?term (COUNT(DISTINCT ?thing) AS ?number) (MIN(STR(?thing)) AS ?example) WHERE {{
  {{ ?thing a ?term }} UNION {{ ?thing ?term ?value . ?thing a ?class }}
  FILTER (STRSTARTS(STR(?term), "{MD}") && STRSTARTS(STR(?thing), "{BASE}id/"))
}} GROUP BY ?term
"""


@dataclass
class Term:
    """A class or property: what is said of it, who uses it, an example, the questions that ask."""

    node: Node
    kind: str
    uses: int = 0
    example: str = ""
    queries: list[str] = field(default_factory=list)

    @property
    def details(self) -> list[tuple[str, str]]:
        """What it is under and what it leads from and to: (word, address)."""
        words = (("rdfs:subClassOf", "kind of"), ("rdfs:subPropertyOf", "kind of"),
                 ("rdfs:domain", "from"), ("rdfs:range", "to"),
                 ("owl:inverseOf", "inverse of"))  # fmt: skip
        return [(word, iri) for name, word in words for iri in self.node.iris(name)]


def terms_of(store: Store, queries: Mapping[str, CannedQuery]) -> list[Term]:
    """Return every term of the ontology, by name; two queries."""
    nodes = gather(
        store, [f'?node a ?kind . FILTER (STRSTARTS(STR(?node), "{MD}"))'] if store else []
    )
    found = {}
    for iri in sorted(nodes, key=lambda iri: key_of(iri).casefold()):
        kind = next((kind for kind in KINDS if kind in nodes[iri].classes()), "")
        if kind:
            found[iri] = Term(nodes[iri], kind)
    for term, number, example in store.select(PREAMBLE + _USES).rows:
        if (isinstance(term, NamedNode) and isinstance(number, Literal)
                and isinstance(example, Literal) and term.value in found):  # fmt: skip
            found[term.value].uses = int(number.value)
            found[term.value].example = example.value
    for name, names in _asked(queries.values()).items():
        for key in names:
            term_iri = f"{MD}{key}"
            if term_iri in found:
                found[term_iri].queries.append(name)
    return list(found.values())


def _asked(queries: Iterable[CannedQuery]) -> dict[str, set[str]]:
    """Return the terms that each canned query uses, by the query's name."""
    return {query.name: set(re.findall(r"\bmd:(\w+)", query.text)) for query in queries}
