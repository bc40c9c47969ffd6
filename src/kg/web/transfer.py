"""How data travel: in pieces, compressed, with tags that spare a second answer, to any site."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Flask, Response, g, request

from kg import __version__
from kg.limits import LimitError
from kg.running import Answer
from kg.web import formats
from kg.web.service import service

_OPEN_PATHS = {
    path + end for path in ("/sparql", "/data", "/.well-known/void") for end in ("", "/")
}
_SMALLEST = 1000  # bytes worth compressing
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
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
    ),
    ("Referrer-Policy", "same-origin"),
]


def tag_of(*parts: str) -> str:
    """Return what stands for an answer that follows from `parts`, the release and the settings."""
    now = service()
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


def sent(answer: Answer, content_type: str) -> Response:
    """Return the response that carries `answer`: whole, or in pieces as they come."""
    g.answer = answer
    if answer.whole is not None:
        return Response(answer.whole, content_type=content_type)
    if request.method == "HEAD":
        answer.close()
        return Response(content_type=content_type)
    response = Response(_pieces(answer), content_type=content_type)
    response.call_on_close(answer.close)
    return response


def _pieces(answer: Answer) -> Iterator[bytes]:
    """Yield the pieces of `answer`; where it breaks off, words that no format takes for its end.

    A quotation mark that is never closed is an error in each of them. The connection then ends
    without the last chunk, which tells those who look at HTTP only.
    """
    try:
        yield from answer
    except LimitError as error:
        yield f'\n"INCOMPLETE ANSWER: {error}\n'.encode()
        raise ConnectionAbortedError("the answer was broken off") from None


def install(app: Flask) -> None:
    """Let `app` secure its pages; open, compress and describe what its endpoints send."""
    is_open = app.config["KG_SETTINGS"].cross_origin == "any"

    @app.after_request
    def finish(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers.extend(_PAGE)
        if request.path not in _OPEN_PATHS:
            response.headers.extend(_ALL)
            if request.endpoint != "static":
                response.headers.add("Vary", "Accept, Accept-Language")
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
    small = not response.is_streamed and len(response.get_data()) < _SMALLEST
    if small or request.method == "HEAD" or request.accept_encodings.quality("gzip") <= 0:
        return
    # The fastest level: answers repeat themselves, more effort gains little.
    if response.is_streamed:
        response.response = _compressed(response.response)
    else:
        response.set_data(gzip.compress(response.get_data(), compresslevel=1, mtime=0))
    response.content_encoding = "gzip"


def _compressed(pieces: Iterable[Any]) -> Iterator[bytes]:
    """Yield `pieces` as gzip, each at once; what breaks off has no end that gzip accepts."""
    packer = zlib.compressobj(1, wbits=31)
    for piece in pieces:
        yield packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()
