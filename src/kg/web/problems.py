"""Errors as pages for people and as application/problem+json (RFC 9457) for programs."""

import json
import logging

from flask import Flask, Response, current_app, g, render_template, request
from werkzeug.exceptions import HTTPException

from kg.errors import KgError, NotFoundError, ParameterError, QueryError
from kg.limits import BudgetError, DeadlineError, LimitError, TooLargeError, UnansweredError
from kg.web.formats import wants_page
from kg.web.service import service

_STATUS: tuple[tuple[type[KgError], int], ...] = (
    (NotFoundError, 404),
    (ParameterError, 400),
    (QueryError, 400),
    (TooLargeError, 422),
    (UnansweredError, 422),
    (BudgetError, 429),
    (DeadlineError, 504),
    (LimitError, 503),
)
_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Let `app` answer every error in words that help."""

    @app.errorhandler(KgError)
    def ours(error: KgError) -> Response:
        response = problem(status_of(error), str(error))
        return with_retry(response, error)

    @app.errorhandler(HTTPException)
    def protocol(error: HTTPException) -> Response:
        if error.code is None or error.code < 400:
            return Response(error.get_response().get_data(), error.code, error.get_headers())
        words = error.description or error.name
        if error.code == 413:
            most = current_app.config["MAX_CONTENT_LENGTH"]
            words = f"the request is larger than {most // 1024} kB; send a shorter query"
        response = problem(error.code, words)
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def fault(error: Exception) -> Response:
        _log.error("fault at %a", request.path, exc_info=error)
        return problem(500, "Something broke on our side. The fault has been logged.")


def with_retry(response: Response, error: KgError) -> Response:
    """Return `response` with the seconds after which the query may be sent again, if it may."""
    if isinstance(error, LimitError) and error.retry:
        response.headers["Retry-After"] = str(error.retry)
    return response


def status_of(error: KgError) -> int:
    """Return the HTTP status of one of our errors."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def problem(status: int, detail: str) -> Response:
    """Return an error with its words, as a page or as JSON."""
    title = HTTP_TITLES.get(status, "Error")
    if wants_page():
        queries = service().queries.values() if status == 404 else []
        page = render_template(
            "problem.html", status=status, detail=detail, queries=queries, number=_number()
        )
        return Response(page, status, mimetype="text/html")
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": _number(),
    }
    text = json.dumps(body, ensure_ascii=False) + "\n"
    return Response(text, status, mimetype="application/problem+json")


def _number() -> str:
    """Return the number of the request, under which the log tells of it."""
    return f"urn:uuid:{g.request_id}" if "request_id" in g else "about:blank"


HTTP_TITLES = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    413: "Request too large",
    415: "Unsupported media type",
    422: "Cannot be answered",
    429: "Too many queries",
    500: "Server error",
    503: "Not available",
    504: "Query took too long",
}
