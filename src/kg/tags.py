"""Language tags in answers, as BCP 47 writes them; the engine puts all in lower case."""

import re
from collections.abc import Iterator
from functools import lru_cache

_TAG = rb"[a-z]+(?:-[a-z0-9]+)+"
# Strings are taken whole, so that words like these inside one are left alone. Every writer of
# the engine escapes the quotation marks in a string, and keeps to one pair around it. Possessive
# repetition would be faster, but Python 3.11.2 (Debian 12) gets it wrong.
_TAGGED = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"(?:@(' + _TAG + rb"))?", re.DOTALL)
_IN_JSON = re.compile(rb'"(?:xml:lang|@language)":"(' + _TAG + rb')"')
_IN_XML = re.compile(rb' xml:lang="(' + _TAG + rb')"')
_PATTERNS = {"json": _IN_JSON, "jsonld": _IN_JSON, "xml": _IN_XML, "rdfxml": _IN_XML}


def with_cased_tags(body: bytes, syntax: str) -> bytes:
    """Return `body`, an answer as the engine wrote it, with `@zh-Hans` for `@zh-hans`."""
    if syntax == "csv":  # has no tags
        return body
    parts, position = [], 0
    for match in _PATTERNS[syntax].finditer(body) if syntax in _PATTERNS else _after_strings(body):
        parts += [body[position : match.start(1)], _cased(match[1])]
        position = match.end(1)
    return b"".join((*parts, body[position:])) if parts else body


def _after_strings(body: bytes) -> Iterator[re.Match[bytes]]:
    """Yield a match for each string with a tag; its first group is the tag."""
    return (match for match in _TAGGED.finditer(body) if match[1])


@lru_cache(1000)
def _cased(tag: bytes) -> bytes:
    return language_tag(tag.decode()).encode()


def language_tag(tag: str | None) -> str:
    """Return a language tag as BCP 47 writes it (`zh-Hans`); pyoxigraph puts all in lower case."""
    first, *rest = (tag or "").split("-")
    cased = (
        part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part
        for part in rest
    )
    return "-".join((first, *cased))
