"""Agreements, intents and events as facts: when, with whom, which way, how sure, where written."""

from collections.abc import Iterable
from dataclasses import dataclass

from kg.namespaces import ID, PREFIXES
from kg.store import Store
from kg.views.nodes import Node, Nodes, among, gather

PLACES = ("md:involves", "md:from", "md:to", "md:between", "md:participant", "md:venue",
          "md:original", "md:result", "md:unresolvedPlace")  # fmt: skip
BODIES = ("md:party", "md:sentBy", "md:receivedBy", "md:host", "md:participant")
_BASIS = PREFIXES["basis"]
_END = "9999"  # what has no date stands last


@dataclass(frozen=True, order=True)
class Citation:
    """A line of a source document, and the evidence record that says which words of it."""

    source: str
    line: int
    evidence: str


@dataclass(frozen=True)
class Fact:
    """An agreement, an intent or an event, as seen from one place or body.

    `begin` and `end` are days (YYYY-MM-DD), empty where there is no date; `way` is sent,
    received, both or empty; `remarks` are repaired, inferred, disputed, unresolved, planned.
    """

    node: Node
    date: str
    begin: str
    end: str
    way: str
    others: tuple[str, ...]
    remarks: tuple[str, ...]
    cited: tuple[Citation, ...]

    @property
    def iri(self) -> str:
        """The address of the agreement, intent or event."""
        return self.node.iri

    @property
    def is_visit(self) -> bool:
        """Whether a delegation travelled."""
        return PREFIXES["md"] + "DelegationVisit" in self.node.classes()

    @property
    def is_signed(self) -> bool:
        """Whether it is an instrument that was signed."""
        return PREFIXES["status"] + "signed" in self.node.iris("md:status")

    @property
    def is_headline(self) -> bool:
        """Whether the source gives it as the date of the tie."""
        return bool(self.node.terms("md:headlineOf"))

    @property
    def level(self) -> str:
        """Between whom an instrument is: executive, council, school …; empty for events."""
        return self.node.iri_of("md:channel").rpartition("/")[2]


def companions(store: Store, nodes: Iterable[Node]) -> dict[str, Node]:
    """Return what belongs to `nodes`: evidence, amendments, competing dates, delegations."""
    iris = [node.iri for node in nodes]
    if not iris:
        return {}
    these = among(iris, "?it")
    claims = "{ ?it md:dateClaim ?node } UNION { ?node md:claimAbout ?it }"
    return gather(
        store,
        [
            f"{these} ?it md:evidence ?node",
            f"{these} ?node md:amends ?it",
            f"{these} {claims}",
            f"{these} ?it md:dateClaim/md:evidence ?node",
            f"{these} ?it md:delegation ?node",
        ],
    )


def facts_of(nodes: Iterable[Node], around: Nodes, here: set[str]) -> list[Fact]:
    """Return those of `nodes` that are facts, as seen from the places `here`, oldest first."""
    found = [
        _fact(node, around, here) for node in nodes if node.kind in ("agreement", "intent", "event")
    ]
    return sorted(found, key=lambda fact: (fact.begin or _END, fact.end, fact.iri))


def citations(node: Node, around: Nodes) -> tuple[Citation, ...]:
    """Return the lines that `node` rests on, in the order of the documents."""
    spots = (around.get(iri, Node(iri)) for iri in node.iris("md:evidence"))
    return tuple(
        sorted(Citation(spot.iri_of("md:inSource"), spot.number("md:line"), spot.iri)
               for spot in spots)
    )  # fmt: skip


def remarks_of(node: Node) -> tuple[str, ...]:
    """Return what a reader has to know before relying on `node`."""
    bases = node.iris("md:dateBasis")
    found = {
        "repaired": _BASIS + "repaired" in bases,
        "inferred": _BASIS + "inferred" in bases,
        "disputed": bool(node.terms("md:dateClaim")),
        "possibly the same": bool(node.terms("md:possiblySameAs")),
        "unresolved": bool(node.terms("md:unresolvedPlace")),
        "planned": node.text("md:planned") in ("true", "1"),
    }
    return tuple(word for word, holds in found.items() if holds)


def _fact(node: Node, around: Nodes, here: set[str]) -> Fact:
    # Where it took place is no partner; a visited place is told by md:to.
    places = [iri for iri in node.iris(*(name for name in PLACES if name != "md:venue"))
              if iri.startswith((ID["place"], ID["unresolved"]))]  # fmt: skip
    return Fact(
        node,
        node.text("md:edtf"),
        node.text("md:earliest")[:10],
        node.text("md:latest")[:10],
        _way(node, here),
        tuple(sorted(set(places) - here)),
        remarks_of(node),
        citations(node, around),
    )


def _way(node: Node, here: set[str]) -> str:
    if node.kind != "event":
        return ""
    sent, came = here & set(node.iris("md:from")), here & set(node.iris("md:to"))
    if sent or came:
        return "both" if sent and came else "sent" if sent else "received"
    if here & set(node.iris("md:between")):
        mutual = PREFIXES["direction"] + "mutual" in node.iris("md:direction")
        return "both" if mutual else "unstated"
    return ""
