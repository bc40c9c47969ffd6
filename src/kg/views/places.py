"""Everything that is recorded about one place, and between two."""

from dataclasses import dataclass, field

from kg.store import NamedNode, Store
from kg.views.balance import Partner, partners_of, visits_by_year
from kg.views.facts import BODIES, PLACES, Citation, Fact, citations, companions, facts_of
from kg.views.nodes import Node, Nodes, gather, key_order

_LEVELS = ("executive", "council")  # those that have their own tables, in this order


@dataclass
class Briefing:
    """A place with its names, ties, events, figures, doubts and sources."""

    node: Node
    facts: list[Fact]
    partners: list[Partner]
    nodes: Nodes
    around: Nodes
    sources: dict[str, int] = field(default_factory=dict)

    @property
    def ties(self) -> dict[str, list[Fact]]:
        """The instruments by level: governments, councils, then the others."""
        found: dict[str, list[Fact]] = {level: [] for level in _LEVELS}
        for fact in self.facts:
            if fact.node.kind == "agreement":
                found.setdefault(fact.level, []).append(fact)
        return {level: facts for level, facts in found.items() if facts}

    @property
    def intents(self) -> list[Fact]:
        """What was proposed or confirmed, and not signed."""
        return [fact for fact in self.facts if fact.node.kind == "intent"]

    @property
    def events(self) -> list[Fact]:
        """Letters, gifts, meetings: the events that are no visit of a delegation."""
        found = (fact for fact in self.facts if fact.node.kind == "event")
        return [fact for fact in found if not fact.is_visit]

    @property
    def visits(self) -> dict[str, tuple[list[Fact], list[Fact], list[Fact]]]:
        """The visits by year: sent, received, and both ways or without a stated way."""
        return visits_by_year(self.facts)

    @property
    def unsure(self) -> list[Fact]:
        """The facts with a remark, for each a reader's caution."""
        return [fact for fact in self.facts if fact.remarks]

    def of_kind(self, kind: str) -> list[Node]:
        """Return the nodes of one kind (`name`, `observation`, `body` …), in order."""
        found = (node for node in self.nodes.values() if node.kind == kind)
        return sorted(found, key=lambda node: key_order(node.iri))

    def cited(self, node: Node) -> tuple[Citation, ...]:
        """Return the lines that `node` rests on."""
        return citations(node, self.around)

    def amendments(self, of: Node) -> list[Node]:
        """Return the repairs and inferences that change `of`."""
        return [node for node in self.around.values() if of.iri in node.iris("md:amends")]

    def claims(self, of: Node) -> list[Node]:
        """Return the dates that compete for `of`."""
        return [self.around[iri] for iri in of.iris("md:dateClaim") if iri in self.around]


def briefing(store: Store, iri: str) -> Briefing:
    """Return everything about the place `iri`: two queries."""
    place = str(NamedNode(iri))
    nodes = gather(
        store,
        [
            f"BIND ({place} AS ?node)",
            f"?node {'|'.join(PLACES)} {place}",
            f"?body md:actsFor {place} . ?node {'|'.join(BODIES)} ?body",
            f"?node md:actsFor|md:observedPlace|md:denotes|md:linkSubject|md:within {place}",
            f"?node md:candidatePlace|md:signedAt|md:claimAbout {place}",
        ],
    )
    around = companions(store, nodes.values())
    facts = facts_of(nodes.values(), around, {iri})
    found = Briefing(nodes.pop(iri, Node(iri)), facts, partners_of(facts), nodes, around)
    found.sources = sources_of(found.facts, nodes, around)
    return found


@dataclass
class Pair:
    """Everything between two places, as seen from the first."""

    one: str
    other: str
    facts: list[Fact]
    nodes: Nodes
    around: Nodes
    sources: dict[str, int]


def pair(store: Store, one: str, other: str) -> Pair:
    """Return everything between the places `one` and `other`: two queries."""
    first, second = NamedNode(one), NamedNode(other)
    # Two steps: the engine would put both paths into one join and look at everything.
    paths = "|".join(PLACES)
    nodes = gather(store, [f"?node {paths} {first} . ?node {paths} {second}"])
    around = companions(store, nodes.values())
    facts = facts_of(nodes.values(), around, {one})
    return Pair(one, other, facts, nodes, around, sources_of(facts, nodes, around))


def sources_of(facts: list[Fact], nodes: Nodes, around: Nodes) -> dict[str, int]:
    """Return the documents that are cited, each with the number that stands for it on the page."""
    cited = {citation.source for fact in facts for citation in fact.cited}
    for node in nodes.values():
        cited |= {citation.source for citation in citations(node, around)}
    return {iri: number for number, iri in enumerate(sorted(cited - {""}), 1)}
