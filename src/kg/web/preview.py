"""The beginning of an answer, as much as a page can show: whatever the answer, little is read."""

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from kg.coming import Answer
from kg.errors import QueryError
from kg.limits import TooLargeError
from kg.outflow import ROW_OF_JSON
from kg.web.labels import Name, names_of
from kg.web.languages import page_language
from kg.web.service import service

ROWS = 1000
CELLS = 20_000
COLUMNS = 500
TEXT = 2000  # characters of a value
NAMES = 2000  # addresses that are given their names
TURTLE = 100_000  # characters
_READ = 2 * 1024**2  # bytes after which nothing more is read


def shown_of(answer: Answer) -> dict[str, Any]:
    """Return what a page shows of `answer`: its first rows with names, and whether there are more.

    The rest is not even awaited. Raises TooLargeError where not one row fits on a page.
    """
    form = answer.begin().form
    try:
        if form == "graph":
            body = _beginning(answer, 4 * TURTLE)  # a character has up to four bytes
            text = body.decode("utf-8", "ignore")
            return {"turtle": text[:TURTLE], "more": len(text) > TURTLE}
        body = _beginning(answer, _READ)
    finally:
        answer.close()
    found, more = _whole_rows(body)
    if form == "boolean":
        return {"boolean": found["boolean"]}
    columns, rows = found["head"]["vars"], found["results"]["bindings"]
    if len(columns) > COLUMNS:
        raise TooLargeError(f"a page has room for {COLUMNS} columns; take the answer as data")
    most = min(ROWS, CELLS // max(1, len(columns)))
    more = more or len(rows) > most
    rows = [{name: _short(term) for name, term in row.items()} for row in rows[:most]]
    return {"columns": columns, "rows": rows, "more": more, "names": _names(rows)}


def _beginning(pieces: Iterable[bytes], size: int) -> bytes:
    """Return whole pieces: all, or as many as make more than `size` bytes."""
    read, length = [], 0
    for piece in pieces:
        read.append(piece)
        length += len(piece)
        if length > size:
            break
    return b"".join(read)


def _whole_rows(body: bytes) -> tuple[dict[str, Any], bool]:
    """Return JSON with the rows that are complete in `body`, and whether others were left out."""
    if len(body) <= _READ:
        found: dict[str, Any] = json.loads(body)
        return found, False
    ends = [match.start() + 1 for match in islice(ROW_OF_JSON.finditer(body, 0, _READ), ROWS)]
    if not ends:
        raise TooLargeError("the first row is larger than a page can show; take the answer as data")
    return json.loads(body[: ends[-1]] + b"]}}"), True


def _short(term: Mapping[str, Any]) -> Mapping[str, Any]:
    value = term["value"]
    if isinstance(value, str) and len(value) > TEXT:
        return {**term, "value": value[:TEXT], "cut": True}
    return term


def _names(rows: list[dict[str, Any]]) -> Mapping[str, Name]:
    iris = dict.fromkeys(
        term["value"] for row in rows for term in row.values() if term["type"] == "uri"
    )
    try:
        return names_of(islice(iris, NAMES), service().store, page_language())
    except (QueryError, ValueError):  # an address that only a stranger's query could make
        return {}
