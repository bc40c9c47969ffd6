"""Stores on disk: made, filled from RDF files by two threads, made ready for reading."""

import ctypes
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import pyoxigraph as ox

from kg.errors import InputError
from kg.growing import GrowingStore
from kg.reading import StoredQuad, open_rdf, read_quads
from kg.syntaxes import GRAPH_FORMATS

# In these a line says all by itself, unless it names a blank node.
_OF_LINES = {".nt": "ntriples", ".nq": "nquads"}
_PIECE = 16 * 1024**2  # bytes of lines that the engine takes at once, in some 100 MB of memory
_THREADS = 2
_BLANK = b"_:"


@contextmanager
def new_store(folder: Path) -> Iterator[GrowingStore]:
    """Yield a new store on disk in `folder` to be filled; in the end it is made ready for reading.

    It is closed however the block ends. Raises InputError where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        store = GrowingStore.new(folder)
        try:
            yield store
            store.settle()
        finally:
            store.close()
            give_memory_back()
    except OSError as error:
        raise InputError(f"{folder}: the store cannot be written: {error}") from error


def build_store(quads: Iterable[StoredQuad], folder: Path) -> None:
    """Write `quads` to a new store on disk in `folder`, as `new_store` does."""
    with new_store(folder) as store:
        store.add(quads)


def load(store: GrowingStore, path: Path) -> None:
    """Add the quads of one RDF file to `store`, those that `read_quads` reads.

    Raises DataError and InputError as it does.
    """
    syntax = _OF_LINES.get(path.suffix.lower())
    if syntax is None:
        store.add(read_quads(path))
        return
    try:
        _load_lines(store, path, syntax)
    except SyntaxError:
        # Which line it is, a piece does not know; reading from the beginning tells it.
        for _ in read_quads(path):
            pass
        raise


def _load_lines(store: GrowingStore, path: Path, syntax: str) -> None:
    """Add a file of lines, cut into pieces: the engine parses and sorts two at the same time."""
    under_way: deque[Future[None]] = deque()
    with TemporaryFile() as apart, ThreadPoolExecutor(_THREADS) as threads:
        for piece in _pieces(path):
            under_way.append(threads.submit(store.load, _without_blank(piece, apart), syntax))
            if len(under_way) > _THREADS:
                under_way.popleft().result()
        for each in under_way:
            each.result()
        apart.seek(0)
        store.add(ox.parse(apart, format=GRAPH_FORMATS[syntax], rename_blank_nodes=True))


def _pieces(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file in pieces of whole lines. Raises InputError."""
    with open_rdf(path) as file:
        rest = b""
        while block := file.read(_PIECE):
            block = rest + block
            end = max(block.rfind(b"\n"), block.rfind(b"\r")) + 1
            rest = block[end:]
            if end:
                yield block[:end]
        if rest:
            yield rest


def _without_blank(piece: bytes, apart: BinaryIO) -> bytes:
    """Return `piece` without the lines that may name a blank node, which go to `apart`.

    What such a name means, the engine knows only as long as it reads the same text.
    """
    if _BLANK not in piece:
        return piece
    lines = piece.splitlines(keepends=True)
    apart.writelines(line for line in lines if _BLANK in line)
    return b"".join(line for line in lines if _BLANK not in line)


def give_memory_back() -> None:
    """Return freed memory to the system: a server that loads large data would keep it for good."""
    with suppress(AttributeError):  # only glibc has to be asked, and only it can be
        ctypes.CDLL(None).malloc_trim(0)
