"""What the rules conclude is what one finds without them, and they come to an end."""

from pathlib import Path

from rdflib import Graph, URIRef

from conftest import Ask
from kg.namespaces import GRAPH
from kg.reason import derive

RULES = Path(__file__).parent.parent / "ontology" / "rules"
COUNTED = """
SELECT ?source ?kind ?channel (COUNT(DISTINCT ?fact) AS ?facts)
  (MIN(COALESCE(?year, 9999)) AS ?first) (MAX(COALESCE(?year, 0)) AS ?last)
  (MIN(?line) AS ?firstLine) (MAX(?line) AS ?lastLine) (MIN(STR(?proof)) AS ?example)
WHERE {
  ?proof a md:Evidence ; md:inSource ?source ; md:line ?line .
  ?fact md:evidence ?proof ; a ?kind .
  OPTIONAL { ?fact md:channel ?channel }
  OPTIONAL { ?fact md:year ?year }
}
GROUP BY ?source ?kind ?channel
"""
COVERAGE = """
SELECT ?source ?kind ?channel ?facts ?first ?last ?firstLine ?lastLine ?example WHERE {
  ?coverage a md:Coverage ; md:coverageOf ?source ; md:countedClass ?kind ;
    md:recordedNumber ?facts ; md:firstLine ?firstLine ; md:lastLine ?lastLine ;
    md:exampleEvidence ?proof .
  OPTIONAL { ?coverage md:countedChannel ?channel }
  OPTIONAL { ?coverage md:firstYear ?firstYear ; md:lastYear ?lastYear }
  BIND (COALESCE(?firstYear, 9999) AS ?first)
  BIND (COALESCE(?lastYear, 0) AS ?last)
  BIND (STR(?proof) AS ?example)
}
"""
ACCOMPANIED = """
SELECT DISTINCT ?tie ?council WHERE {
  ?tie md:channel channel:executive ; md:status status:signed ; md:involves ?one , ?other ;
    md:agreementType/skos:broader* type:formal-city-tie .
  ?council md:channel channel:council ; md:status status:signed ; md:involves ?one , ?other .
  FILTER (?one != ?other)
}
"""


def test_a_coverage_is_what_counting_finds(ask: Ask) -> None:
    counted = ask(COUNTED)
    assert len(counted) > 50
    assert sorted(ask(COVERAGE)) == sorted(counted)


def test_every_coverage_has_a_label_in_each_language(ask: Ask) -> None:
    (row,) = ask(
        "SELECT (COUNT(DISTINCT ?c) AS ?n) (COUNT(DISTINCT ?l) AS ?m) WHERE "
        "{ ?c a md:Coverage ; skos:prefLabel ?l }"
    )
    assert int(row[1]) == 3 * int(row[0])


def test_inside_is_within_at_every_level(ask: Ask) -> None:
    found = ask("SELECT ?a ?b WHERE { ?a md:inside ?b }")
    assert sorted(found) == sorted(ask("SELECT DISTINCT ?a ?b WHERE { ?a md:within+ ?b }"))
    assert ("place:kr-seocho", "place:kr") in found


def test_what_accompanies_a_tie_is_between_the_same_territories(ask: Ask) -> None:
    found = ask("SELECT ?tie ?council WHERE { ?tie md:accompaniedBy ?council }")
    assert sorted(found) == sorted(ask(ACCOMPANIED))
    row = "agreement:seoul-council-exchanges-r12"
    assert (f"{row}-a", f"{row}-b") in found


def test_how_late_an_agreement_may_be_is_what_its_date_says(ask: Ask) -> None:
    found = ask("SELECT ?a ?end WHERE { ?a md:datedNoLaterThan ?end }")
    dated = "SELECT DISTINCT ?a ?end WHERE { ?a a md:Agreement ; md:latest ?end }"
    assert sorted(found) == sorted(ask(dated))
    assert len(found) > 50


def test_from_what_was_concluded_nothing_new_follows(graphs: dict[URIRef, Graph]) -> None:
    assert len(graphs[GRAPH.derived]) > 1000
    assert set(derive(graphs.values(), RULES)) == set()
