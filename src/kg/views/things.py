"""Everything that is recorded about one thing: itself, what refers to it, what that rests on."""

from dataclasses import dataclass, field

from kg.store import NamedNode, Store
from kg.views.facts import Citation, Fact, citations, companions, facts_of
from kg.views.nodes import Node, Nodes, first, gather, key_order
from kg.views.places import sources_of


@dataclass
class Thing:
    """A node, the facts and others that refer to it, and the evidence of all of them."""

    node: Node
    facts: list[Fact]
    nodes: Nodes
    around: Nodes
    sources: dict[str, int] = field(default_factory=dict)

    @property
    def cited(self) -> tuple[Citation, ...]:
        """The lines that it rests on itself."""
        return citations(self.node, self.around)

    @property
    def amendments(self) -> list[Node]:
        """The repairs and inferences that change it."""
        return self._of(self.around, "amendment", "md:amends")

    @property
    def claims(self) -> list[Node]:
        """The dates that compete."""
        wanted = self.node.iris("md:dateClaim")
        return [self.around[iri] for iri in wanted if iri in self.around]

    @property
    def posts(self) -> list[Node]:
        """The posts of a person, or those held in a body."""
        return self._of(self.nodes, "post", "md:holder", "md:heldIn")

    @property
    def listed(self) -> list[Node]:
        """What else refers to it: neither a fact nor a post nor an amendment."""
        shown = {"agreement", "intent", "event", "post", "amendment", "claim"}
        found = (node for node in self.nodes.values() if node.kind and node.kind not in shown)
        return sorted(found, key=lambda node: (node.kind, key_order(node.iri)))

    def _of(self, nodes: Nodes, kind: str, *names: str) -> list[Node]:
        found = (node for node in nodes.values()
                 if node.kind == kind and self.node.iri in node.iris(*names))  # fmt: skip
        return sorted(found, key=lambda node: key_order(node.iri))


def thing(store: Store, iri: str, most: int) -> Thing:
    """Return what is recorded about `iri`, with at most `most` things that refer to it.

    Two queries.
    """
    node = str(NamedNode(iri))
    referring = first(f"?node ?any {node} . FILTER (isIRI(?node))", most)
    nodes = gather(store, [f"BIND ({node} AS ?node)", referring])
    own = nodes.pop(iri, Node(iri))
    around = companions(store, [own, *nodes.values()])
    facts = facts_of(nodes.values(), around, {iri, *own.iris("md:actsFor")})
    return Thing(own, facts, nodes, around, sources_of(facts, {**nodes, iri: own}, around))
