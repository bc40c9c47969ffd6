"""Evidence held against the documents: are the cited words still there, to the letter?"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib import RDF, Graph, URIRef

from kg.errors import InputError
from kg.namespaces import MD, OA


@dataclass(frozen=True)
class Finding:
    """An evidence record whose document does not bear it out, and why."""

    evidence: URIRef
    source: URIRef
    line: int
    message: str

    def __str__(self) -> str:
        name = str(self.evidence).rsplit("/", 1)[-1]
        return f"{name} (line {self.line}): {self.message}"


@dataclass(frozen=True)
class Checked:
    """The outcome: how many records were held against how many documents, and what failed."""

    records: int
    documents: int
    findings: Sequence[Finding]


def sha256(words: str) -> str:
    """Return the SHA-256 of `words` in UTF-8, 64 hexadecimal digits."""
    return hashlib.sha256(words.encode("utf-8")).hexdigest()


def read_document(path: Path) -> str:
    """Return a document as it stands: no line end, space or letter form is changed.

    Raises InputError where it cannot be read as UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error.reason})") from error


def check_evidence(graph: Graph, folder: Path) -> Checked:
    """Hold every md:Evidence of `graph` against the documents in `folder`.

    A document is known by the SHA-256 of its bytes, whatever its file is called. Raises
    InputError where the folder does not exist or lacks a document that is cited.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give the one that holds the documents")
    files = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path
        for path in sorted(folder.iterdir())
        if path.is_file()
    }
    texts: dict[URIRef, str] = {}
    for source in graph.subjects(RDF.type, MD.SourceDocument):
        digest = str(graph.value(source, MD.sha256))
        if digest not in files:
            name = str(source).rsplit("/", 1)[-1]
            raise InputError(
                f"{folder}: no file with the SHA-256 {digest} of the source '{name}'; "
                "put the document there unchanged"
            )
        texts[URIRef(str(source))] = read_document(files[digest])
    findings = []
    records = sorted(URIRef(str(node)) for node in graph.subjects(RDF.type, MD.Evidence))
    for record in records:
        finding = _check(graph, record, texts)
        if finding:
            findings.append(finding)
    return Checked(len(records), len(texts), findings)


def _check(graph: Graph, record: URIRef, texts: dict[URIRef, str]) -> Finding | None:
    source = URIRef(str(graph.value(record, MD.inSource)))
    line, start, end = (
        int(str(graph.value(record, property_))) for property_ in (MD.line, OA.start, OA.end)
    )
    text = texts.get(source)
    if text is None:
        return Finding(record, source, line, f"its document {source} is not described")
    if not 0 <= start < end <= len(text):
        return Finding(record, source, line, f"characters {start} to {end} are not in the document")
    words = text[start:end]
    found_line = text.count("\n", 0, start) + 1
    if found_line != line or "\n" in words:
        return Finding(
            record, source, line, f"its words stand on line {found_line}, within one line"
        )
    if sha256(words) != str(graph.value(record, MD.sha256)):
        return Finding(
            record,
            source,
            line,
            "the words there have another SHA-256; cite them again with: kg evidence cite",
        )
    return None


def cite(document: Path, key: str, line: int, words: str | None, occurrence: int) -> str:
    """Return the row of evidence.csv that cites `words` (the whole line if None) on `line`.

    Raises InputError where they are not there.
    """
    text = read_document(document)
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        raise InputError(f"{document} has {len(lines)} lines, not {line}")
    content = lines[line - 1]
    words = content.strip() if words is None else words
    at = -1
    for _ in range(occurrence):
        at = content.find(words, at + 1)
        if at < 0 or not words:
            raise InputError(f"{document}:{line}: '{words}' does not stand there; copy it exactly")
    start = sum(len(before) + 1 for before in lines[: line - 1]) + at
    return f"{key},{line},{start},{start + len(words)},{sha256(words)}"
