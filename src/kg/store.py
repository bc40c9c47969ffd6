"""An embedded store: quads in, SPARQL out; the plain graph is the union of all graphs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Protocol, Self

import pyoxigraph as ox
from oxrdflib import OxigraphStore
from rdflib import Dataset, URIRef

from kg.errors import InputError, QueryError
from kg.messages import syntax_message
from kg.releasing import releasing
from kg.syntaxes import GRAPH_FORMATS, RESULT_FORMATS, prefixes_used
from kg.tokens import names_graphs

# The terms of the store, for modules that bind values without knowing the engine.
NamedNode = ox.NamedNode
BlankNode = ox.BlankNode
Literal = ox.Literal
Triple = ox.Triple
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
DefaultGraph = ox.DefaultGraph
Graph = NamedNode | BlankNode | DefaultGraph

# The engine sorts what it is given at once in memory: three million quads would take 1.5 GB.
_BATCH = 100_000


@dataclass(frozen=True)
class Table:
    """The answer to a SELECT: column names in the order asked for, and rows; None is unbound."""

    columns: tuple[str, ...]
    rows: list[tuple[Term | None, ...]]

    @classmethod
    def read(cls, body: bytes, syntax: str = "json") -> "Table":
        """Return the rows that `body` holds, SPARQL results in one of RESULT_FORMATS but CSV."""
        answer = ox.parse_query_results(body, format=RESULT_FORMATS[syntax])
        if not isinstance(answer, ox.QuerySolutions):
            raise QueryError("the answer holds no rows")
        return cls.of(answer)

    @classmethod
    def of(cls, answer: ox.QuerySolutions) -> "Table":
        """Return the rows as they come."""
        columns = tuple(variable.value for variable in answer.variables)
        return cls(columns, [tuple(solution[name] for name in columns) for solution in answer])


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
    def open(cls, folder: Path) -> Self:
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
    def of(cls, quads: Iterable[ox.Quad]) -> Self:
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

    def graphs(self) -> Iterator[Graph]:
        """Yield the names of all graphs, on disk in the order of `quads`: the default one first."""
        yield ox.DefaultGraph()
        yield from self._store.named_graphs()

    def dump(self, graph: Graph, output: IO[bytes]) -> None:
        """Write a graph to `output` as N-Triples, in the order of `quads`."""
        self._store.dump(output, ox.RdfFormat.N_TRIPLES, from_graph=graph)

    def add(self, quads: Iterable[ox.Quad]) -> int:
        """Add `quads`, a batch in memory at a time; return how many they were."""
        rest = iter(quads)
        count = 0
        while batch := list(islice(rest, _BATCH)):
            self._store.bulk_extend(batch)
            count += len(batch)
        return count

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


def require_store(folder: Path) -> None:
    """Raise InputError where `folder` holds no store."""
    if not (folder / "CURRENT").is_file():
        raise InputError(f"{folder}: no store here; build a release with: kg build")
