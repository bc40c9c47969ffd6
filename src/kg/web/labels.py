"""What to call a thing on a page, and where its name leads."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import Flask, url_for
from flask_babel import gettext

from kg.namespaces import BASE, GRAPH, ID, LANGUAGES, MD, PREFIXES
from kg.places import key_of
from kg.queries import shorten
from kg.store import Literal, NamedNode, Store
from kg.tags import language_tag

_PREFIXES = f"""
PREFIX dct: <{PREFIXES["dct"]}>
PREFIX md: <{MD}>
PREFIX rdfs: <{PREFIXES["rdfs"]}>
PREFIX skos: <{PREFIXES["skos"]}>
"""
_FACTS = {
    "label": "skos:prefLabel|rdfs:label",
    "title": "dct:title",
    "type": "md:agreementType/skos:prefLabel",
    "class": "a/rdfs:label",
    "date": "md:edtf",
    "source": "md:inSource",
    "line": "md:line",
    "written": "md:writtenAs",
}


@dataclass(frozen=True)
class Name:
    """A name and the language that it is in; empty where it is in none."""

    text: str
    language: str = ""


@dataclass
class _Facts:
    """What was found about one node."""

    texts: dict[str, dict[str, str]] = field(default_factory=dict)


def names_of(iris: Iterable[str], store: Store, language: str) -> dict[str, Name]:
    """Return a name for each address, in `language` where there is one; one query for all.

    The graph of a source document goes by the document's name.
    """
    wanted = sorted(set(iris))
    documents = {iri: ID["source"] + key_of(iri) for iri in wanted if iri.startswith(str(GRAPH))}
    found = {iri: _Facts() for iri in (*wanted, *documents.values())}
    if found:
        for node, fact, value in store.select(_asked(sorted(found))).rows:
            if isinstance(node, NamedNode) and isinstance(fact, Literal):
                texts = found[node.value].texts.setdefault(fact.value, {})
                if isinstance(value, Literal):
                    texts.setdefault(language_tag(value.language), value.value)
                elif isinstance(value, NamedNode):
                    texts.setdefault("", key_of(value.value))
    return {iri: _name(iri, found[documents.get(iri, iri)].texts, language) for iri in wanted}


def _asked(iris: list[str]) -> str:
    """Return one query for all facts; the engine is fast only with the addresses in each branch."""
    nodes = "VALUES ?node { " + " ".join(str(NamedNode(iri)) for iri in iris) + " }"
    branches = (
        f'{{ {nodes} ?node {path} ?value . BIND ("{fact}" AS ?fact) }}'
        for fact, path in _FACTS.items()
    )
    return (
        f"{_PREFIXES} SELECT DISTINCT ?node ?fact ?value WHERE {{ {' UNION '.join(branches)} }} "
        "ORDER BY ?node ?fact ?value"
    )


def install(app: Flask) -> None:
    """Give the templates of `app` what they need to show a term."""
    app.jinja_env.globals.update(
        link_of=link_of, language_tag=language_tag, shorten=shorten, key_of=key_of
    )
    app.jinja_env.tests["literal"] = lambda term: isinstance(term, Literal)
    app.jinja_env.tests["iri"] = lambda term: isinstance(term, NamedNode)


def _name(iri: str, facts: dict[str, dict[str, str]], language: str) -> Name:
    label = _best(facts.get("label") or facts.get("title") or {}, language)
    if label.text:
        return label
    if "source" in facts and "line" in facts:
        return Name(f"{facts['source']['']}, line {facts['line']['']}")
    if "written" in facts:
        return _best(facts["written"], language)
    if iri.startswith(str(GRAPH)):
        return Name(_graph_words().get(key_of(iri), key_of(iri)), language)
    kind = _best(facts.get("type") or facts.get("class") or {}, language)
    if kind.text and iri.startswith(BASE):
        date = facts.get("date", {}).get("")
        return Name(f"{kind.text}, {date}" if date else f"{kind.text} {key_of(iri)}", kind.language)
    if iri.startswith(BASE):
        return Name(key_of(iri))
    words = {"skos:Concept": gettext("concept"), "skos:ConceptScheme": gettext("vocabulary")}
    short = shorten(iri)
    return Name(words[short], language) if short in words else Name(short)


def _graph_words() -> dict[str, str]:
    """Return what the graphs that stand beside those of the sources are called."""
    return {
        "reference": gettext("gazetteer"),
        "links": gettext("links to other data sets"),
        "curation": gettext("our readings"),
        "derived": gettext("derived by rule"),
        "ontology": gettext("ontology"),
        "release": gettext("release"),
    }


def _best(texts: dict[str, str], language: str) -> Name:
    for wanted in (language, *LANGUAGES, "", *texts):
        if texts.get(wanted):
            return Name(texts[wanted], wanted)
    return Name("")


def link_of(iri: str) -> str | None:
    """Return where `iri` leads: ours to this server, other http(s) as they are, the rest nowhere.

    An address of ours stays in the language that the reader has chosen.
    """
    if iri.startswith(BASE):
        path, hash_mark, fragment = iri.removeprefix(BASE).partition("#")
        return url_for("resources.show", path=path) + hash_mark + fragment
    return iri if iri.startswith(("http://", "https://")) else None
