"""Agreements and intents of a source."""

from rdflib import RDF, SKOS, Literal, URIRef

from kg.importers.folder import Source, add_row_date, cite, concept, concepts, entities, text
from kg.importers.registry import UNDATED
from kg.importers.table import Row
from kg.namespaces import LANGUAGES, MD

AGREEMENTS = (
    "agreement", "listing", "headline", "type", "source_term", "channel", "status", "date",
    "parties", "party_basis", "signed_at", "method", "signatories", "areas", "initiative",
    "initiated_by", "evidence",
)  # fmt: skip
INTENTS = (
    "intent", "listing", "source_term", "channel", "status", "date", "parties", "party_basis",
    "evidence",
)  # fmt: skip


def _sides(source: Source, bodies: list[URIRef], listing: URIRef | None) -> list[URIRef]:
    """The territories that an agreement or intent is between, the source's own first."""
    places = [source.registry.acts_for[b] for b in bodies if b in source.registry.acts_for]
    if not places and listing is not None:
        places = [source.focus, URIRef(str(source.graph.value(listing, MD.listedPlace)))]
    focus = source.graph.value(source.node, MD.focus)
    return sorted(dict.fromkeys(places), key=lambda place: (place != focus, place))


def add_agreement(source: Source, row: Row) -> None:
    """Write one agreement: type, parties, status, date, place, areas, label and evidence.

    Raises DataError for a cell that is not understood, for a single party, and for a party that
    is no council where the channel is.
    """
    node = source.own("agreement", row)
    source.add(node, RDF.type, MD.Agreement)
    concept(source, node, row, MD.agreementType, "type", "type")
    _instrument(source, node, row, ("signing-intended", "exchanged", "signed"))
    concept(source, node, row, MD.method, "method", "method")
    concept(source, node, row, MD.initiative, "initiative", "initiative")
    if row.optional("headline"):
        row.choice("headline", ("yes",))
        source.add(node, MD.headlineOf, row.read("listing", source.other("listing")))
    if row.optional("signed_at"):
        source.add(node, MD.signedAt, row.read("signed_at", source.registry.known))
    for column, predicate, kind in (
        ("signatories", MD.signatory, "person"),
        ("initiated_by", MD.initiatedBy, None),
    ):
        for entity in entities(source, row, column, kind):
            source.add(node, predicate, entity)
    concepts(source, node, row, MD.area, "areas", "area")


def add_intent(source: Source, row: Row) -> None:
    """Write what was proposed, confirmed or talked about and not signed. Raises DataError."""
    node = source.own("intent", row)
    source.add(node, RDF.type, MD.Intent)
    _instrument(source, node, row, ("proposed", "views-exchanged", "intent-confirmed"))


def _instrument(source: Source, node: URIRef, row: Row, statuses: tuple[str, ...]) -> None:
    """What agreements and intents share: parties, channel, status, date, term, label, evidence."""
    registry = source.registry
    when = add_row_date(source, node, row)
    bodies = entities(source, row, "parties", "body")
    if len(bodies) == 1:
        raise row.error("parties", "one party agrees with nobody. Name both, divided by '|'.")
    channel = row.text("channel")
    wrong = [b for b in bodies if channel == "council" and registry.kinds[b] != MD.Council]
    if wrong:
        raise row.error(
            "parties",
            f"{registry.label(wrong[0], 'en')} is no council, but the channel is. Name the "
            "councils, or correct the channel.",
        )
    for body in bodies:
        source.add(node, MD.party, body)
    if bodies:
        concept(source, node, row, MD.partyBasis, "party_basis", "basis")
    status = registry.concept("status", row.choice("status", statuses))
    source.add(node, MD.status, status)
    concept(source, node, row, MD.channel, "channel", "channel")
    source.add(node, MD.sourceTerm, text(source, row.text("source_term")))
    listing = None
    if row.optional("listing"):
        listing = row.read("listing", source.other("listing"))
        source.add(node, MD.listing, listing)
    kind = registry.concept("type", row.text("type")) if "type" in row.cells else status
    places = _sides(source, bodies, listing)
    for lang in LANGUAGES:
        sides = " – ".join(registry.label(place, lang) for place in places)
        told = when.edtf if when else UNDATED[lang]
        between = f": {sides}" if sides else ""
        label = f"{registry.label(kind, lang)}{between} ({told})"
        source.add(node, SKOS.prefLabel, Literal(label, lang=lang))
    cite(source, node, row)
