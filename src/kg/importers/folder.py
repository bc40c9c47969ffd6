"""A source folder while it is read, and what its tables share: citing, dating, resolving names."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import DCTERMS, RDF, SKOS, Graph, Literal, URIRef

from kg.dates import Date, read_written
from kg.errors import DataError, KgError, Place
from kg.importers.curation import Amendments
from kg.importers.registry import Registry, add_date, near
from kg.importers.table import Row
from kg.namespaces import CONCEPT, ID, LANGUAGES, MD, bind_prefixes


@dataclass
class Source:
    """A source folder while it is read."""

    folder: Path
    registry: Registry
    amendments: Amendments
    graph: Graph = field(default_factory=lambda: bind_prefixes(Graph()))
    names: dict[str, URIRef] = field(default_factory=dict)
    cited: set[URIRef] = field(default_factory=set)

    @property
    def key(self) -> str:
        """The short name of the source, which is its folder's."""
        return self.folder.name

    @property
    def node(self) -> URIRef:
        """The address of the document."""
        return ID["source"][self.key]

    @property
    def focus(self) -> URIRef:
        """The municipality from whose side the source tells; DataError where it names none."""
        focus = self.graph.value(self.node, MD.focus)
        if focus is None:
            path = self.folder / "source.ttl"
            raise DataError(Place(path), f"{self.node.n3()} has no md:focus; its tables need it")
        return URIRef(str(focus))

    def own(self, kind: str, row: Row) -> URIRef:
        """Return the address of what `row` is about, `kind` being both its column and its kind."""
        return ID[kind][f"{self.key}-{row.text(kind)}"]

    def other(self, kind: str) -> Callable[[str], URIRef]:
        """Return a reader of keys that stand for other rows of this source."""

        def read(key: str) -> URIRef:
            node = ID[kind][f"{self.key}-{key}"]
            if (node, RDF.type, None) not in self.graph:
                base = str(ID[kind][f"{self.key}-"])
                subjects = {str(subject) for subject in self.graph.subjects()}
                known = [name[len(base) :] for name in subjects if name.startswith(base)]
                raise KgError(f"this source has no such {kind}.{near(key, known)}")
            return node

        return read

    def add(self, node: URIRef, predicate: URIRef, value: URIRef | Literal) -> None:
        """Add one statement to the source's graph."""
        self.graph.add((node, predicate, value))


def cite(source: Source, node: URIRef, row: Row) -> None:
    """Hang the row's evidence on `node`."""
    keys = row.many("evidence")
    if not keys:
        raise row.error("evidence", "every fact needs its line. Add it with: kg evidence cite.")
    for key in keys:
        try:
            source.add(node, MD.evidence, source.other("evidence")(key))
        except KgError as error:
            raise row.error("evidence", f"{error} Add it with: kg evidence cite.") from error


def language(source: Source) -> str:
    """Return the BCP 47 tag of the language that the document is written in."""
    return str(source.graph.value(source.node, DCTERMS.language))


def text(source: Source, words: str) -> Literal:
    """Return words of the document as a literal in its language."""
    return Literal(words, lang=language(source))


def add_notes(source: Source, node: URIRef, row: Row) -> None:
    """Write the cells `note_en`, `note_ko` and `note_zh` as editorial notes of `node`."""
    for lang in LANGUAGES:
        if note := row.optional(f"note_{lang[:2]}"):
            source.add(node, SKOS.editorialNote, Literal(note, lang=lang))


def resolve(source: Source, written: str) -> URIRef:
    """Return what a spelling means in this source; a name is never looked up by itself."""
    if written not in source.names:
        raise KgError(
            f"names.csv of this source does not have that spelling.{near(written, source.names)} "
            "Correct it, or add a row that tells what it denotes."
        )
    return source.names[written]


def add_row_date(source: Source, node: URIRef, row: Row) -> Date | None:
    """Write the row's date, or what was found where an amendment stands in for it."""
    written = row.optional("date")
    amendment = source.amendments.get((node, MD.edtf))
    if amendment:
        if amendment.found != written:
            raise row.error(
                "date", f"its amendment was made for '{amendment.found}'. Make the two agree."
            )
        if written:
            source.add(node, MD.dateAsWritten, text(source, written))
        return amendment.date()
    if not written:
        return None
    try:
        date = read_written(written)
    except KgError:
        path = source.folder.parent / "curation" / "amendments.csv"
        raise row.error(
            "date",
            "want an EDTF date such as 1998-12-02 or 1998-12, or the date as the source writes "
            f"it. Fix the row or, if the source has the misprint, add it to {path}.",
        ) from None
    if date.edtf != written:
        source.add(node, MD.dateAsWritten, text(source, written))
    add_date(source.graph, node, date, CONCEPT["basis"].stated)
    return date


def concept(
    source: Source, node: URIRef, row: Row, predicate: URIRef, column: str, scheme: str
) -> None:
    """Write the concept that a cell names, if it names one."""
    if row.optional(column):
        source.add(node, predicate, row.read(column, lambda n: source.registry.concept(scheme, n)))


def concepts(
    source: Source, node: URIRef, row: Row, predicate: URIRef, column: str, scheme: str
) -> None:
    """Write the concepts of a cell with several names."""
    for name in row.many(column):
        try:
            source.add(node, predicate, source.registry.concept(scheme, name))
        except KgError as error:
            raise row.error(column, f"'{name}': {error}") from error


def entities(source: Source, row: Row, column: str, kind: str | None) -> list[URIRef]:
    """Return the known entities of a cell: keys of `kind`, or prefixed names where it is None."""
    found = []
    for key in row.many(column):
        try:
            registry = source.registry
            found.append(registry.entity(kind, key) if kind else registry.known(key))
        except KgError as error:
            raise row.error(column, f"'{key}': {error}") from error
    return found
