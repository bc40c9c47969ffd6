"""What a query writes, passed on in pieces: counted, held to its limits, cut where it is safe."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from kg.tags import with_cased_tags

PIECE = 64 * 1024  # bytes; a smaller answer travels whole
MOST_HELD = 16 * 1024**2  # bytes without a safe end: one value, or one row
PATIENCE = 0.1  # seconds after which a piece goes out smaller

# A piece ends before `<`, or after the first sign of the others: no language tag is torn there.
# All formats of lines but CSV escape line ends in strings, so their pieces are whole lines.
_CUTS = {"json": b",{", "jsonld": b",{", "xml": b"<", "rdfxml": b"<"}
# Where a row begins. In JSON that is at the name of a column: within a string a quotation mark
# would follow a backslash, and after one that ends a string comes no name. Rows without any value
# are not seen there.
ROW_OF_JSON = re.compile(rb'\},\{"[^},]')  # from the second row on, two signs before it
_BEGINS = {"json": ROW_OF_JSON, "xml": re.compile(rb"<result>"), "tsv": re.compile(rb"\n")}
_LONGEST = 8  # bytes of such a sign

_Item = TypeVar("_Item")


class LimitReached(Exception):  # noqa: N818 - it never leaves the worker
    """The answer outgrew a limit; `str` names it: `rows`, `bytes` or `value`."""


class Outflow:
    """A file for pyoxigraph to write an answer to; it stops writing as soon as this raises.

    `send` gets the pieces but the last. In CSV, TSV and the RDF formats of lines each ends with a
    line, so that whatever follows a piece stands at the start of one.
    """

    def __init__(self, syntax: str, rows: int, size: int, send: Callable[[bytes], None]) -> None:
        self._syntax, self._send = syntax, send
        self._most_rows, self._bytes_left = rows, size
        self._held = bytearray()
        self._enough = PIECE
        self._due = time.monotonic() + PATIENCE
        self._tail = b""
        self.rows = 0

    def write(self, part: Any) -> int:
        """Take the next bytes. Raises LimitReached when they are too many."""
        if len(part) > MOST_HELD:
            raise LimitReached("value")
        self._held += part
        if len(self._held) >= self._enough or time.monotonic() >= self._due:
            end = self._safe_end()
            # Without a safe end, look again when there is twice as much: never each time.
            self._enough = PIECE if end else 2 * len(self._held)
            self._due = time.monotonic() + PATIENCE
            if end:
                self._send(self._taken(end))
            if len(self._held) > MOST_HELD:
                raise LimitReached("value")
        return len(part)

    def flush(self) -> None:
        """Do nothing; pyoxigraph flushes where it pleases."""

    def rest(self) -> bytes:
        """Return what was not sent yet of the complete answer. Raises LimitReached."""
        return self._taken(len(self._held))

    def count(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """Yield `items`, such as triples, and count each as a row. Raises LimitReached."""
        for item in items:
            self._add_rows(1)
            yield item

    def _taken(self, end: int) -> bytes:
        piece = bytes(self._held[:end])
        del self._held[:end]
        self._bytes_left -= len(piece)
        if self._bytes_left < 0:
            raise LimitReached("bytes")
        self._add_rows(self._rows_in(piece))
        return with_cased_tags(piece, self._syntax)

    def _add_rows(self, number: int) -> None:
        self.rows += number
        if self.rows > self._most_rows:
            raise LimitReached("rows")

    def _safe_end(self) -> int:
        if self._syntax == "csv":
            return _lines_of_csv(self._held)[1]
        sign = _CUTS.get(self._syntax, b"\n")
        return max(0, self._held.rfind(sign) + (sign != b"<"))

    def _rows_in(self, piece: bytes) -> int:
        """Return how many rows begin in `piece`; triples are counted as they come instead."""
        first = not self._tail
        # A sign may be torn: some of it stands at the end of the piece before.
        text = self._tail + piece
        self._tail = text[-_LONGEST:]
        if self._syntax == "csv":
            return _lines_of_csv(piece)[0] - first  # without the line of the columns' names
        if self._syntax not in _BEGINS:
            return 0
        before = len(text) - len(piece)
        rows = sum(match.end() > before for match in _BEGINS[self._syntax].finditer(text))
        if self._syntax == "tsv":
            return rows - first
        return rows + (first and self._syntax == "json" and b'"bindings":[{"' in piece)


def _lines_of_csv(text: bytes | bytearray) -> tuple[int, int]:
    """Return the number of whole records in `text`, which begins with one, and where they end."""
    number = end = position = 0
    parts: list[bytes | bytearray] = list(text.split(b'"'))
    for n, part in enumerate(parts):
        if n % 2 == 0 and (found := part.count(b"\r\n")):  # not between quotation marks
            number += found
            end = position + part.rfind(b"\r\n") + 2
        position += len(part) + 1
    return number, end
