"""The canned questions: a page with form and table each, and the same rows as data."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import BadRequest

from kg.canned import CannedQuery, Parameter
from kg.errors import ParameterError
from kg.namespaces import ID
from kg.places import key_of
from kg.queries import Answer, WrongValueError, expand, fill, find_query, run, typed_values
from kg.store import Literal, NamedNode, Term
from kg.web import formats
from kg.web.cells import evidence_of, remarks_of, rows_of, shown_columns
from kg.web.labels import Name, names_of
from kg.web.languages import page_language, text_in
from kg.web.problems import problem
from kg.web.service import service

bp = Blueprint("queries", __name__, url_prefix="/queries")


@bp.get("/", strict_slashes=False)
def index() -> str:
    """The list of questions."""
    return render_template("queries.html", queries=service().queries.values())


@bp.get("/<name>", strict_slashes=False)
def show(name: str) -> Response:
    """One question: its page, or its answer as data."""
    query = find_query(service().queries, name)
    syntax = formats.choose([formats.HTML, *formats.RESULTS])
    if syntax == "html":
        return _page(query)
    terms = typed_values(query, _values(query), service().places, service().choices)
    body = service().store.write(fill(query, terms), syntax)
    if syntax == "json":
        body = _with_release(body)
    response = Response(body, content_type=formats.media_type(syntax))
    response.headers["Content-Disposition"] = f'inline; filename="{query.name}.{syntax}"'
    return response


def _page(query: CannedQuery) -> Response:
    answer: Answer | None = None
    error: ParameterError | None = None
    try:
        answer = run(query, _values(query), service().store, service().places, service().choices)
    except ParameterError as wrong:
        error = wrong
        if request.args.get("format") not in (None, "html"):
            return problem(400, str(wrong))
    page = render_template(
        "query.html",
        query=query,
        answer=answer,
        columns=shown_columns(answer) if answer else [],
        rows=rows_of(answer, _evidence_names(answer)) if answer else [],
        remarks=remarks_of(answer) if answer else [],
        error=error,
        wrong=error.parameter if isinstance(error, WrongValueError) else None,
        meant=_meant(query, error) if isinstance(error, WrongValueError) else [],
        typed={name: request.args.get(name) for name in query.parameters},
        given=partial(_given, query),
        places=service().places,
        place_names=_place_names(),
        choices=service().choices,
        asked=_asked(answer) if answer else [],
        data_links=("json", "csv", "tsv", "xml"),
    )
    return make_response(page, 400 if error else 200)


def _place_names() -> list[tuple[str, str]]:
    """Return what the form suggests: a name, or the key of a place that shares its name."""
    named = service().places.territories(page_language())[:1000]
    shared = Counter(label for _, label in named)
    return [(label if shared[label] == 1 else key_of(iri), label) for iri, label in named]


def _given(query: CannedQuery, **more: str) -> dict[str, str]:
    """Return the parameters as the reader gave them, to ask again with `more`."""
    known = {name: request.args[name] for name in query.parameters if name in request.args}
    return known | more


def _values(query: CannedQuery) -> dict[str, str]:
    """Return the parameters as given once each, with the page's language for labels."""
    values = {}
    for name, given in request.args.lists():
        if name == "format":
            continue
        if len(given) > 1:
            raise WrongValueError(query.name, name[:100], f"{len(given)} values; want one")
        values[name] = given[0]
    if "lang" in query.parameters:
        values.setdefault("lang", page_language())
    else:
        values.pop("lang", None)
    return values


def _asked(answer: Answer) -> list[tuple[Parameter, str]]:
    """Return what was asked in words: each parameter of the form with its value."""
    parameters = answer.query.parameters
    return [
        (parameter, _in_words(parameter, answer.terms[name]))
        for name, parameter in parameters.items()
        if not parameter.hidden
    ]


def _in_words(parameter: Parameter, term: Term) -> str:
    value = term.value if isinstance(term, Literal | NamedNode) else str(term)
    match parameter.type:
        case "place":
            return service().places.label(value, page_language())
        case "flag":
            return str(gettext("yes") if value == "true" else gettext("no"))
        case "choice":
            labels = {expand(c.value): c.label for c in service().choices.of(parameter)}
            return text_in(labels[value]) if value in labels else value
        case _:
            return value


def _meant(query: CannedQuery, error: WrongValueError) -> list[tuple[str, str]]:
    """Return the places that the error suggests: their names, and the question about them."""
    if error.parameter not in query.parameters:
        return []
    places = service().places
    given: dict[str, Any] = _given(query)
    found = [str(ID["place"]) + key for key in re.findall(r"\(([\w-]+)\)", str(error))]
    return [
        (
            f"{places.label(iri, page_language())} ({key_of(iri)})",
            url_for("queries.show", **given | {"name": query.name, error.parameter: key_of(iri)}),
        )
        for iri in found
        if iri in places
    ]


def _evidence_names(answer: Answer) -> Mapping[str, Name]:
    return names_of(evidence_of(answer), service().store, page_language())


def _with_release(body: bytes) -> bytes:
    """Return JSON results with the release that they come from as one more member."""
    try:
        results = json.loads(body)
    except ValueError as error:
        raise BadRequest("the answer cannot be written as JSON") from error
    return json.dumps({**results, "release": service().release.id}, ensure_ascii=False).encode()
