"""All that a store holds as lines, N-Quads or N-Triples, by two threads in its own order."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from queue import Queue
from typing import Any

from kg.store import DefaultGraph, EmbeddedStore, Graph

_THREADS = 2
_PIECE = 256 * 1024  # bytes
_AHEAD = 8  # pieces that a graph may be ahead of its reader
_GRAPHS = 8  # that are begun: most are small, and no thread is to wait for the reader


def lines_of(store: EmbeddedStore, syntax: str) -> Iterator[bytes]:
    """Yield what `store` holds as `nquads` or `ntriples`, in pieces of whole lines.

    The engine looks up the text of each term, which takes most of the time: so it writes two
    graphs at once. Whatever their size, no more than some 30 MB are held.
    """
    graphs = store.graphs()
    with ThreadPoolExecutor(_THREADS) as threads:
        begun: deque[_Dump] = deque()
        try:
            while True:
                for graph in islice(graphs, _GRAPHS - len(begun)):
                    begun.append(_Dump(store, graph, syntax))
                    threads.submit(begun[-1].run)
                if not begun:
                    return
                yield from begun[0].pieces()
                begun.popleft()
        finally:
            for each in begun:
                each.abandon()


class _Dump:
    """One graph on its way: the engine writes to this as to a file, a reader takes the pieces."""

    def __init__(self, store: EmbeddedStore, graph: Graph, syntax: str) -> None:
        self._store, self._graph = store, graph
        is_named = syntax == "nquads" and not isinstance(graph, DefaultGraph)
        self._end = f" {graph} .\n".encode() if is_named else b" .\n"
        self._held = bytearray()
        self._written: Queue[bytes | Exception] = Queue(_AHEAD)
        self._is_abandoned = False

    def run(self) -> None:
        """Write the whole graph; an error is for the reader."""
        output: Any = self
        last: bytes | Exception = b""
        try:
            self._store.dump(self._graph, output)
            self._send(len(self._held))
        except Exception as error:
            last = error
        self._written.put(last)

    def pieces(self) -> Iterator[bytes]:
        """Yield the lines as they come. Raises what went wrong."""
        while piece := self._written.get():
            if isinstance(piece, Exception):
                raise piece
            yield piece

    def abandon(self) -> None:
        """Let the engine stop, as nobody reads any more."""
        self._is_abandoned = True
        while not self._written.empty():
            self._written.get()

    def write(self, part: bytes) -> int:
        """Take the next bytes."""
        self._held += part
        if len(self._held) >= _PIECE:
            self._send(self._held.rfind(b"\n") + 1)
        return len(part)

    def flush(self) -> None:
        """Do nothing: what is left follows in the end."""

    def _send(self, end: int) -> None:
        if self._is_abandoned:
            raise BrokenPipeError
        piece = bytes(self._held[:end])
        del self._held[:end]
        if piece:
            self._written.put(piece.replace(b" .\n", self._end))
