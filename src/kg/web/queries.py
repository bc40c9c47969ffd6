"""The canned questions: a page with form and table each, and the same rows as data."""

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import unquote_plus, unquote_to_bytes

from flask import Blueprint, Response, render_template, request

from kg.canned import CannedQuery
from kg.errors import Message, ParameterError
from kg.queries import LONGEST_VALUE, WrongValueError, find_query, typed_values, wanted_of
from kg.takeaway import TAKEAWAYS
from kg.web import formats, takeaways
from kg.web.answers import Kept
from kg.web.found import Found
from kg.web.languages import page_language
from kg.web.pictured import drawing_of
from kg.web.question import written_page, wrong_page
from kg.web.repeats import kept_response
from kg.web.resources import described
from kg.web.service import service

bp = Blueprint("queries", __name__, url_prefix="/queries")

# How the answer is written in each form; one more form is one more line here and in `offered`.
WRITERS: Mapping[str, Callable[[Found], bytes]] = {
    "json": Found.json,
    "xml": partial(Found.write, syntax="xml"),
    "csv": partial(Found.write, syntax="csv"),
    "tsv": partial(Found.write, syntax="tsv"),
    "svg": lambda found: drawing_of(found.answer),
}


def offered(query: CannedQuery) -> list[formats.Offer]:
    """Return the forms that the answer to `query` comes in, with their media types."""
    drawn = query.display is not None and query.display.form != "table"
    pictures = [formats.PICTURE] if drawn else []
    return [formats.HTML, *formats.RESULTS, *pictures, *takeaways.offers(query)]


@bp.get("/", strict_slashes=False)
def index() -> Response:
    """The list of questions."""

    def make() -> Kept:
        page = render_template("queries.html", queries=service().queries.values())
        return Kept(page.encode(), "text/html; charset=utf-8")

    return kept_response(("index", _asked_text(), page_language()), make)


@bp.get("/<name>", strict_slashes=False)
def show(name: str) -> Response:
    """One question: its page, or its answer as data."""
    query = find_query(service().queries, name)
    forms = [*offered(query), *formats.GRAPHS]
    syntax, media = formats.negotiate(forms, formats.asked_format())
    if syntax == "html":
        return _page(query)
    if (syntax, media) in formats.GRAPHS:  # the question itself, as the graph describes it
        return described(f"queries/{query.name}", syntax)
    found = found_of(query)
    if syntax in TAKEAWAYS:
        return takeaways.file_response(syntax, found, given_values(query))

    def make() -> Kept:
        file = ("Content-Disposition", f'inline; filename="{query.name}.{suffix}"')
        told = syntax in ("json", "svg")
        headers = [file, ("Content-Language", page_language())] if told else [file]
        return Kept(WRITERS[syntax](found), formats.content_type(media), tuple(headers))

    suffix = formats.EXTENSIONS.get(syntax, syntax)
    return kept_response(("form", media, page_language(), *found.key), make)


def found_of(query: CannedQuery) -> Found:
    """Return what the request asks of `query`. Raises WrongValueError."""
    values = given_values(query)
    return Found(query, typed_values(query, values, service().places, service().choices))


def _page(query: CannedQuery) -> Response:
    try:
        found = found_of(query)
    except ParameterError as error:
        return wrong_page(query, error)

    def make() -> Kept:
        return Kept(written_page(found).encode(), "text/html; charset=utf-8")

    # The form keeps what was typed, so a page follows from the words, and its rows from the values.
    return kept_response(("page", query.name, _asked_text(), page_language()), make)


def given_values(query: CannedQuery) -> dict[str, str]:
    """Return the parameters as given once each, with the page's language for labels.

    Raises WrongValueError.
    """
    values = {}

    def wrong(name: str, value: str, cause: Message) -> WrongValueError:
        error = WrongValueError(query.name, name[:100], cause, value)
        error.wanted = wanted_of(query.parameters.get(name))
        return error

    if cut := request.environ.get("kg.cut"):  # what is here of the last value is not all of it
        name, value = list(request.args.items(multi=True))[-1] if request.args else ("", "")
        cause = Message(
            "a value of some %(number)s characters; want at most %(most)s",
            number=f"{cut:,}",
            most=f"{LONGEST_VALUE:,}",
        )
        raise wrong(name, value, cause)
    broken = _not_utf8()
    for name, given in request.args.lists():
        if name == "format":
            continue
        if len(given) > 1:
            cause = Message("%(number)s values; want one", number=len(given))
            raise wrong(name, given[-1], cause)
        if name in broken:
            cause = Message("the value is not text in UTF-8")
            raise wrong(name, given[0], cause)
        values[name] = given[0]
    if "lang" in query.parameters:
        values.setdefault("lang", page_language())
    else:
        values.pop("lang", None)
    return values


def _not_utf8() -> set[str]:
    """Return the names of the parameters whose value is not text, which others take for text."""
    broken = set()
    for pair in request.query_string.split(b"&"):
        name, _, value = pair.partition(b"=")
        try:
            unquote_to_bytes(value).decode("utf-8")
        except UnicodeDecodeError:
            broken.add(unquote_plus(name.decode("latin-1")))
    return broken


def _asked_text() -> str:
    return request.query_string.decode("latin-1")
