"""What a release holds, in numbers: by kind, by document, by graph; its ties; where places lie."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kg.namespaces import BASE, MD, PREFIXES
from kg.store import Literal, NamedNode, Store

MOST_DOCUMENTS = 100  # that are told of one by one
_COUNTS = f"""
PREFIX md: <{MD}>
SELECT ?what (COUNT(DISTINCT ?thing) AS ?number) WHERE {{
  {{ ?thing a md:Agreement . BIND ("agreements" AS ?what) }}
  UNION {{ ?thing a md:Agreement ; md:channel <{PREFIXES["channel"]}council> .
           BIND ("council agreements" AS ?what) }}
  UNION {{ ?thing a md:DelegationVisit . BIND ("visits" AS ?what) }}
  UNION {{ ?agreement md:involves ?thing . BIND ("places" AS ?what) }}
  UNION {{ ?thing a md:Evidence . BIND ("evidence" AS ?what) }}
  UNION {{ ?thing a md:SourceDocument . BIND ("sources" AS ?what) }}
}}
GROUP BY ?what
ORDER BY ?what
"""
_SOURCES = f"""
PREFIX md: <{MD}>
SELECT ?source ?published (COUNT(DISTINCT ?evidence) AS ?number) WHERE {{
  ?source a md:SourceDocument .
  OPTIONAL {{ ?evidence md:inSource ?source }}
  OPTIONAL {{ ?source md:publishedOn ?published }}
}}
GROUP BY ?source ?published
ORDER BY ?source ?published
LIMIT {MOST_DOCUMENTS}
"""
_TIE = """
  ?source md:focus ?place .
  ?agreement a md:Agreement ; md:involves ?place , ?partner ; md:channel ?level .
  FILTER (?place != ?partner)
"""
# The same for all places: what each pattern gives is read once, and joined in the end.
_MOST_TIES = f"""
PREFIX md: <{MD}>
SELECT ?place (COUNT(DISTINCT ?partner) AS ?partners) WHERE {{
  {{ SELECT DISTINCT ?place WHERE {{ ?source md:focus ?place }} }}
  {{ SELECT ?agreement WHERE {{ ?agreement md:channel ?level ; a ?class .
    FILTER (?class = md:Agreement) }} }}
  {{ SELECT ?agreement ?place WHERE {{ ?agreement md:involves ?place }} }}
  {{ SELECT ?agreement ?partner WHERE {{ ?agreement md:involves ?partner }} }}
  FILTER (?place != ?partner)
}}
GROUP BY ?place
ORDER BY DESC(?partners) ?place
LIMIT 2
"""
_TIES = f"""
PREFIX md: <{MD}>
SELECT DISTINCT ?partner ?level WHERE {{ VALUES ?place {{ %s }} {_TIE}}}
ORDER BY ?partner ?level
"""
_KINDS = f"""
SELECT DISTINCT ?kind WHERE {{
  ?thing a ?class .
  BIND (STRBEFORE(STRAFTER(STR(?thing), "{BASE}id/"), "/") AS ?kind)
}}
ORDER BY ?kind
"""
_POSITIONS = f"""
PREFIX geo: <{PREFIXES["geo"]}>
SELECT ?place ?latitude ?longitude WHERE {{ ?place geo:lat ?latitude ; geo:long ?longitude }}
ORDER BY ?place ?latitude ?longitude
"""
_GRAPHS = """
SELECT ?graph (COUNT(*) AS ?n) WHERE { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph ORDER BY ?graph
"""
# What is asked whatever the data are, and what grows with them.
ASKED = (_COUNTS, _SOURCES, _MOST_TIES, _KINDS, _POSITIONS, _GRAPHS)
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?")


@dataclass(frozen=True)
class Document:
    """A source document: its address, when it was published, how many passages are cited."""

    iri: str
    published: str
    passages: int


@dataclass
class Inventory:
    """Numbers by kind, the first documents, and the kinds of addresses: `place`, `agreement` …

    `ties` are those of the two places with most partners, of the places that documents tell of.
    """

    counts: dict[str, int]
    documents: list[Document]
    kinds: set[str]
    ties: dict[str, dict[str, set[str]]] = field(default_factory=dict)


def inventory(store: Store) -> Inventory:
    """Return what `store` holds."""
    counts = {
        what.value: int(number.value)
        for what, number in store.select(_COUNTS).rows
        if isinstance(what, Literal) and isinstance(number, Literal)
    }
    documents = [
        Document(source.value, published.value if isinstance(published, Literal) else "",
                 int(number.value))
        for source, published, number in store.select(_SOURCES).rows
        if isinstance(source, NamedNode) and isinstance(number, Literal)
    ]  # fmt: skip
    kinds = {kind.value for (kind,) in store.select(_KINDS).rows if isinstance(kind, Literal)}
    most = (place for place, _ in store.select(_MOST_TIES).rows if isinstance(place, NamedNode))
    ties = {place.value: _ties(place, store) for place in most}
    return Inventory(counts, documents, kinds - {""}, ties)


def _ties(place: NamedNode, store: Store) -> dict[str, set[str]]:
    """Return the partners of a place, each with the levels of their ties."""
    ties: dict[str, set[str]] = {}
    for partner, level in store.select(_TIES % place).rows:
        if isinstance(partner, NamedNode) and isinstance(level, NamedNode):
            ties.setdefault(partner.value, set()).add(level.value.rpartition("/")[2])
    return ties


def positions(store: Store) -> Mapping[str, tuple[float, float]]:
    """Return where places lie: latitude and longitude in degrees (WGS 84)."""
    return {
        place.value: (float(latitude.value), float(longitude.value))
        for place, latitude, longitude in store.select(_POSITIONS).rows
        if isinstance(place, NamedNode)
        and isinstance(latitude, Literal)
        and isinstance(longitude, Literal)
        and all(_DEGREES.fullmatch(degrees.value) for degrees in (latitude, longitude))
    }


def graphs(store: Store) -> Mapping[str, int]:
    """Return the named graphs with their numbers of triples."""
    return {
        name.value: int(number.value)
        for name, number in store.select(_GRAPHS).rows
        if isinstance(name, NamedNode) and isinstance(number, Literal)
    }
