"""The graphs of the project: reference, sources, links, curation, ontology and what follows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rdflib import RDF, Graph, URIRef

from kg.dates import read_edtf
from kg.errors import BuildError, DataError, InputError, KgError, Place
from kg.growing import GrowingStore
from kg.importers.curation import curation_graph, read_amendments
from kg.importers.links import links_graph
from kg.importers.reference import reference_graph
from kg.importers.registry import Registry, add_date
from kg.importers.source import source_graph
from kg.namespaces import CONCEPT, GRAPH, ID, MD, bind_prefixes
from kg.reading import Quad, read_graph, read_into
from kg.reason import conclude, derive

_NO_SOURCES = ("reference", "links", "curation")
# With a limit the engine looks at each predicate once, and stops at the first that is ours.
_OURS = f"""
ASK {{ {{ SELECT DISTINCT ?p {{ ?s ?p ?o }} LIMIT 1000000 }} FILTER (STRSTARTS(STR(?p), "{MD}")) }}
"""


@dataclass(frozen=True)
class Project:
    """Where the parts of a project lie; everything is below `folder`."""

    folder: Path

    @property
    def data(self) -> Path:
        """Folders of tables and Turtle, one a source."""
        return self.folder / "data"

    @property
    def ontology(self) -> Path:
        """The ontology, its vocabularies and rules."""
        return self.folder / "ontology"

    @property
    def shapes(self) -> Path:
        """SHACL shapes and whole-graph checks."""
        return self.folder / "shapes"

    @property
    def queries(self) -> Path:
        """Canned queries."""
        return self.folder / "queries"

    @property
    def build(self) -> Path:
        """Releases, and the pointer to the current one; may be deleted at any time."""
        return self.folder / "build"

    def sources(self) -> list[Path]:
        """Return the folders of the sources, sorted by name."""
        if not self.data.is_dir():
            raise InputError(
                f"{self.data}: no such folder; run kg in the project, or give --project"
            )
        return sorted(
            path
            for path in self.data.iterdir()
            if path.is_dir() and path.name not in _NO_SOURCES and not path.name.startswith(".")
        )


def build_graphs(project: Project) -> dict[URIRef, Graph]:
    """Return every graph of the project by its name, the derived one included.

    Raises BuildError with all rows that are not understood, or another KgError.
    """
    registry = Registry()
    ontology = read_graph(sorted(project.ontology.glob("*.ttl")))
    registry.learn(ontology)
    graphs = {GRAPH.reference: reference_graph(project.data / "reference", registry)}
    curation = project.data / "curation"
    amendments = read_amendments(curation, registry)
    errors: list[DataError] = []
    for folder in project.sources():
        try:
            graphs[GRAPH[folder.name]] = source_graph(folder, registry, amendments)
        except BuildError as error:
            errors.extend(error.errors)
        except DataError as error:
            errors.append(error)
    if errors:
        raise BuildError(errors)
    for graph in graphs.values():
        registry.learn(graph)
    graphs[GRAPH.links] = links_graph(project.data / "links", registry)
    graphs[GRAPH.curation] = curation_graph(amendments, registry, list(graphs.values()))
    graphs[GRAPH.curation] += _disputes(curation)
    graphs[GRAPH.ontology] = ontology
    graphs[GRAPH.derived] = derive(graphs.values(), project.ontology / "rules")
    return graphs


def _disputes(folder: Path) -> Graph:
    """What people wrote in Turtle about contradictions and possible duplicates."""
    graph = bind_prefixes(Graph())
    files = sorted(folder.glob("*.ttl"))
    for path in (path for path in files if path.name != "graph.ttl"):
        graph += read_graph([path])
    for node, edtf in set(graph.subject_objects(MD.edtf)):
        try:
            date = read_edtf(str(edtf))
        except KgError as error:
            raise DataError(Place(folder), f"{node.n3()}: {error}") from error
        basis = graph.value(node, MD.claimState) or CONCEPT["basis"].external
        add_date(graph, URIRef(str(node)), date, URIRef(str(basis)))
    return graph


def quads_of(graphs: Mapping[URIRef, Graph]) -> Iterator[Quad]:
    """Yield every triple of `graphs` with the name of its graph."""
    for name, graph in graphs.items():
        for subject, predicate, value in graph:
            yield subject, predicate, value, name


def complete(store: GrowingStore, project: Project) -> None:
    """Add our ontology and what our rules conclude to `store`, each in its own graph.

    Data that do not use our terms stay as they are; those that bring the ontology keep theirs.
    A derived graph that they bring is derived anew, as more data may stand beside it.
    """
    if not store.ask(_OURS):
        return
    if next(store.quads(GRAPH.ontology), None) is None:
        store.add(read_into(sorted(project.ontology.glob("*.ttl")), GRAPH.ontology))
    store.clear(GRAPH.derived)
    conclude(store, project.ontology / "rules")


def source_folders(project: Project) -> dict[URIRef, Path]:
    """Return in which folder each source document is edited."""
    return {ID["source"][folder.name]: folder for folder in project.sources()}


def built_turtle(project: Project, graphs: dict[URIRef, Graph]) -> dict[Path, Graph]:
    """Return the graphs that are committed as Turtle, by the file they are written to.

    The ontology is its own file and the derived graph is rebuilt for each release.
    """
    places = {name: str(name)[len(str(GRAPH)) :] for name in graphs}
    return {
        project.data / folder / "graph.ttl": graphs[name]
        for name, folder in places.items()
        if (project.data / folder).is_dir() and (None, RDF.type, None) in graphs[name]
    }
