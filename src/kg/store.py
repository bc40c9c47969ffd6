"""An embedded store: quads in, SPARQL out; the plain graph is the union of all graphs."""

import ctypes
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from itertools import islice
from pathlib import Path
from traceback import clear_frames
from typing import ParamSpec, Protocol, TypeVar

import pyoxigraph as ox
from oxrdflib import OxigraphStore
from rdflib import Dataset, URIRef

from kg.errors import InputError, QueryError
from kg.messages import syntax_message
from kg.reading import in_graph
from kg.syntaxes import GRAPH_FORMATS, RESULT_FORMATS
from kg.tokens import names_graphs

# The terms of the store, for modules that bind values without knowing the engine.
NamedNode = ox.NamedNode
BlankNode = ox.BlankNode
Literal = ox.Literal
Triple = ox.Triple
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

# The engine sorts what it is given at once in memory: three million quads would take 1.5 GB.
_BATCH = 100_000
_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Table:
    """The answer to a SELECT: column names in the order asked for, and rows; None is unbound."""

    columns: tuple[str, ...]
    rows: list[tuple[Term | None, ...]]

    @classmethod
    def read(cls, body: bytes) -> "Table":
        """Return the rows that `body` holds, SPARQL results in JSON."""
        answer = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        if not isinstance(answer, ox.QuerySolutions):
            raise QueryError("the answer holds no rows")
        return cls.of(answer)

    @classmethod
    def of(cls, answer: ox.QuerySolutions) -> "Table":
        """Return the rows as they come."""
        columns = tuple(variable.value for variable in answer.variables)
        return cls(columns, [tuple(solution[name] for name in columns) for solution in answer])


def releasing(method: Callable[_P, _T]) -> Callable[_P, _T]:
    """Return `method`, of which an error keeps nothing of the engine's.

    The engine's answers may be dropped in the thread that made them only, and an error keeps the
    variables of every call that it came through, for whoever clears it away.
    """

    @wraps(method)
    def called(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return method(*args, **kwargs)
        except Exception as error:
            cause: BaseException | None = error
            while cause is not None:
                clear_frames(cause.__traceback__)
                cause = cause.__cause__ or cause.__context__
            raise

    return called


class Store(Protocol):
    """What texts of our own ask: an `EmbeddedStore`, or a `kg.remote.RemoteStore`.

    A plain query sees the union of all graphs. QueryError: not SPARQL, or of another form.
    """

    def select(self, sparql: str) -> Table:
        """Return the rows of a SELECT."""

    def construct(self, sparql: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE."""

    def ask(self, sparql: str) -> bool:
        """Return the answer of an ASK."""

    def kind(self, sparql: str) -> str:
        """Return what a query answers with: `rows`, `truth` or `graph`."""

    def write(self, sparql: str, syntax: str, prefixes: Mapping[str, str] | None = None) -> bytes:
        """Return the answer in one of RESULT_FORMATS for SELECT and ASK, else GRAPH_FORMATS."""

    def __hash__(self) -> int: ...


class EmbeddedStore:
    """A store in this process, for texts of our own; strangers' queries go to `kg.engine`."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store

    @classmethod
    def open(cls, folder: Path) -> "EmbeddedStore":
        """Return the store that `build_store` wrote to `folder`, read-only.

        Raises InputError where there is none.
        """
        require_store(folder)
        try:
            return cls(ox.Store.read_only(str(folder)))
        except OSError as error:
            raise InputError(
                f"{folder}: the store cannot be opened: {error}; delete the release, build again"
            ) from error

    @classmethod
    def of(cls, quads: Iterable[ox.Quad]) -> "EmbeddedStore":
        """Return a store in memory that holds `quads`."""
        store = cls(ox.Store())
        store.add(quads)
        return store

    @releasing
    def select(self, sparql: str) -> Table:
        """Return the rows of a SELECT. Raises QueryError."""
        answer = self._query(sparql)
        if not isinstance(answer, ox.QuerySolutions):
            raise QueryError("the query does not give rows; want a SELECT")
        return Table.of(answer)

    @releasing
    def construct(self, sparql: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE. Raises QueryError."""
        return list(self._triples(sparql))

    @releasing
    def ask(self, sparql: str) -> bool:
        """Return the answer of an ASK. Raises QueryError."""
        answer = self._query(sparql)
        if not isinstance(answer, ox.QueryBoolean):
            raise QueryError("the query does not give yes or no; want an ASK")
        return bool(answer)

    def kind(self, sparql: str) -> str:
        """Return what a query answers with: `rows`, `truth` or `graph`. Raises QueryError."""
        answer = self._query(sparql)
        if isinstance(answer, ox.QueryTriples):
            return "graph"
        return "rows" if isinstance(answer, ox.QuerySolutions) else "truth"

    @releasing
    def write(self, sparql: str, syntax: str, prefixes: Mapping[str, str] | None = None) -> bytes:
        """Return the answer in `syntax`: of RESULT_FORMATS for SELECT and ASK, else GRAPH_FORMATS.

        Raises QueryError.
        """
        answer = self._query(sparql)
        if isinstance(answer, ox.QueryTriples):
            triples = list(answer)
            used = prefixes_used(triples, prefixes or {})
            body = ox.serialize(triples, format=GRAPH_FORMATS[syntax], prefixes=used)
        else:
            body = answer.serialize(format=RESULT_FORMATS[syntax])
        return body or b""

    def quads(self, graph: URIRef | None = None) -> Iterator[ox.Quad]:
        """Yield the quads of the graph `graph`, those of every graph where it is None."""
        name = None if graph is None else ox.NamedNode(graph)
        return self._store.quads_for_pattern(None, None, None, name)

    def add(self, quads: Iterable[ox.Quad]) -> int:
        """Add `quads`, a batch in memory at a time; return how many they were."""
        rest = iter(quads)
        count = 0
        while batch := list(islice(rest, _BATCH)):
            self._store.bulk_extend(batch)
            count += len(batch)
        return count

    def infer(self, sparql: str, graph: URIRef) -> int:
        """Add to `graph` the triples of a CONSTRUCT that no graph has yet; return how many.

        Raises QueryError.
        """
        return self.add(in_graph(filter(self._lacks, self._triples(sparql)), graph))

    def dataset(self) -> Dataset:
        """Return the store as an rdflib Dataset, for those who program with rdflib.

        Ask it with texts, not with prepared queries: those run in rdflib's own engine, some
        forty times slower. Validate and export plain graphs instead of this one: Oxigraph
        writes some literals in its own way.
        """
        return Dataset(store=OxigraphStore(store=self._store), default_union=True)

    def size(self) -> int:
        """Return the number of quads."""
        return len(self._store)

    def _lacks(self, triple: ox.Triple) -> bool:
        parts = (triple.subject, triple.predicate, triple.object)
        return next(self._store.quads_for_pattern(*parts, None), None) is None

    def _triples(self, sparql: str) -> ox.QueryTriples:
        answer = self._query(sparql)
        if not isinstance(answer, ox.QueryTriples):
            raise QueryError("the query does not give triples; want a CONSTRUCT or DESCRIBE")
        return answer

    def _query(self, sparql: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        try:
            union = not names_graphs(sparql)  # else FROM would be overlooked
            return self._store.query(sparql, use_default_graph_as_union=union)
        except SyntaxError as error:
            raise QueryError(syntax_message(str(error), sparql)) from error


def prefixes_used(triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return those of `prefixes` that an address in `triples` begins with."""
    iris: set[str] = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, ox.Literal):
                iris.add(term.datatype.value)
            elif isinstance(term, ox.NamedNode):
                iris.add(term.value)
    return {
        prefix: namespace
        for prefix, namespace in prefixes.items()
        if any(iri.startswith(namespace) for iri in iris)
    }


def require_store(folder: Path) -> None:
    """Raise InputError where `folder` holds no store."""
    if not (folder / "CURRENT").is_file():
        raise InputError(f"{folder}: no store here; build a release with: kg build")


def build_store(quads: Iterable[ox.Quad], folder: Path) -> None:
    """Write `quads` to a new store on disk in `folder`, as `new_store` does."""
    with new_store(folder) as store:
        store.add(quads)


@contextmanager
def new_store(folder: Path) -> Iterator[EmbeddedStore]:
    """Yield a new store on disk in `folder` to be filled; in the end it is made ready for reading.

    It is closed however the block ends. Raises InputError where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        store = ox.Store(str(folder))
        filled = EmbeddedStore(store)
        try:
            yield filled
            store.optimize()
            store.flush()
        finally:
            # It is closed when nobody holds it, and a traceback would: its threads would still
            # write while the folder is removed.
            del store, filled._store
            _give_memory_back()
    except OSError as error:
        raise InputError(f"{folder}: the store cannot be written: {error}") from error


def _give_memory_back() -> None:
    """Return freed memory to the system: a server that loads large data would keep it for good."""
    with suppress(AttributeError):  # only glibc has to be asked, and only it can be
        ctypes.CDLL(None).malloc_trim(0)
