"""The pages of things: which template shows what is gathered about an address, and its names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask_babel import format_decimal

from kg.canned import CannedQuery
from kg.namespaces import PREFIXES, VOCABULARY
from kg.places import key_of
from kg.queries import shorten
from kg.store import NamedNode
from kg.tags import language_tag
from kg.views.concepts import MOST, concept
from kg.views.documents import cited_lines, document, things_of
from kg.views.facts import Fact, remarks_of
from kg.views.nodes import Node, mentioned
from kg.views.places import briefing
from kg.views.things import thing
from kg.web.languages import text_in
from kg.web.links import pair_address, question_address
from kg.web.paging import asked_part
from kg.web.place_pictures import map_of_place, timeline_of, visits_of
from kg.web.service import service
from kg.web.sheets import sheet

MOST_REFERRING = 300
MOST_LINES = 400  # of a document on one page; a list of pairs may have very many

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")


@dataclass
class Page:
    """A template, what it shows, and the addresses whose names it needs."""

    template: str
    shown: dict[str, Any]
    wanted: set[str] = field(default_factory=set)


def install(app: Flask) -> None:
    """Give the templates of `app` what they need to show things."""
    app.jinja_env.globals.update(
        pair_address=pair_address,
        remarks_of=remarks_of,
        note_of=_note,
        text_of=_text,
        figure_number=_number,
    )


def page_of(iri: str, kinds: Iterable[str], language: str) -> Page | None:
    """Return the page for `iri`, which is of the classes `kinds`; None where it needs no own."""
    prefix = shorten(iri).partition(":")[0]
    if prefix == "place" and PREFIXES["md"] + "Site" not in kinds:
        return _place(iri)
    if prefix == "source":
        return _document(iri)
    if iri.startswith(str(VOCABULARY)):
        return _concept(iri)
    if PREFIXES.get(prefix, "").endswith(f"/id/{prefix}/"):
        return _thing(iri, language)
    return None


def names_in(facts: Iterable[Fact]) -> set[str]:
    """Return the addresses that a table of `facts` names."""
    wanted = {PREFIXES["basis"] + "repaired"}
    for fact in facts:
        node = fact.node
        wanted.update((fact.iri, *fact.others, *node.classes(), *(c.source for c in fact.cited)))
        wanted.update(node.iris("md:agreementType", "md:status", "md:channel", "md:item"))
    return wanted - {""}


def _place(iri: str) -> Page:
    found = briefing(service().store, iri)
    own = [found.node, *found.of_kind("name"), *found.of_kind("observation"),
           *found.of_kind("body"), *found.of_kind("unresolved"), *found.of_kind("link"),
           *found.of_kind("place")]  # fmt: skip
    amended = [node for node in found.around.values() if node.kind in ("amendment", "claim")]
    wanted = {iri} | mentioned(own) | mentioned(amended) | names_in(found.facts)
    wanted |= set(found.sources) | {node.iri for node in own}
    shown: dict[str, Any] = {
        "place": found,
        "unsure": [
            (fact, found.amendments(fact.node), found.claims(fact.node)) for fact in found.unsure
        ],
        "kind": "place",
        "pictures": lambda names: {
            "map": map_of_place(found, names),
            "timeline": timeline_of(found.facts, names),
            "visits": visits_of(found.facts, names),
        },
        "questions": _questions(iri),
    }
    return Page("place.html", shown, wanted)


def _document(iri: str) -> Page:
    lines = cited_lines(service().store, iri)
    part = asked_part("lines", len(lines), MOST_LINES)
    found = document(service().store, iri, part.of(lines))
    nodes = [found.node, *found.amendments, *found.disputes, *found.claims.values()]
    counted = [node for node, _ in found.counts]
    wanted = {iri} | mentioned(nodes) | mentioned(counted) | things_of(found.lines)
    shown = {"document": found, "part": part, "kind": "source"}
    return Page("source.html", shown, wanted)


def _concept(iri: str) -> Page:
    found = concept(service().store, iri)
    wanted = {iri} | mentioned([found.node]) | names_in(found.facts) | set(found.sources)
    wanted |= {node.iri for node in found.below} | set(found.uses)
    return Page("concept.html", {"concept": found, "kind": "concept", "most": MOST}, wanted)


def _thing(iri: str, language: str) -> Page:
    found = thing(service().store, iri, MOST_REFERRING)
    sheets = sheet(found.node, language)
    nodes = [found.node, *found.posts, *found.claims, *found.amendments]
    wanted = {iri} | mentioned(nodes) | names_in(found.facts) | set(found.sources)
    wanted |= {node.iri for node in found.listed} | {c.evidence for c in found.cited}
    wanted |= {c.source for c in found.cited}
    wanted |= {term.value for _, terms in sheets for term in terms if isinstance(term, NamedNode)}
    places = sorted({
        place for place in found.node.iris("md:involves", "md:from", "md:to", "md:between")
        if place in service().places
    })  # fmt: skip
    shown: dict[str, Any] = {
        "thing": found,
        "kind": found.node.kind,
        "sheet": sheets,
        "pair": places if len(places) == 2 else [],
    }
    return Page("thing.html", shown, wanted)


def _questions(iri: str) -> list[tuple[CannedQuery, str]]:
    """Return the questions that can be asked about a place, each with its address."""
    if iri not in service().places:
        return []
    return [
        (query, question_address(query.name, **{name: key_of(iri)}))
        for query in service().queries.values()
        for name, parameter in query.parameters.items()
        if parameter.type == "place"
    ]


def _note(node: Node) -> str:
    """Return the note on `node` in the page's language."""
    return _text(node, "skos:editorialNote") or _text(node, "md:dateNote")


def _text(node: Node, name: str) -> str:
    """Return the text of the property `name` in the page's language."""
    notes = node.literals(name)
    return text_in({language_tag(note.language): note.value for note in reversed(notes)})


def _number(text: str) -> str:
    """Return a number as the page's language writes it; what is none stays as it is."""
    return format_decimal(text) if _NUMBER.fullmatch(text) else text
