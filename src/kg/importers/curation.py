"""Repairs and inferences: what we read where a source errs or is silent, each with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib import DCTERMS, RDF, SKOS, XSD, Graph, Literal, URIRef

from kg.dates import Date, read_edtf
from kg.errors import KgError
from kg.importers.registry import Registry, add_date, add_labels
from kg.importers.table import Row, each, read_table
from kg.namespaces import CONCEPT, ID, LANGUAGES, MD, bind_prefixes

AMENDMENTS = (
    "amendment", "kind", "subject", "property", "found", "replacement",
    "note_en", "note_ko", "note_zh", "author", "reviewed",
)  # fmt: skip

_KINDS = {"repair": (MD.Repair, "repaired"), "inference": (MD.Inference, "inferred")}
_TITLES = {
    "repair": {"en": "Repair", "ko": "수정", "zh-Hans": "修正"},
    "inference": {"en": "Inference", "ko": "추론", "zh-Hans": "推断"},
}


@dataclass(frozen=True)
class Amendment:
    """A value that stands in for what a source misprints (`found`) or leaves out (empty)."""

    row: Row
    kind: str
    subject: URIRef
    property: URIRef
    found: str
    replacement: str
    notes: Mapping[str, str]

    def date(self) -> Date | None:
        """The date that replaces what was found, None where the property is no date."""
        return read_edtf(self.replacement) if self.property == MD.edtf else None


Amendments = dict[tuple[URIRef, URIRef], Amendment]


def read_amendments(folder: Path, registry: Registry) -> Amendments:
    """Return the amendments of `folder`/amendments.csv by subject and property.

    Raises BuildError with every row that is not understood.
    """
    amendments: Amendments = {}

    def read(row: Row) -> None:
        kind = row.choice("kind", tuple(_KINDS))
        subject = row.read("subject", registry.curie)
        property_ = row.read("property", registry.curie)
        notes = {language: row.text(f"note_{language[:2]}") for language in LANGUAGES}
        if kind == "repair" and not row.optional("found"):
            raise row.error("found", "a repair tells what the source has. Fill it in.")
        row.text("author")
        row.read("reviewed", read_edtf)
        if (subject, property_) in amendments:
            raise row.error("subject", "another row amends the same property of it. Keep one.")
        if property_ == MD.edtf:
            row.read("replacement", read_edtf)
        amendments[subject, property_] = Amendment(
            row, kind, subject, property_, row.optional("found"), row.text("replacement"), notes
        )

    each(read_table(folder / "amendments.csv", AMENDMENTS, "amendment"), read)
    return amendments


def curation_graph(amendments: Amendments, registry: Registry, asserted: Sequence[Graph]) -> Graph:
    """Return the graph of the amended values and of the `md:Amendment`s that explain them.

    `asserted` holds the source graphs: an amendment of something they do not have is a DataError.
    """
    graph = bind_prefixes(Graph())

    def write(row: Row) -> None:
        amendment = amendments[
            registry.curie(row.cells["subject"]), registry.curie(row.cells["property"])
        ]
        if not any((amendment.subject, RDF.type, None) in graph for graph in asserted):
            raise row.error("subject", "no source has such a node. Correct the name.")
        _write(graph, row, amendment, registry)

    each([amendment.row for amendment in amendments.values()], write)
    return graph


def _write(graph: Graph, row: Row, amendment: Amendment, registry: Registry) -> None:
    class_, basis_name = _KINDS[amendment.kind]
    basis = CONCEPT["basis"][basis_name]
    subject = amendment.subject
    node = ID["amendment"][row.cells["amendment"]]
    if date := amendment.date():
        add_date(graph, subject, date, basis)
        for language, note in amendment.notes.items():
            graph.add((subject, MD.dateNote, Literal(note, lang=language)))
    elif amendment.property == MD.followUpOf:
        graph.add((subject, MD.followUpOf, row.read("replacement", registry.curie)))
        graph.add((subject, MD.followUpBasis, basis))
    elif amendment.property == MD.value:
        graph.add((subject, MD.value, row.read("replacement", _whole)))
    else:
        raise row.error("property", "want md:edtf, md:value or md:followUpOf.")
    graph.add((node, RDF.type, class_))
    graph.add((node, MD.amends, subject))
    graph.add((node, MD.amendedProperty, amendment.property))
    graph.add((node, MD.replacement, Literal(amendment.replacement)))
    if amendment.found:
        graph.add((node, MD.found, Literal(amendment.found)))
    graph.add((node, MD.reviewedOn, Literal(row.cells["reviewed"])))
    graph.add((node, DCTERMS.creator, Literal(row.cells["author"])))
    for language, note in amendment.notes.items():
        graph.add((node, SKOS.editorialNote, Literal(note, lang=language)))
    titles = _TITLES[amendment.kind]
    add_labels(
        graph,
        node,
        {lang: f"{titles[lang]}: {registry.label(subject, lang)}" for lang in LANGUAGES},
    )


def _whole(text: str) -> Literal:
    if not text.isdigit():
        raise KgError("want a whole number.")
    return Literal(text, datatype=XSD.integer)
