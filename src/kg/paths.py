"""Property paths as SHACL writes them in RDF (SHACL, section 2.3.1), read and written."""

import typing

from rdflib import RDF, SH, BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.term import Node

Multiple = typing.Literal["*", "+", "?"]

_SIGNS: dict[Multiple, URIRef] = {
    "*": SH.zeroOrMorePath,
    "+": SH.oneOrMorePath,
    "?": SH.zeroOrOnePath,
}


def path_text(path: URIRef | Path | None) -> str | None:
    """Return a property as its address, a path of several as SPARQL writes it."""
    return path.n3() if isinstance(path, Path) else path and str(path)


def read_path(graph: Graph, node: Node) -> URIRef | Path:
    """Return the property path that begins at `node` (SHACL, section 2.3.1).

    Raises ValueError where it is none.
    """
    if isinstance(node, URIRef):
        return node
    for relation, kind in ((SH.inversePath, InvPath), (SH.alternativePath, AlternativePath)):
        inner = graph.value(node, relation)
        if inner is not None:
            parts = Collection(graph, inner) if relation == SH.alternativePath else [inner]
            return kind(*(read_path(graph, part) for part in parts))
    for sign, relation in _SIGNS.items():
        inner = graph.value(node, relation)
        if inner is not None:
            return MulPath(read_path(graph, inner), sign)
    steps = [read_path(graph, part) for part in Collection(graph, node)]
    if not steps:
        raise ValueError(f"{node} is no property path")
    return SequencePath(*steps)


def write_path(graph: Graph, path: URIRef | Path, name: str) -> Node:
    """Add `path` to `graph` as SHACL writes it and return the node at which it begins."""
    if isinstance(path, URIRef):
        return path
    node = BNode(name)
    if isinstance(path, InvPath):
        graph.add((node, SH.inversePath, write_path(graph, path.arg, f"{name}i")))
    elif isinstance(path, MulPath):
        relation = _SIGNS[path.mod]
        graph.add((node, relation, write_path(graph, path.path, f"{name}m")))
    elif isinstance(path, SequencePath | AlternativePath):
        first = node
        if isinstance(path, AlternativePath):
            first = BNode(f"{name}l0")
            graph.add((node, SH.alternativePath, first))
        rest: Node = first
        for number, step in enumerate(path.args, 1):
            following = BNode(f"{name}l{number}") if number < len(path.args) else RDF.nil
            graph.add((rest, RDF.first, write_path(graph, step, f"{name}s{number}")))
            graph.add((rest, RDF.rest, following))
            rest = following
    return node
