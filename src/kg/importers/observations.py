"""What a source counts and measures: people, area, divisions, organs."""

from rdflib import RDF, SKOS, XSD, Literal

from kg.importers.folder import Source, add_row_date, cite, concept, entities, resolve, text
from kg.importers.table import Row
from kg.namespaces import LANGUAGES, MD

OBSERVATIONS = (
    "observation", "kind", "place", "counted", "value", "approximate", "date", "count_method",
    "as_written", "named", "evidence",
)  # fmt: skip

_OBSERVATION_KINDS = ("PopulationObservation", "AreaObservation", "DivisionCount", "OrganCount")


def add_observation(source: Source, row: Row) -> None:
    """Write one figure: place, value, unit, date, how it was counted. Raises DataError."""
    registry = source.registry
    node = source.own("observation", row)
    kind = row.choice("kind", _OBSERVATION_KINDS)
    place = row.read("place", lambda name: resolve(source, name))
    source.add(node, RDF.type, MD[kind])
    source.add(node, MD.observedPlace, place)
    source.add(node, MD.valueAsWritten, text(source, row.text("as_written")))
    concept(source, node, row, MD.counted, "counted", "counted")
    concept(source, node, row, MD.countMethod, "count_method", "count-method")
    add_row_date(source, node, row)
    approximate = row.choice("approximate", ("yes", "no")) == "yes"
    source.add(node, MD.approximate, Literal(approximate))
    for territory in entities(source, row, "named", "place"):
        source.add(node, MD.namedDivision, territory)
    value = row.optional("value")
    amendment = source.amendments.get((node, MD.value))
    if amendment and amendment.found != row.cells["as_written"]:
        raise row.error(
            "as_written", f"its amendment was made for '{amendment.found}'. Make the two agree."
        )
    if kind == "AreaObservation":
        source.add(node, MD.unit, Literal("km2"))
    if value or not amendment:
        decimal = kind == "AreaObservation"
        if not (value.replace(".", "", 1) if decimal else value).isdigit():
            raise row.error(
                "value", "want a number in digits. If the source misprints it, amend it."
            )
        datatype = XSD.decimal if decimal else XSD.integer
        number = f"{value}.0" if decimal and "." not in value else value
        source.add(node, MD.value, Literal(number, datatype=datatype))
    counted = registry.concept("counted", row.text("counted")) if row.cells["counted"] else MD[kind]
    for lang in LANGUAGES:
        label = f"{registry.label(place, lang)}: {registry.label(counted, lang)}"
        source.add(node, SKOS.prefLabel, Literal(label, lang=lang))
    cite(source, node, row)
