"""The SPARQL endpoint: read-only, and every stranger's query in a worker process."""

import json
import re
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from kg.engine import Result
from kg.errors import KgError, QueryError
from kg.web import formats
from kg.web.labels import names_of
from kg.web.languages import page_language
from kg.web.problems import status_of
from kg.web.service import service

bp = Blueprint("sparql", __name__)

ROWS_SHOWN = 1000
LONGEST_LINKED = 1500  # characters of a query
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
    """A query by GET, by form or as the body; without one, a page to write it on."""
    query = _query()
    rows = formats.choose([*formats.RESULTS, *formats.GRAPHS, formats.HTML])
    if rows == "html":
        return _page(query)
    if query is None:
        raise BadRequest("no query; send it as ?query=… or as the body of a POST")
    graphs = {syntax for syntax, _ in formats.GRAPHS}
    result = service().engine.answer(
        query,
        results="json" if rows in graphs else rows,
        graph=rows if rows in graphs else _graph_syntax(),
    )
    return Response(result.body, content_type=formats.media_type(result.syntax))


def _query() -> str | None:
    """Return the query that the request holds, if any. Raises 400 and 415 as the protocol says."""
    for name in ("update", "default-graph-uri", "named-graph-uri", "using-graph-uri"):
        if name in request.values:
            what = "is read-only" if name == "update" else f"does not offer {name} yet"
            raise BadRequest(f"this endpoint {what}; leave the parameter out")
    if request.method == "POST" and request.mimetype == "application/sparql-query":
        try:
            return request.get_data().decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadRequest("the body is not UTF-8") from error
    if request.method == "POST" and request.mimetype != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType(
            f"Content-Type is '{request.mimetype}'; want application/sparql-query or "
            "application/x-www-form-urlencoded"
        )
    given = (request.form if request.method == "POST" else request.args).getlist("query")
    if len(given) > 1:
        raise BadRequest(f"{len(given)} queries; send one")
    return given[0] if given and given[0].strip() else None


def _graph_syntax() -> str:
    """Return the syntax for triples where rows were asked for: Accept, else Turtle."""
    media = [media for _, media in formats.GRAPHS]
    best = request.accept_mimetypes.best_match(media) if request.accept_mimetypes else media[0]
    return {found: syntax for syntax, found in formats.GRAPHS}.get(best or "", "turtle")


def _page(query: str | None) -> Response:
    result: Result | None = None
    error: KgError | None = None
    if query is not None:
        try:
            result = service().engine.answer(query, results="json", graph="turtle")
        except KgError as wrong:
            error = wrong
    shown: dict[str, Any] = _shown(result) if result else {}
    page = render_template(
        "sparql.html",
        query=query or _EXAMPLE,
        # Longer addresses are refused by many servers; the form can still ask for every format.
        linked=query is not None and len(query) <= LONGEST_LINKED,
        result=result,
        error=error,
        spot=_spot(query or "", str(error)) if error else None,
        **shown,
    )
    return make_response(page, status_of(error) if error else 200)


def _spot(query: str, message: str) -> str | None:
    """Return the line that the error is in with a mark under the column, where it names them."""
    found = re.match(r"line (\d+), column (\d+)", message)
    lines = query.splitlines()
    if not found or int(found[1]) > len(lines) or len(lines[int(found[1]) - 1]) > 500:
        return None
    return f"{lines[int(found[1]) - 1]}\n{' ' * (int(found[2]) - 1)}^"


def _shown(result: Result) -> dict[str, Any]:
    """Return the first rows of the answer with names for what they hold, and how many there are."""
    if result.form == "graph":
        return {"turtle": result.body.decode("utf-8")[:100_000]}
    found = json.loads(result.body)
    if result.form == "boolean":
        return {"boolean": found["boolean"]}
    rows = found["results"]["bindings"]
    iris = {
        term["value"] for row in rows[:ROWS_SHOWN] for term in row.values() if term["type"] == "uri"
    }
    try:
        names = names_of(iris, service().store, page_language())
    except (QueryError, ValueError):  # an address that only a stranger's query could make
        names = {}
    return {"columns": found["head"]["vars"], "rows": rows[:ROWS_SHOWN], "total": len(rows),
            "names": names}  # fmt: skip
