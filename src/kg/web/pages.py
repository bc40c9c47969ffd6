"""The first page: what is in the graph, and what can be asked."""

from functools import lru_cache

from flask import Blueprint, render_template

from kg.namespaces import MD, PREFIXES
from kg.store import EmbeddedStore, Literal, NamedNode
from kg.web.labels import names_of
from kg.web.languages import page_language
from kg.web.service import service

bp = Blueprint("pages", __name__)

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
SELECT ?source (COUNT(DISTINCT ?evidence) AS ?number) WHERE {{
  ?source a md:SourceDocument .
  OPTIONAL {{ ?evidence md:inSource ?source }}
}}
GROUP BY ?source
ORDER BY ?source
"""


@bp.get("/")
def home() -> str:
    """The first page."""
    counts, sources = _inventory(service().store)
    names = names_of(sources, service().store, page_language())
    return render_template(
        "home.html",
        counts=counts,
        sources=sources,
        names=names,
        queries=service().queries.values(),
    )


@lru_cache(1)
def _inventory(store: EmbeddedStore) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many there are of each kind, and how many passages each source gives."""
    counts = {
        what.value: int(number.value)
        for what, number in store.select(_COUNTS).rows
        if isinstance(what, Literal) and isinstance(number, Literal)
    }
    sources = {
        source.value: int(number.value)
        for source, number in store.select(_SOURCES).rows
        if isinstance(source, NamedNode) and isinstance(number, Literal)
    }
    return counts, sources
