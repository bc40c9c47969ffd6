"""What is gathered about a thing: seen from a place, with what a reader has to know of it."""

import pytest

from kg.namespaces import BASE, PREFIXES
from kg.reading import read_quads
from kg.store import EmbeddedStore
from kg.views.balance import partners_of, visits_by_year
from kg.views.documents import cited_lines, document
from kg.views.nodes import Node, gather, key_order
from kg.views.places import briefing, pair
from kg.views.things import thing

GRAPH = """
place:a a md:Municipality . place:b a md:Municipality . place:c a md:Municipality .
event:out a md:DelegationVisit ; md:from place:a ; md:to place:b ; md:edtf "2001" ;
  md:earliest "2001-01-01T00:00:00"^^xsd:dateTime ; md:latest "2001-12-31T23:59:59"^^xsd:dateTime ;
  md:evidence evidence:l3 , evidence:l12 .
event:both a md:DelegationVisit ; md:between place:a , place:b ; md:direction direction:mutual .
event:open a md:DelegationVisit ; md:between place:a , place:b ; md:direction direction:unstated ;
  md:planned true .
event:lost a md:DelegationVisit ; md:from place:a ; md:unresolvedPlace unresolved:x .
event:talk a md:Meeting ; md:between place:a , place:b ; md:venue place:c .
event:fair a md:Conference ; md:participant place:a , place:b , place:c , place:d , place:e .
agreement:i a md:Agreement ; md:involves place:a , place:b ; md:channel channel:executive ;
  md:status status:signing-intended ; md:edtf "1999" .
agreement:s a md:Agreement ; md:involves place:a , place:b ; md:channel channel:executive ;
  md:status status:signed ; md:edtf "2000-05-01" ; md:dateClaim claim:x ;
  md:earliest "2000-05-01T00:00:00"^^xsd:dateTime ;
  md:dateBasis basis:repaired , basis:stated .
amendment:s a md:Repair ; md:amends agreement:s ; md:found "200O" ; md:replacement "2000-05-01" .
claim:x a md:DateClaim ; md:edtf "2002" .
evidence:l3 md:inSource source:s ; md:line 3 . evidence:l12 md:inSource source:s ; md:line 12 .
"""
PLACE = BASE + "id/place/"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("views") / "graph.ttl"
    prefixes = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in PREFIXES.items())
    path.write_text(prefixes + GRAPH, "utf-8")
    return EmbeddedStore.of(read_quads(path))


def names(facts):
    return [fact.iri.rpartition("/")[2] for fact in facts]


def test_facts_of_a_place_stand_oldest_first_and_undated_last(store):
    found = briefing(store, PLACE + "a")
    dated = [fact for fact in found.facts if fact.begin]
    assert names(dated) == names(found.facts)[: len(dated)] == ["s", "out"]


def test_the_way_of_a_visit_is_seen_from_the_place(store):
    ways = {fact.iri.rpartition("/")[2]: fact.way for fact in briefing(store, PLACE + "a").facts}
    assert (ways["out"], ways["both"], ways["open"]) == ("sent", "both", "unstated")
    back = {fact.iri.rpartition("/")[2]: fact.way for fact in briefing(store, PLACE + "b").facts}
    assert (back["out"], back["both"]) == ("received", "both")
    assert ways["s"] == ""


def test_remarks_tell_what_is_not_certain(store):
    said = {
        fact.iri.rpartition("/")[2]: fact.remarks for fact in briefing(store, PLACE + "a").facts
    }
    assert said["s"] == ("repaired", "disputed")
    assert said["open"] == ("planned",) and said["lost"] == ("unresolved",)
    found = briefing(store, PLACE + "a")
    (signed,) = [fact for fact in found.facts if fact.iri.endswith("/s")]
    assert [node.text("md:found") for node in found.amendments(signed.node)] == ["200O"]
    assert [node.text("md:edtf") for node in found.claims(signed.node)] == ["2002"]


def test_a_tie_is_what_was_signed_and_no_partner_is_a_venue_or_met_at_a_conference_only(store):
    partners = {
        p.iri.rpartition("/")[2]: p for p in partners_of(briefing(store, PLACE + "a").facts)
    }
    assert set(partners) == {"b", "x"}
    assert partners["b"].ties["executive"].date == "2000-05-01"
    assert partners["b"].visits == {"sent": 1, "both": 1, "unstated": 1}
    assert (partners["b"].first, partners["b"].last) == ("2000", "2001")


def test_visits_stand_by_year_and_way_those_without_a_date_last(store):
    years = visits_by_year(briefing(store, PLACE + "a").facts)
    assert list(years) == ["2001", ""]
    assert [names(column) for column in years["2001"]] == [["out"], [], []]
    assert names(years[""][0]) == ["lost"] and set(names(years[""][2])) == {"both", "open"}


def test_evidence_is_cited_in_the_order_of_lines(store):
    (visit,) = [f for f in briefing(store, PLACE + "a").facts if f.iri.endswith("/out")]
    assert [citation.line for citation in visit.cited] == [3, 12]


def test_a_pair_holds_what_is_between_the_two_from_either_side(store):
    there, back = pair(store, PLACE + "a", PLACE + "b"), pair(store, PLACE + "b", PLACE + "a")
    assert set(names(there.facts)) == {"i", "s", "out", "both", "open", "talk", "fair"}
    assert set(names(there.facts)) == set(names(back.facts))
    assert names(pair(store, PLACE + "a", PLACE + "c").facts) == ["fair", "talk"]


def test_a_document_tells_its_lines_in_order_and_what_rests_on_them(store):
    lines = document(store, BASE + "id/source/s", cited_lines(store, BASE + "id/source/s")).lines
    assert [line.number for line in lines] == [3, 12]
    assert names_of(lines[0].things) == ["out"]


def names_of(iris):
    return [iri.rpartition("/")[2] for iri in iris]


def test_what_nobody_tells_of_is_empty_and_no_error(store):
    nothing = thing(store, BASE + "id/event/none", 10)
    assert (nothing.facts, nothing.cited, nothing.claims, nothing.posts) == ([], (), [], [])
    assert briefing(store, PLACE + "none").partners == []
    assert gather(store, []) == {}


def test_numbers_are_read_with_care():
    assert Node("x").number("md:line") == 0
    assert sorted(["l10", "l9", "l9-2", "k"], key=key_order) == ["k", "l9", "l10", "l9-2"]
