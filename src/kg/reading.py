"""RDF files of any syntax, read strictly: quads as they stand, or an error with line and column."""

import os
import re
import tempfile
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.errors import DataError, InputError, Place
from kg.namespaces import bind_prefixes
from kg.tags import language_tag

# A triple and the name of its graph, None for the default graph.
Quad = tuple[Node, Node, Node, Node | None]

StoredQuad = ox.Quad

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".n3": ox.RdfFormat.N3,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".json": ox.RdfFormat.JSON_LD,
}

# What stands before the root element of RDF/XML; entities are declared nowhere else.
_HEAD = 1024**2
_LONGEST_ENTITY = 200
_ENTITY = re.compile(rb"""<!ENTITY\s+(?:%\s+)?\S+\s+(?:"([^"]*)"|'([^']*)'|)""")


def _is_rdf(path: Path) -> bool:
    """Tell by its name whether a file found in a folder is RDF; .json and .xml may be anything."""
    suffix = path.suffix.lower()
    return suffix in FORMATS and suffix not in (".json", ".xml") and not path.name.startswith(".")


def rdf_files(paths: Sequence[Path]) -> list[Path]:
    """Return the RDF files that `paths` name, folders searched in depth, in a fixed order.

    Raises InputError where a path does not exist, is not RDF, or holds none.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if _is_rdf(p) and p.is_file())
            if not inside:
                raise InputError(f"{path}: no RDF file in this folder; want {', '.join(FORMATS)}")
            found.extend(inside)
        elif not path.exists():
            raise InputError(f"{path}: no such file or folder; check the path")
        elif path.suffix.lower() not in FORMATS:
            raise InputError(
                f"{path}: unknown kind of file '{path.suffix}'; want one of {', '.join(FORMATS)}"
            )
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def read_quads(path: Path) -> Iterator[ox.Quad]:
    """Yield the quads of one file as pyoxigraph reads them; literals keep their spelling.

    Raises DataError with line and column where the syntax is wrong, InputError where the
    file cannot be read.
    """
    try:
        with open_rdf(path) as file:
            if FORMATS[path.suffix.lower()] == ox.RdfFormat.RDF_XML:
                _refuse_bombs(file, path)
            # No base: an address that depends on where a file lies means nothing elsewhere. A
            # blank node is known in its own file only, so those of two files never meet.
            yield from ox.parse(file, format=FORMATS[path.suffix.lower()], rename_blank_nodes=True)
    except SyntaxError as error:
        spot = Place(path, error.lineno, error.offset)
        if "LoadDocumentCallback" in str(error.msg):
            raise DataError(
                spot, "its @context stands elsewhere and nothing is fetched; put it into the file"
            ) from error
        hint = " (write addresses in full, or declare a @base)" if "No scheme" in error.msg else ""
        raise DataError(
            spot, f"{error.msg}{hint}. Fix the file and run the command again."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; save the file as UTF-8") from error


@contextmanager
def open_rdf(path: Path) -> Iterator[BinaryIO]:
    """Give the bytes of an RDF file to read, without a byte order mark. Raises InputError."""
    try:
        with path.open("rb") as file:
            if file.read(len(BOM_UTF8)) != BOM_UTF8:
                file.seek(0)
            yield file
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _refuse_bombs(file: BinaryIO, path: Path) -> None:
    """Raise DataError where entities that RDF/XML declares could grow beyond measure.

    Short ones that name addresses are common; one that is long, or made of others, is not.
    """
    start = file.tell()
    head = file.read(_HEAD)
    file.seek(start)
    is_cut = len(head) == _HEAD and not re.search(rb"\]\s*>", head)
    for entity in _ENTITY.finditer(head):
        text = entity[1] or entity[2] or b""
        if len(text) > _LONGEST_ENTITY or b"&" in text or is_cut:
            line = head.count(b"\n", 0, entity.start()) + 1
            raise DataError(
                Place(path, line),
                f"an entity that is longer than {_LONGEST_ENTITY} bytes, made of others, or one of "
                "very many; write its text where it is used",
            )


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file, a byte order mark passed over.

    Raises InputError where it cannot be read or is written in another encoding.
    """
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; save the file as UTF-8") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in one step: it is the old one or the new one, never half of it.

    What is no plain file (a terminal, /dev/null, a link) is written in place. Raises OSError.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        path.write_bytes(data)
        return
    handle, name = tempfile.mkstemp(prefix=".draft-", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        draft.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def to_rdflib(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Node:
    """Return the rdflib term that equals `term`, lexical form untouched.

    Raises InputError for a triple term: RDF 1.2 is not read by rdflib.
    """
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return Literal(term.value, lang=language_tag(term.language))
        plain = term.datatype.value == "http://www.w3.org/2001/XMLSchema#string"
        return Literal(
            term.value, datatype=None if plain else URIRef(term.datatype.value), normalize=False
        )
    raise InputError(f"triple terms (RDF 1.2) cannot be used here: {term}")


def to_oxigraph(triple: tuple[Node, Node, Node], graph: URIRef | None = None) -> ox.Quad:
    """Return `triple` as a quad of the graph `graph`, of the default graph where it is None."""
    name = ox.NamedNode(str(graph)) if graph is not None else ox.DefaultGraph()
    subject, predicate, object_ = (_oxigraph_term(term) for term in triple)
    return ox.Quad(subject, predicate, object_, name)  # type: ignore[arg-type]


def _oxigraph_term(term: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if isinstance(term, URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, BNode):
        return ox.BlankNode(str(term))
    assert isinstance(term, Literal), f"a triple of {term!r}"  # noqa: S101 - RDF has no more kinds
    if term.language:
        return ox.Literal(str(term), language=term.language)
    return ox.Literal(
        str(term), datatype=ox.NamedNode(str(term.datatype)) if term.datatype else None
    )


def read_into(paths: Sequence[Path], graph: URIRef) -> list[ox.Quad]:
    """Return the triples of RDF files as quads of the graph `graph`."""
    return [
        q
        for path in rdf_files(paths)
        for q in in_graph((q.triple for q in read_quads(path)), graph)
    ]


def in_graph(triples: Iterable[ox.Triple], graph: URIRef) -> Iterator[ox.Quad]:
    """Yield `triples` as quads of the graph `graph`."""
    name = ox.NamedNode(str(graph))
    return (ox.Quad(triple.subject, triple.predicate, triple.object, name) for triple in triples)


def files_of_subjects(paths: Sequence[Path], subjects: Iterable[Node]) -> dict[URIRef, Path]:
    """Return in which of the files `paths` each of `subjects` with an address stands first."""
    wanted = {str(subject) for subject in subjects if isinstance(subject, URIRef)}
    found: dict[URIRef, Path] = {}
    for path in rdf_files(paths):
        for quad in read_quads(path):
            if isinstance(quad.subject, ox.NamedNode) and quad.subject.value in wanted:
                found.setdefault(URIRef(quad.subject.value), path)
    return found


def read_graph(paths: Sequence[Path]) -> Graph:
    """Return all triples of the files and folders `paths`, whatever graph they stand in."""
    graph = bind_prefixes(Graph())
    for path in rdf_files(paths):
        for quad in read_quads(path):
            graph.add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))
    return graph
