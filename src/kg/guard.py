"""What a stranger's query may not be, seen in its text before anything runs it.

The engine's parser is more lenient than the recommendation (it reads `1SERVICE<…>` and
`SERVICE:x{…}`), so this fails closed: what cannot be told apart for certain is refused.
"""

import re

from kg.errors import QueryError
from kg.tokens import line_and_column, operation, tokens

LONGEST = 100_000  # characters
DEEPEST = 100  # brackets; the engine takes minutes for some 400, and dies of 2,250
_UPDATES = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
# `<…>` may also be two comparisons. It surely is an address where it has a scheme with two
# slashes, or where no string, comment or end of an expression can hide in it.
_CERTAIN = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]*://|[^'()#]*>$)")


def check(query: str, longest: int = LONGEST) -> None:
    """Raise QueryError where `query` is too long or deep, an update, or asks another server."""
    check_length(query, longest)
    if query.count("<<") > DEEPEST:
        raise QueryError(f"more than {DEEPEST} times <<; the engine is not sure to bear it")
    # Most queries are short and plain, and need no closer look.
    if "\\" in query or sum(map(query.count, "{([")) > DEEPEST:
        _check_depth(query)
    _check_read_only(query)
    _check_service(query)


def _check_depth(query: str) -> None:
    """Refuse brackets that go too deep, and escapes outside strings, which might hide some."""
    depth = 0
    for token in tokens(query):
        if token.text in ("{", "(", "["):
            depth += 1
            if depth > DEEPEST:
                _refuse(query, token.start, f"more than {DEEPEST} brackets inside one another")
        elif token.text in ("}", ")", "]"):
            depth = max(0, depth - 1)
        elif token.kind == "escape" and token.text in ("\\u", "\\U"):
            _refuse(query, token.start, "an escape \\u outside a string; write the sign itself")


def check_length(query: str, longest: int = LONGEST) -> None:
    """Raise QueryError where `query` is too long to be looked at."""
    if len(query) > longest:
        raise QueryError(f"the query has {len(query):,} characters; want at most {longest:,}")


def _check_read_only(query: str) -> None:
    """Refuse an update by its first word after PREFIX and BASE."""
    first = operation(query)
    if first is not None and first.text.upper() in _UPDATES:
        word = first.text.upper()
        _refuse(query, first.start, f"{word} is an update; this graph is read-only")


def _check_service(query: str) -> None:
    """Refuse the letters SERVICE anywhere but in strings, comments and addresses."""
    texts = {query, _ESCAPE.sub(_decoded, query)} if "\\" in query else {query}
    for text in texts:
        # Without signs beyond ASCII no other letter counts as one of these.
        if "service" not in text.lower() and text.isascii():
            continue
        if not re.search("service", text, re.IGNORECASE):
            continue
        for token in tokens(text):
            uncertain = token.kind == "iri" and not _CERTAIN.match(token.text)
            if token.kind == "quote" or uncertain:
                _refuse(
                    text,
                    token.start,
                    "the query holds the letters 'service', and it cannot be told for certain "
                    "where strings and addresses end; put spaces around < and >",
                )
            if token.kind in ("word", "variable") and re.search("service", token.text, re.I):
                _refuse(
                    text,
                    token.start,
                    "SERVICE is not offered: a query asks this graph only. These letters may "
                    "stand in strings, comments and <addresses> only",
                )


def _decoded(match: re.Match[str]) -> str:
    code = int(match.group(1) or match.group(2), 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else match.group()


def _refuse(query: str, offset: int, message: str) -> None:
    line, column = line_and_column(query, offset)
    raise QueryError(f"line {line}, column {column}: {message}.")
