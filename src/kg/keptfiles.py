"""The files of the answers that a release keeps beside its store, one for each question."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
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


def narrowed(kept: BinaryIO, columns: Sequence[str], remaining: Callable[[bytes], bytes]) -> bytes:
    """Return an answer that is kept, without the rows that do not remain, as KEPT_AS.

    `remaining` gets the different cells of `columns` as rows of a VALUES block of SPARQL, and
    returns those of rows that remain, as KEPT_AS. Cells of TSV are terms as SPARQL writes them.
    """
    head, *rows = _lines(kept.read())
    names = head.split(b"\t")
    places = [names.index(b"?" + column.encode()) for column in columns]
    cells = [tuple(map(row.split(b"\t").__getitem__, places)) for row in rows]
    values = (b"(%s)" % b" ".join(cell or b"UNDEF" for cell in one) for one in dict.fromkeys(cells))
    left = {tuple(line.split(b"\t")) for line in _lines(remaining(b" ".join(values)))[1:]}
    return b"\n".join(
        [head, *(row for row, cell in zip(rows, cells, strict=True) if cell in left), b""]
    )


def _lines(text: bytes) -> list[bytes]:
    return text.removesuffix(b"\n").split(b"\n")
