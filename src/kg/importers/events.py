"""Visits, letters, gifts and other events of a source, and the delegations that travelled."""

from rdflib import RDF, SKOS, Literal, URIRef

from kg.importers.folder import (
    Source,
    add_notes,
    add_row_date,
    cite,
    concept,
    concepts,
    entities,
    resolve,
    text,
)
from kg.importers.registry import UNDATED
from kg.importers.table import Row
from kg.namespaces import ID, LANGUAGES, MD

EVENTS = (
    "event", "kind", "listing", "direction", "date", "place", "own_place", "granularity", "sent_by",
    "received_by", "participants", "headcount", "performers", "purpose", "produced", "occasion",
    "series", "ordinal", "reply_to", "items", "venue", "note_en", "note_ko",
    "note_zh", "evidence",
)  # fmt: skip

_EVENT_KINDS = (
    "DelegationVisit", "EventParticipation", "SigningEvent", "Conference", "Meeting",
    "StaffExchange", "InvestmentBriefing", "Congratulation", "Correspondence", "GiftTransfer",
    "Suspension",
)  # fmt: skip
_NO_DIRECTION = ("mutual", "unstated")
_ENTITIES = {
    "sent_by": MD.sentBy,
    "received_by": MD.receivedBy,
    "participants": MD.participant,
    "venue": MD.venue,
}
_ROWS = {
    "purpose": (MD.purpose, "agreement"),
    "produced": (MD.produced, "agreement"),
    "occasion": (MD.occasion, "agreement"),
    "reply_to": (MD.replyTo, "event"),
}
_DELEGATION = {
    "en": (
        "Delegation of {n} from {place}",
        "Delegation of {n} with {performers} performers from {place}",
    ),
    "ko": ("대표단 {n}명 ({place})", "대표단 {n}명과 공연단 {performers}명 ({place})"),
    "zh-Hans": ("{n}人代表团（{place}）", "{n}人代表团及{performers}名演员（{place}）"),
}


def add_event(source: Source, row: Row) -> None:
    """Write one event: its kind, date, ends, people, purpose, label and evidence.

    Raises DataError for a cell that is not understood.
    """
    registry = source.registry
    node = source.own("event", row)
    kind = row.choice("kind", _EVENT_KINDS)
    when = add_row_date(source, node, row)
    listing = None
    if row.optional("listing"):
        listing = row.read("listing", source.other("listing"))
        source.add(node, MD.listing, listing)
    concept(source, node, row, MD.direction, "direction", "direction")
    concept(source, node, row, MD.granularity, "granularity", "granularity")
    ends = _ends(source, node, row, kind, listing)
    for column, predicate in _ENTITIES.items():
        for entity in entities(source, row, column, None):
            source.add(node, predicate, entity)
    for column, (predicate, other) in _ROWS.items():
        if row.optional(column):
            source.add(node, predicate, row.read(column, source.other(other)))
    if row.optional("series"):
        series = row.read("series", lambda key: registry.entity("series", key))
        source.add(node, MD.occasion, series)
    if (ordinal := row.number("ordinal")) is not None:
        source.add(node, MD.ordinal, Literal(ordinal))
    concepts(source, node, row, MD.item, "items", "item")
    if row.optional("headcount"):
        _delegation(source, node, row, ends)
    add_notes(source, node, row)
    arrow = " – " if row.cells["direction"] in _NO_DIRECTION else " → "
    for lang in LANGUAGES:
        route = arrow.join(registry.label(end, lang) for end in ends)
        told = when.edtf if when else UNDATED[lang]
        label = f"{registry.label(MD[kind], lang)}: {route} ({told})"
        source.add(node, SKOS.prefLabel, Literal(label, lang=lang))
    cite(source, node, row)


def _ends(
    source: Source, node: URIRef, row: Row, kind: str, listing: URIRef | None
) -> list[URIRef]:
    """Write where an event comes from and goes to; return both, in that order.

    Our side is the source's own municipality, or the one in `own_place`; the other side is the
    spelling in `place`, or the partner of the list entry where the line does not name it.
    """
    ours = source.focus
    if row.optional("own_place"):
        ours = row.read("own_place", lambda name: resolve(source, name))
    if written := row.optional("place"):
        theirs = row.read("place", lambda name: resolve(source, name))
        source.add(node, MD.placeAsWritten, text(source, written))
    elif listing is not None:
        theirs = URIRef(str(source.graph.value(listing, MD.listedPlace)))
    elif kind == "Suspension":
        source.add(node, MD.participant, ours)
        return [ours]
    else:
        raise row.error("place", "name the other place as the source writes it, or a listing.")
    unresolved = (theirs, RDF.type, MD.UnresolvedPlace) in source.graph
    if row.text("direction") in _NO_DIRECTION:
        source.add(node, MD.between, ours)
        source.add(node, MD.unresolvedPlace if unresolved else MD.between, theirs)
        return [ours, theirs]
    outbound = row.cells["direction"] == "outbound"
    here, there = (MD["from"], MD.to) if outbound else (MD.to, MD["from"])
    source.add(node, here, ours)
    source.add(node, MD.unresolvedPlace if unresolved else there, theirs)
    return [ours, theirs] if outbound else [theirs, ours]


def _delegation(source: Source, event: URIRef, row: Row, ends: list[URIRef]) -> None:
    """Write the group that travelled, where the source tells its size."""
    node = ID["delegation"][f"{source.key}-{row.cells['event']}"]
    headcount, performers = row.count("headcount"), row.number("performers")
    source.add(event, MD.delegation, node)
    source.add(node, RDF.type, MD.Delegation)
    source.add(node, MD.headcount, Literal(headcount))
    if performers:
        source.add(node, MD.performers, Literal(performers))
    for lang, (alone, joined) in _DELEGATION.items():
        place = source.registry.label(ends[0], lang)
        form = joined if performers else alone
        label = form.format(place=place, n=headcount, performers=performers)
        source.add(node, SKOS.prefLabel, Literal(label, lang=lang))
    cite(source, node, row)
