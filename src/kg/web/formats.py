"""Which form an answer takes: `?format=` for people, Accept for programs."""

from collections.abc import Sequence
from functools import lru_cache

from flask import request
from flask_babel import gettext
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import BadRequest, NotAcceptable
from werkzeug.http import parse_accept_header

from kg.web.languages import Told

# Syntax and media type; of two types for a syntax the first is its own, the other goes as well.
HTML = ("html", "text/html")
RESULTS = (
    ("json", "application/sparql-results+json"),
    ("json", "application/json"),
    ("xml", "application/sparql-results+xml"),
    ("xml", "application/xml"),
    ("csv", "text/csv"),
    ("tsv", "text/tab-separated-values"),
)
GRAPHS = (
    ("turtle", "text/turtle"),
    ("ntriples", "application/n-triples"),
    ("jsonld", "application/ld+json"),
    ("rdfxml", "application/rdf+xml"),
)
TRIPLES = (
    *GRAPHS,
    ("trig", "application/trig"),
    ("nquads", "application/n-quads"),
    ("jsonld", "application/json"),
)
# Of things: a program that asks for JSON gets JSON-LD, and is told so.
DESCRIBED = (HTML, *GRAPHS, ("jsonld", "application/json"))
PICTURE = ("svg", "image/svg+xml")
SUFFIXES = {"ttl": "turtle", "nt": "ntriples", "jsonld": "jsonld", "rdf": "rdfxml"}
EXTENSIONS = {"turtle": "ttl", "ntriples": "nt", "rdfxml": "rdf"}
_SHORT = {**SUFFIXES, "nq": "nquads"}
_MEANT = {"json": "jsonld", "xml": "rdfxml"}  # where there are triples and no rows

Offer = tuple[str, str]


def media_type(syntax: str) -> str:
    """Return the Content-Type of a syntax."""
    return content_type(dict(reversed([*RESULTS, *TRIPLES, PICTURE]))[syntax])


def for_either(syntax: str) -> Offer:
    """Return in what rows, and in what triples, are written where `syntax` was chosen."""
    return ("json", syntax) if syntax in dict(TRIPLES) else (syntax, "turtle")


def content_type(media: str) -> str:
    """Return the Content-Type for a media type; texts say that they are UTF-8."""
    return f"{media}; charset=utf-8" if media.startswith("text/") else media


def choose(offered: Sequence[Offer], asked: str | None = None) -> str:
    """Return the syntax to answer in: `asked`, or what `?format=` names; see `negotiate`."""
    return negotiate(offered, asked or asked_format())[0]


def asked_format() -> str | None:
    """Return what `?format=` names, wherever the request says it."""
    return request.values.get("format")


def negotiate(offered: Sequence[Offer], asked: str | None = None) -> Offer:
    """Return the syntax and media type to answer in: of `offered`, what is asked or accepted.

    Raises BadRequest where `asked` is none of them, NotAcceptable where Accept fits none.
    """
    if asked:
        return _named(offered, asked)
    best = preferred([media for _, media in offered])
    if best is None:
        types = ", ".join(media for _, media in offered)
        words = gettext("nothing that Accept allows; there is %(types)s", types=types)
        raise NotAcceptable(Told(words))
    return next(offer for offer in offered if offer[1] == best)


def preferred(types: Sequence[str]) -> str | None:
    """Return which of `types` the client likes best, None where it takes none (RFC 9110, 12.5.1).

    Among equals one that Accept names goes before one that fits a wildcard, then ours in order.
    """
    # A header that is longer than any honest one is not kept in mind.
    accept = request.headers.get("Accept", "")
    return (_best if len(accept) < 500 else _best.__wrapped__)(accept, tuple(types))


@lru_cache(1000)
def _best(accept: str, types: tuple[str, ...]) -> str | None:
    ranges = parse_accept_header(accept, MIMEAccept)
    if not ranges:
        return types[0]
    quality, _, place = max((*_quality(media, ranges), -n) for n, media in enumerate(types))
    return types[-place] if quality > 0 else None


def wants_page() -> bool:
    """Return whether the client reads HTML rather than data."""
    if request.args.get("format", "html") != "html":  # a form may be too large to be read
        return False
    return preferred(["application/problem+json", "text/html"]) == "text/html"


def _named(offered: Sequence[Offer], asked: str) -> Offer:
    """Return what `?format=` names: a syntax, its suffix or its media type."""
    syntaxes = list(dict.fromkeys(syntax for syntax, _ in offered))
    syntax = {media: syntax for syntax, media in offered}.get(asked, _SHORT.get(asked, asked))
    if syntax not in syntaxes:
        syntax = _MEANT.get(syntax, syntax)
    if syntax not in syntaxes:
        raise BadRequest(
            Told(
                gettext(
                    "format is '%(value)s'; want one of %(names)s",
                    value=asked[:50],
                    names=", ".join(syntaxes),
                )
            )
        )
    return next(offer for offer in offered if offer[0] == syntax)


def _quality(media: str, ranges: MIMEAccept) -> tuple[float, int]:
    """Return how much the client likes `media`, and how exactly it says so.

    The most exact range decides, so `q=0` refuses a type beside a wildcard. Parameters such
    as `charset` and `profile` are overlooked: there is one form of each type.
    """
    found = (0.0, -1)
    fitting = ("*/*", media.partition("/")[0] + "/*", media)
    for named, quality in ranges:
        bare = named.partition(";")[0].strip().lower()
        if bare in fitting:
            exact = fitting.index(bare)
            if (exact, quality) > (found[1], found[0]):
                found = (float(quality), exact)
    return found
