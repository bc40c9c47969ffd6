"""The SPARQL endpoint: read-only, and every stranger's query in a worker process."""

import re
from functools import partial
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.exceptions import BadRequest, NotAcceptable

from kg.coming import Answer
from kg.errors import KgError, QueryError
from kg.guard import check_length
from kg.tokens import changes_by_itself, operation, tokens
from kg.web import formats
from kg.web.arriving import sent
from kg.web.journal import told
from kg.web.preview import shown_of
from kg.web.problems import status_of, with_retry
from kg.web.protocol import Question, asker, read_question
from kg.web.service import service
from kg.web.service_description import describe
from kg.web.sketches import sketches
from kg.web.transfer import held, not_modified, tag_of, tagged

bp = Blueprint("sparql", __name__)

LONGEST_LINKED = 1500  # characters of a query
GRAPH_PARAMETERS = ("default-graph-uri", "named-graph-uri")
_OFFERED: dict[str, tuple[formats.Offer, ...]] = {
    "SELECT": formats.RESULTS,
    "ASK": formats.RESULTS,
    "CONSTRUCT": formats.TRIPLES,
    "DESCRIBE": formats.TRIPLES,
}
_EXAMPLE = """\
PREFIX md: <https://w3id.org/municipal-diplomacy/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?type (COUNT(?agreement) AS ?number)
WHERE {
  ?agreement a md:Agreement ;
    md:agreementType/skos:prefLabel ?type .
  FILTER (LANG(?type) = "en")
}
GROUP BY ?type
ORDER BY DESC(?number) ?type
"""


@bp.route("/sparql", methods=["GET", "POST"], strict_slashes=False)
def endpoint() -> Response:
    """A query by GET, by form or as the body; without one, what there is to ask."""
    question = read_question()
    if question.query is None:
        return _without_a_query(question)
    told(request.environ).query = question.query
    check_length(question.query, service().engine.limits.characters)
    offered = _offered(question.query)
    syntax, media = formats.negotiate([*offered, formats.HTML], question.format)
    if syntax == "html":
        return _page(question)
    _check_parameters(question.query)
    if changes_by_itself(question.query):
        response = _data(question, syntax, media)
        response.headers["Cache-Control"] = "no-store"
        return response
    graphs = repr(question.dataset) if question.dataset else ""
    tag = tag_of(question.query, graphs, media)
    if held(tag):
        return not_modified(tag)
    return tagged(_data(question, syntax, media), tag)


def may_be_canned(query: str) -> bool:
    """Return whether `query` may hold a parameter that has no value."""
    return "?_" in query or "$_" in query


def _check_parameters(query: str) -> None:
    """Raise QueryError where `query` is a canned one: unbound, its parameters mean anything."""
    if not may_be_canned(query):
        return
    found = dict.fromkeys(
        token.text
        for token in tokens(query)
        if token.kind == "variable" and token.text[1] == "_" and len(token.text) > 2
    )
    if not found:
        return
    words = " ".join(query.split())
    canned = service().queries.values()
    names = [one.name for one in canned if " ".join(one.text.split()) in words]
    shown = ", ".join(name[:50] for name in list(found)[:5])
    raise QueryError(
        f"this is a canned query with parameters ({shown}); open /queries/"
        f"{names[0] if names else 'NAME'} or replace {next(iter(found))[:50]} by a value"
    )


def _offered(query: str) -> tuple[formats.Offer, ...]:
    """Return the forms that there are of the answer; all, where it will be a syntax error."""
    first = operation(query)
    every = (*formats.RESULTS, *formats.TRIPLES)
    return _OFFERED.get(first.text.upper(), every) if first else every


def _without_a_query(question: Question) -> Response:
    if request.method == "POST" or question.dataset:
        raise BadRequest("no query; send it as ?query=… or as the body of a POST")
    try:
        syntax, media = formats.negotiate([*formats.TRIPLES, formats.HTML], question.format)
    except NotAcceptable as error:
        raise NotAcceptable(f"no query, and for the description: {error.description}") from error
    return _page(question) if syntax == "html" else describe(syntax, media)


def _data(question: Question, syntax: str, media: str) -> Response:
    """Return the answer in `syntax`. Raises QueryError with the line that is wrong."""
    query = question.query or ""
    explain = partial(explained, query)
    try:
        answer = _ask(question, *formats.for_either(syntax))
    except QueryError as error:
        raise explain(error) from None
    return sent(answer, syntax, media, explain)


def _ask(question: Question, results: str = "json", graph: str = "turtle") -> Answer:
    return service().engine.answer(
        question.query or "", results, graph, question.seconds, question.dataset, asker()
    )


def _page(question: Question) -> Response:
    query = question.query
    shown: dict[str, Any] = {}
    error: KgError | None = None
    if query is not None:
        try:
            _check_parameters(query)
            answer = told(request.environ).answer = _ask(question)
            shown = shown_of(answer)
        except KgError as wrong:
            error = wrong
    page = render_template(
        "sparql.html",
        query=query or _EXAMPLE,
        union=service().engine.union,
        graphs=[(name, value) for name in GRAPH_PARAMETERS for value in _given(name)],
        # Longer addresses are refused by many servers; the form can still ask for every format.
        linked=query is not None and not question.dataset and len(query) <= LONGEST_LINKED,
        answered=bool(shown),
        error=error,
        spot=_spot(query or "", str(error)) if error else None,
        pictures=sketches(shown["columns"], shown["rows"], shown["names"])
        if "rows" in shown
        else [],
        **shown,
    )
    response = make_response(page, status_of(error) if error else 200)
    if error:
        return with_retry(response, error)
    if request.method in ("GET", "HEAD"):
        response.add_etag(weak=True)
        response.make_conditional(request)
    return response


def _given(name: str) -> list[str]:
    return [value for value in request.values.getlist(name) if value]


def explained(query: str, error: KgError) -> KgError:
    """Return `error` with the line of `query` that it names."""
    spot = _spot(query, str(error)) if isinstance(error, QueryError) else None
    return QueryError(f"{error}\n{spot}") if spot else error


def _spot(query: str, message: str) -> str | None:
    """Return the line that the error is in with a mark under the column, where it names them."""
    found = re.match(r"line (\d+), column (\d+)", message)
    lines = query.splitlines()
    if not found or int(found[1]) > len(lines) or len(lines[int(found[1]) - 1]) > 500:
        return None
    return f"{lines[int(found[1]) - 1]}\n{' ' * (int(found[2]) - 1)}^"
