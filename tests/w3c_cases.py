"""The W3C's SPARQL query tests, read from their manifests."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pyoxigraph as ox
from rdflib import RDF, Graph, Namespace
from rdflib.term import Node

from kg.reading import FORMATS, in_graph

# Where the W3C serves the files: relative addresses in them begin there, wherever they lie here.
ADDRESS = "https://w3c.github.io/rdf-tests/sparql/"

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
KINDS = {
    MF.QueryEvaluationTest: "evaluation",
    MF.CSVResultFormatTest: "evaluation",
    MF.PositiveSyntaxTest: "positive",
    MF.PositiveSyntaxTest11: "positive",
    MF.NegativeSyntaxTest: "negative",
    MF.NegativeSyntaxTest11: "negative",
}
# Other servers are not asked here, and other things are not concluded.
NOT_OURS = ("sparql11/service", "sparql11/entailment")
FEDERATED = "sparql11/syntax-fed"  # its correct queries hold SERVICE

_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^>]+)>", re.IGNORECASE)
_RELATIVE = re.compile(r"<(?![A-Za-z][A-Za-z0-9+.-]*:)[^\s<>\"{}|^`\\]*>")


@dataclass(frozen=True)
class Data:
    """What a query is asked of: files for the default graph, files that are named graphs."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One test: files are named by their addresses; `kind` is one of KINDS or `federated`."""

    folder: str
    name: str
    kind: str
    query: str
    data: Data = Data()
    result: str | None = None
    lax: bool = False  # how often equal rows stand in the answer does not count

    @property
    def title(self) -> str:
        """The test as the page names it."""
        return f"{self.folder}#{self.name}"


@dataclass(frozen=True)
class Suite:
    """The tests in the folder `root`, which holds sparql10, sparql11 and sparql12."""

    root: Path

    def file(self, address: str) -> Path:
        """Return where the file that the W3C serves at `address` lies here."""
        return self.root / address.removeprefix(ADDRESS)

    def text(self, address: str) -> str:
        """Return a query as it stands."""
        return self.file(address).read_bytes().decode()

    def rooted(self, address: str) -> str:
        """Return a query whose relative addresses, if it has any, begin at its own place."""
        query = self.text(address)
        return f"BASE <{address}>\n{query}" if _RELATIVE.search(query) else query

    def read(self, address: str) -> Iterator[ox.Quad]:
        """Yield the quads of one file."""
        path = self.file(address)
        return ox.parse(
            path=path, format=FORMATS[path.suffix], base_iri=address, rename_blank_nodes=True
        )

    def quads(self, data: Data) -> Iterator[ox.Quad]:
        """Yield the quads of a data set; a named graph has the address of its file."""
        for address in data.default:
            yield from self.read(address)
        for address in data.named:
            triples = (quad.triple for quad in self.read(address))
            yield from in_graph(triples, address)

    def cases(self, folder: str = "") -> list[Case]:
        """Return all query tests in the manifests of `folder` and below, in a fixed order."""
        manifests = sorted((self.root / folder).rglob("manifest.ttl"))
        return [case for path in manifests for case in self._cases(path)]

    def _cases(self, path: Path) -> Iterable[Case]:
        folder = path.parent.relative_to(self.root).as_posix()
        if folder in NOT_OURS:
            return
        graph = Graph().parse(path, publicID=f"{ADDRESS}{folder}/manifest.ttl")
        for entries in graph.objects(None, MF.entries):
            for entry in graph.items(entries):
                kind = KINDS.get(graph.value(entry, RDF.type))
                if kind and not str(graph.value(entry, MF.action)).endswith(".ru"):
                    yield self._case(graph, folder, entry, kind)

    def _case(self, graph: Graph, folder: str, entry: Node, kind: str) -> Case:
        name = str(entry).rpartition("#")[2]
        action = graph.value(entry, MF.action)
        if kind != "evaluation":
            return Case(folder, name, "federated" if folder == FEDERATED else kind, str(action))
        query = str(graph.value(action, QT.query))
        named = {str(file) for file in graph.objects(action, QT.graphData)}
        return Case(
            folder,
            name,
            kind,
            query,
            Data(
                tuple(sorted(str(file) for file in graph.objects(action, QT.data))),
                tuple(sorted(named | set(self._asked_for(query)))),
            ),
            str(graph.value(entry, MF.result)),
            (entry, MF.resultCardinality, MF.LaxCardinality) in graph,
        )

    def _asked_for(self, query: str) -> Iterator[str]:
        """Yield the files that a query names by FROM: nothing is fetched, so they are loaded."""
        for reference in _FROM.findall(self.text(query)):
            address = urljoin(query, reference)
            if self.file(address).is_file():
                yield address
