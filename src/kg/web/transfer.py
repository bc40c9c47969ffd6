"""How answers travel: tags that spare a second one, compressed, secured, open to any site."""

import gzip
import hashlib
import json

from flask import Flask, Response, request

from kg import __version__
from kg.web import formats
from kg.web.languages import page_language
from kg.web.service import Service, service

_OPEN_PATHS = {
    path + end
    for path in ("/sparql", "/data", "/.well-known/void", "/openapi.json", "/search")
    for end in ("", "/")
}
SMALLEST = 1000  # bytes worth compressing
# Lists and not single settings: these go with every answer, and a setting looks through all others.
_ALL = [("X-Content-Type-Options", "nosniff")]
_DATA = [*_ALL, ("Vary", "Accept, Accept-Language, Accept-Encoding")]
_OPEN = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Retry-After, X-Request-Id"),
]
_PREFLIGHT = [
    ("Access-Control-Allow-Headers", "Accept, Content-Type, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
]
_PAGE = [
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
        "img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
    ),
    ("Referrer-Policy", "same-origin"),
]


def tag_of(*parts: str, now: Service | None = None) -> str:
    """Return what stands for an answer that follows from `parts`, the release and the settings."""
    now = now or service()
    own = "" if now.engine.union else "own"
    text = "\0".join((now.release.id, own, __version__, *parts))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def held(tag: str) -> bool:
    """Return whether the client says that it holds the answer of this tag already."""
    tags = request.if_none_match
    # A star would fit any answer, also one that turns out to be an error.
    return request.method in ("GET", "HEAD") and not tags.star_tag and tags.contains_weak(tag)


def not_modified(tag: str) -> Response:
    """Return a 304."""
    return tagged(Response(status=304), tag)


def tagged(response: Response, tag: str) -> Response:
    """Return `response` with its tag, where it answers a GET.

    The tag is weak: the rows of a query without ORDER BY may come in another order.
    """
    if request.method in ("GET", "HEAD"):
        response.set_etag(tag, weak=True)
        response.headers.add("Cache-Control", "no-cache")
    return response


def install(app: Flask) -> None:
    """Let `app` secure its pages; open, compress and describe what its endpoints send."""
    is_open = app.config["KG_SETTINGS"].cross_origin == "any"

    @app.after_request
    def finish(response: Response) -> Response:
        if response.mimetype == "text/html" and response.status_code != 304:
            response.content_language.add(page_language())
            response.headers.extend(_PAGE)
        if request.path not in _OPEN_PATHS:
            response.headers.extend(_ALL)
            if request.endpoint != "static":
                response.vary.update(("Accept", "Accept-Language"))
            return response
        response.headers.extend(_DATA)
        if is_open:  # scripts of any site may read, without cookies or other credentials
            response.headers.extend(_OPEN)
        if is_open and request.method == "OPTIONS":
            response.headers.extend(_PREFLIGHT)
            response.headers.add("Access-Control-Allow-Methods", ", ".join(sorted(response.allow)))
        if response.mimetype == "application/problem+json":
            _as_plain_text(response)
        _compress(response)
        return response


def _as_plain_text(response: Response) -> None:
    """Turn a problem into lines for a terminal, where Accept asks for text/plain."""
    if formats.preferred(["application/problem+json", "text/plain"]) == "text/plain":
        told = json.loads(response.get_data())
        response.set_data(f"{told['status']} {told['title']}\n{told['detail']}\n")
        response.content_type = "text/plain; charset=utf-8"


def _compress(response: Response) -> None:
    if response.is_streamed or len(response.get_data()) < SMALLEST:
        return
    if request.method == "HEAD" or request.accept_encodings.quality("gzip") <= 0:
        return
    response.set_data(packed(response.get_data()))
    response.content_encoding = "gzip"


def packed(body: bytes) -> bytes:
    """Return `body` as gzip, at the fastest level: answers repeat themselves anyway."""
    return gzip.compress(body, compresslevel=1, mtime=0)
