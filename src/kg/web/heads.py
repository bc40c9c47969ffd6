"""Heads of answers that are remembered, for requests that differ from an earlier one in little."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

_MOST, _LONGEST = 200, 500  # kinds that are remembered; characters of one
# What the head of an answer depends on; a new header that the site looks at has to be named here.
_HEADERS = ("HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE", "HTTP_COOKIE")
# With these the site has more to look at than that.
_OTHERS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH", "HTTP_RANGE", "CONTENT_LENGTH", "kg.cut")

Head = list[tuple[str, str]]
Kind = tuple[str | None, ...]
Site = Callable[..., Iterable[bytes]]
_T = TypeVar("_T")


def is_plain(environ: dict[str, Any]) -> bool:
    """Return whether the request is a GET that says nothing beside its address and its kind."""
    return environ["REQUEST_METHOD"] == "GET" and not any(map(environ.get, _OTHERS))


def kind_of(environ: dict[str, Any], *more: str | None) -> Kind:
    """Return what the head of the answer follows from: the client's headers, and what is `more`."""
    return (*more, *map(environ.get, _HEADERS))


class Heads(Generic[_T]):
    """What is remembered of answers by their kind, the latest first to stay. Safe for threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[Kind, _T] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, kind: Kind) -> _T | None:
        """Return what is remembered of `kind`."""
        with self._lock:
            found = self._known.get(kind)
            if found is not None:
                self._known.move_to_end(kind)
            return found

    def learn(
        self,
        kind: Kind,
        site: Site,
        environ: dict[str, Any],
        start_response: Any,
        read: Callable[[Head], _T | None],
    ) -> Iterable[bytes]:
        """Answer by `site`; of what goes well, remember what `read` makes of the head."""
        seen: list[Any] = []

        def start(status: str, headers: Head, error: Any = None) -> Any:
            seen[:] = status, list(headers)
            return start_response(status, headers, error)

        pieces = site(environ, start)
        found = read(seen[1]) if seen[0].startswith("200") else None
        if found is not None and sum(len(part or "") for part in kind) < _LONGEST:
            with self._lock:
                self._known[kind] = found
                if len(self._known) > _MOST:
                    self._known.popitem(last=False)
        return pieces


def without(head: Head, *names: str) -> Head:
    """Return `head` without the headers `names`, which follow from the answer itself."""
    return [pair for pair in head if pair[0] not in names]
