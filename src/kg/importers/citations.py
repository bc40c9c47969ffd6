"""Evidence, spellings, list entries and expected counts of a source."""

from rdflib import RDF, SKOS, Literal, URIRef

from kg.importers.folder import Source, add_notes, cite, entities, language, resolve, text
from kg.importers.registry import add_labels
from kg.importers.table import Row
from kg.namespaces import LANGUAGES, MD, OA

EVIDENCE = ("evidence", "line", "start", "end", "sha256")
NAMES = (
    "name", "written", "denotes", "candidates", "basis", "note_en", "note_ko", "note_zh",
    "evidence",
)  # fmt: skip
LISTINGS = ("listing", "position", "place", "listed_under", "evidence")
_COMMA = {"en": ", ", "ko": ", ", "zh-Hans": "，"}
_LINE = {"en": "line {}", "ko": "{}번째 줄", "zh-Hans": "第{}行"}
EXPECTED = ("expected", "class", "property", "value", "number", "note")


def add_evidence(source: Source, row: Row) -> None:
    """Write one record of evidence: line, characters, SHA-256. Raises DataError."""
    node = source.own("evidence", row)
    line = row.number("line")
    source.add(node, RDF.type, MD.Evidence)
    source.add(node, MD.inSource, source.node)
    for column, predicate in (("line", MD.line), ("start", OA.start), ("end", OA.end)):
        number = row.number(column)
        if number is None:
            raise row.error(column, "this cell may not be empty. See: kg evidence cite --help.")
        source.add(node, predicate, Literal(number))
    digest = row.text("sha256")
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise row.error("sha256", "want 64 hexadecimal digits. See: kg evidence cite --help.")
    source.add(node, MD.sha256, Literal(digest))
    labels = {}
    for lang in LANGUAGES:
        title = source.registry.labels.get(source.node, {}).get(lang) or source.key
        spot = _LINE[lang].format(line)
        labels[lang] = f"{title}{_COMMA[lang]}{spot}"
    add_labels(source.graph, node, labels)


def add_name(source: Source, row: Row) -> None:
    """A spelling of this source and what it means here; another source may mean another place."""
    node = source.own("name", row)
    written = row.text("written")
    if written in source.names:
        raise row.error("written", "another row has this spelling. Keep one.")
    denoted = row.read("denotes", source.registry.curie)
    if row.optional("candidates"):
        _unresolved(source, row, denoted, written)
        cite(source, denoted, row)
    else:
        row.read("denotes", source.registry.known)
    source.names[written] = denoted
    source.add(node, RDF.type, MD.SurfaceForm)
    source.add(node, MD.writtenAs, text(source, written))
    source.add(node, MD.denotes, denoted)
    basis = row.read("basis", lambda name: source.registry.concept("basis", name))
    source.add(node, MD.resolutionBasis, basis)
    add_notes(source, node, row)
    titles = {lang: f"{written} → {source.registry.label(denoted, lang)}" for lang in LANGUAGES}
    add_labels(source.graph, node, titles)
    cite(source, node, row)


def _unresolved(source: Source, row: Row, node: URIRef, written: str) -> None:
    """A name that may mean several places: nothing is guessed, the candidates are told."""
    registry = source.registry
    candidates = entities(source, row, "candidates", None)
    source.add(node, RDF.type, MD.UnresolvedPlace)
    for candidate in candidates:
        source.add(node, MD.candidatePlace, candidate)
    for lang in LANGUAGES:
        either = " / ".join(registry.label(candidate, lang) for candidate in candidates)
        label = written if lang == language(source) else f"{written} ({either})"
        source.add(node, SKOS.prefLabel, Literal(label, lang=lang))
        registry.labels.setdefault(node, {})[lang] = label


def add_listing(source: Source, row: Row) -> None:
    """Write one entry of the document's own list of partners. Raises DataError."""
    node = source.own("listing", row)
    position = row.count("position")
    written = row.text("place")
    place = row.read("place", lambda name: resolve(source, name))
    source.add(node, RDF.type, MD.Listing)
    source.add(node, MD.listedPlace, place)
    source.add(node, MD.sourceTerm, text(source, written))
    source.add(node, MD.listPosition, Literal(position))
    if label := row.optional("listed_under"):
        source.add(node, MD.listedUnder, text(source, label))
    labels = {lang: f"{position}. {source.registry.label(place, lang)}" for lang in LANGUAGES}
    add_labels(source.graph, node, labels)
    cite(source, node, row)


def add_expected(source: Source, row: Row) -> None:
    """How many of something a person counted in the document: what the build must arrive at."""
    node = source.own("expected", row)
    class_ = row.text("class")
    if MD[class_] not in source.registry.labels:
        raise row.error("class", "the ontology has no such class.")
    source.add(node, RDF.type, MD.ExpectedCount)
    source.add(node, MD.countedClass, MD[class_])
    if property_ := row.optional("property"):
        if MD[property_] not in source.registry.labels:
            raise row.error("property", "the ontology has no such property.")
        source.add(node, MD.countedProperty, MD[property_])
        source.add(node, MD.countedValue, row.read("value", source.registry.curie))
    source.add(node, MD.expectedNumber, Literal(row.count("number")))
    source.add(node, SKOS.editorialNote, Literal(row.text("note"), lang="en"))
    value = source.graph.value(node, MD.countedValue)
    for lang in LANGUAGES:
        label = source.registry.label(MD[class_], lang)
        if value is not None:
            label += f", {source.registry.label(URIRef(str(value)), lang)}"
        source.add(node, SKOS.prefLabel, Literal(f"{label}: {row.cells['number']}", lang=lang))
