"""A page, and data, for every address of the graph."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from kg.errors import NotFoundError
from kg.namespaces import BASE, GRAPH, MD, SHAPE
from kg.places import key_of
from kg.store import NamedNode
from kg.web import formats
from kg.web.addresses import addresses_at
from kg.web.labels import link_of, names_of
from kg.web.languages import page_language
from kg.web.links import data_links
from kg.web.paging import asked_part
from kg.web.repeats import kept_page
from kg.web.service import service
from kg.web.shape_pages import shape_page, shape_triples
from kg.web.statements import Statements, statements_of
from kg.web.structured import structured
from kg.web.terms import terms_page
from kg.web.things import page_of
from kg.web.triples import write, written

bp = Blueprint("resources", __name__)

MOST_INSIDE = 1000  # addresses of one kind on one page
_ONTOLOGY = str(MD).rstrip("#")


@bp.get("/<path:path>")
def show(path: str) -> AnyResponse:
    """The resource that has this path: its page, or what is said about it as data."""
    for iri, asked in addresses_at(path):
        if iri.value.startswith(str(SHAPE)):
            triples = shape_triples(iri)
            if not triples and iri.value != str(SHAPE):
                continue
            syntax = _syntax(asked)
            if syntax != "html":
                return _data(iri, written(triples, syntax), syntax)
            return _answer(iri, partial(shape_page, iri, triples))
        found = statements_of(iri, incoming=not iri.value.startswith(BASE + "id/place/"))
        if found:
            syntax = _syntax(asked)
            if syntax != "html":
                return _data(iri, write(_construct(iri, found.is_graph), syntax), syntax)
            is_ontology = iri.value == _ONTOLOGY
            make = partial(terms_page, iri) if is_ontology else partial(_page, iri, found)
            return _answer(iri, make)
    _syntax(None)
    folder = NamedNode(BASE + quote(path[:-1]))
    if path.endswith("/") and statements_of(folder, incoming=False):
        return redirect(url_for("resources.show", path=path[:-1]), 308)
    return _missing(path)


@bp.get("/queries/<name>.<any(ttl, jsonld, nt, rdf):suffix>")
def question(name: str, suffix: str) -> Response:
    """What the graph says of a canned question; its page and answers are not made here."""
    return described(f"queries/{name}", formats.SUFFIXES[suffix])


def described(path: str, syntax: str) -> Response:
    """Return what is said of the address at `path` as data in `syntax`. Raises NotFoundError."""
    iri = NamedNode(BASE + quote(path))
    if not statements_of(iri):
        raise NotFoundError(
            "nothing is recorded about %(address)s; see the list of questions, or ask by SPARQL",
            address=iri.value,
        )
    return _data(iri, write(_construct(iri, False), syntax), syntax)


def _syntax(asked: str | None) -> str:
    return formats.choose(formats.DESCRIBED, asked)


def _data(iri: NamedNode, body: str | bytes, syntax: str) -> Response:
    response = Response(body, content_type=formats.media_type(syntax))
    response.headers["Link"] = f'<{link_of(iri.value)}>; rel="describes"'
    return response


def _answer(iri: NamedNode, make: Callable[[], str]) -> Response:
    forms = data_links(iri.value)
    links = [f'<{target}>; rel="alternate"; type="{media}"' for _, media, target in forms]
    return kept_page(make, ("Link", ", ".join(links)))


def _construct(iri: NamedNode, is_graph: bool) -> str:
    if is_graph:
        return f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {iri} {{ ?s ?p ?o }} }}"
    if iri.value == _ONTOLOGY:
        return f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{GRAPH}ontology> {{ ?s ?p ?o }} }}"
    return f"CONSTRUCT {{ {iri} ?p ?o }} WHERE {{ {iri} ?p ?o }}"


def _page(iri: NamedNode, found: Statements) -> str:
    language = page_language()
    page = page_of(iri.value, found.kinds, language)
    wanted = {iri.value} | found.mentioned() | (page.wanted if page else set())
    names = names_of(wanted, service().store, language)
    shown: dict[str, Any] = found.context() | (page.shown if page else {})
    if "pictures" in shown:
        shown["pictures"] = shown["pictures"](names)
    return render_template(
        page.template if page else "resource.html",
        iri=iri.value,
        key=key_of(iri.value),
        names=names,
        data=data_links(iri.value),
        structured=structured(iri, found),
        **shown,
    )


def _missing(path: str) -> AnyResponse:
    """Return a 404 with the addresses that are near, or raise it for programs to read."""
    inside = service().addresses.below(path)
    if inside and formats.wants_page():
        part = asked_part("things", len(inside), MOST_INSIDE)
        shown = part.of(inside)
        names = names_of(shown, service().store, page_language())
        page = render_template("folder.html", path=path, inside=shown, part=part, names=names)
        return make_response(page)
    likely = service().addresses.near(path)
    about = f"{BASE}{path[:200]}"
    if formats.wants_page():
        names = names_of(likely, service().store, page_language())
        queries = service().queries.values()
        page = render_template("missing.html", address=about, near=likely, names=names,
                               queries=queries)  # fmt: skip
        return make_response(page, 404)
    if likely:
        raise NotFoundError(
            "nothing is recorded about %(address)s; did you mean %(addresses)s?",
            address=about, addresses=", ".join(likely),
        )  # fmt: skip
    raise NotFoundError(
        "nothing is recorded about %(address)s; see the list of questions, or ask by SPARQL",
        address=about,
    )
