"""Errors as pages for people and as application/problem+json (RFC 9457) for programs."""

import json
import logging
from typing import Any

from flask import Flask, Response, current_app, render_template, request
from flask_babel import gettext
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException, RequestURITooLarge

from kg.errors import KgError, NotFoundError, ParameterError, QueryError, ToldError
from kg.limits import BudgetError, DeadlineError, LimitError, TooLargeError, UnansweredError
from kg.places import key_of
from kg.web.formats import wants_page
from kg.web.journal import told
from kg.web.languages import Told, page_language
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
_CUT = 200  # characters of a wrong value that are told again
_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Let `app` answer every error in words that help."""

    @app.before_request
    def whole() -> None:
        # Of an address that is too long only the beginning is here. Questions tell which value it
        # is that makes it so.
        if request.environ.get("kg.cut") and request.endpoint != "queries.show":
            raise RequestURITooLarge

    @app.errorhandler(KgError)
    def ours(error: KgError) -> Response:
        return with_retry(problem_of(error), error)

    @app.errorhandler(HTTPException)
    def protocol(error: HTTPException) -> Response:
        if error.code is None or error.code < 400:
            return Response(error.get_response().get_data(), error.code, error.get_headers())
        said = error.description != type(error).description  # by us, or else by the library
        words = error.description if said and error.description else _general(error.code)
        if error.code == 413:
            most = current_app.config["MAX_CONTENT_LENGTH"]
            words = Told(
                gettext(
                    "the request is larger than %(number)s kB; send a shorter query",
                    number=most // 1024,
                )
            )
        english = said and not isinstance(words, Told)
        response = problem(error.code, words or error.name, english=bool(english))
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def fault(error: Exception) -> Response:
        _log.error("fault at %a", request.path, exc_info=error)
        return problem(500, gettext("Something broke on our side. The fault has been logged."))


def with_retry(response: Response, error: KgError) -> Response:
    """Return `response` with the seconds after which the query may be sent again, if it may."""
    if isinstance(error, LimitError) and error.retry:
        response.headers["Retry-After"] = str(error.retry)
    return response


def status_of(error: KgError) -> int:
    """Return the HTTP status of one of our errors."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def problem_of(error: KgError) -> Response:
    """Return one of our errors with its words, in the reader's language so far as there are any."""
    status = status_of(error)
    members: dict[str, Any] = {}
    if isinstance(error, ParameterError) and error.parameter is not None:
        members = _about(error)
    if isinstance(error, ToldError):
        words = error.message.words
        english = page_language() != "en" and gettext(words) == words
        return problem(status, _words(error), marked(error), english, **members)
    general = _general(status) if page_language() != "en" else ""
    return problem(status, general or str(error), english=not general)


def marked(error: ToldError) -> Markup:
    """Return the words of an error for a page; values are apart, whichever way they are written."""
    words = error.message.told(
        lambda words: escape(gettext(words)), Markup("<bdi>{}</bdi>").format, _places(error)
    )
    return escape(words)


def _words(error: ToldError) -> str:
    return error.message.told(gettext, instead=_places(error))


def _places(error: ToldError) -> dict[str, str]:
    """Return the candidates by their names in the page's language."""
    if not isinstance(error, ParameterError) or not error.candidates:
        return {}
    return {"places": service().places.listed(error.candidates, page_language())}


def _about(error: ParameterError) -> dict[str, Any]:
    """Return what programs can do without reading the words: which value is wrong, and why."""
    found: dict[str, Any] = {"parameter": error.parameter, "value": (error.value or "")[:_CUT]}
    if error.wanted is not None:
        found["wanted"] = error.wanted.told(gettext)
    places = service().places
    found["candidates"] = [
        {"iri": iri, "label": places.label(iri, page_language()), "key": key_of(iri)}
        for iri in error.candidates
    ]
    return found


def problem(
    status: int, detail: str, shown: str | None = None, english: bool = False, **members: Any
) -> Response:
    """Return an error with its words, as a page or as JSON; `members` are told to programs only.

    `shown` is what a page shows for `detail`. They are in the page's language unless `english`.
    """
    language = "en" if english else page_language()
    if wants_page():
        queries = service().queries.values() if status == 404 else []
        page = render_template(
            "problem.html",
            status=status,
            detail=shown or detail,
            language=language,
            queries=queries,
            number=_number(),
        )
        return Response(page, status, mimetype="text/html")
    body = {
        "type": "about:blank",
        "title": gettext(HTTP_TITLES.get(status, "Error")),
        "status": status,
        "detail": detail,
        "instance": _number(),
        **members,
    }
    # A half of a character, which JSON may hold and UTF-8 may not, is shown as unknown.
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    response = Response(text, status, mimetype="application/problem+json")
    response.content_language.add(language)
    return response


def _general(status: int) -> str:
    """Return what an error of this status means, "" where that says little."""
    words: dict[int, str] = {
        404: gettext("There is nothing at this address. Check it, or choose a question."),
        405: gettext("This address cannot be used in this way; ask with GET."),
        406: gettext("The answer does not come in a form that the request accepts."),
        413: gettext("The request is too large; send a shorter query."),
        414: gettext("The address is too long; send long queries by POST."),
        422: gettext("The answer is too large or cannot be computed; ask for less."),
        429: gettext("You have asked too much at once; try again later."),
        500: gettext("Something broke on our side. The fault has been logged."),
        503: gettext("There is no place for the query now; try again later."),
        504: gettext("The query took too long and was stopped; ask for less."),
    }
    return words.get(status, "")


def _number() -> str:
    """Return the number of the request, under which the log tells of it."""
    return f"urn:uuid:{told(request.environ).number}"


HTTP_TITLES = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    413: "Request too large",
    414: "Address too long",
    415: "Unsupported media type",
    422: "Cannot be answered",
    429: "Too many queries",
    500: "Server error",
    503: "Not available",
    504: "Query took too long",
}
