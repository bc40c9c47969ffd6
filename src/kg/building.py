"""Building a release: graphs in, validated, named after their content, written in one step."""

import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rdflib import DCTERMS, RDF, Graph, Literal, URIRef

from kg import __version__, export
from kg.canned import CannedQuery
from kg.errors import InputError, KgError
from kg.examples import add_examples
from kg.graphs import Project, build_graphs, built_turtle, quads_of, source_folders
from kg.headers import read_queries
from kg.jsonld import jsonld_context
from kg.kept import keep_answers
from kg.loading import build_store
from kg.namespaces import DCAT, GRAPH, MD, RELEASE, VOID, bind_prefixes
from kg.reading import to_oxigraph, write_whole
from kg.release import Release, code_digest, is_whole, open_release
from kg.report import Report
from kg.shapes import published, read_shapes
from kg.turtle import to_turtle
from kg.validate import validate

LICENCE = URIRef("https://creativecommons.org/licenses/by/4.0/")
_BUILT = "# Built by `kg build` from the tables and Turtle beside it: edit those, not this.\n"
_TITLES = {
    "en": "Municipal diplomacy: agreements, councils and delegations",
    "ko": "지방외교: 협정, 의회, 대표단",
    "zh-Hans": "城市外交：协议、议会与代表团",
}

Progress = Callable[[str], None]


class InvalidDataError(KgError):
    """The data break a shape; carries the report."""

    exit_code = 1

    def __init__(self, report: Report) -> None:
        violations = tuple(r for r in report.results if r.severity == "Violation")
        super().__init__(Report(violations, report.files).to_text().strip())
        self.report = report


@dataclass(frozen=True)
class _Parts:
    """What a release is made of; `folder` holds the `queries`, `shapes` are Turtle."""

    graphs: export.Graphs
    shapes: str
    report: Report
    queries: Mapping[str, CannedQuery]
    folder: Path


def build_release(project: Project, progress: Progress) -> Release:
    """Build the project's graphs, validate them and return their release, now the current one.

    The built Turtle beside the tables is rewritten where it changed. Where anything fails the
    last good release and every file stay as they were: raises BuildError or DataError for data
    that are not understood, InvalidDataError for data that break a shape, InputError for a
    folder that cannot be written.
    """
    try:
        return _build(project, progress)
    except OSError as error:
        raise InputError(
            f"{error.filename or project.folder}: {error.strerror}. "
            "Free the disk or give another folder."
        ) from error


def _build(project: Project, progress: Progress) -> Release:
    queries = read_queries(project.queries)  # with a malformed one, it would answer nothing
    progress("Reading the tables")
    graphs = build_graphs(project)
    built = {
        path: to_turtle(graph, _BUILT) for path, graph in built_turtle(project, graphs).items()
    }
    progress("Naming the release")
    named = export.canonical(graphs)
    identifier = _identifier(project, export.nquads(named))
    folder = project.build / "releases" / identifier
    if not is_whole(folder) or open_release(folder).description.get("code") != code_digest():
        progress("Validating")
        shapes = read_shapes([project.shapes])
        report = validate(quads_of(named), shapes, source_folders(project))
        if not report.conforms:
            raise InvalidDataError(report)
        named[GRAPH.release] = _described(identifier, named, queries.values())
        parts = _Parts(named, to_turtle(published(shapes)), report, queries, project.queries)
        _write(folder, identifier, parts, progress)
    for path, text in built.items():
        if not path.exists() or path.read_bytes() != text.encode("utf-8"):
            write_whole(path, text.encode("utf-8"))
    write_whole(project.build / "current", f"{identifier}\n".encode())
    return open_release(folder)


def _identifier(project: Project, quads: str) -> str:
    """Sixteen digits that follow from the data and from what asks and checks them."""
    digest = hashlib.sha256(quads.encode("utf-8"))
    for folder, patterns in (
        (project.queries, ("*.rq",)),
        (project.shapes, ("**/*.ttl", "checks/*.rq")),
    ):
        for path in sorted(path for pattern in patterns for path in folder.glob(pattern)):
            digest.update(f"\0{path.relative_to(folder)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _described(identifier: str, graphs: export.Graphs, queries: Iterable[CannedQuery]) -> Graph:
    """The release told in VoID and DCAT: title, licence, identifier, size, classes, examples."""
    node = RELEASE[identifier]
    triples = {triple for graph in graphs.values() for triple in graph}
    typed = {(s, o) for s, p, o in triples if p == RDF.type and str(o).startswith(str(MD))}
    graph = bind_prefixes(Graph())
    graph.add((node, RDF.type, VOID.Dataset))
    graph.add((node, RDF.type, DCAT.Dataset))
    for language, title in _TITLES.items():
        graph.add((node, DCTERMS.title, Literal(title, lang=language)))
    graph.add((node, DCTERMS.identifier, Literal(identifier)))
    graph.add((node, DCTERMS.license, LICENCE))
    graph.add((node, DCAT.version, Literal(__version__)))
    graph.add((node, VOID.triples, Literal(len(triples))))
    for class_, count in Counter(class_ for _, class_ in typed).items():
        part = URIRef(f"{node}/{str(class_)[len(str(MD)) :]}")
        graph.add((node, VOID.classPartition, part))
        graph.add((part, RDF.type, VOID.Dataset))
        graph.add((part, VOID["class"], class_))
        graph.add((part, VOID.entities, Literal(count)))
    add_examples(graph, node, queries)
    return graph


def _write(
    folder: Path,
    identifier: str,
    parts: "_Parts",
    progress: Progress,
) -> None:
    """Write the whole release beside its place, then move it there in one step."""
    graphs, report = parts.graphs, parts.report
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
    try:
        dumps = []
        for format_, (name, media_type, writer) in export.FORMATS.items():
            progress(f"Writing {name}")
            dumps.append(_dump(draft, name, media_type, format_, writer(graphs)))
        context = {"@context": jsonld_context(graphs[GRAPH.ontology])}
        text = json.dumps(context, ensure_ascii=False, indent=1) + "\n"
        dumps.append(_dump(draft, "context.jsonld", "application/ld+json", "context", text))
        dumps.append(_dump(draft, "shapes.ttl", "text/turtle", "shapes", parts.shapes))
        (draft / "report.json").write_text(_json(report.to_json()), "utf-8")
        (draft / "report.ttl").write_text(to_turtle(report.to_graph()), "utf-8")
        progress("Writing the store")
        quads = (to_oxigraph(t, name) for name, graph in graphs.items() for t in graph)
        build_store(quads, draft / "store")
        keep_answers(draft / "store", parts.queries.values())
        shutil.copytree(parts.folder, draft / "queries")
        description = {
            "id": identifier,
            "version": __version__,
            "code": code_digest(),
            "licence": str(LICENCE),
            "quads": sum(len(graph) for graph in graphs.values()),
            "graphs": {str(name): len(graph) for name, graph in sorted(graphs.items())},
            "dumps": dumps,
        }
        (draft / "release.json").write_text(_json(description), "utf-8")
        draft.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _dump(folder: Path, name: str, media_type: str, format_: str, text: str) -> dict[str, Any]:
    data = text.encode("utf-8")
    (folder / name).write_bytes(data)
    return {
        "file": name,
        "format": format_,
        "mediaType": media_type,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
