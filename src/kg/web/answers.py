"""Answers kept ready for one release: each is made once, and all together stay within bounds."""

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Sized
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from kg.limits import BudgetError
from kg.once import Once

_T = TypeVar("_T", bound=Sized)
Key = tuple[str, ...]

SMALLEST = 1000  # bytes worth compressing
_WORTH = 0.9  # of its length; what does not get smaller than that stays as it is
_ENTRY = 500  # bytes that an entry takes beside what it holds
_HEAD = 1500  # bytes of a head
_LONGEST = 4000  # characters of a request that is known again by its words


@dataclass(frozen=True)
class Kept:
    """A finished body with what HTTP says of it, and the same body as gzip where that is worth it.

    `headers` are those of this body alone, such as its name as a file.
    """

    body: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()

    @Once
    def zipped(self) -> bytes | None:
        """The body as gzip, made when it is first wanted; None where it is not worth it."""
        if len(self.body) < SMALLEST:
            return None
        zipped = gzip.compress(self.body, compresslevel=6, mtime=0)
        # What is packed already, such as a spreadsheet, does not get smaller.
        return zipped if len(zipped) < _WORTH * len(self.body) else None

    def __len__(self) -> int:
        """The bytes that it takes at most, packed and not."""
        packed = _WORTH * len(self.body) if len(self.body) >= SMALLEST else 0
        return len(self.body) + int(packed)


@dataclass(frozen=True)
class Ready:
    """An answer as it went out before: its key, the head that went with it, and its tag in quotes.

    `lasting` is what of the head a 304 repeats.
    """

    key: Key
    headers: tuple[tuple[str, str], ...]
    lasting: tuple[tuple[str, str], ...]
    tag: str


class Answers:
    """The answers of one release by key, in at most `most` bytes. Safe for threads.

    Those that were not asked for longest go first. `told` hears of each that is asked for whether
    it was there (`kept`) or had to be made (`made`).
    """

    def __init__(self, most: int, told: Callable[[str], None] = lambda _: None) -> None:
        self._most, self._told = most, told
        self._kept: OrderedDict[Key, tuple[Any, int]] = OrderedDict()
        self._making: dict[Key, Future[Any]] = {}
        self._lock = threading.Lock()
        self.size = 0

    def get(self, key: Key, make: Callable[[], _T]) -> _T:
        """Return what is kept under `key`, else what `make` returns, to be kept if it fits.

        Who asks while it is being made waits for it, and gets the same, also the same error, but
        for one that is about the client who asked first.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                self._told("kept")
                return cast(_T, self._kept[key][0])
            future = self._making.get(key)
            is_first = future is None
            if future is None:
                future = self._making[key] = Future()
        if not is_first:
            try:
                found = cast(_T, future.result())
            except BudgetError:  # the other's own affair: it has asked too much, not who waits
                return self.get(key, make)
            self._told("kept")
            return found
        self._told("made")
        try:
            made = make()
        except BaseException as error:
            with self._lock:
                del self._making[key]
            future.set_exception(error)
            raise
        with self._lock:
            del self._making[key]
            self._keep(key, made, len(made))
        future.set_result(made)
        return made

    def remember(self, request: Key, ready: Ready) -> None:
        """Note that `request`, word for word, is answered by what `ready` says."""
        length = sum(map(len, request))
        if length <= _LONGEST:
            with self._lock:
                self._keep(request, ready, _HEAD + sum(map(len, ready.key)))

    def find(self, request: Key) -> tuple[Ready, Kept] | None:
        """Return what answered `request` before, None where it is not kept any more."""
        with self._lock:
            known = self._kept.get(request)
            found = self._kept.get(known[0].key) if known else None
            if known is None or found is None:
                return None
            self._kept.move_to_end(request)
            self._kept.move_to_end(known[0].key)
        self._told("kept")
        return known[0], found[0]

    def _keep(self, key: Key, made: Any, length: int) -> None:
        """Keep what was made, and let go what is too much; one answer takes a quarter at most."""
        size = length + sum(map(len, key)) + _ENTRY
        if size > self._most / 4:
            return
        if key in self._kept:
            self.size -= self._kept.pop(key)[1]
        self._kept[key] = (made, size)
        self.size += size
        while self.size > self._most:
            self.size -= self._kept.popitem(last=False)[1][1]
