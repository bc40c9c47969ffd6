"""What the page and the data of a search show of each hit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext

from kg.canned import CannedQuery
from kg.folding import Pieces, marked
from kg.named import PLACES
from kg.namespaces import LANGUAGES, PREFIXES
from kg.places import key_of
from kg.search import Hit
from kg.store import Literal, NamedNode, Store
from kg.tags import language_tag
from kg.web.labels import Name, link_of, names_of
from kg.web.service import service

_DETAILS = f"""
PREFIX dct: <{PREFIXES["dct"]}> PREFIX md: <{PREFIXES["md"]}> PREFIX skos: <{PREFIXES["skos"]}>
SELECT DISTINCT ?thing ?fact ?value WHERE {{
  {{ VALUES ?thing {{ %(things)s }} ?thing a ?value . BIND ("class" AS ?fact) }}
  UNION {{ VALUES ?thing {{ %(things)s }}
           ?thing md:within|md:actsFor|md:unitOf|skos:inScheme ?value . BIND ("in" AS ?fact) }}
  UNION {{ VALUES ?thing {{ %(things)s }}
           ?thing skos:definition|dct:description|skos:editorialNote ?value .
           BIND ("text" AS ?fact) }}
}} ORDER BY ?thing ?fact ?value
"""
_LONGEST = 160  # signs of a text in the line
_MOST_NAMED = 3  # countries or sources of one hit


@dataclass(frozen=True)
class Result:
    """One hit as it is shown: its name and the name that fits in pieces, what tells it apart.

    `matched` is empty where the name itself is what fits; `line` holds its class, what it is in,
    its countries and sources; `text` is its definition or note.
    """

    iri: str
    link: str | None
    kind: str
    rank: str
    name: Name
    pieces: Pieces
    matched: Pieces
    matched_language: str
    by_identifier: bool
    line: list[Name]
    text: Name | None
    questions: list[tuple[CannedQuery, str]]


def results_of(hits: Iterable[Hit], asked: str, language: str) -> list[Result]:
    """Return what is shown of `hits` in `language`; two queries for all of them."""
    hits = list(hits)
    store = service().store
    details = _details([hit.thing.iri for hit in hits], store)
    wanted: set[str] = set()
    for hit in hits:
        wanted |= {*hit.thing.countries[:_MOST_NAMED], *hit.thing.sources[:_MOST_NAMED]}
        facts = details.get(hit.thing.iri, {})
        wanted |= {*facts.get("class", {}), *facts.get("in", {})}
    names = names_of(wanted, store, language)
    return [_result(hit, asked, language, details.get(hit.thing.iri, {}), names) for hit in hits]


def _details(iris: list[str], store: Store) -> dict[str, dict[str, dict[str, str]]]:
    """Return by thing and fact the addresses or texts, each with its language."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    if not iris:
        return found
    things = " ".join(str(NamedNode(iri)) for iri in iris)
    for thing, fact, value in store.select(_DETAILS % {"things": things}).rows:
        if isinstance(thing, NamedNode) and isinstance(fact, Literal):
            facts = found.setdefault(thing.value, {}).setdefault(fact.value, {})
            if isinstance(value, Literal):
                facts[value.value] = language_tag(value.language)
            elif isinstance(value, NamedNode):
                facts[value.value] = ""
    return found


def _result(
    hit: Hit,
    asked: str,
    language: str,
    facts: Mapping[str, Mapping[str, str]],
    names: Mapping[str, Name],
) -> Result:
    thing, spelling = hit.thing, hit.spelling
    label = thing.label(language)
    name = Name(label.text, label.language) if label else Name(key_of(thing.iri))
    same = spelling.text == name.text
    pieces = marked(spelling.text, asked) if hit.rank != "fuzzy" else [(spelling.text, False)]
    text = _text(facts.get("text", {}), language)
    if spelling.how == "text":
        text, matched = None, pieces
    else:
        matched = [] if same else pieces
    return Result(
        iri=thing.iri,
        link=link_of(thing.iri),
        kind=thing.kind,
        rank=hit.rank,
        name=name,
        pieces=pieces if same else [(name.text, False)],
        matched=matched,
        matched_language=spelling.language,
        by_identifier=spelling.how == "identifier",
        line=_line(hit, facts, names),
        text=text,
        questions=_questions(thing.iri) if thing.kind in PLACES else [],
    )


def _line(
    hit: Hit, facts: Mapping[str, Mapping[str, str]], names: Mapping[str, Name]
) -> list[Name]:
    """Return the class, what it lies in or acts for, the countries and the sources."""
    thing = hit.thing
    classes = [iri for iri in facts.get("class", {}) if iri.startswith(PREFIXES["md"])]
    told = [*classes, *facts.get("in", {}), *thing.countries[:_MOST_NAMED]]
    if thing.kind in ("agreement", "visit", "record"):
        told += thing.sources[:_MOST_NAMED]
    known = str(kind_words()[thing.kind]).casefold()  # stands beside the name
    return [
        names[iri]
        for iri in dict.fromkeys(told)
        if iri in names and iri != thing.iri and names[iri].text.casefold() != known
    ]


def _text(texts: Mapping[str, str], language: str) -> Name | None:
    by_language = {tag: text for text, tag in reversed([*texts.items()])}
    tag = next((tag for tag in (language, *LANGUAGES, *by_language) if tag in by_language), None)
    if tag is None:
        return None
    text = by_language[tag]
    return Name(text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + " …", tag)


def _questions(iri: str) -> list[tuple[CannedQuery, str]]:
    """Return the questions that can be asked about a place, each with its address."""
    if iri not in service().places:
        return []
    found = []
    for query in service().queries.values():
        named = [p.name for p in query.parameters.values() if p.type == "place"]
        if named:
            values = dict[str, Any](name=query.name) | {named[0]: key_of(iri)}
            found.append((query, url_for("queries.show", **values)))
    return found


def kind_words() -> dict[str, str]:
    """Return what the kinds of things are called in the page's language."""
    return {
        "municipality": gettext("Municipality"),
        "territory": gettext("Province, district or county"),
        "country": gettext("Country or region"),
        "site": gettext("Other place"),
        "body": gettext("Body"),
        "person": gettext("Person"),
        "source": gettext("Source document"),
        "question": gettext("Question"),
        "agreement": gettext("Agreement or intent"),
        "visit": gettext("Visit or act"),
        "concept": gettext("Concept"),
        "term": gettext("Term of the ontology"),
        "record": gettext("Record"),
    }
