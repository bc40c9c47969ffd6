"""Queries by GET that differ from an earlier one in their text alone, answered beside Flask.

What the head of an answer says follows from the kind of query and from a few headers of the
request. The first request of a kind goes through the site, and its head is remembered; the next
ones need their own answer and their own tag, and the site stays the one place that decides. That
halves what a small query costs beside its answer.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from flask import Flask

from kg.errors import KgError
from kg.tokens import changes_by_itself, operation
from kg.web import formats
from kg.web.arriving import Late, failed
from kg.web.heads import Head, Heads, Site, is_plain, kind_of, without
from kg.web.journal import told
from kg.web.protocol import asker
from kg.web.service import Service
from kg.web.sparql import explained, may_be_canned
from kg.web.transfer import tag_of


class _Known(NamedTuple):
    """The head of an answer but for its tag, and what belongs to it."""

    head: Head
    syntax: str
    media: str
    packed: bool


def direct(app: Flask, inner: Site) -> Any:
    """Return the WSGI application `inner` of `app`, which is spared what it would only repeat."""
    heads: Heads[_Known] = Heads()

    def ask(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        query = _plain(environ, app.extensions["kg"])
        if query is None:
            return inner(environ, start_response)
        first = operation(query)
        kind = kind_of(environ, first.text.upper() if first else None)
        if known := heads.find(kind):
            return _answer(app, environ, start_response, query, known)

        def read(head: Head) -> _Known | None:
            late: Late | None = environ.get("kg.late")
            if late is None:
                return None
            return _Known(without(head, "ETag"), late.syntax, late.media, late.packed)

        return heads.learn(kind, inner, environ, start_response, read)

    return ask


def _answer(
    app: Flask, environ: dict[str, Any], start_response: Any, query: str, known: _Known
) -> Iterable[bytes]:
    """Ask `query`; the rest is as for any other answer of a worker."""
    now: Service = app.extensions["kg"]
    about = told(environ)
    about.query = query
    explain = partial(explained, query)
    try:
        answer = now.engine.answer(query, *formats.for_either(known.syntax), asker=asker(environ))
    except KgError as error:
        return failed(app, environ, explain(error))(environ, start_response)
    about.answer = answer
    environ["kg.late"] = Late(answer, known.syntax, known.media, known.packed, explain)
    tag = tag_of(query, "", known.media, now=now)
    start_response("200 OK", [*known.head, ("ETag", f'W/"{tag}"')])
    return ()


def _plain(environ: dict[str, Any], now: Service) -> str | None:
    """Return the query of a request that has nothing else to say; None where it may have."""
    if environ["PATH_INFO"] != "/sparql" or not is_plain(environ):
        return None
    name, _, value = environ.get("QUERY_STRING", "").partition("=")
    if name != "query" or "&" in value:
        return None
    try:
        query = unquote_plus(value, errors="strict")
    except UnicodeDecodeError:
        return None
    special = len(query) > now.engine.limits.characters or may_be_canned(query)
    return None if special or changes_by_itself(query) else query
