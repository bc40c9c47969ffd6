"""Visits, letters, gifts and other events of a source, and the delegations that travelled."""

from rdflib import RDF, SKOS, Literal, URIRef

from kg.importers.folder import Source, add_row_date, cite, concept, entities, resolve, text
from kg.importers.registry import LANGUAGES, UNDATED
from kg.importers.table import Row
from kg.namespaces import ID, MD

EVENTS = (
    "event", "kind", "listing", "direction", "date", "place", "granularity", "sent_by",
    "received_by", "participants", "headcount", "performers", "purpose", "produced", "occasion",
    "series", "ordinal", "reply_to", "items", "venue", "evidence",
)  # fmt: skip

_EVENT_KINDS = (
    "DelegationVisit", "EventParticipation", "SigningEvent", "Conference", "Meeting",
    "StaffExchange", "InvestmentBriefing", "Congratulation", "Correspondence", "GiftTransfer",
    "Suspension",
)  # fmt: skip


def add_event(source: Source, row: Row) -> None:
    registry = source.registry
    node = source.own("event", row)
    kind = row.choice("kind", _EVENT_KINDS)
    when = add_row_date(source, node, row)
    direction = row.text("direction")
    concept(source, node, row, MD.direction, "direction", "direction")
    concept(source, node, row, MD.granularity, "granularity", "granularity")
    ends = _ends(source, node, row, kind, direction)
    listing = row.optional("listing")
    if listing:
        source.add(node, MD.listing, row.read("listing", source.other("listing")))
    for column, predicate in (
        ("sent_by", MD.sentBy),
        ("received_by", MD.receivedBy),
        ("participants", MD.participant),
        ("venue", MD.venue),
    ):
        for entity in entities(source, row, column, None):
            source.add(node, predicate, entity)
    for column, predicate, other in (
        ("purpose", MD.purpose, "agreement"),
        ("produced", MD.produced, "agreement"),
        ("occasion", MD.occasion, "agreement"),
        ("reply_to", MD.replyTo, "event"),
    ):
        if row.optional(column):
            source.add(node, predicate, row.read(column, source.other(other)))
    if row.optional("series"):
        source.add(
            node, MD.occasion, row.read("series", lambda key: registry.entity("series", key))
        )
    if (ordinal := row.number("ordinal")) is not None:
        source.add(node, MD.ordinal, Literal(ordinal))
    for name in row.many("items"):
        source.add(node, MD.item, registry.concept("item", name))
    if row.optional("headcount"):
        _delegation(source, node, row, ends)
    arrow = " – " if direction in ("mutual", "unstated") else " → "
    for lang in LANGUAGES:
        route = arrow.join(registry.label(end, lang) for end in ends)
        told = when.edtf if when else UNDATED[lang]
        label = f"{registry.label(MD[kind], lang)}: {route} ({told})"
        source.add(node, SKOS.prefLabel, Literal(label, lang=lang))
    cite(source, node, row)


def _ends(source: Source, node: URIRef, row: Row, kind: str, direction: str) -> list[URIRef]:
    """Write where an event comes from and goes to; return both, in that order."""
    focus = source.focus
    written = row.optional("place")
    if not written:
        if kind != "Suspension":
            raise row.error("place", "name the other place as the source writes it.")
        source.add(node, MD.participant, focus)
        return [focus]
    place = row.read("place", lambda name: resolve(source, name))
    source.add(node, MD.placeAsWritten, text(source, written))
    unresolved = (place, RDF.type, MD.UnresolvedPlace) in source.graph
    if direction in ("mutual", "unstated"):
        source.add(node, MD.between, focus)
        source.add(node, MD.unresolvedPlace if unresolved else MD.between, place)
        return [focus, place]
    here, there = (MD["from"], MD.to) if direction == "outbound" else (MD.to, MD["from"])
    source.add(node, here, focus)
    source.add(node, MD.unresolvedPlace if unresolved else there, place)
    return [focus, place] if direction == "outbound" else [place, focus]


def _delegation(source: Source, event: URIRef, row: Row, ends: list[URIRef]) -> None:
    """The group that travelled, where the source tells its size."""
    node = ID["delegation"][f"{source.key}-{row.cells['event']}"]
    headcount, performers = row.number("headcount"), row.number("performers")
    source.add(event, MD.delegation, node)
    source.add(node, RDF.type, MD.Delegation)
    source.add(node, MD.headcount, Literal(headcount))
    if performers:
        source.add(node, MD.performers, Literal(performers))
    total = (headcount or 0) + (performers or 0)
    for lang, form in zip(
        LANGUAGES,
        ("Delegation of {} from {}", "대표단 {}명 ({})", "{}人代表团（{}）"),
        strict=True,
    ):
        text = form.format(total, source.registry.label(ends[0], lang))
        source.add(node, SKOS.prefLabel, Literal(text, lang=lang))
    cite(source, node, row)
