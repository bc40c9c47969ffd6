"""Places, bodies and people: the tables of `data/reference` as one graph."""

from pathlib import Path

from rdflib import RDF, SKOS, XSD, Graph, Literal, URIRef

from kg.errors import KgError
from kg.importers.registry import Registry, add_labels
from kg.importers.table import Row, each, read_table
from kg.namespaces import GEO, ID, LANGUAGES, MD, bind_prefixes

_NOTES = ("note_en", "note_ko", "note_zh")
PLACES = (
    "place", "class", "admin_type", "level", "country", "iso_3166_1", "within", "en", "ko", "zh",
    "alt_en", "alt_ko", "alt_zh", "lat", "lon", "ended", "successor", *_NOTES,
)  # fmt: skip
BODIES = ("body", "class", "acts_for", "unit_of", "parents", "en", "ko", "zh", *_NOTES)
PEOPLE = ("person", "class", "en", "ko", "zh", *_NOTES)
SERIES = ("series", "en", "ko", "zh", *_NOTES)

_PLACE_CLASSES = (
    "CountryOrRegion", "Region", "Municipality", "District", "County", "SpecialZone", "Site",
)  # fmt: skip
_BODY_CLASSES = (
    "Executive", "Council", "PartyCommittee", "SpecialZoneAuthority", "School",
    "OrganisationalUnit", "JointBody", "Association", "Organisation",
)  # fmt: skip


def reference_graph(folder: Path, registry: Registry) -> Graph:
    """Return the graph of `folder` (places.csv, bodies.csv, people.csv, series.csv).

    `registry` learns the entities. Raises BuildError with every row that is not understood.
    """
    graph = bind_prefixes(Graph())
    places = read_table(folder / "places.csv", PLACES, "place")
    bodies = read_table(folder / "bodies.csv", BODIES, "body")
    people = read_table(folder / "people.csv", PEOPLE, "person")
    series = read_table(folder / "series.csv", SERIES, "series")
    for rows, key in ((places, "place"), (bodies, "body"), (people, "person"), (series, "series")):
        for row in rows:  # before any row is read, so that rows may refer to later ones
            registry.kinds[ID[key][row.cells[key]]] = MD[row.cells.get("class", "EventSeries")]
    each(places, lambda row: _place(graph, row, registry))
    each(bodies, lambda row: _body(graph, row, registry))
    each(
        people,
        lambda row: _named(graph, row, "person", row.choice("class", ("Person", "RoleHolder"))),
    )
    each(series, lambda row: _named(graph, row, "series", "EventSeries"))
    registry.learn(graph)
    return graph


def _named(graph: Graph, row: Row, kind: str, type_: str) -> URIRef:
    node = ID[kind][row.text(kind)]
    graph.add((node, RDF.type, MD[type_]))
    add_labels(
        graph, node, dict(zip(LANGUAGES, map(row.optional, ("en", "ko", "zh")), strict=True))
    )
    row.text("en")
    for language, column in zip(LANGUAGES, _NOTES, strict=True):
        if note := row.optional(column):
            graph.add((node, SKOS.editorialNote, Literal(note, lang=language)))
    return node


def _place(graph: Graph, row: Row, registry: Registry) -> None:
    kind = row.choice("class", _PLACE_CLASSES)
    node = _named(graph, row, "place", kind)
    for language, column in zip(LANGUAGES, ("alt_en", "alt_ko", "alt_zh"), strict=True):
        for name in row.many(column):
            graph.add((node, SKOS.altLabel, Literal(name, lang=language)))
    for column, predicate in (("lat", GEO.lat), ("lon", GEO.long)):
        if row.optional(column):
            degrees = row.read(column, _degrees)
            graph.add((node, predicate, Literal(degrees, datatype=XSD.decimal)))
    if bool(row.optional("lat")) != bool(row.optional("lon")):
        raise row.error("lat", "latitude and longitude go together; fill in both or none.")
    _relate(graph, node, row, registry, "within", MD.within)
    if kind == "Site":
        return
    _relate(graph, node, row, registry, "country", MD.countryOrRegion)
    _relate(graph, node, row, registry, "successor", MD.successor)
    level = row.number("level")
    if level is None or level > 3:
        raise row.error("level", "want 0 (country or region), 1, 2 or 3.")
    graph.add((node, MD.adminLevel, Literal(level)))
    admin_type = row.read("admin_type", lambda name: registry.concept("admin-type", name))
    graph.add((node, MD.adminType, admin_type))
    if kind == "CountryOrRegion":
        graph.add((node, SKOS.notation, Literal(row.text("iso_3166_1"))))
    if ended := row.optional("ended"):
        graph.add((node, RDF.type, MD.FormerTerritory))
        graph.add((node, MD.endedOn, Literal(ended)))


def _relate(
    graph: Graph, node: URIRef, row: Row, registry: Registry, column: str, predicate: URIRef
) -> None:
    """Link `node` with the place whose key stands in a cell, if one does."""
    if row.optional(column):
        other = row.read(column, lambda key: registry.entity("place", key))
        graph.add((node, predicate, other))


def _degrees(text: str) -> str:
    try:
        fine = -180 <= float(text) <= 180
    except ValueError:
        fine = False
    if not fine:
        raise KgError("want degrees such as 37.56635.")
    return text


def _body(graph: Graph, row: Row, registry: Registry) -> None:
    node = _named(graph, row, "body", row.choice("class", _BODY_CLASSES))
    if row.optional("acts_for"):
        place = row.read("acts_for", lambda key: registry.entity("place", key))
        graph.add((node, MD.actsFor, place))
    if row.optional("unit_of"):
        whole = row.read("unit_of", lambda key: registry.entity("body", key))
        graph.add((node, MD.unitOf, whole))
    for key in row.many("parents"):
        try:
            graph.add((node, MD.parentBody, registry.entity("body", key)))
        except KgError as error:
            raise row.error("parents", str(error)) from error
