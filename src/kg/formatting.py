"""Turtle files brought into the canonical form, nothing of theirs lost."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from rdflib import Graph, Literal, URIRef

from kg.errors import DataError, InputError, Place
from kg.namespaces import PREFIXES
from kg.reading import rdf_files, read_graph, read_text, write_whole
from kg.turtle import shortens, to_turtle

# Read after the parser has found no fault, so that only what may hold a `#` need be told apart.
# Names are taken whole: one of them may end in "prefix", or hold an escaped `\\#`.
_TOKEN = re.compile(
    r"""
      \"{3}(?:[^"\\]|\\.|"(?!""))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
    | "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*'
    | (?P<comment>\#)[^\r\n]*
    | @?(?i:prefix)\s+(?P<prefix>[^\s:<]*):\s*<(?P<namespace>[^>]*)>
    | @?(?i:base)\s*<[^>]*>
    | <(?P<iri>[^>]*)>
    | (?:[^\s<>"'\#\\;,()\[\].@]|\\.)(?:[^\s<>"'\#\\;,()\[\]@]|\\.)*
    """,
    re.VERBOSE | re.DOTALL,
)
_HEAD = re.compile(r"(?:#[^\r\n]*(?:\r\n|\r|\n|\Z))*")
_NEW_LINE = re.compile(r"\r\n|\r|\n")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def format_files(paths: Iterable[Path], check: bool) -> list[Path]:
    """Return the Turtle files under `paths` that are not canonical; rewrite them unless `check`.

    The comment lines at the head of a file and its own prefixes are kept. Other comments are not
    part of RDF, and an address without a scheme depends on where the file lies: both stop the
    work with a DataError.
    """
    changed = []
    for path in rdf_files(list(paths)):
        if path.suffix != ".ttl":
            continue
        text = read_text(path)
        graph = read_graph([path])
        head = _HEAD.match(text)
        header = head[0] if head else ""
        own = _own_prefixes(path, text, len(header))
        header = "".join(f"{line}\n" for line in _NEW_LINE.split(header) if line)
        new = to_turtle(graph, header, _with_own(own, graph)).encode()
        if new != path.read_bytes():
            changed.append(path)
            if not check:
                _rewrite(path, new)
    return changed


def _rewrite(path: Path, data: bytes) -> None:
    try:
        write_whole(path, data)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error


def _own_prefixes(path: Path, text: str, start: int) -> dict[str, str]:
    """The prefixes that `text`, valid Turtle, declares after `start`.

    Raises DataError for a comment there.
    """
    own: dict[str, str] = {}
    for token in _TOKEN.finditer(text, start):
        if token["comment"]:
            raise DataError(
                _place(path, text, token.start()),
                "a comment in the middle of the file would be lost; make it a "
                "skos:editorialNote, or move it to the head of the file",
            )
        if token["namespace"] and _ABSOLUTE.match(token["namespace"]):
            own[token["prefix"]] = token["namespace"]
    return own


def _place(path: Path, text: str, offset: int) -> Place:
    return Place(path, len(_NEW_LINE.findall(text, 0, offset)) + 1)


def _with_own(own: Mapping[str, str], graph: Graph) -> dict[str, str]:
    """Our prefixes and those of a file that it uses and that are not ours; its own names win."""
    ours = set(PREFIXES.values())
    iris = {node for triple in graph for node in triple if isinstance(node, URIRef)}
    iris |= {
        value.datatype for value in graph.objects() if isinstance(value, Literal) and value.datatype
    }
    return PREFIXES | {
        prefix: namespace
        for prefix, namespace in sorted(own.items())
        if namespace not in ours and any(shortens(iri, namespace) for iri in iris)
    }
