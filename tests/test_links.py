"""Links to Wikidata: every confirmed one, none of the wrong ones, each with its state."""

import csv
from pathlib import Path

import pytest
from rdflib import RDF, SKOS, Graph, URIRef

from kg.namespaces import CONCEPT, GRAPH, MD, WD

CHECKED = Path(__file__).parent.parent.parent / "shared" / "places.csv"
PLACE_KINDS = {"city", "country", "province", "state", "district", "county-level"}


@pytest.fixture(scope="module")
def checked() -> list[dict[str, str]]:
    if not CHECKED.is_file():
        pytest.skip(f"the checked table of places is not here ({CHECKED})")
    with CHECKED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def items(graph: Graph) -> dict[str, str]:
    """Wikidata item of each entity, as numbers."""
    return {
        str(item)[len(str(WD)) :]: str(entity)
        for entity, item in graph.subject_objects(SKOS.exactMatch)
        if str(item).startswith(str(WD))
    }


def test_every_confirmed_item_is_linked_and_no_wrong_one(
    whole: Graph, checked: list[dict[str, str]]
) -> None:
    linked = items(whole)
    confirmed = {row["wikidata"] for row in checked if row["status"] == "confirmed"}
    places = {row["wikidata"] for row in checked if row["kind"] in PLACE_KINDS}
    assert len(places) == 102
    assert places <= set(linked)
    assert set(linked) == confirmed


def test_wrong_items_are_rejected_links(whole: Graph, checked: list[dict[str, str]]) -> None:
    linked = items(whole)
    for row in checked:
        for wrong in filter(None, row["wrong"].split("|")):
            entity = linked.get(row["wikidata"])
            assert entity is None or linked.get(wrong) != entity, (row["key"], wrong)
            rejected = [
                link
                for link in whole.subjects(MD.linkObject, WD[wrong])
                if whole.value(link, MD.linkState) == CONCEPT["link-state"].rejected
            ]
            assert rejected or not row["wikidata"], (
                f"{row['key']}: {wrong} is not listed as rejected"
            )


def test_each_place_has_its_own_item(whole: Graph) -> None:
    entities = [e for e, _ in whole.subject_objects(SKOS.exactMatch)]
    assert len(entities) == len(set(entities)) == len(items(whole))


def test_coordinates_and_geonames_are_those_checked(
    whole: Graph, checked: list[dict[str, str]]
) -> None:
    linked = items(whole)
    for row in checked:
        entity = linked.get(row["wikidata"])
        if entity is None or "trap" in row["key"] or row["key"] == "aman-2014":
            continue
        latitude = whole.value(
            URIRef(entity), URIRef("http://www.w3.org/2003/01/geo/wgs84_pos#lat")
        )
        assert (str(latitude) if latitude else "") == row["lat"], row["key"]
        number = whole.value(URIRef(entity), MD.geonames)
        assert (str(number).rstrip("/").rsplit("/", 1)[-1] if number else "") == row["geonames"]


def test_only_accepted_links_are_statements(graphs: dict[URIRef, Graph]) -> None:
    links = graphs[GRAPH.links]
    for link in links.subjects(RDF.type, MD.Link):
        subject, predicate, object_ = (
            links.value(link, p) for p in (MD.linkSubject, MD.linkPredicate, MD.linkObject)
        )
        accepted = links.value(link, MD.linkState) == CONCEPT["link-state"].accepted
        others = [
            other
            for other in links.subjects(MD.linkObject, object_)
            if links.value(other, MD.linkSubject) == subject
        ]
        assert ((subject, predicate, object_) in links) == accepted or len(others) > 1
        assert links.value(link, MD.establishedBy)
