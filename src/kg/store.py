"""An embedded store: quads in, SPARQL out; the plain graph is the union of all graphs."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from oxrdflib import OxigraphStore
from rdflib import Dataset

from kg.errors import InputError, QueryError
from kg.reading import language_tag as language_tag
from kg.tokens import names_graphs

# The terms of the store, for modules that bind values without knowing the engine.
NamedNode = ox.NamedNode
BlankNode = ox.BlankNode
Literal = ox.Literal
Triple = ox.Triple
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

RESULT_FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPH_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
}


@dataclass(frozen=True)
class Table:
    """The answer to a SELECT: column names in the order asked for, and rows; None is unbound."""

    columns: tuple[str, ...]
    rows: list[tuple[Term | None, ...]]


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
        store = ox.Store()
        store.bulk_extend(quads)
        return cls(store)

    def select(self, sparql: str) -> Table:
        """Return the rows of a SELECT. Raises QueryError."""
        answer = self._query(sparql)
        if not isinstance(answer, ox.QuerySolutions):
            raise QueryError("the query does not give rows; want a SELECT")
        columns = tuple(variable.value for variable in answer.variables)
        return Table(columns, [tuple(solution[name] for name in columns) for solution in answer])

    def construct(self, sparql: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE. Raises QueryError."""
        answer = self._query(sparql)
        if not isinstance(answer, ox.QueryTriples):
            raise QueryError("the query does not give triples; want a CONSTRUCT or DESCRIBE")
        return list(answer)

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

    def extend(self, triples: Iterable[ox.Triple]) -> list[ox.Triple]:
        """Add triples to the default graph; return those that no graph had before."""
        new = []
        for triple in triples:
            parts = (triple.subject, triple.predicate, triple.object)
            if next(self._store.quads_for_pattern(*parts, None), None) is None:
                self._store.add(ox.Quad(*parts, ox.DefaultGraph()))
                new.append(triple)
        return new

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

    def _query(self, sparql: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        try:
            union = not names_graphs(sparql)  # else FROM would be overlooked
            return self._store.query(sparql, use_default_graph_as_union=union)
        except SyntaxError as error:
            raise QueryError(syntax_message(str(error), sparql)) from error


# Words that tell a reader something where they alone are wanted; the rest are functions mostly.
_TELLING = {
    "AS", "ASC", "BY", "DESC", "FILTER", "FROM", "GROUP", "HAVING", "IN", "LIMIT", "NAMED",
    "OFFSET", "ORDER", "SELECT", "VALUES", "WHERE",
}  # fmt: skip


def syntax_message(message: str, query: str = "") -> str:
    """Return the engine's words with line and column first, and a short list of what it wants.

    Where its list would mislead, the text of `query` at that place is named instead.
    """
    found = re.match(r"error at (\d+):(\d+): (.*)", message, re.DOTALL)
    if not found:
        return f"not SPARQL: {message}"
    line, column, rest = found.groups()
    place = f"line {line}, column {column}: not SPARQL"
    wanted = re.sub(r"^expected (one of )?", "", rest)
    # Between them may stand what is wrong, in words: "Prefix not found".
    if said := re.search(r"(?:^|, )([A-Z]\w*(?: \w+)+)(?=, |$)", wanted):
        return f"{place} here: {said[1]}"
    if not _tells(wanted):
        lines = query.splitlines()[int(line) - 1 : int(line)]
        there = lines[0][int(column) - 1 :][:20].strip() if lines else ""
        is_code = there and not there.startswith("#")
        shown = f"not expected here: '{there}'" if is_code else "something else is expected here"
        return f"{place}: {shown}"
    # What may not be asked, or is no word.
    rest = re.sub(r"\b(LATERAL|SERVICE), |\[_\], |, \[_\]$", "", rest)
    if len(rest) > 200:
        rest = rest[:200].rsplit(", ", 1)[0] + " …"
    return f"{place} here: {rest}"


def _tells(wanted: str) -> bool:
    """Return whether a list of what is wanted holds more than names of functions."""
    if '"' in wanted or "['" in wanted:
        return True
    return not _TELLING.isdisjoint(re.findall(r"\w+", wanted))


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
    """Write `quads` to a new store on disk in `folder`, made ready for reading.

    Raises InputError where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        store = ox.Store(str(folder))
        store.bulk_extend(quads)
        store.optimize()
        store.flush()
    except OSError as error:
        raise InputError(f"{folder}: the store cannot be written: {error}") from error
