"""The canned questions: a page with form and table each, and the same rows as data."""

import json
from collections import Counter
from collections.abc import Mapping
from functools import partial

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.exceptions import BadRequest

from kg.errors import ParameterError
from kg.headers import CannedQuery
from kg.places import key_of
from kg.queries import Answer, WrongValueError, fill, find_query, run, typed_values
from kg.store import NamedNode
from kg.web import formats
from kg.web.cells import rows_of, shown_columns
from kg.web.languages import page_language
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
        rows=rows_of(answer) if answer else [],
        error=error,
        wrong=error.parameter if isinstance(error, WrongValueError) else None,
        typed={name: request.args.get(name) for name in query.parameters},
        given=partial(_given, query),
        places=service().places,
        place_names=_place_names(),
        choices=service().choices,
        chosen=_chosen(answer),
        data_links=("json", "csv", "tsv", "xml"),
    )
    return make_response(page, 400 if error else 200)


def _place_names() -> list[tuple[str, str]]:
    """Return what the form suggests: a name, or the key of a place that shares its name."""
    named = service().places.all(page_language())[:1000]
    shared = Counter(label for _, label in named)
    return [(label if shared[label] == 1 else key_of(iri), label) for iri, label in named]


def _given(query: CannedQuery, format: str) -> dict[str, str]:
    """Return the parameters as the reader gave them, to ask again in another format."""
    known = {name: request.args[name] for name in query.parameters if name in request.args}
    return {**known, "format": format}


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


def _chosen(answer: Answer | None) -> Mapping[str, str]:
    """Return the places that the answer is about, by parameter."""
    if answer is None:
        return {}
    return {
        name: service().places.label(term.value, page_language())
        for name, term in answer.terms.items()
        if isinstance(term, NamedNode) and answer.query.parameters[name].type == "place"
    }


def _with_release(body: bytes) -> bytes:
    """Return JSON results with the release that they come from as one more member."""
    try:
        results = json.loads(body)
    except ValueError as error:
        raise BadRequest("the answer cannot be written as JSON") from error
    return json.dumps({**results, "release": service().release.id}, ensure_ascii=False).encode()
