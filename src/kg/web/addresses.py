"""Which address of the graph a path of this server means, and which others are near it."""

from bisect import bisect_left
from collections.abc import Iterator
from urllib.parse import quote

from rapidfuzz import fuzz, process

from kg.namespaces import BASE
from kg.places import key_of
from kg.store import NamedNode, Store
from kg.views.nodes import key_order
from kg.web.formats import SUFFIXES

_MOST_COMPARED = 10_000  # addresses on each side of where one would stand, in alphabetical order
# Everything is of some class, and to read these is much less than to read all that is said.
_OWN = f"""
SELECT DISTINCT ?iri WHERE {{
  ?iri a ?class . FILTER (isIRI(?iri) && STRSTARTS(STR(?iri), "{BASE}"))
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


class Addresses:
    """The addresses of ours in one store, read once: some 100 bytes of memory each."""

    def __init__(self, store: Store) -> None:
        rows = store.select(_OWN).rows
        self._paths = sorted(
            iri.value.removeprefix(BASE) for (iri,) in rows if isinstance(iri, NamedNode)
        )

    def below(self, path: str) -> list[str]:
        """Return the addresses right below a path that ends in a slash, sorted by key."""
        if not path.endswith("/"):
            return []
        inside = (one for one in self._under(path) if "/" not in one[len(path) :])
        return sorted((BASE + one for one in inside), key=key_order)

    def near(self, path: str) -> list[str]:
        """Return up to five addresses that look like the one at `path`."""
        folder, slash, _ = path.rpartition("/")
        beside = self._under(folder + slash) if folder else []
        # Those that begin alike stand together; of very many, no others are compared.
        place = bisect_left(beside or self._paths, path)
        some = (beside or self._paths)[max(place - _MOST_COMPARED, 0) : place + _MOST_COMPARED]
        found = process.extract(
            key_of(path)[:100],
            {one: key_of(one) for one in some},
            scorer=fuzz.WRatio,
            score_cutoff=70,
            limit=5,
        )
        return [BASE + one for _, _, one in found]

    def _under(self, folder: str) -> list[str]:
        start = bisect_left(self._paths, folder)
        end = bisect_left(self._paths, folder + "\U0010ffff")
        return self._paths[start:end]
