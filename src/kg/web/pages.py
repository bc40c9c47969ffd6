"""The first page: what is in the graph, where its ties lead, and what can be asked."""

from dataclasses import dataclass, field
from functools import lru_cache

from flask import Blueprint, Response, render_template
from markupsafe import Markup

from kg.namespaces import MD, PREFIXES
from kg.store import Literal, NamedNode, Store
from kg.web.addresses import folders
from kg.web.labels import Name, names_of
from kg.web.languages import page_language
from kg.web.pictures import Spot
from kg.web.place_pictures import map_of
from kg.web.repeats import kept_page
from kg.web.service import service

bp = Blueprint("pages", __name__)

BEST = (
    "friendship-and-council", "ties-of", "timeline-of-pair", "visits-of-place",
    "reciprocal-visits", "anniversaries", "not-visited-since", "disputed-and-repaired",
)  # fmt: skip

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
"""
_SOURCES = f"""
PREFIX md: <{MD}>
SELECT ?source ?published (COUNT(DISTINCT ?evidence) AS ?number) WHERE {{
  ?source a md:SourceDocument .
  OPTIONAL {{ ?evidence md:inSource ?source }}
  OPTIONAL {{ ?source md:publishedOn ?published }}
}}
GROUP BY ?source ?published
ORDER BY ?source
"""
_TIES = f"""
PREFIX md: <{MD}>
SELECT DISTINCT ?place ?partner ?level WHERE {{
  ?source md:focus ?place .
  ?agreement a md:Agreement ; md:involves ?place , ?partner ; md:channel ?level .
  FILTER (?place != ?partner)
}}
ORDER BY ?place ?partner ?level
"""


@dataclass(frozen=True)
class Document:
    """A source document: its address, when it was published, how many passages are cited."""

    iri: str
    published: str
    passages: int


@dataclass
class Inventory:
    """What is in the graph: numbers by kind, documents, and the ties of the places they tell of."""

    counts: dict[str, int]
    documents: list[Document]
    ties: dict[str, dict[str, set[str]]] = field(default_factory=dict)


@bp.get("/")
def home() -> Response:
    """The first page."""
    return kept_page(_page)


def _page() -> str:
    found = _inventory(service().store)
    wanted = {document.iri for document in found.documents} | set(found.ties)
    wanted |= {partner for partners in found.ties.values() for partner in partners}
    names = names_of(wanted, service().store, page_language())
    queries = service().queries
    best = [queries[name] for name in BEST if name in queries]
    return render_template(
        "home.html",
        counts=found.counts,
        documents=found.documents,
        ties=found.ties,
        maps={place: _map(place, partners, names) for place, partners in found.ties.items()},
        names=names,
        queries=best or list(queries.values())[:8],
        total=len(queries),
        folders=folders(service().store),
    )


def _map(place: str, partners: dict[str, set[str]], names: dict[str, Name]) -> Markup | None:
    position = service().positions.get(place)
    if position is None:
        return None
    return map_of(Spot(names[place].text, *position), partners.items(), names)


@lru_cache(1)
def _inventory(store: Store) -> Inventory:
    """Return what the release holds; asked for once."""
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
    ties: dict[str, dict[str, set[str]]] = {}
    for place, partner, level in store.select(_TIES).rows:
        if (isinstance(place, NamedNode) and isinstance(partner, NamedNode)
                and isinstance(level, NamedNode)):  # fmt: skip
            levels = ties.setdefault(place.value, {}).setdefault(partner.value, set())
            levels.add(level.value.rpartition("/")[2])
    most = sorted(ties, key=lambda place: (-len(ties[place]), place))[:2]
    return Inventory(counts, documents, {place: ties[place] for place in most})
