"""Answers that a release keeps: what every start needs, and questions that take no values."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from kg import inventory, places
from kg.binding import fill
from kg.canned import CannedQuery
from kg.keptfiles import KEPT_AS, kept_file
from kg.namespaces import LANGUAGES
from kg.narrowing import widest_terms
from kg.store import EmbeddedStore, Table

_TEXTS = (places.ASKED, *inventory.ASKED)


def keep_answers(store: Path, queries: Iterable[CannedQuery]) -> None:
    """Ask the store in the folder `store` what is kept, and write it beside it, a file each.

    Of `queries` that is what takes no value but the language, or only values that leave rows out:
    in each language, with all its rows.
    """
    asked = EmbeddedStore.open(store)

    def keep(text: str) -> None:
        file = kept_file(store, text)
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(asked.write(text, KEPT_AS))

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(keep, (*_TEXTS, *_texts(queries))))


def _texts(queries: Iterable[CannedQuery]) -> Iterator[str]:
    for query in queries:
        for language in LANGUAGES:
            if (terms := widest_terms(query, language)) is not None:
                yield fill(query, terms)


class KeptStore(EmbeddedStore):
    """The store of a release, with the answers that are kept beside it at hand."""

    _folder: Path

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Return the store in `folder`, as `EmbeddedStore.open` does; answers may be missing."""
        store = super().open(folder)
        store._folder = folder
        return store

    def select(self, sparql: str) -> Table:
        """Return the rows of a SELECT. Raises QueryError."""
        kept = kept_file(self._folder, sparql)
        if kept.is_file():
            return Table.read(kept.read_bytes(), KEPT_AS)
        return super().select(sparql)
