"""Queries by GET that differ from an earlier one in their text alone, answered beside Flask.

What the head of an answer says follows from the kind of query and from a few headers of the
request. The first request of a kind goes through the site, and its head is remembered; the next
ones need their own answer and their own tag, and the site stays the one place that decides. That
halves what a small query costs beside its answer.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from flask import Flask

from kg.errors import KgError
from kg.tokens import changes_by_itself, operation
from kg.web import formats
from kg.web.arriving import Late, failed
from kg.web.journal import told
from kg.web.protocol import asker
from kg.web.service import Service
from kg.web.sparql import explained, may_be_canned
from kg.web.transfer import tag_of

_MOST, _LONGEST = 200, 500  # kinds that are remembered; characters of one
# What the head of an answer depends on; a new header that the site looks at has to be named here.
_HEADERS = ("HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE", "HTTP_COOKIE")
# With these the site has more to look at than that.
_OTHERS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH", "HTTP_RANGE", "CONTENT_LENGTH", "kg.cut")
_Kind = tuple[str | None, ...]


class _Head(NamedTuple):
    """The head of an answer but for its tag, and what belongs to it."""

    headers: list[tuple[str, str]]
    syntax: str
    media: str
    packed: bool


def direct(app: Flask, inner: Callable[..., Iterable[bytes]]) -> Any:
    """Return the WSGI application `inner` of `app`, which is spared what it would only repeat."""
    heads: OrderedDict[_Kind, _Head] = OrderedDict()
    lock = threading.Lock()

    def ask(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        query = _plain(environ, app.extensions["kg"])
        if query is None:
            return inner(environ, start_response)
        kind = _kind(environ, query)
        with lock:
            head = heads.get(kind)
            if head:
                heads.move_to_end(kind)
        if head:
            return _answer(app, environ, start_response, query, head)
        seen: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            seen[:] = status, list(headers)
            return start_response(status, headers, error)

        pieces = inner(environ, start)
        late: Late | None = environ.get("kg.late")
        if late and seen[0].startswith("200") and sum(map(_length, kind)) < _LONGEST:
            headers = [pair for pair in seen[1] if pair[0] != "ETag"]
            with lock:
                heads[kind] = _Head(headers, late.syntax, late.media, late.packed)
                if len(heads) > _MOST:
                    heads.popitem(last=False)
        return pieces

    return ask


def _answer(
    app: Flask, environ: dict[str, Any], start_response: Any, query: str, head: _Head
) -> Iterable[bytes]:
    """Ask `query`; the rest is as for any other answer of a worker."""
    now: Service = app.extensions["kg"]
    about = told(environ)
    about.query = query
    explain = partial(explained, query)
    try:
        answer = now.engine.answer(query, *formats.for_either(head.syntax), asker=asker(environ))
    except KgError as error:
        return failed(app, environ, explain(error))(environ, start_response)
    about.answer = answer
    environ["kg.late"] = Late(answer, head.syntax, head.media, head.packed, explain)
    tag = tag_of(query, "", head.media, now=now)
    start_response("200 OK", [*head.headers, ("ETag", f'W/"{tag}"')])
    return ()


def _plain(environ: dict[str, Any], now: Service) -> str | None:
    """Return the query of a request that has nothing else to say; None where it may have."""
    if environ["PATH_INFO"] != "/sparql" or environ["REQUEST_METHOD"] != "GET":
        return None
    name, _, value = environ.get("QUERY_STRING", "").partition("=")
    if name != "query" or "&" in value or any(map(environ.get, _OTHERS)):
        return None
    try:
        query = unquote_plus(value, errors="strict")
    except UnicodeDecodeError:
        return None
    special = len(query) > now.engine.limits.characters or may_be_canned(query)
    return None if special or changes_by_itself(query) else query


def _kind(environ: dict[str, Any], query: str) -> _Kind:
    first = operation(query)
    return (first.text.upper() if first else None, *map(environ.get, _HEADERS))


def _length(text: str | None) -> int:
    return len(text or "")
