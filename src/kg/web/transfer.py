"""How data travel: tags that spare a second answer, compression, readers on other sites."""

import gzip
import hashlib
import json

from flask import Flask, Response, request

from kg import __version__
from kg.web import formats
from kg.web.service import service

_PATHS = ("/sparql", "/data", "/.well-known/void")
_SMALLEST = 1000  # bytes worth compressing


def tag_of(*parts: str) -> str:
    """Return what stands for an answer that follows from `parts` and the release."""
    text = json.dumps([service().release.id, __version__, *parts])
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
        response.headers["Cache-Control"] = "no-cache"
    return response


def install(app: Flask) -> None:
    """Let `app` open, compress and describe what its endpoints send."""

    @app.after_request
    def finish(response: Response) -> Response:
        if request.path.rstrip("/") not in _PATHS:
            return response
        if response.mimetype == "application/problem+json":
            _as_plain_text(response)
        _open_to_other_sites(response)
        _compress(response)
        return response


def _as_plain_text(response: Response) -> None:
    """Turn a problem into lines for a terminal, where Accept asks for text/plain."""
    if formats.preferred(["application/problem+json", "text/plain"]) == "text/plain":
        told = json.loads(response.get_data())
        response.set_data(f"{told['status']} {told['title']}\n{told['detail']}\n")
        response.content_type = "text/plain; charset=utf-8"


def _open_to_other_sites(response: Response) -> None:
    """Let scripts of any site read, without cookies or other credentials."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(response.allow))
        response.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type, If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"


def _compress(response: Response) -> None:
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) >= _SMALLEST and request.accept_encodings.quality("gzip") > 0:
        # The fastest level: answers repeat themselves, more effort gains little.
        response.set_data(gzip.compress(body, compresslevel=1, mtime=0))
        response.content_encoding = "gzip"
