"""Rows of canned questions whose values alone differ from an earlier request, beside Flask.

As `kg.web.direct` does for queries: the first request for a question, in a form and a language,
goes through the site, and the next ones need their own values, rows and tag only. Forms that tell
more than the rows, in words (pages, JSON, what is taken away), are the site's.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from flask import Flask

from kg.errors import KgError, ParameterError
from kg.queries import typed_values
from kg.web.answers import Kept
from kg.web.arriving import failed
from kg.web.found import Found
from kg.web.heads import Head, Heads, Site, is_plain, kind_of, without
from kg.web.protocol import asker
from kg.web.repeats import encoded
from kg.web.service import Service
from kg.web.transfer import tag_of

_PATH = "/queries/"
_SYNTAXES = {"text/csv": "csv", "text/tab-separated-values": "tsv",
             "application/sparql-results+xml": "xml", "application/xml": "xml"}  # fmt: skip
_NONE = ("", "", "")  # of an answer that is not kept


class _Known(NamedTuple):
    """The head of an answer but for what follows from its rows, its media type and language."""

    head: Head
    media: str
    language: str


def direct(app: Flask, inner: Site) -> Any:
    """Return the WSGI application `inner` of `app`, which is spared what it would only repeat."""
    heads: Heads[_Known] = Heads()

    def ask(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        given = _plain(environ)
        if given is None:
            return inner(environ, start_response)
        kind = kind_of(environ, environ["PATH_INFO"], given.get("format"), given.get("lang"))
        if known := heads.find(kind):
            now: Service = app.extensions["kg"]
            found = _found(environ["PATH_INFO"].removeprefix(_PATH), given, known.language, now)
            if found is None:
                return inner(environ, start_response)
            return _answer(app, now, environ, start_response, found, known)

        def read(head: Head) -> _Known | None:
            form, media, language, *_ = environ["kg.kept"][0] if "kg.kept" in environ else _NONE
            if form != "form" or media not in _SYNTAXES:
                return None
            bare = without(head, "ETag", "Content-Length", "Content-Encoding")
            return _Known(bare, media, language)

        return heads.learn(kind, inner, environ, start_response, read)

    return ask


def _plain(environ: dict[str, Any]) -> dict[str, str] | None:
    """Return the parameters of a request for a question that gives each once; else None."""
    if not environ["PATH_INFO"].startswith(_PATH) or not is_plain(environ):
        return None
    text = environ.get("QUERY_STRING", "")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:  # too many, or no UTF-8: the site has words for it
        return None
    given = dict(pairs)
    return given if len(given) == len(pairs) and text.isascii() else None


def _found(name: str, given: dict[str, str], language: str, now: Service) -> Found | None:
    """Return what is asked; None where a value is wrong, which the site tells better."""
    query = now.queries.get(name)
    if query is None:
        return None
    values = {name: value for name, value in given.items() if name != "format"}
    if "lang" in query.parameters:
        values.setdefault("lang", language)
    else:
        values.pop("lang", None)
    try:
        return Found(query, typed_values(query, values, now.places, now.choices))
    except ParameterError:
        return None


def _answer(
    app: Flask,
    now: Service,
    environ: dict[str, Any],
    start_response: Any,
    found: Found,
    known: _Known,
) -> Iterable[bytes]:
    client = asker(environ).client

    def make() -> Kept:
        rows = found.rows(now, _SYNTAXES[known.media], client)
        headers = dict(known.head)
        name = "Content-Disposition"
        return Kept(rows, headers["Content-Type"], ((name, headers[name]),))

    key = ("form", known.media, known.language, *found.key)
    try:
        kept = now.answers.get(key, make)
    except KgError as error:
        return failed(app, environ, error)(environ, start_response)
    body, encoding = encoded(kept, environ.get("HTTP_ACCEPT_ENCODING", ""))
    tag = tag_of(*key, now=now)
    head = [*known.head, ("Content-Length", str(len(body))), ("ETag", f'W/"{tag}"')]
    if encoding:
        head.append(("Content-Encoding", encoding))
    environ["kg.kept"] = key, tag
    start_response("200 OK", head)
    return [body]
