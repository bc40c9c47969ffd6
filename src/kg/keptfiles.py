"""The files of the answers that a release keeps beside its store, one for each question."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

# SPARQL 1.1 Query Results in TSV hold every term as it is, in a quarter of the bytes of JSON.
KEPT_AS = "tsv"
_FOLDER = "answers"


def kept_file(store: Path, text: str) -> Path:
    """Return the file of the answer to `text` in the syntax KEPT_AS, which may not be there.

    `store` is the folder of the store. The file is named after the question, so that another
    question, or another version of it, finds none.
    """
    name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return store.parent / _FOLDER / f"{name}.{KEPT_AS}"


def open_kept_files(store: Path) -> Mapping[str, BinaryIO]:
    """Return all that are there, open, each under its name."""
    files = (store.parent / _FOLDER).glob(f"*.{KEPT_AS}")
    return {path.name: path.open("rb") for path in files}
