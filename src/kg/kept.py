"""Answers that the first page of every start needs: asked when a release is built, kept with it."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from kg import inventory, places
from kg.store import EmbeddedStore, Table

_TEXTS = (places.ASKED, *inventory.ASKED)
_FOLDER = "answers"  # beside the store


def keep_answers(store: Path) -> None:
    """Ask the store in the folder `store` what is kept, and write it beside it, a file each."""
    asked = EmbeddedStore.open(store)
    folder = store.parent / _FOLDER
    folder.mkdir()

    def keep(text: str) -> None:
        (folder / _name(text)).write_bytes(asked.write(text, "json"))

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(keep, _TEXTS))


class KeptStore(EmbeddedStore):
    """The store of a release, with the answers that are kept beside it at hand."""

    _folder: Path

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Return the store in `folder`, as `EmbeddedStore.open` does; answers may be missing."""
        store = super().open(folder)
        store._folder = folder.parent / _FOLDER
        return store

    def select(self, sparql: str) -> Table:
        """Return the rows of a SELECT. Raises QueryError."""
        if sparql in _TEXTS:
            kept = self._folder / _name(sparql)
            if kept.is_file():
                return Table.read(kept.read_bytes())
        return super().select(sparql)


def _name(text: str) -> str:
    """A file that is named after the question, so that another question finds none."""
    return f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.srj"
