"""The project's own graphs and a release of them, built once for a test run."""

import shutil
from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from kg.export import union
from kg.graphs import Project, build_graphs
from kg.reading import to_oxigraph
from kg.release import Release, build_release
from kg.store import EmbeddedStore

ROOT = Path(__file__).parent.parent
DOCUMENTS = ROOT.parent / "shared" / "sources"
PARTS = ("data", "ontology", "shapes", "queries")


@pytest.fixture(scope="session")
def graphs() -> dict[URIRef, Graph]:
    """Every graph of the project by its name."""
    return build_graphs(Project(ROOT))


@pytest.fixture(scope="session")
def whole(graphs: dict[URIRef, Graph]) -> Graph:
    """All triples, in whatever graph."""
    return union(graphs)


@pytest.fixture(scope="session")
def store(graphs: dict[URIRef, Graph]) -> EmbeddedStore:
    """All quads in Oxigraph."""
    return EmbeddedStore.of(to_oxigraph(t, name) for name, graph in graphs.items() for t in graph)


def copy_project(folder: Path) -> Project:
    """Return a copy of the project in `folder` that a test may change."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part)
    return Project(folder)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Release]:
    """A copy of the project with its release, built once."""
    copy = copy_project(tmp_path_factory.mktemp("built"))
    return copy, build_release(copy, lambda _: None)


@pytest.fixture
def documents() -> Path:
    """The folder of the source documents, which are not part of the project."""
    if not DOCUMENTS.is_dir():
        pytest.skip(f"the source documents are not here ({DOCUMENTS})")
    return DOCUMENTS
