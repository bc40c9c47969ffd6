"""Answers that are asked for again: sent as they are kept, before anything is read anew."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from flask import Flask, Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from kg.web.answers import Kept, Ready
from kg.web.languages import page_language
from kg.web.service import service
from kg.web.transfer import held, not_modified, tag_of, tagged

_FOR_BODY = {"content-type", "content-disposition", "content-language"}
_OTHER = {"content-length", "content-encoding"}  # which follow from the client


def kept_response(key: tuple[str, ...], make: Callable[[], Kept]) -> Response:
    """Return the answer that stands for `key` in this release, made only if it is not kept."""
    tag = tag_of(*key)
    if held(tag):
        return not_modified(tag)
    kept = service().answers.get(key, make)
    body, encoding = encoded(kept, request.headers.get("Accept-Encoding", ""))
    response = Response(body, content_type=kept.content_type, headers=list(kept.headers))
    response.vary.add("Accept-Encoding")
    if encoding:
        response.content_encoding = encoding
    request.environ["kg.kept"] = key, tag
    return tagged(response, tag)


def kept_page(make: Callable[[], str], *headers: tuple[str, str]) -> Response:
    """Return the page that `make` writes for this address, written once for a release.

    `headers` go with it. Nothing is kept where `make` raises.
    """
    # The links to other languages repeat what was asked, so it is a part of the page.
    asked = request.query_string.decode("latin-1")
    return kept_response(
        ("page of", request.path, asked, page_language()),
        lambda: Kept(make().encode(), "text/html; charset=utf-8", headers),
    )


def install(app: Flask) -> None:
    """Let `app` answer a request that it knows word for word without going through it."""
    inner = app.wsgi_app

    def quick(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or environ.get("kg.cut"):
            return inner(environ, start_response)
        answers = app.extensions["kg"].answers
        words = (
            environ["PATH_INFO"],
            environ.get("QUERY_STRING", ""),
            # What else an answer depends on; a new header that it looks at has to be named here.
            environ.get("HTTP_ACCEPT", ""),
            environ.get("HTTP_ACCEPT_LANGUAGE", ""),
        )
        found = answers.find(words)
        if found:
            return _send(found[0], found[1], environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            if status.startswith("200") and (known := environ.get("kg.kept")):
                answers.remember(words, _ready(known[0], known[1], headers))
            return start_response(status, headers, error)

        return inner(environ, start)

    app.wsgi_app = quick  # type: ignore[method-assign]


def _ready(key: tuple[str, ...], tag: str, headers: Iterable[tuple[str, str]]) -> Ready:
    same = tuple((name, value) for name, value in headers if name.lower() not in _OTHER)
    lasting = tuple((name, value) for name, value in same if name.lower() not in _FOR_BODY)
    return Ready(key, same, lasting, f'"{tag}"')


def _send(
    ready: Ready, kept: Kept, environ: dict[str, Any], start_response: Any
) -> Iterable[bytes]:
    # Tags are long random digits: one stands in the header only if it is one of those listed.
    if ready.tag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 NOT MODIFIED", list(ready.lasting))
        return []
    body, encoding = encoded(kept, environ.get("HTTP_ACCEPT_ENCODING", ""))
    headers = [*ready.headers, ("Content-Length", str(len(body)))]
    if encoding:
        headers.append(("Content-Encoding", encoding))
    start_response("200 OK", headers)
    return [body] if environ["REQUEST_METHOD"] == "GET" else []


def encoded(kept: Kept, accepted: str) -> tuple[bytes, str]:
    """Return the body as the client takes it, and the name of its encoding, if it has one."""
    if kept.zipped and (_takes_gzip if len(accepted) < 200 else _takes_gzip.__wrapped__)(accepted):
        return kept.zipped, "gzip"
    return kept.body, ""


@lru_cache(100)
def _takes_gzip(accepted: str) -> bool:
    if not re.search(r"gzip|\*", accepted, re.IGNORECASE):
        return False
    return bool(parse_accept_header(accepted, Accept).quality("gzip") > 0)
