"""A release in another server: asked over the SPARQL 1.1 Protocol, answered as our own store does.

What differs between engines is settled here, and nowhere else. Texts go out as they are; only
where relative addresses begin is said before them.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, cast

import pyoxigraph as ox

from kg.endpoints import Endpoints, Remote
from kg.errors import QueryError
from kg.limits import BrokenError, UnansweredError
from kg.messages import syntax_message
from kg.namespaces import BASE
from kg.releasing import releasing
from kg.store import Table
from kg.syntaxes import GRAPH_FORMATS, RESULT_FORMATS, prefixes_used
from kg.tokens import names_graphs, tokens

ENDPOINT = BASE + "sparql"  # where relative addresses begin
NO_GRAPH = BASE + "no-graph"  # stands for an empty list of graphs, which cannot be sent
_ROWS, _TRIPLES = "application/sparql-results+json", "application/n-triples"
_JSON = ox.QueryResultsFormat.JSON
_ASKED = "__ASK_RETVAL"  # the column of the row by which Virtuoso answers ASK
_TRUTHS = (b'{"head":{},"boolean":false}', b'{"head":{},"boolean":true}')
# Virtuoso names blank nodes by addresses. In a string the quotation marks would be escaped.
_NAMED = b"nodeID://"
_NODE = b'"bnode", "value": "' + _NAMED

_OWN = ("<bif:", "<sql:")

Found = ox.QuerySolutions | ox.QueryBoolean | Iterable[ox.Triple]


class RemoteData:
    """The graphs of a release as a `Remote` holds them. Safe for threads."""

    def __init__(self, remote: Remote) -> None:
        self._endpoints = Endpoints(remote)
        self._graphs = remote.graphs

    def ask(
        self,
        text: str,
        seconds: float,
        graphs: tuple[Iterable[str], Iterable[str]] | None = None,
        base: str = ENDPOINT,
    ) -> Found:
        """Return what answers `text`, as it comes.

        It sees the union of the release's graphs, or what its FROM names, or just `graphs`: those
        of the default graph, and the named ones.

        Raises SyntaxError as pyoxigraph does, and LimitError; so does reading the answer, where
        a SyntaxError means that the store did not write it as the standards say.
        """
        _refuse_own_functions(text)
        form = form_of(text, base)
        default: Iterable[str]
        named: Iterable[str]
        if graphs is not None:
            default, named = (tuple(iris) or (NO_GRAPH,) for iris in graphs)
        else:
            default = named = () if names_graphs(text) else self._graphs
        accept = _TRIPLES if form == "graph" else _ROWS
        body = self._endpoints.ask(f"BASE <{base}> {text}", accept, seconds, default, named)
        return _found(body, form)


# What is found may be dropped in the thread that made it only. Where an endpoint failed before
# another answered, what its errors leave behind holds every call above them, until any thread
# clears it away: so no call above keeps what was found in a variable.


def _found(body: Iterable[bytes], form: str) -> Found:
    if form == "graph":
        quads = ox.parse(_file(body), format=ox.RdfFormat.N_TRIPLES)
        return (quad.triple for quad in quads)
    with whole():
        found = ox.parse_query_results(_file(_renamed(body)), format=_JSON)
        if form == "boolean":
            return _truth(found)
        if not isinstance(found, ox.QuerySolutions):
            raise ValueError("no rows")
    return found


def form_of(text: str, base: str = ENDPOINT) -> str:
    """Return the form of the answer: `rows`, `boolean` or `graph`.

    It is read with our own parser, on no data: what that does not know, an engine's own
    additions to the language too, is no query here. Raises SyntaxError.
    """
    found = ox.Store().query(text, base_iri=base)
    if isinstance(found, ox.QueryTriples):
        return "graph"
    return "boolean" if isinstance(found, ox.QueryBoolean) else "rows"


def _refuse_own_functions(text: str) -> None:
    """Refuse addresses by which Virtuoso calls functions of its own: they may read files.

    Our own parser refuses functions that it does not know, but it may leave out parts of a query
    that it takes for idle. Raises UnansweredError.
    """
    if not any(address in text.lower() for address in _OWN):
        return
    for token in tokens(text):
        if token.kind == "iri" and token.text.lower().startswith(_OWN):
            raise UnansweredError(f"{token.text[:100]}: an engine's own functions are not offered")


@contextmanager
def whole() -> Iterator[None]:
    """Turn what is wrong with an answer that is read in the block into BrokenError."""
    try:
        yield
    except (SyntaxError, ValueError) as error:
        raise BrokenError("the store's answer is not whole, or not as SPARQL 1.1 says") from error


class RemoteStore:
    """A store in another server, for texts of our own; strangers' queries go to `kg.engine`."""

    def __init__(self, remote: Remote, seconds: float) -> None:
        """Ask `remote`; a query may take `seconds`."""
        self._data, self._seconds = RemoteData(remote), seconds

    @releasing
    def select(self, sparql: str) -> Table:
        """Return the rows of a SELECT. Raises QueryError, LimitError."""
        return _table(self._ask(sparql))

    @releasing
    def construct(self, sparql: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE. Raises QueryError, LimitError."""
        return _triples(self._ask(sparql))

    @releasing
    def ask(self, sparql: str) -> bool:
        """Return the answer of an ASK. Raises QueryError, LimitError."""
        return _yes(self._ask(sparql))

    def kind(self, sparql: str) -> str:
        """Return what a query answers with: `rows`, `truth` or `graph`. Raises QueryError."""
        with _explained(sparql):
            form = form_of(sparql)
        return "truth" if form == "boolean" else form

    @releasing
    def write(self, sparql: str, syntax: str, prefixes: Mapping[str, str] | None = None) -> bytes:
        """Return the answer in `syntax`: of RESULT_FORMATS for SELECT and ASK, else GRAPH_FORMATS.

        Raises QueryError, LimitError.
        """
        return _written(self._ask(sparql), syntax, prefixes or {})

    def _ask(self, sparql: str) -> Found:
        with _explained(sparql):
            return self._data.ask(sparql, self._seconds)


def _table(found: Found) -> Table:
    if not isinstance(found, ox.QuerySolutions):
        raise QueryError("the query does not give rows; want a SELECT")
    with whole():
        return Table.of(found)


def _triples(found: Found) -> list[ox.Triple]:
    if isinstance(found, ox.QuerySolutions | ox.QueryBoolean):
        raise QueryError("the query does not give triples; want a CONSTRUCT or DESCRIBE")
    with whole():
        return list(found)


def _yes(found: Found) -> bool:
    if not isinstance(found, ox.QueryBoolean):
        raise QueryError("the query does not give yes or no; want an ASK")
    return bool(found)


def _written(found: Found, syntax: str, prefixes: Mapping[str, str]) -> bytes:
    with whole():
        if isinstance(found, ox.QuerySolutions | ox.QueryBoolean):
            return found.serialize(format=RESULT_FORMATS[syntax]) or b""
        triples = list(found)
    used = prefixes_used(triples, prefixes)
    return ox.serialize(triples, format=GRAPH_FORMATS[syntax], prefixes=used) or b""


@contextmanager
def _explained(sparql: str) -> Iterator[None]:
    try:
        yield
    except SyntaxError as error:
        raise QueryError(syntax_message(str(error), sparql)) from error


def _truth(found: ox.QuerySolutions | ox.QueryBoolean) -> ox.QueryBoolean:
    """Return the answer to an ASK, also from Virtuoso's row of one number."""
    if isinstance(found, ox.QueryBoolean):
        return found
    if [column.value for column in found.variables] != [_ASKED]:
        raise ValueError("neither yes nor no")
    is_true = any(isinstance(row[0], ox.Literal) and row[0].value == "1" for row in found)
    truth = ox.parse_query_results(_TRUTHS[is_true], format=_JSON)
    assert isinstance(truth, ox.QueryBoolean)  # noqa: S101
    return truth


class _File:
    """Pieces of an answer as a file, from which pyoxigraph takes a little at a time."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._piece, self._at = pieces, b"", 0

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, nothing at the end."""
        while self._at >= len(self._piece):
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._piece, self._at = piece, 0
        self._at += size
        return self._piece[self._at - size : self._at]


def _file(pieces: Iterable[bytes]) -> IO[bytes]:
    return cast(IO[bytes], _File(iter(pieces)))  # as much of it as is wanted


def _renamed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield SPARQL results in JSON without what Virtuoso writes before names of blank nodes."""
    held = b""
    for piece in pieces:
        text = (held + piece).replace(_NODE, _NODE[: -len(_NAMED)])
        torn = (n for n in range(len(_NODE) - 1, 0, -1) if text.endswith(_NODE[:n]))
        end = len(text) - next(torn, 0)
        held = text[end:]
        yield text[:end]
    yield held
