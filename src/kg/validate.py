"""Validation: a data set and shapes in, a report out.

What one node must look like is SHACL and runs in pySHACL on a plain rdflib graph. What holds
between records is a query that must return nothing and runs in the store: per-node SPARQL
constraints took 562 s where whole-graph queries took 0.2 s. The store answers in a thread of its
own, without the interpreter's lock, while pySHACL is at work.
"""

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyshacl
import rdflib
from pyshacl.errors import ShapeRecursionWarning
from rdflib import RDF, RDFS, SH, SKOS, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS
from rdflib.term import Node

from kg.datagraph import DataGraph
from kg.dates import DateError, read_edtf
from kg.errors import InputError, KgError, QueryError
from kg.namespaces import ID, MD, SHAPE
from kg.paths import read_path
from kg.reading import Quad, to_rdflib
from kg.report import SEVERITIES, Report, Result, curie
from kg.shapes import Check, Shapes, named_shape
from kg.store import Store, Table

_BOUNDS = SHAPE["Dated-bounds"]


def validate(
    data: Iterable[Quad] | DataGraph,
    shapes: Shapes,
    files: Mapping[URIRef, Path] | None = None,
) -> Report:
    """Return what `shapes` find in the union of all graphs of `data`, which may be a Dataset.

    The ontology and its vocabularies have to be in the data set: subclasses count. `files` tells
    the folder of each source for the text report. Raises InputError where the shapes cannot be
    used, QueryError where a check fails.
    """
    held = data if isinstance(data, DataGraph) else DataGraph.of(data)
    return validate_beside(held.union, held.store, shapes, files)


def validate_beside(
    union: Graph, store: Store, shapes: Shapes, files: Mapping[URIRef, Path] | None = None
) -> Report:
    """Return what shapes find in `union`, and checks in `store`, which holds the same triples.

    The store may be another server's. See `validate`.
    """
    beside = ThreadPoolExecutor(1)
    try:
        answers = [(check, beside.submit(store.select, check.query)) for check in shapes.checks]
        found = [*_by_shapes(union, shapes.graph)]
        found += _by_dates(union, shapes.graph, {r.focus for r in found if r.rule == "S03"})
        found += _by_checks(union, ((check, _rows(check, rows.result)) for check, rows in answers))
    finally:
        beside.shutdown(cancel_futures=True)
    return _report(union, found, files, checks_only=False)


def run_checks(
    store: Store,
    checks: Iterable[Check],
    about: Callable[[set[URIRef]], Graph],
    files: Mapping[URIRef, Path] | None = None,
) -> Report:
    """Return what `checks` find in `store`; the report says that no shapes were held.

    `about` returns what the store says of nodes: labels, types, sources, evidence and lines.
    Raises QueryError where a check fails.
    """
    answers = [(check, _rows(check, partial(store.select, check.query))) for check in checks]
    cells = {cell for _, table in answers for row in table.rows for cell in row if cell}
    nodes = {term for term in map(to_rdflib, cells) if isinstance(term, URIRef)}
    union = about(nodes | {own_evidence(node) for node in nodes})
    return _report(union, _by_checks(union, answers), files, checks_only=True)


def own_evidence(node: Node) -> URIRef:
    """Return the address of the evidence that `node` is named after, whether there is such."""
    return ID["evidence"][str(node).rsplit("/", 1)[-1]]


def _report(
    union: Graph,
    found: Iterable[Result],
    files: Mapping[URIRef, Path] | None,
    checks_only: bool,
) -> Report:
    placed = (_placed(union, result) for result in found)
    return Report(tuple(sorted(placed, key=Result.order)), files or {}, checks_only)


def _by_shapes(union: Graph, shapes: Graph) -> Iterator[Result]:
    """Yield what pySHACL finds: core constraints, and SPARQL constraints of shapes of others."""
    with _spelling_kept(), warnings.catch_warnings():
        warnings.simplefilter("error", ShapeRecursionWarning)
        try:
            _, answer, text = pyshacl.validate(union, shacl_graph=shapes, inplace=True)
        except Exception as error:  # malformed shapes end in errors of many kinds
            said = str(error) or type(error).__name__
            raise InputError(f"the shapes cannot be used: {said}. Correct the shapes.") from error
    if not isinstance(answer, Graph):
        raise InputError(f"the shapes cannot be used: {text}. Correct the shapes.")
    for node in answer.objects(None, SH.result):
        shape = answer.value(node, SH.sourceShape)
        path = shape and shapes.value(shape, SH.path)
        named = named_shape(shapes, shape) if shape else SHAPE["unnamed"]
        severity = answer.value(node, SH.resultSeverity)
        texts = list(shapes.objects(named, SH.message)) or answer.objects(node, SH.resultMessage)
        value = answer.value(node, SH.value)
        yield Result(
            answer.value(node, SH.focusNode) or node,
            read_path(shapes, path) if path else None,
            value,
            _severity(severity),
            named,
            str(shapes.value(named, SKOS.notation) or ""),
            _texts(texts, union, {"value": value} if value is not None else {}),
            component=URIRef(str(answer.value(node, SH.sourceConstraintComponent))),
        )


def _by_dates(union: Graph, shapes: Graph, known: set[Node]) -> Iterator[Result]:
    """Yield each date whose bounds or year are not those that follow from its EDTF string."""
    if (_BOUNDS, RDF.type, SH.PropertyShape) not in shapes:
        return
    for focus, value in union.subject_objects(MD.edtf):
        stated = {str(union.value(focus, name)) for name in (MD.earliest, MD.latest, MD.year)}
        try:
            date = read_edtf(str(value))
            wanted = f"{date.earliest} – {date.latest}, {date.year}"
            if stated == {date.earliest, date.latest, str(date.year)}:
                continue
        except DateError as error:
            wanted = str(error)
        if focus in known:
            continue
        severity = _severity(shapes.value(_BOUNDS, SH.severity))
        words: dict[str, Node] = {"value": value, "wanted": Literal(wanted)}
        texts = _texts(shapes.objects(_BOUNDS, SH.message), union, words)
        rule = str(shapes.value(_BOUNDS, SKOS.notation))
        yield Result(focus, MD.edtf, value, severity, _BOUNDS, rule, texts)


def _rows(check: Check, answer: Callable[[], Table]) -> Table:
    try:
        return answer()
    except KgError as error:
        raise QueryError(f"{check.path}: {error}") from error


def _by_checks(union: Graph, answers: Iterable[tuple[Check, Table]]) -> Iterator[Result]:
    """Yield a result for each row of each check."""
    for check, table in answers:
        templates = [Literal(text, lang=language) for language, text in check.messages.items()]
        for row in table.rows:
            cells = {n: to_rdflib(cell) for n, cell in zip(table.columns, row, strict=True) if cell}
            if "focus" not in cells:
                raise QueryError(f"{check.path}: a row without ?focus; bind it in every row")
            path = cells.get("path")
            yield Result(
                cells["focus"],
                path if isinstance(path, URIRef) else None,
                cells.get("value"),
                check.severity,
                check.shape,
                check.rule,
                _texts(templates, union, cells),
            )


def _placed(union: Graph, result: Result) -> Result:
    """Return `result` with the source, line and labels of its node."""
    node, own = result.focus, own_evidence(result.focus)
    cited = [node, *union.objects(node, MD.evidence)]
    if own in cited:  # the words that the node is named after; other evidence is only beside them
        cited = [own]
    found = [*union.objects(node, DCTERMS.source)]
    found = found or [source for spot in cited for source in union.objects(spot, MD.inSource)]
    if (node, RDF.type, MD.SourceDocument) in union:
        found, cited = [node], []
    lines = [str(line) for spot in cited for line in union.objects(spot, MD.line)]
    labels = {t.language or "": str(t) for t in sorted(_labels(union, node), reverse=True)}
    return replace(
        result,
        source=min((source for source in found if isinstance(source, URIRef)), default=None),
        line=min((int(line) for line in lines if re.fullmatch("[0-9]{1,9}", line)), default=None),
        labels=dict(sorted(labels.items())),
    )


def _texts(texts: Iterable[Node], union: Graph, words: Mapping[str, Node]) -> dict[str, str]:
    """Return messages by language, `{name}` replaced by what `words` has, in that language."""
    found = {}
    for text in sorted(texts, key=str):
        language = (text.language if isinstance(text, Literal) else None) or ""
        pieces = re.split(r"\{[?$]?(\w+)\}", str(text))
        for at in range(1, len(pieces), 2):
            word = words.get(pieces[at])
            pieces[at] = f"{{{pieces[at]}}}" if word is None else _name(union, word, language)
        found[language] = "".join(pieces)
    return dict(sorted(found.items()))


def _name(union: Graph, term: Node, language: str) -> str:
    labels = {label.language: str(label) for label in sorted(_labels(union, term), reverse=True)}
    return labels.get(language) or labels.get("en") or curie(term)


def _labels(union: Graph, term: Node) -> list[Literal]:
    if isinstance(term, Literal):
        return []
    found = [*union.objects(term, SKOS.prefLabel)] or [*union.objects(term, RDFS.label)]
    return [label for label in found if isinstance(label, Literal)]


def _severity(term: Node | None) -> str:
    """Return one of SEVERITIES; a severity of others' own making counts as a violation."""
    name = str(term).removeprefix(str(SH))
    return name if name in SEVERITIES else "Violation"


@contextmanager
def _spelling_kept() -> Iterator[None]:
    """Keep rdflib from rewriting literals ("01" to "1"): two W3C tests of SHACL fail otherwise."""
    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before
