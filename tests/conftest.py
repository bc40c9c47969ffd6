"""The project's own graphs and a release of them, built once for a test run."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from rdflib import Dataset, Graph, URIRef

from kg.building import build_release
from kg.export import union
from kg.graphs import Project, build_graphs, quads_of
from kg.namespaces import PREFIXES
from kg.queries import shorten
from kg.reading import rdf_files, read_quads, to_oxigraph, to_rdflib
from kg.release import Release
from kg.report import Report
from kg.shapes import Shapes, read_shapes
from kg.store import EmbeddedStore, NamedNode, Term
from kg.validate import validate

ROOT = Path(__file__).parent.parent

# The same examples in each run, so that a change is judged by itself; new ones with
# `--hypothesis-profile=explore`.
settings.register_profile("repeatable", derandomize=True, database=None)
settings.register_profile("explore", max_examples=1000, deadline=None)
settings.load_profile("repeatable")
DOCUMENTS = ROOT.parent / "shared" / "sources"
CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
PARTS = ("data", "ontology", "shapes", "queries")
PREAMBLE = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())

Row = tuple[str, ...]
Ask = Callable[[str], list[Row]]


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


def text(term: Term | None) -> str:
    """A term as a short text: places and bodies by key, literals by value."""
    if term is None:
        return ""
    return shorten(term.value) if isinstance(term, NamedNode) else term.value  # type: ignore[union-attr]


def one(rows: list[Row]) -> list[str]:
    """The only column of rows."""
    return [row[0] for row in rows]


@pytest.fixture
def ask(store: EmbeddedStore) -> Ask:
    """Rows of a query in the order they come."""

    def run(body: str) -> list[Row]:
        return [tuple(text(term) for term in row) for row in store.select(PREAMBLE + body).rows]

    return run


@pytest.fixture(scope="session")
def own_shapes() -> Shapes:
    """The project's shapes and checks."""
    return read_shapes([ROOT / "shapes"])


@pytest.fixture(scope="session")
def own_report(graphs: dict[URIRef, Graph], own_shapes: Shapes) -> Report:
    """What the project's shapes and checks find in its own graphs."""
    return validate(quads_of(graphs), own_shapes)


def read_dataset(paths: Sequence[Path]) -> Dataset:
    """All quads of the files and folders `paths`, as rdflib holds them."""
    dataset = Dataset()
    for path in rdf_files(paths):
        for quad in read_quads(path):
            is_named = isinstance(quad.graph_name, NamedNode)
            graph = dataset.graph(quad.graph_name.value) if is_named else dataset.default_graph
            graph.add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))
    return dataset


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


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The system's browser, which calls nobody by itself."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}; install it with: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
        browser = running.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *sandbox])
        yield browser
        browser.close()
