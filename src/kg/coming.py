"""The answer to a query as it comes from its worker."""

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

from kg.limits import GoneError
from kg.once import Once
from kg.running import Ended, Run


class Beginning(NamedTuple):
    """How an answer begins: its form (`rows`, `boolean`, `graph`), its syntax, its first piece.

    `whole` says that there is no other piece.
    """

    form: str
    syntax: str
    piece: bytes
    whole: bool


class Answer:
    """An answer as it comes. Close it in any case, unless `begin` raises.

    Iterate over its pieces, once; a LimitError in the midst means that the rest will never come.
    """

    def __init__(
        self, run: Run, frames: Iterator[tuple[bytes, bytes]], read: Callable[[], None]
    ) -> None:
        """Take the answer of `run`; `read` is called when no more of it is awaited."""
        self._run, self._frames, self._read = run, frames, read
        self._is_open = True

    def begin(self) -> "Beginning":
        """Wait for the beginning of the answer, and return it. Raises QueryError, LimitError."""
        return self._beginning

    @Once
    def _beginning(self) -> "Beginning":
        try:
            head = json.loads(next(self._frames)[1])
            kind, first = next(self._frames)
            if kind == b"L":
                next(self._frames, None)  # nothing, but then it is known how it ended
                self.close()
        except BaseException:
            self.close()
            raise
        return Beginning(head["form"], head["syntax"], first, kind == b"L")

    @property
    def ended(self) -> Ended | None:
        """How the query ended, once it has."""
        return self._run.ended

    def __iter__(self) -> Iterator[bytes]:
        yield self.begin().piece
        for _, piece in self._frames:
            yield piece

    def read(self) -> bytes:
        """Return the complete answer. Raises QueryError, LimitError."""
        try:
            return b"".join(self)
        finally:
            self.close()

    def close(self) -> None:
        """Stop what may still be running."""
        if self._is_open:
            self._is_open = False
            if self._run.stop(GoneError("the answer was not read to its end")):
                self._run.worker.close()
            self._read()
