"""The questions that the graph exists to answer, with exact answers (competency questions)."""

from collections import Counter

import pytest

from conftest import Ask, one

BOTH = [
    "place:au-new-south-wales", "place:mx-mexico-city", "place:tr-ankara", "place:pl-warsaw",
    "place:ru-moscow", "place:mn-ulaanbaatar", "place:kz-astana", "place:th-bangkok",
    "place:br-sao-paulo", "place:nz-wellington", "place:cn-zhejiang", "place:us-honolulu",
]  # fmt: skip


def test_cq01_partners_with_both(ask: Ask) -> None:
    rows = ask("SELECT ?p WHERE { place:kr-seoul md:friendshipTieWith ?p ; md:councilTieWith ?p }")
    assert sorted(one(rows)) == sorted(BOTH)


def test_cq02_pairs_with_both_over_the_whole_graph(ask: Ask) -> None:
    rows = ask("SELECT ?a ?b WHERE { ?a md:friendshipTieWith ?b ; md:councilTieWith ?b }")
    pairs = {frozenset(row) for row in rows}
    expected = {frozenset(("place:kr-seoul", partner)) for partner in BOTH}
    assert pairs == expected | {frozenset(("place:kr-seocho", "place:cn-qiqihar-jianhua"))}
    assert len(pairs) == 13


def test_friendship_ties_are_32_pairs(ask: Ask) -> None:
    rows = ask("SELECT ?a ?b WHERE { ?a md:friendshipTieWith ?b }")
    assert len(rows) == 64
    assert len({frozenset(row) for row in rows}) == 32


def test_cq04_council_instrument_and_no_government_tie(ask: Ask) -> None:
    rows = ask(
        """SELECT ?p ?type ?date WHERE {
             place:kr-seoul md:councilTieWith ?p .
             FILTER NOT EXISTS { place:kr-seoul md:friendshipTieWith ?p }
             ?a md:involves ?p ; md:channel channel:council ; md:agreementType ?type ; md:edtf ?date
           } ORDER BY ?date"""
    )
    assert rows == [
        ("place:kz-almaty", "type:zh-beiwanglu", "2001-05-09"),
        ("place:kg-bishkek", "type:zh-liangjie-beiwanglu", "2016-01-14"),
    ]


def test_cq05_partners_with_nothing_signed(ask: Ask) -> None:
    rows = ask(
        """SELECT ?p ?status ?date WHERE {
             ?intent a md:Intent ; md:status ?status ; md:listing/md:listedPlace ?p ;
               dct:source source:seoul-council-exchanges .
             OPTIONAL { ?intent md:edtf ?date }
           } ORDER BY ?p"""
    )
    assert rows == [
        ("place:ca-british-columbia", "status:views-exchanged", "2018-10"),
        ("place:cn-guizhou", "status:intent-confirmed", ""),
        ("place:fr-marseille", "status:intent-confirmed", ""),
        ("place:jo-amman", "status:intent-confirmed", ""),
    ]


def test_cq06_council_instruments_by_type(ask: Ask) -> None:
    rows = ask(
        """SELECT ?type (COUNT(*) AS ?n) WHERE {
             ?a md:channel channel:council ; a md:Agreement ; md:agreementType ?type ;
               dct:source source:seoul-council-exchanges
           } GROUP BY ?type"""
    )
    assert dict(rows) == {
        "type:zh-huwang-xieyi": "4",
        "type:zh-hezuo-xieyi": "4",
        "type:zh-jiaoliu-hezuo-beiwanglu": "2",
        "type:zh-liangjie-beiwanglu": "2",
        "type:zh-beiwanglu": "1",
        "type:zh-yixiangshu": "1",
    }


GOVERNMENT_TIES = """
  ?a a md:Agreement ; md:channel channel:executive ; md:status status:signed ;
     md:involves place:kr-seoul, ?p ; md:edtf ?date ; md:year ?year .
  FILTER (?p != place:kr-seoul)
"""


def test_cq07_oldest_and_newest_government_ties(ask: Ask) -> None:
    rows = ask(
        f"SELECT ?p ?date WHERE {{ {GOVERNMENT_TIES} ?a md:agreementType/skos:broader* "
        "type:formal-city-tie } ORDER BY ?date"
    )
    assert rows[:5] == [
        ("place:tw-taipei", "1963-03-23"),
        ("place:tr-ankara", "1971-08-23"),
        ("place:us-honolulu", "1973-10-22"),
        ("place:us-san-francisco", "1976-05-18"),
        ("place:br-sao-paulo", "1977-04-20"),
    ]
    assert rows[-2:] == [
        ("place:vn-ho-chi-minh-city", "2016-10-31"),
        ("place:gb-london", "2017-04-03"),
    ]
    disputed = ask("SELECT ?a WHERE { ?a md:dateClaim ?c ; a md:Agreement } ORDER BY ?a")
    assert "agreement:seoul-council-exchanges-r19-a" in one(disputed)


def test_cq08_government_ties_by_decade(ask: Ask) -> None:
    years = ask(
        f"SELECT ?year WHERE {{ {GOVERNMENT_TIES} ?a dct:source source:seoul-council-exchanges }}"
    )
    decades = Counter(int(year) // 10 * 10 for year in one(years))
    assert decades == {1960: 1, 1970: 4, 1980: 3, 1990: 9, 2000: 6, 2010: 4}


COUNCIL_VISITS = "?v a md:DelegationVisit ; dct:source source:seoul-council-exchanges ."


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("outbound", [2, 5, 5, 6, 7, 7, 8, 7, 6, 6, 1]),
        ("inbound", [4, 1, 3, 4, 3, 2, 6, 2, 5, 3, 2]),
    ],
)
def test_cq10_council_visits_by_year(ask: Ask, direction: str, expected: list[int]) -> None:
    rows = ask(
        f"""SELECT ?year (COUNT(*) AS ?n) WHERE {{ {COUNCIL_VISITS}
              ?v md:direction direction:{direction} ; md:year ?year }} GROUP BY ?year"""
    )
    assert {int(year): int(n) for year, n in rows} == dict(
        zip([*range(2010, 2020), 2022], expected, strict=True)
    )


def test_cq11_most_frequent_visit_partners(ask: Ask) -> None:
    rows = ask(
        f"""SELECT ?p (COUNT(*) AS ?n) WHERE {{ {COUNCIL_VISITS} ?v md:from|md:to ?p
              FILTER (?p != place:kr-seoul) }} GROUP BY ?p"""
    )
    counts = {place: int(n) for place, n in rows}
    top = {place: n for place, n in counts.items() if n >= 7}
    assert top == {
        "place:th-bangkok": 13,
        "place:tr-ankara": 10,
        "place:mn-ulaanbaatar": 10,
        "place:vn-hanoi": 8,
        "place:jp-tokyo": 8,
        "place:cn-beijing": 7,
        "place:id-jakarta": 7,
    }
    assert sum(counts.values()) == 94  # and one that cannot be placed: 阿曼
    assert len(counts) == 24


def test_cq12_visits_of_ulaanbaatar_with_their_spelling(ask: Ask) -> None:
    rows = ask(
        f"""SELECT ?year ?direction ?written WHERE {{ {COUNCIL_VISITS}
              ?v md:from|md:to place:mn-ulaanbaatar ; md:year ?year ;
                 md:direction ?direction ; md:placeAsWritten ?written }}
            ORDER BY ?year ?direction"""
    )
    assert [row[0] for row in rows if row[1] == "direction:inbound"] == [
        "2010", "2012", "2014", "2016", "2019",
    ]  # fmt: skip
    assert [row[0] for row in rows if row[1] == "direction:outbound"] == [
        "2011", "2013", "2015", "2017", "2019",
    ]  # fmt: skip
    assert Counter(row[2] for row in rows) == {"乌兰巴托": 8, "乌兰巴塔尔": 1, "乌兰坝塔尔": 1}
    assert ("2019", "direction:outbound", "乌兰巴塔尔") in rows
    assert ("2019", "direction:inbound", "乌兰坝塔尔") in rows


def test_cq14_visited_places_outside_the_list(ask: Ask) -> None:
    rows = ask(
        f"""SELECT DISTINCT ?p WHERE {{ {COUNCIL_VISITS} ?v md:from|md:to ?p
              FILTER (?p != place:kr-seoul)
              FILTER NOT EXISTS {{ ?l md:listedPlace ?p ;
                                     dct:source source:seoul-council-exchanges }}
            }} ORDER BY ?p"""
    )
    assert one(rows) == [
        "place:au-canberra", "place:au-sydney", "place:jp-hiroshima", "place:la-vientiane",
        "place:nz-auckland", "place:tr-istanbul",
    ]  # fmt: skip
    unresolved = ask(
        f"""SELECT ?written ?candidate WHERE {{ {COUNCIL_VISITS}
              ?v md:unresolvedPlace/md:candidatePlace ?candidate ; md:placeAsWritten ?written
            }} ORDER BY ?candidate"""
    )
    assert unresolved == [("阿曼", "place:jo-amman"), ("阿曼", "place:om")]


def test_cq16_council_visits_were_suspended(ask: Ask) -> None:
    rows = ask(
        "SELECT ?direction ?date WHERE { ?s a md:Suspension ; md:edtf ?date ; "
        "md:direction ?direction } ORDER BY ?direction"
    )
    assert rows == [("direction:inbound", "2020/2021"), ("direction:outbound", "2020/2021")]


def test_cq17_partners_of_seocho(ask: Ask) -> None:
    rows = ask(
        """SELECT ?p ?date ?type ?where WHERE {
             ?a md:headlineOf/md:listedPlace ?p ; md:edtf ?date ; md:agreementType ?type .
             OPTIONAL { ?a md:signedAt ?where }
           } ORDER BY ?date"""
    )
    seocho = "place:kr-seocho"
    hongkou, dongcheng = "place:cn-shanghai-hongkou", "place:cn-beijing-dongcheng"
    assert rows == [
        ("place:cn-qingdao-laoshan", "1998-08-03", "type:ko-uho-dosi", seocho),
        (hongkou, "1999-10-21", "type:ko-bimangnok", hongkou),
        ("place:cn-qiqihar-jianhua", "2004-10-05", "type:ko-uho-dosi", seocho),
        ("place:cn-baishan", "2008-05-13", "type:ko-uho-dosi", seocho),
        ("place:cn-langfang", "2011-05-17", "type:ko-uho-gyoryu-hyeopnyeok", "place:cn-langfang"),
        (dongcheng, "2011-05-18", "type:ko-yanghae-gakseo", dongcheng),
        ("place:cn-hebi", "2016-10-13", "type:ko-uho-dosi", seocho),
        ("place:cn-zaozhuang", "2016-11", "type:ko-uihyangseo", ""),
    ]  # fmt: skip


def test_cq18_tie_that_rests_on_a_letter_of_intent(ask: Ask) -> None:
    rows = ask(
        """SELECT ?p ?date ?method WHERE {
             ?a md:headlineOf/md:listedPlace ?p ; md:edtf ?date ; md:method ?method ;
                md:agreementType/skos:broader* type:letter-of-intent }"""
    )
    assert rows == [("place:cn-zaozhuang", "2016-11", "method:post")]


SEOCHO_VISITS = "?v a md:DelegationVisit ; dct:source source:seocho-china-partners ."


def test_cq20_visits_of_seocho_by_direction(ask: Ask) -> None:
    rows = ask(f"SELECT ?d ?year WHERE {{ {SEOCHO_VISITS} ?v md:direction ?d ; md:year ?year }}")
    assert Counter(row[0] for row in rows) == {
        "direction:inbound": 31,
        "direction:outbound": 13,
        "direction:mutual": 2,
        "direction:unstated": 4,
    }
    inbound = Counter(year for d, year in rows if d == "direction:inbound")
    assert inbound.most_common(1) == [("2014", 7)]


LETTERS = """
  ?e a md:Correspondence ; dct:source source:seocho-china-partners ; md:edtf ?date ;
     md:listing/md:listedPlace ?p .
"""


def test_cq22_who_wrote_first_about_covid(ask: Ask) -> None:
    rows = ask(
        f"""SELECT ?p ?date ?d ?reply WHERE {{ {LETTERS} ?e md:direction ?d ; md:year 2020 .
              BIND (EXISTS {{ ?e md:replyTo ?other }} AS ?reply) }} ORDER BY ?date ?p"""
    )
    received = [(p, date) for p, date, d, _ in rows if d == "direction:inbound"]
    assert received == [("place:cn-hebi", "2020-02"), ("place:cn-beijing-dongcheng", "2020-03")]
    replies = {p for p, date, d, reply in rows if reply == "true" and date == "2020-04"}
    assert replies == {"place:cn-hebi", "place:cn-beijing-dongcheng"}
    sent = {p for p, _, d, reply in rows if d == "direction:outbound" and reply == "false"}
    assert sent == {
        "place:cn-qingdao-laoshan", "place:cn-shanghai-hongkou", "place:cn-qiqihar-jianhua",
        "place:cn-baishan", "place:cn-langfang",
    }  # fmt: skip


def test_cq23_what_seocho_received(ask: Ask) -> None:
    rows = ask(
        """SELECT ?kind ?p ?date ?item WHERE {
             ?e a ?kind ; md:direction direction:inbound ; md:edtf ?date ; md:from ?p .
             VALUES ?kind { md:Correspondence md:GiftTransfer }
             OPTIONAL { ?e md:item ?item }
           } ORDER BY ?kind ?date"""
    )
    assert rows == [
        ("md:Correspondence", "place:cn-hebi", "2015-02", "item:invitation-letter"),
        ("md:Correspondence", "place:cn-hebi", "2020-02", "item:consolation-letter"),
        ("md:Correspondence", "place:cn-beijing-dongcheng", "2020-03", "item:consolation-letter"),
        ("md:GiftTransfer", "place:cn-langfang", "2020-11", "item:postcards"),
        ("md:GiftTransfer", "place:cn-beijing-dongcheng", "2020-12", "item:new-year-card"),
        ("md:GiftTransfer", "place:cn-hebi", "2021-02", "item:card-and-books"),
    ]


def test_cq24_delegations_with_a_head_count(ask: Ask) -> None:
    rows = ask(
        """SELECT ?from ?date ?n ?performers WHERE {
             ?e md:delegation ?d ; md:from ?from ; md:edtf ?date . ?d md:headcount ?n .
             OPTIONAL { ?d md:performers ?performers }
           } ORDER BY ?date"""
    )
    assert rows == [
        ("place:cn-shanghai-hongkou", "2000-07-10/2000-07-15", "6", ""),
        ("place:cn-shanghai-hongkou", "2002", "2", ""),
        ("place:cn-zhengzhou", "2014-11", "10", ""),
        ("place:kr-seocho", "2015-06", "7", ""),
        ("place:cn-hebi", "2015-09", "6", "8"),
        ("place:cn-hebi", "2018-11", "6", ""),
    ]
    assert sum(int(n) + int(performers or 0) for _, _, n, performers in rows) == 45


def test_cq25_visits_that_involve_a_council(ask: Ask) -> None:
    rows = ask(
        f"""SELECT ?p ?date WHERE {{ {SEOCHO_VISITS}
              ?v md:sentBy|md:receivedBy body:kr-seocho-council ; md:edtf ?date ;
                 md:listing/md:listedPlace ?p }} ORDER BY ?date"""
    )
    assert rows == [
        ("place:cn-shanghai-hongkou", "2009-07"),
        ("place:cn-qiqihar-jianhua", "2012-08"),
        ("place:cn-zaozhuang", "2013-11"),
        ("place:cn-zaozhuang", "2014-03"),
        ("place:cn-zaozhuang", "2014-09"),
        ("place:cn-zaozhuang", "2014-11"),
        ("place:cn-zaozhuang", "2015-04"),
        ("place:cn-zaozhuang", "2016-04"),
    ]


def test_cq26_the_integration_council_is_no_council(ask: Ask) -> None:
    assert ask("SELECT ?b WHERE { ?b a md:JointBody, md:Council }") == []
    assert ask("SELECT ?x WHERE { place:cn-beijing md:councilTieWith ?x }") == []


def test_cq27_timeline_of_seoul_and_beijing(ask: Ask) -> None:
    rows = ask(
        """SELECT ?date ?kind ?d WHERE {
             ?x a ?kind ; md:edtf ?date . VALUES ?kind { md:Agreement md:DelegationVisit }
             { ?x md:involves place:kr-seoul, place:cn-beijing }
             UNION { ?x md:from|md:to place:kr-seoul . ?x md:from|md:to place:cn-beijing }
             OPTIONAL { ?x md:direction ?d }
           } ORDER BY ?date ?kind"""
    )
    assert [date for date, kind, _ in rows if kind == "md:Agreement"] == [
        "1993-10-23",
        "2013-04-21",
    ]
    assert [date for date, _, d in rows if d == "direction:outbound"] == [
        "2010", "2013", "2015", "2019",
    ]  # fmt: skip
    assert [date for date, _, d in rows if d == "direction:inbound"] == ["2010", "2012", "2018"]


def test_cq28_seoul_and_london(ask: Ask) -> None:
    rows = ask(
        """SELECT ?old ?new ?where (COUNT(?area) AS ?areas) WHERE {
             ?b md:followUpOf ?a ; md:involves place:gb-london ; md:edtf ?new ; md:signedAt ?where ;
                md:area ?area . ?a md:edtf ?old } GROUP BY ?old ?new ?where"""
    )
    assert rows == [("2015-12", "2017-04-03", "place:gb-london-city-hall", "9")]
    assert ask("SELECT ?l WHERE { ?l md:listedPlace place:gb-london }") == []


def test_cq29_the_governors_meeting(ask: Ask) -> None:
    meeting = "event:korea-china-governors-meeting-l18-meeting"
    rows = ask(f"SELECT ?p WHERE {{ {meeting} md:participant ?p . ?p a md:SubnationalTerritory }}")
    assert rows == []  # classes are stated at their most specific
    places = {p for (p,) in ask(f"SELECT ?p WHERE {{ {meeting} md:participant ?p }}")}
    assert {p for p in places if p.startswith("place:")} == {
        "place:kr-incheon", "place:kr-gwangju", "place:kr-sejong", "place:kr-south-jeolla",
        "place:kr-jeju", "place:kr-seoul", "place:cn-jiangxi", "place:cn-shanghai",
        "place:cn-liaoning", "place:cn-heilongjiang", "place:cn-xinjiang",
    }  # fmt: skip
    hosts = ask(f"SELECT ?h WHERE {{ {meeting} md:host ?h }} ORDER BY ?h")
    assert one(hosts) == ["body:cn-cpaffc", "body:kr-governors-association"]
    when = ask(
        f"""SELECT ?date ?basis ?claim WHERE {{ {meeting} md:edtf ?date ; md:dateBasis ?basis ;
              md:produced ?a . ?a md:dateClaim/md:edtf ?claim }} ORDER BY ?claim"""
    )
    assert when == [
        ("2025-10-28", "basis:inferred", "2025-10-28"),
        ("2025-10-28", "basis:inferred", "2025-10-29"),
    ]
    areas = ask(f"SELECT ?x WHERE {{ {meeting} md:produced/md:area ?x }}")
    assert {a for (a,) in areas} == {
        "area:advanced-technology", "area:culture", "area:tourism", "area:environment",
    }  # fmt: skip


def test_cq31_areas_in_two_or_more_instruments(ask: Ask) -> None:
    rows = ask(
        """SELECT ?area (COUNT(DISTINCT ?a) AS ?n) WHERE {
             ?a a md:Agreement ; md:area/skos:broader* ?area }
           GROUP BY ?area HAVING (COUNT(DISTINCT ?a) > 1)"""
    )
    counts = {area: int(n) for area, n in rows}
    assert counts["area:culture"] == 4
    assert counts["area:tourism"] == 3


def test_cq32_territories_in_two_or_more_sources(ask: Ask) -> None:
    rows = ask(
        """SELECT ?p (COUNT(DISTINCT ?s) AS ?n) WHERE {
             ?form a md:SurfaceForm ; md:denotes ?p ; dct:source ?s . ?p md:adminLevel ?level
             FILTER (?level > 0) } GROUP BY ?p HAVING (COUNT(DISTINCT ?s) > 1)"""
    )
    counts = {place: int(n) for place, n in rows}
    assert counts["place:cn-beijing"] == 3
    assert counts["place:cn-shanghai"] == 3
    assert counts["place:cn-heilongjiang"] == 2
    involved = ask(
        """SELECT DISTINCT ?s WHERE {
             { ?x md:party/md:actsFor place:kr-seoul } UNION { ?x md:participant place:kr-seoul }
             UNION { ?x md:denotes place:kr-seoul } UNION { ?x md:venue/md:within place:kr-seoul }
             ?x dct:source ?s } ORDER BY ?s"""
    )
    assert len(involved) == 5


def test_cq33_ties_at_two_levels(ask: Ask) -> None:
    rows = ask(
        """SELECT ?district ?city WHERE {
             ?l md:listedPlace ?district ; dct:source source:seocho-china-partners .
             ?district md:within+ ?city . place:kr-seoul md:friendshipTieWith ?city
           } ORDER BY ?district"""
    )
    assert rows == [
        ("place:cn-beijing-dongcheng", "place:cn-beijing"),
        ("place:cn-shanghai-hongkou", "place:cn-shanghai"),
    ]


def test_cq34_posts_of_people_seen_twice(ask: Ask) -> None:
    rows = ask(
        """SELECT ?who ?role ?date WHERE {
             ?post md:holder ?who ; md:role ?role ; md:edtf ?date .
             VALUES ?who { person:park-won-soon person:fan-of-hebi }
             FILTER (LANG(?role) = "en" && ?role != "honorary chair (planned)"@en)
           } ORDER BY ?who ?date"""
    )
    assert rows == [
        ("person:fan-of-hebi", "mayor", "2015-02"),
        ("person:fan-of-hebi", "Party secretary", "2016-10"),
        ("person:park-won-soon", "mayor", "2013-04-21"),
        ("person:park-won-soon", "mayor", "2017-04-03"),
    ]


SECOND_HALF = '"2016-07-01T00:00:00"^^xsd:dateTime', '"2016-12-31T23:59:59"^^xsd:dateTime'


def test_cq35_instruments_of_the_second_half_of_2016(ask: Ask) -> None:
    start, end = SECOND_HALF
    possibly = ask(
        f"""SELECT ?date WHERE {{ ?a a md:Agreement ; md:edtf ?date ; md:earliest ?from ;
              md:latest ?to . FILTER (?to >= {start} && ?from <= {end}) }} ORDER BY ?date"""
    )
    assert one(possibly) == ["2016-07-18", "2016-09", "2016-10-13", "2016-10-31", "2016-11"]
    certainly = ask(
        f"""SELECT ?date WHERE {{ ?a a md:Agreement ; md:edtf ?date ; md:earliest ?from ;
              md:latest ?to . FILTER (?from >= {start} && ?to <= {end}) }} ORDER BY ?date"""
    )
    assert certainly == possibly


def test_cq36_follow_up_pairs(ask: Ask) -> None:
    rows = ask(
        """SELECT ?old ?new ?basis ?same WHERE {
             ?b md:followUpOf ?a ; md:edtf ?new ; md:followUpBasis ?basis . ?a md:edtf ?old
             BIND (EXISTS { ?a md:possiblySameAs ?b } AS ?same) } ORDER BY ?old"""
    )
    assert rows == [
        ("1997", "1998-08-03", "basis:inferred", "false"),
        ("2004-08", "2004-10-05", "basis:inferred", "false"),
        ("2011", "2011-05-18", "basis:inferred", "true"),
        ("2011-05", "2011-05-17", "basis:inferred", "true"),
        ("2015-12", "2017-04-03", "basis:stated", "false"),
        ("2016-09", "2016-10-13", "basis:inferred", "false"),
    ]


def test_cq37_chinese_counterparts_by_level(ask: Ask) -> None:
    rows = ask(
        """SELECT ?type (COUNT(DISTINCT ?p) AS ?n) WHERE {
             ?a a md:Agreement ; md:status status:signed ; md:involves ?p .
             ?p md:countryOrRegion place:cn ; md:adminType ?type } GROUP BY ?type"""
    )
    assert dict(rows) == {
        "admin-type:province": "1",
        "admin-type:province-level-municipality": "2",
        "admin-type:prefecture-level-city": "4",
        "admin-type:district": "4",
    }


def test_cq38_what_is_repaired_inferred_disputed_or_open(ask: Ask) -> None:
    repaired = ask("SELECT ?x WHERE { ?r a md:Repair ; md:amends ?x } ORDER BY ?x")
    assert one(repaired) == [
        "agreement:seoul-council-exchanges-r25-a",
        "observation:seocho-china-partners-l102",
    ]
    years = ask(
        """SELECT DISTINCT ?source ?date WHERE {
             ?i a md:Inference ; md:amends ?x ; md:amendedProperty md:edtf ; md:replacement ?date .
             ?x dct:source ?source } ORDER BY ?date"""
    )
    assert years == [
        ("source:seoul-beijing-council", "2013-04-21"),
        ("source:seoul-london-friendship", "2016"),
        ("source:korea-china-governors-meeting", "2025"),
        ("source:korea-china-governors-meeting", "2025-10-28"),
    ]
    disputed = ask(
        "SELECT ?x (COUNT(?c) AS ?n) WHERE { ?x md:dateClaim ?c } GROUP BY ?x ORDER BY ?x"
    )
    assert disputed == [
        ("agreement:korea-china-governors-meeting-l22-declaration", "2"),
        ("agreement:seoul-council-exchanges-r19-a", "2"),
        ("event:seocho-china-partners-l158", "2"),
    ]
    assert one(ask("SELECT ?x WHERE { ?x a md:UnresolvedPlace }")) == [
        "unresolved:seoul-council-exchanges-l62-7"
    ]
    curated = ask(
        "SELECT ?w WHERE { ?f md:writtenAs ?w ; md:resolutionBasis basis:curated ; "
        "md:denotes/md:adminLevel ?level }"
    )
    assert one(curated) == ["City of London"]
    assert ask("SELECT ?o WHERE { series:forum-named-yinzhong md:possiblySameAs ?o }") == [
        ("series:inchina-forum",)
    ]


def test_cq39_evidence_of_every_row_of_cq01(ask: Ask) -> None:
    rows = ask(
        """SELECT DISTINCT ?line WHERE {
             place:kr-seoul md:friendshipTieWith ?p ; md:councilTieWith ?p .
             ?a md:involves place:kr-seoul, ?p ; a md:Agreement ; md:evidence/md:line ?line .
           } ORDER BY ?line"""
    )
    assert [int(line) for line in one(rows)] == [*range(15, 24), 25, 26, 28]


def test_cq40_instruments_by_source_and_channel(ask: Ask) -> None:
    rows = ask(
        """SELECT ?s ?c (COUNT(*) AS ?n) WHERE {
             ?a a md:Agreement ; dct:source ?s ; md:channel ?c } GROUP BY ?s ?c"""
    )
    assert {(s, c): int(n) for s, c, n in rows} == {
        ("source:seoul-council-exchanges", "channel:executive"): 27,
        ("source:seoul-council-exchanges", "channel:council"): 14,
        ("source:seocho-china-partners", "channel:executive"): 14,
        ("source:seocho-china-partners", "channel:council"): 1,
        ("source:seocho-china-partners", "channel:school"): 1,
        ("source:seoul-beijing-council", "channel:executive"): 1,
        ("source:korea-china-governors-meeting", "channel:association"): 1,
        ("source:seoul-london-friendship", "channel:executive"): 2,
    }


def test_acceptance_figures(ask: Ask) -> None:
    def count(pattern: str) -> int:
        return int(ask(f"SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {pattern} }}")[0][0])

    page = "dct:source source:seoul-council-exchanges"
    district = "dct:source source:seocho-china-partners"
    assert count("?x a md:Agreement") == 61
    assert count(f"?x a md:Listing ; {page}") == 33
    assert count(f"?x a md:Agreement ; md:agreementType type:zh-youhao-chengshi ; {page}") == 23
    assert (
        count(f"?x a md:Agreement ; md:agreementType type:zh-youhao-hezuo-chengshi ; {page}") == 4
    )
    assert count(f"?l a md:Listing ; md:listedUnder ?x ; {page}") == 25
    assert count(f"?x a md:Listing ; {district}") == 8
    assert (
        count(
            f"?x md:listing ?l ; a ?k ; {district} . FILTER (?k NOT IN (md:Agreement, md:Intent))"
        )
        == 102
    )
    assert count(f"?x md:headlineOf ?l ; {district}") == 8
    assert count(f"?x a md:AreaObservation ; {district}") == 8
    assert count("?x a md:JointBody") == 1
    executive_only = (
        "place:kr-seoul md:friendshipTieWith ?x . ?l md:listedPlace ?x . "
        "FILTER NOT EXISTS { place:kr-seoul md:councilTieWith ?x }"
    )
    assert count(executive_only) == 15


def test_precision_of_the_acts(ask: Ask) -> None:
    rows = ask(
        """SELECT ?precision (COUNT(*) AS ?n) WHERE {
             ?x md:listing ?l ; md:direction ?d ; md:precision ?precision ;
                dct:source source:seocho-china-partners } GROUP BY ?precision"""
    )
    assert dict(rows) == {
        "precision:month": "85",
        "precision:year": "12",
        "precision:day": "3",
        "precision:interval": "2",
    }


def test_area_and_population_sums(ask: Ask) -> None:
    rows = ask(
        """SELECT ?k (SUM(?v) AS ?sum) WHERE { ?o a ?k ; md:value ?v .
             VALUES ?k { md:AreaObservation md:PopulationObservation } } GROUP BY ?k"""
    )
    sums = {kind: float(total) for kind, total in rows}
    assert sums["md:AreaObservation"] == pytest.approx(31241.19)
    assert sums["md:PopulationObservation"] == 14_230_000
