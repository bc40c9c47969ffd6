"""Which form an answer takes: `?format=` for people, Accept for programs."""

from collections.abc import Sequence

from flask import request
from werkzeug.exceptions import BadRequest, NotAcceptable

HTML = ("html", "text/html")
RESULTS = (
    ("json", "application/sparql-results+json"),
    ("json", "application/json"),
    ("xml", "application/sparql-results+xml"),
    ("csv", "text/csv"),
    ("tsv", "text/tab-separated-values"),
)
GRAPHS = (
    ("turtle", "text/turtle"),
    ("ntriples", "application/n-triples"),
    ("jsonld", "application/ld+json"),
    ("rdfxml", "application/rdf+xml"),
)
SUFFIXES = {"ttl": "turtle", "nt": "ntriples", "jsonld": "jsonld", "rdf": "rdfxml"}
EXTENSIONS = {"turtle": "ttl", "ntriples": "nt", "rdfxml": "rdf"}


def media_type(syntax: str) -> str:
    """Return the Content-Type of a syntax; texts say that they are UTF-8."""
    plain = dict(reversed([*RESULTS, *GRAPHS]))[syntax]
    return f"{plain}; charset=utf-8" if plain.startswith("text/") else plain


def choose(offered: Sequence[tuple[str, str]], asked: str | None = None) -> str:
    """Return the syntax to answer in: of `offered` (syntax, media type), the first by default.

    Raises BadRequest for an unknown `?format=`, NotAcceptable where Accept fits none.
    """
    asked = asked or request.values.get("format")
    syntaxes = list(dict.fromkeys(syntax for syntax, _ in offered))
    if asked:
        syntax = SUFFIXES.get(asked, asked)
        if syntax not in syntaxes:
            raise BadRequest(f"format is '{asked[:50]}'; want one of {', '.join(syntaxes)}")
        return syntax
    if not request.accept_mimetypes:
        return syntaxes[0]
    best = request.accept_mimetypes.best_match([media for _, media in offered])
    if best is None:
        types = ", ".join(media for _, media in offered)
        raise NotAcceptable(f"nothing that Accept allows; there is {types}")
    return next(syntax for syntax, media in offered if media == best)


def wants_page() -> bool:
    """Return whether the client reads HTML rather than data."""
    if request.args.get("format", "html") != "html":  # a form may be too large to be read
        return False
    best = request.accept_mimetypes.best_match(["application/problem+json", "text/html"])
    return bool(request.accept_mimetypes) and best == "text/html"
