"""One source document: its tables (and the Turtle beside them) as one graph, every node cited."""

from collections.abc import Callable
from pathlib import Path

from rdflib import DCTERMS, RDF, Graph, URIRef

from kg.dates import read_edtf
from kg.errors import DataError, InputError, KgError, Place
from kg.importers import citations, events, instruments, observations
from kg.importers.curation import Amendments
from kg.importers.folder import Source
from kg.importers.registry import Registry, add_date
from kg.importers.table import Row, each, iter_optional
from kg.namespaces import CONCEPT, MD
from kg.reading import read_graph

TABLES = {
    "evidence.csv": citations.EVIDENCE,
    "names.csv": citations.NAMES,
    "listings.csv": citations.LISTINGS,
    "agreements.csv": instruments.AGREEMENTS,
    "intents.csv": instruments.INTENTS,
    "events.csv": events.EVENTS,
    "observations.csv": observations.OBSERVATIONS,
    "expected.csv": citations.EXPECTED,
}


def source_graph(folder: Path, registry: Registry, amendments: Amendments) -> Graph:
    """Return the graph of one source folder.

    `folder` holds `source.ttl` (the document), the tables of `TABLES` and, for facts that fit no
    table, `facts.ttl`. Raises DataError or BuildError where anything is not understood.
    """
    unknown = [p for p in folder.glob("*.csv") if p.name not in TABLES]
    if unknown:
        raise InputError(
            f"{unknown[0]}: no such table; remove it or name it as one of {', '.join(TABLES)}"
        )
    source = Source(folder, registry, amendments)
    _read_turtle(source)
    _table(source, "evidence", citations.add_evidence)
    _table(source, "names", citations.add_name)
    _table(source, "listings", citations.add_listing)
    _table(source, "agreements", instruments.add_agreement)
    _table(source, "intents", instruments.add_intent)
    for row in (rows := _rows(source, "events")):  # replies may refer to later rows
        source.add(source.own("event", row), RDF.type, MD[row.text("kind")])
    each(rows, lambda row: events.add_event(source, row))
    _table(source, "observations", observations.add_observation)
    _table(source, "expected", citations.add_expected)
    _finish_turtle(source)
    return source.graph


def _rows(source: Source, table: str) -> list[Row]:
    columns = TABLES[f"{table}.csv"]
    return list(iter_optional(source.folder / f"{table}.csv", columns, columns[0]))


def _table(source: Source, table: str, work: Callable[[Source, Row], None]) -> None:
    each(_rows(source, table), lambda row: work(source, row))


def _read_turtle(source: Source) -> None:
    path = source.folder / "source.ttl"
    if not path.exists():
        raise InputError(
            f"{path} is missing; it describes the document (see docs/adding-a-source.md)"
        )
    source.graph += read_graph([path])
    for predicate in (DCTERMS.title, DCTERMS.language, MD.sha256):
        if source.graph.value(source.node, predicate) is None:
            name = predicate.n3(source.graph.namespace_manager)
            raise DataError(Place(path), f"{source.node.n3()} has no {name}; add it")
    if (facts := source.folder / "facts.ttl").exists():
        source.graph += read_graph([facts])
    source.registry.learn(source.graph)


def _finish_turtle(source: Source) -> None:
    """Complete what people wrote in Turtle: `dct:source` everywhere, dates with their bounds."""
    graph = source.graph
    for node in set(graph.subjects(RDF.type)):
        if isinstance(node, URIRef) and node != source.node:
            graph.add((node, DCTERMS.source, source.node))
    for node, edtf in set(graph.subject_objects(MD.edtf)):
        if graph.value(node, MD.earliest) is None:
            try:
                date = read_edtf(str(edtf))
            except KgError as error:
                raise DataError(
                    Place(source.folder / "facts.ttl"), f"{node.n3()}: {error}"
                ) from error
            basis = graph.value(node, MD.dateBasis) or CONCEPT["basis"].stated
            add_date(graph, URIRef(str(node)), date, URIRef(str(basis)))
    for node, evidence in graph.subject_objects(MD.evidence):
        if (evidence, RDF.type, MD.Evidence) not in graph:
            path = source.folder / "evidence.csv"
            raise DataError(Place(path), f"{node.n3()} cites {evidence.n3()}; add that row")
        source.cited.add(URIRef(str(evidence)))
    idle = set(graph.subjects(RDF.type, MD.Evidence)) - source.cited
    if idle:
        path = source.folder / "evidence.csv"
        raise DataError(
            Place(path), f"nothing cites {min(idle, key=str).n3()}; remove the row or cite it"
        )
