"""Answers to queries as values: read from every format that the W3C's tests use, and compared."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePath

import pyoxigraph as ox
from rdflib import Namespace

from kg.store import Table, Term
from kg.syntaxes import GRAPH_FORMATS, RESULT_FORMATS

RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")

_BLANK = re.compile(r"_:\w+")

Cell = Term | None
Answer = Table | bool | list[ox.Triple]
Names = dict[ox.BlankNode, ox.BlankNode]


def read_answer(body: bytes, syntax: str) -> Answer:
    """Return the answer that `body` holds in one of RESULT_FORMATS or GRAPH_FORMATS.

    CSV has no kinds of terms: each cell that is not empty is a string, or a blank node.
    """
    if syntax in GRAPH_FORMATS:
        return [quad.triple for quad in ox.parse(body, format=GRAPH_FORMATS[syntax])]
    if syntax == "csv":
        truth = {"true": True, "false": False}.get(body.decode().strip())
        return _read_csv(body.decode()) if truth is None else truth
    return table_of(ox.parse_query_results(body, format=RESULT_FORMATS[syntax]))


def table_of(found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> Answer:
    """Return what pyoxigraph found as a value that stays."""
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    if isinstance(found, ox.QueryTriples):
        return list(found)
    columns = tuple(variable.value for variable in found.variables)
    return Table(columns, [tuple(row[name] for name in columns) for row in found])


def read_expected(path: PurePath, body: bytes, triples: Sequence[ox.Triple]) -> tuple[Answer, bool]:
    """Return the answer that a test expects, and whether its rows are numbered.

    `path` tells its format; where that is RDF, `triples` are what the file holds: a graph, or
    rows in the result set vocabulary.
    """
    syntax = {".srx": "xml", ".srj": "json", ".tsv": "tsv", ".csv": "csv"}.get(path.suffix)
    if syntax:
        return read_answer(body, syntax), False
    if any(triple.object == _node(RS.ResultSet) for triple in triples):
        return _result_set(triples)
    return list(triples), False


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(str(iri))


def _result_set(triples: Sequence[ox.Triple]) -> tuple[Answer, bool]:
    """Return rows, or yes and no, from the vocabulary that the tests of 2008 use."""

    def values(subject: Cell, predicate: str) -> list[Term]:
        wanted = (subject, _node(predicate))
        return [t.object for t in triples if (t.subject, t.predicate) == wanted]

    results = next(t.subject for t in triples if t.object == _node(RS.ResultSet))
    for truth in values(results, RS.boolean):
        return truth.value == "true", False
    columns = tuple(sorted(name.value for name in values(results, RS.resultVariable)))
    numbered = []
    for solution in values(results, RS.solution):
        cells = {
            values(binding, RS.variable)[0].value: values(binding, RS.value)[0]
            for binding in values(solution, RS.binding)
        }
        number = [int(index.value) for index in values(solution, RS["index"])]
        numbered.append((number, tuple(cells.get(name) for name in columns)))
    numbered.sort(key=lambda pair: pair[0])
    return Table(columns, [row for _, row in numbered]), any(number for number, _ in numbered)


def _read_csv(text: str) -> Table:
    lines = list(csv.reader(io.StringIO(text, newline="")))
    columns = tuple(lines[0]) if lines else ()
    rows = (line or [""] * len(columns) for line in lines[1:])  # one empty cell: an empty line
    return Table(columns, [tuple(_csv_term(cell) for cell in row) for row in rows])


def _csv_term(cell: str) -> Cell:
    if _BLANK.fullmatch(cell):
        return ox.BlankNode(cell[2:])
    return ox.Literal(_BLANK.sub("_:", cell)) if cell else None


def as_csv(answer: Answer) -> Answer:
    """Return rows with what CSV keeps of them: the texts of the terms."""
    if not isinstance(answer, Table):
        return answer
    return Table(answer.columns, [tuple(_plain(cell) for cell in row) for row in answer.rows])


def _plain(cell: Cell) -> Cell:
    if cell is None or isinstance(cell, ox.BlankNode):
        return cell
    return _csv_term(_text(cell))


def _text(term: Term) -> str:
    """Return a term as CSV writes it; of a triple term that is the texts of its terms."""
    if isinstance(term, ox.Triple):
        return " ".join(_text(part) for part in term)
    return str(term) if isinstance(term, ox.BlankNode) else term.value


def same(left: Answer, right: Answer, ordered: bool = False, lax: bool = False) -> bool:
    """Return whether two answers are the same but for the names of blank nodes.

    The order of columns does not count, that of rows where they are `ordered`; and how often
    equal rows stand there, unless it is `lax`.
    """
    if isinstance(left, Table) and isinstance(right, Table):
        if set(left.columns) != set(right.columns):
            return False
        rows = _in_columns(left, left.columns), _in_columns(right, left.columns)
        if lax:
            rows = tuple(list(dict.fromkeys(part)) for part in rows)
        return _same_sequence(*rows) if ordered else _same_multiset(*rows)
    if isinstance(left, list) and isinstance(right, list):
        return _same_multiset(*([tuple(triple) for triple in set(part)] for part in (left, right)))
    return left is right


def _in_columns(table: Table, columns: Iterable[str]) -> list[tuple[Cell, ...]]:
    places = [table.columns.index(name) for name in columns]
    return [tuple(row[place] for place in places) for row in table.rows]


def _same_sequence(left: list[tuple[Cell, ...]], right: list[tuple[Cell, ...]]) -> bool:
    names: Names | None = {}
    if len(left) != len(right):
        return False
    for pair in zip(left, right, strict=True):
        names = _row_names(*pair, names)
        if names is None:
            return False
    return True


def _same_multiset(left: list[tuple[Cell, ...]], right: list[tuple[Cell, ...]]) -> bool:
    plain = [Counter(row for row in part if not _has_blank(row)) for part in (left, right)]
    blank = [[row for row in part if _has_blank(row)] for part in (left, right)]
    return plain[0] == plain[1] and len(blank[0]) == len(blank[1]) and _match(*blank, {})


def _has_blank(cells: Iterable[Cell]) -> bool:
    return any(
        isinstance(cell, ox.BlankNode) or (isinstance(cell, ox.Triple) and _has_blank(cell))
        for cell in cells
    )


def _match(left: list[tuple[Cell, ...]], right: list[tuple[Cell, ...]], names: Names) -> bool:
    """Return whether rows can be paired one to one, blank nodes under one renaming."""
    if not left:
        return True
    for place, row in enumerate(right):
        found = _row_names(left[0], row, names)
        if found is not None and _match(left[1:], right[:place] + right[place + 1 :], found):
            return True
    return False


def _row_names(left: Iterable[Cell], right: Iterable[Cell], names: Names) -> Names | None:
    """Return `names` with what makes two rows the same, None where nothing does."""
    for one, other in zip(left, right, strict=True):
        if isinstance(one, ox.Triple) and isinstance(other, ox.Triple):
            found = _row_names(one, other, names)
            if found is None:
                return None
            names = found
        elif isinstance(one, ox.BlankNode) and isinstance(other, ox.BlankNode):
            known = one in names
            if names[one] != other if known else other in names.values():
                return None
            names = {**names, one: other}
        elif one != other:
            return None
    return names
