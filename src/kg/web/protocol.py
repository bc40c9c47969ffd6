"""What a request asks, read as the SPARQL 1.1 Protocol says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from kg.admission import client_of
from kg.running import Asker, Dataset

MOST_PARAMETERS = 1000
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
READ_ONLY = "this endpoint is read-only; updates are refused, whichever way they come"


@dataclass(frozen=True)
class Question:
    """A query, the graphs and the format that the request names for it, its seconds."""

    query: str | None
    dataset: Dataset | None = None
    format: str | None = None
    seconds: float | None = None


def asker(environ: Mapping[str, Any] | None = None) -> Asker:
    """Return who asks, now or by the request of `environ`."""
    environ = environ or request.environ
    client = client_of(environ.get("REMOTE_ADDR") or "unknown")
    return Asker(client, environ.get("waitress.client_disconnected"), environ.get("kg.hang_up"))


def read_question() -> Question:
    """Return what the request asks. Raises 400, 415, and QueryError for a graph's address."""
    pairs = _pairs(request.query_string, "the address")
    if request.method == "POST":
        pairs += _posted()
    _refuse_updates({name for name, _ in pairs})
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) > 1:
        raise BadRequest(f"{len(queries)} queries; send one")
    formats = [value for name, value in pairs if name == "format" and value]
    return Question(
        query=queries[0] if queries and queries[0].strip() else None,
        dataset=_dataset(pairs),
        format=formats[-1] if formats else None,
        seconds=_seconds([value for name, value in pairs if name == "timeout"]),
    )


def _seconds(given: list[str]) -> float | None:
    """Return the least of the seconds that the client gives its query."""
    try:
        seconds = [float(text) for text in given]
        if not all(0 < number < float("inf") for number in seconds):
            raise ValueError
    except ValueError:
        raise BadRequest(f"timeout is '{given[0][:50]}'; want seconds, such as timeout=5") from None
    return min(seconds, default=None)


def _posted() -> list[tuple[str, str]]:
    """Return the parameters in the body; a body that is a query counts as `query`."""
    if request.mimetype == UPDATE:
        raise BadRequest(READ_ONLY)
    if request.mimetype not in (QUERY, FORM):
        raise UnsupportedMediaType(
            f"Content-Type is '{request.mimetype[:100]}'; want {QUERY} or {FORM}"
        )
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("the body is compressed; send it as it is")
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise BadRequest(f"the body is in {charset[:40]}, not UTF-8; want UTF-8")
    body = request.get_data()
    if request.mimetype == FORM:
        return _pairs(body, "the body")
    try:
        return [("query", body.decode("utf-8"))]
    except UnicodeDecodeError as error:
        raise BadRequest(f"the body is not UTF-8 at byte {error.start}") from error


def _pairs(text: bytes, where: str) -> list[tuple[str, str]]:
    """Return URL-encoded parameters in order; each byte counts, so nothing is mended."""
    try:
        return parse_qsl(
            text.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except UnicodeDecodeError as error:
        raise BadRequest(f"{where} is not UTF-8") from error
    except ValueError as error:
        raise BadRequest(f"{where} has more than {MOST_PARAMETERS} parameters") from error


def _refuse_updates(names: set[str]) -> None:
    for name in ("update", "using-graph-uri", "using-named-graph-uri"):
        if name in names:
            raise BadRequest(f"{READ_ONLY} ('{name}' is a parameter of updates)")


def _dataset(pairs: list[tuple[str, str]]) -> Dataset | None:
    """Return the graphs that are named, if any are; an empty value names none."""
    default = tuple(value for name, value in pairs if name == "default-graph-uri" and value)
    named = tuple(value for name, value in pairs if name == "named-graph-uri" and value)
    return Dataset(default, named) if default or named else None
