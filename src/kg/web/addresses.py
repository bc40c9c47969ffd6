"""Which address of the graph a path of this server means, and which others are near it."""

from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote

from rapidfuzz import fuzz, process

from kg.namespaces import BASE
from kg.places import key_of
from kg.store import NamedNode, Store
from kg.views.nodes import key_order
from kg.web.formats import SUFFIXES

MOST = 1000  # addresses that one page lists

_OWN = f"""
SELECT DISTINCT ?iri WHERE {{
  ?iri ?property ?value . FILTER (isIRI(?iri) && STRSTARTS(STR(?iri), "{BASE}"))
}}
"""
_SAFE = "/:@!$&'()*+,;=-._~"  # what RFC 3986 allows in a path as it stands


def addresses_at(path: str) -> Iterator[tuple[NamedNode, str | None]]:
    """Yield what `path` may mean: an address, and the syntax that its suffix asks for.

    The server hands paths over decoded, so `id/place/서울` may stand for an address in these
    characters or for one in percent signs. A suffix may as well be part of a name.
    """
    stem, dot, suffix = path.rpartition(".")
    meant: list[tuple[str, str | None]] = [(path, None)]
    if dot and suffix in SUFFIXES:
        meant.append((stem, suffix))
    for name, asked in meant:
        for spelled in dict.fromkeys((name, quote(name, safe=_SAFE + "%"), quote(name, _SAFE))):
            try:
                yield NamedNode(BASE + spelled), asked
            except ValueError:  # a space, say; the spelling with percent signs will do
                continue


def below(path: str, store: Store) -> list[str]:
    """Return the addresses right below a path that ends in a slash, sorted by key."""
    if not path.endswith("/"):
        return []
    folder = BASE + path
    return sorted(
        (iri for iri in _own(store) if iri.startswith(folder) and "/" not in iri[len(folder) :]),
        key=key_order,
    )[:MOST]


def near(path: str, store: Store) -> list[str]:
    """Return up to five addresses of the graph that look like the one at `path`."""
    known = _own(store)
    folder = path.rpartition("/")[0]
    beside = {iri: key_of(iri) for iri in known if iri.startswith(f"{BASE}{folder}/")}
    found = process.extract(
        key_of(path)[:100], beside or known, scorer=fuzz.WRatio, score_cutoff=70, limit=5
    )
    return [iri for _, _, iri in found]


@lru_cache(2)
def _own(store: Store) -> dict[str, str]:
    """Return the addresses that something is said of, with the last part of each."""
    rows = store.select(_OWN).rows
    return {iri.value: key_of(iri.value) for (iri,) in rows if isinstance(iri, NamedNode)}
