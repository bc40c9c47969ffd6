"""The first page: what is in the graph, where its ties lead, and what can be asked."""

from functools import lru_cache

from flask import Blueprint, Response, render_template
from markupsafe import Markup

from kg.inventory import MOST_DOCUMENTS, Inventory, inventory
from kg.store import Store
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


@bp.get("/")
def home() -> Response:
    """The first page."""
    return kept_page(_page)


def _page() -> str:
    found = _inventory(service().store)
    documents = found.documents[:MOST_DOCUMENTS]
    wanted = {document.iri for document in documents} | set(found.ties)
    wanted |= {partner for partners in found.ties.values() for partner in partners}
    names = names_of(wanted, service().store, page_language())
    queries = service().queries
    best = [queries[name] for name in BEST if name in queries]
    return render_template(
        "home.html",
        counts=found.counts,
        documents=documents,
        further=found.counts.get("sources", 0) - len(documents),
        ties=found.ties,
        maps={place: _map(place, partners, names) for place, partners in found.ties.items()},
        names=names,
        queries=best or list(queries.values())[:8],
        total=len(queries),
        folders=found.kinds,
    )


def _map(place: str, partners: dict[str, set[str]], names: dict[str, Name]) -> Markup | None:
    position = service().positions.get(place)
    if position is None:
        return None
    return map_of(Spot(names[place].text, *position), partners.items(), names)


@lru_cache(1)
def _inventory(store: Store) -> Inventory:
    """Return what the release holds; asked for once."""
    return inventory(store)
