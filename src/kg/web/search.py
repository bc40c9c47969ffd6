"""Search: a page without scripts, JSON for a suggestion box, and how browsers may use both."""

import json
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext

from kg.errors import ParameterError
from kg.named import FIRST_THINGS
from kg.namespaces import BASE, ID
from kg.search import FACETS, MOST_SIGNS, Found, bare
from kg.web import formats
from kg.web.labels import names_of
from kg.web.languages import page_language
from kg.web.paging import whole_number
from kg.web.results import Result, kind_words, results_of
from kg.web.service import service
from kg.web.transfer import held, not_modified, tag_of, tagged

bp = Blueprint("search", __name__)

MOST_RESULTS = 100  # on one page
_USUAL = {"html": "20", "json": "20", "suggestions": "10"}
_PARAMETERS = ("q", *FACETS, "page", "limit", "format", "lang")
FORMS = (
    formats.HTML,
    ("json", "application/json"),
    ("suggestions", "application/x-suggestions+json"),
)
_MOST_VALUES = 40  # of a facet, those with most hits
_EXAMPLES = ("sao paulo", "臺北", "서초구", "Q8684", "1835848", "kr-seoul")


@bp.app_context_processor
def site() -> dict[str, str]:
    """Give every page the public address of the graph, under which its search is described."""
    return {"site_address": BASE}


@bp.get("/search", strict_slashes=False)
def show() -> Response:
    """What bears a name: a page, JSON, or suggestions as browsers want them."""
    syntax, media = formats.negotiate(FORMS, formats.asked_format())
    asked = sorted(request.args.items(multi=True))
    tag = tag_of("search", syntax, page_language(), json.dumps(asked))
    if held(tag):
        return not_modified(tag)
    try:
        values = _values()
        limit = _number(values, "limit", MOST_RESULTS, _USUAL[syntax])
        chosen = {facet: values[facet] for facet in FACETS if values.get(facet)}
        found = service().index.search(values.get("q", ""), page_language(), chosen)
        pages = max(1, -(-len(found.hits) // limit))
        page = _number(values, "page", pages, "1")
    except ParameterError as error:
        if syntax != "html":
            raise
        return make_response(_page({}, Found([], {}), [], 1, 1, error), 400)
    hits = found.hits[(page - 1) * limit : page * limit]
    results = results_of(hits, bare(values.get("q", "")), page_language())
    if syntax == "html":
        response = make_response(_page(values, found, results, page, pages))
    else:
        write = _suggestions if syntax == "suggestions" else _data
        body = json.dumps(write(values, found, results), ensure_ascii=False) + "\n"
        response = Response(body, content_type=media)
    return tagged(response, tag)


@bp.get("/opensearch.xml")
def description() -> Response:
    """The search described for browsers (OpenSearch 1.1), under the graph's public address."""
    language = page_language()
    name, short = str(gettext("Municipal diplomacy")), str(gettext("City diplomacy"))
    about = str(gettext("Find places, agreements, people and questions by any of their names."))
    urls = "".join(
        f"<Url type={quoteattr(media)} template={quoteattr(_template(language, form))}/>"
        for media, form in (("text/html", ""), ("application/x-suggestions+json", "suggestions"))
    )
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">'
        f"<ShortName>{escape(short)}</ShortName><LongName>{escape(name)}</LongName>"
        f"<Description>{escape(about)}</Description>{urls}<Language>{language}</Language>"
        "<InputEncoding>UTF-8</InputEncoding></OpenSearchDescription>\n"
    )
    return Response(body, content_type="application/opensearchdescription+xml; charset=utf-8")


def _template(language: str, form: str) -> str:
    # Browsers want a whole address here, and what clients call this host is used nowhere.
    return f"{BASE}search?q={{searchTerms}}&lang={language}" + (f"&format={form}" if form else "")


def _values() -> dict[str, str]:
    """Return the parameters, each once. Raises ParameterError."""
    values = {}
    for name, given in request.args.lists():
        if name not in _PARAMETERS:
            raise ParameterError("there is no parameter '%(value)s'; want one of %(names)s",
                                 value=name[:50], names=", ".join(_PARAMETERS))  # fmt: skip
        if len(given) > 1:
            raise ParameterError("%(name)s has %(number)s values; want one",
                                 name=name, number=len(given))  # fmt: skip
        values[name] = given[0]
    return values


def _number(values: dict[str, str], name: str, most: int, usual: str) -> int:
    return whole_number(name, values.get(name) or usual, most)


def _page(
    values: dict[str, str],
    found: Found,
    results: list[Result],
    page: int,
    pages: int,
    error: ParameterError | None = None,
) -> str:
    def address(**changed: str | None) -> str:
        kept = {name: values.get(name) for name in ("q", *FACETS, "limit")} | changed
        given: dict[str, Any] = {name: value for name, value in kept.items() if value}
        return url_for("search.show", **given)

    return render_template(
        "search.html",
        q=values.get("q") or request.args.get("q", "")[:MOST_SIGNS],
        found=found,
        results=results,
        facets=_facets(values, found),
        address=address,
        page=page,
        pages=pages,
        first=(page - 1) * int(values.get("limit") or _USUAL["html"]) + 1,
        error=error.message.told(gettext) if error else None,
        kinds=kind_words(),
        chosen={facet: values[facet] for facet in FACETS if values.get(facet)},
        most_things=None if service().index.complete else FIRST_THINGS,
        examples=_EXAMPLES,
    )


def _facets(values: dict[str, str], found: Found) -> dict[str, list[tuple[str, str, int]]]:
    """Return for each facet its values with their words and numbers of hits."""
    kinds = kind_words()
    spaces = {"country": str(ID["place"]), "source": str(ID["source"])}
    shown = {}
    for facet, counts in found.facets.items():
        largest = sorted(counts, key=lambda value: (-counts[value], value))[:_MOST_VALUES]
        if facet == "kind":
            largest = [value for value in counts if value in largest]
        chosen = values.get(facet)
        if chosen and chosen not in largest:  # else nobody could take it back
            largest.append(chosen)
        shown[facet] = [(value, counts.get(value, 0)) for value in largest]
    iris = {spaces[f] + value for f, listed in shown.items() if f in spaces for value, _ in listed}
    names = names_of(iris, service().store, page_language())
    return {
        facet: [
            (value, names[spaces[facet] + value].text if facet in spaces else kinds[value], number)
            for value, number in listed
        ]
        for facet, listed in shown.items()
    }


def _data(values: dict[str, str], found: Found, results: list[Result]) -> dict[str, Any]:
    return {
        "q": values.get("q", ""),
        "release": service().release.id,
        "total": len(found.hits),
        "complete": service().index.complete,
        "results": [
            {
                "iri": result.iri,
                "url": result.link,
                "name": result.name.text,
                "language": result.name.language,
                "matched": "".join(text for text, _ in result.matched or result.pieces),
                "matchedLanguage": result.matched_language,
                "rank": result.rank,
                "kind": result.kind,
                "kindLabel": kind_words()[result.kind],
                "description": " · ".join(part.text for part in result.line),
                "questions": [link for _, link in result.questions],
            }
            for result in results
        ],
        "facets": {
            facet: [{"value": value, "label": label, "count": n} for value, label, n in listed]
            for facet, listed in _facets(values, found).items()
        },
    }


def _suggestions(values: dict[str, str], found: Found, results: list[Result]) -> list[Any]:
    """Return what OpenSearch Suggestions 1.1 wants: the text, names, and a line for each."""
    lines = [" · ".join(part.text for part in result.line) for result in results]
    return [values.get("q", ""), [result.name.text for result in results], lines]
