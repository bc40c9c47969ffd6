"""Shapes and checks read strictly: SHACL in Turtle, and queries that must return nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from rdflib import RDF, SH, SKOS, Graph, Literal, URIRef
from rdflib.plugins.sparql.parser import expandUnicodeEscapes
from rdflib.term import Node

from kg import guard
from kg.errors import DataError, InputError, Place, QueryError
from kg.namespaces import PREFIXES, SHAPE, bind_prefixes
from kg.reading import read_graph
from kg.report import SEVERITIES, curie
from kg.store import EmbeddedStore
from kg.tokens import names_graphs

_NOT_RUN = (SH.js, SH.target, SH.rule, SH.expression, SH.jsFunctionName)
_KEYS = {"rule", "shape", "severity", "message"}


@dataclass(frozen=True)
class Check:
    """A query that must return nothing, and what to say about each row that it does return."""

    path: Path
    rule: str
    shape: URIRef
    severity: str
    messages: Mapping[str, str]
    query: str


@dataclass(frozen=True)
class Shapes:
    """What data are validated against: SHACL shapes and whole-graph checks."""

    graph: Graph
    checks: tuple[Check, ...]


def read_shapes(paths: Sequence[Path]) -> Shapes:
    """Return the shapes in the files and folders `paths`, with the `checks/*.rq` of each folder.

    Raises DataError with file and line where a file is malformed, InputError where shapes want
    something that is not run here: JavaScript, other graphs, other servers.
    """
    graph = read_graph(paths)
    _refuse_what_is_not_run(graph)
    files = [file for path in paths for file in sorted((path / "checks").glob("*.rq"))]
    return Shapes(graph, tuple(read_check(file) for file in files))


def read_check(path: Path) -> Check:
    """Return the check in the file `path`. Raises DataError where header or query is malformed."""
    try:
        query = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    lines = query.splitlines()
    size = next((n for n, line in enumerate(lines) if not line.startswith("#+")), len(lines))
    try:
        header = yaml.safe_load("\n".join(line[2:] for line in lines[:size]))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataError(Place(path, line), f"the header is not YAML: {error.problem}") from error
    if not isinstance(header, dict) or set(header) != _KEYS:
        message = f"the header has to give {', '.join(sorted(_KEYS))}, each in a line after '#+'"
        raise DataError(Place(path, 1), message)
    for key, wanted, holds in (
        ("rule", "a name such as S10", isinstance(header["rule"], str)),
        ("shape", "a name with prefix, such as shape:Event-x", _iri(header["shape"]) is not None),
        ("severity", f"one of {', '.join(SEVERITIES)}", header["severity"] in SEVERITIES),
        ("message", "a text by language", _is_texts(header["message"])),
    ):
        if not holds:
            at = next((n for n, line in enumerate(lines, 1) if re.match(rf"#\+\s*{key}:", line)), 1)
            raise DataError(Place(path, at), f"{key} is {header[key]!r}; want {wanted}")
    _check_query(path, query)
    shape = _iri(header["shape"]) or SHAPE.unnamed
    return Check(path, header["rule"], shape, header["severity"], header["message"], query)


def published(shapes: Shapes) -> Graph:
    """Return the shapes as one graph, each check as an executable query under its shape's name.

    A check is an sh:SPARQLSelectExecutable (SHACL Advanced Features, 5.2), so that no SHACL
    engine takes it for a constraint of a node.
    """
    graph = bind_prefixes(Graph())
    graph += shapes.graph
    for check in shapes.checks:
        graph.add((check.shape, RDF.type, SH.SPARQLSelectExecutable))
        graph.add((check.shape, SKOS.notation, Literal(check.rule)))
        graph.add((check.shape, SH.severity, SH[check.severity]))
        for language, text in check.messages.items():
            graph.add((check.shape, SH.message, Literal(text, lang=language)))
        lines = (line for line in check.query.splitlines() if not line.startswith("#+"))
        graph.add((check.shape, SH.select, Literal("\n".join(lines).strip() + "\n")))
    return graph


def named_shape(shapes: Graph, shape: Node) -> URIRef:
    """Return `shape`, or the nearest shape with a name that it is a part of."""
    seen: set[Node] = set()
    while not isinstance(shape, URIRef):
        seen.add(shape)
        outer = next((s for s in shapes.subjects(None, shape) if s not in seen), None)
        if outer is None:
            return SHAPE["unnamed"]
        shape = outer
    return shape


def _iri(name: object) -> URIRef | None:
    prefix, _, local = str(name).partition(":")
    return URIRef(PREFIXES[prefix] + local) if prefix in PREFIXES and local else None


def _is_texts(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    return all(isinstance(text, str) and text for text in value.values())


def _check_query(path: Path, query: str) -> None:
    """Refuse a check that asks another server, nests too deep, is no SPARQL or has no ?focus."""
    try:
        guard.check(query)
        columns = EmbeddedStore.of([]).select(query).columns
    except QueryError as error:
        at = re.search(r"(?:line |at )([0-9]+)", str(error))
        raise DataError(Place(path, int(at[1]) if at else 1), str(error)) from error
    if "focus" not in columns:
        raise DataError(Place(path, 1), "the query does not select ?focus, the node at fault")


def _refuse_what_is_not_run(shapes: Graph) -> None:
    """Refuse shapes that would be passed over in silence, or that reach beyond the data."""
    for predicate in _NOT_RUN:
        for shape in shapes.subjects(predicate):
            name = curie(named_shape(shapes, shape))
            raise InputError(
                f"the shape {name} uses {curie(predicate)}, which is not run here; write a check "
                "in the folder checks/ instead"
            )
    for predicate in (SH.select, SH.ask):
        for shape, text in shapes.subject_objects(predicate):
            query, name = expandUnicodeEscapes(str(text)), curie(named_shape(shapes, shape))
            try:
                guard.check(query)
            except QueryError as error:
                raise InputError(f"the query of the shape {name}: {error}") from error
            if names_graphs(query):
                raise InputError(f"the query of the shape {name}: FROM reads other data; remove it")
