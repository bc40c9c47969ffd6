"""The pages about things: facts of real examples, counted and read in the documents by eye."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from kg.loading import build_store
from kg.namespaces import LANGUAGES
from kg.reading import read_quads
from kg.release import Release
from kg.store import EmbeddedStore
from kg.web import create_app

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
EXAMPLES = [
    "/", "/id/place/kr-seoul", "/id/place/cn-baishan", "/id/place/jo-amman", "/id/place/cn",
    "/pair/kr-seoul/cn-beijing", "/id/agreement/seoul-council-exchanges-r25-a",
    "/id/event/seocho-china-partners-l85", "/id/intent/seoul-council-exchanges-r15",
    "/id/body/kr-seoul-council", "/id/person/park-won-soon", "/id/source/seoul-council-exchanges",
    "/vocabulary/type", "/vocabulary/type/letter-of-intent", "/vocabulary/status/signed",
    "/id/evidence/seoul-council-exchanges-l26-b", "/shape/", "/shape/Intent-status",
    "/shape/ExpectedCount-met", "/quality", "/downloads/", "/ontology", "/id/place/",
    "/id/unresolved/seoul-council-exchanges-l62-7", "/id/place/kr-seol",
]  # fmt: skip


@pytest.fixture(scope="module")
def client(built):
    app = create_app(built[1])
    yield app.test_client()
    app.extensions["kg"].engine.close()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "and 4 more documents"), ("ko", "외 문서 4건"), ("zh-Hans", "另有4份文件")],
)
def test_of_very_many_documents_the_first_page_lists_some(built, monkeypatch, language, words):
    monkeypatch.setattr("kg.web.pages.MOST_DOCUMENTS", 1)
    app = create_app(built[1])
    app.extensions["kg"].engine.close()
    home = page(app.test_client(), "/", language)
    assert f"{words}</a>" in home and "/id/source/" in home


class Table(HTMLParser):
    """The rows of every table of a page, as lists of the texts of their cells, by caption."""

    def __init__(self, source):
        super().__init__()
        self.tables, self._rows, self._cell, self._caption = {}, [], None, None
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._cell = ""
        elif tag == "caption":
            self._caption = ""

    def handle_data(self, data):
        if self._cell is not None:
            self._cell += data
        elif self._caption is not None:
            self._caption += data

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self._cell is not None:
            self._rows[-1].append(" ".join(self._cell.split()))
            self._cell = None
        elif tag == "caption":
            self.tables[self._caption] = self._rows
            self._caption = None


def page(client, address, language="en"):
    mark = "&" if "?" in address else "?"
    response = client.get(f"{address}{mark}lang={language}", headers=BROWSER)
    assert response.status_code == (404 if address.endswith("kr-seol") else 200)
    return response.text


def tables(client, address, language="en"):
    return Table(page(client, address, language)).tables


def text_of(html):
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", EXAMPLES)
def test_a_page_is_whole_small_and_well_structured(client, address, language):
    html = page(client, address, language)
    assert len(html.encode()) < 200_000
    assert html.count("<h1>") == 1 and f'<html lang="{language}">' in html
    assert ">None<" not in html and "Undefined" not in html
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", html)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    assert html.count("<table") == html.count("<caption")
    assert not re.search(r'\s(style|on\w+)="', re.sub(r"<svg.*?</svg>", "", html, flags=re.S))


# Places


def test_the_page_of_seoul_counts_ties_and_visits_as_the_document_does(client):
    found = tables(client, "/id/place/kr-seoul")
    assert len(found["Between councils"]) - 1 == 14
    # 27 of the council's list, one MOU with Beijing, two with London
    assert len(found["Between governments"]) - 1 == 30
    assert len(found["Proposed or intended, not signed"]) - 1 == 4
    balance = {row[0]: row[1:] for row in found["Partners and exchange balance"]}
    assert balance["Bangkok"][:4] == ["2006-06-16", "2007-11-26", "7", "6"]
    assert balance["Zhejiang"][:3] == ["2009-04-10", "2001-03-30", "1"]
    assert balance["Moscow"][:4] == ["1991-07-13", "1997-04-01", "", ""]
    sent = sum(int(row[2] or 0) for row in list(balance.values())[1:])
    came = sum(int(row[3] or 0) for row in list(balance.values())[1:])
    assert (sent, came) == (60, 36)  # 60 and 35 of the council's page, one of the district's
    assert "London City Hall" not in balance  # a venue is no partner


@pytest.mark.parametrize(
    ("language", "names"),
    [("en", "Beijing 1993-10-23 4 3"), ("ko", "베이징시 1993-10-23 4 3"),
     ("zh-Hans", "北京市 1993-10-23 4 3")],
)  # fmt: skip
def test_a_partner_stands_in_the_language_of_the_page(client, language, names):
    rows = next(
        rows for rows in tables(client, "/id/place/kr-seoul", language).values()
        if len(rows[0]) == 8
    )  # fmt: skip
    assert names in {" ".join(cell for cell in row[:6] if cell) for row in rows}


def test_a_place_has_its_names_identifiers_and_figures(client):
    html = page(client, "/id/place/cn-baishan", "ko")
    assert '<span lang="zh-Hans">白山市</span>' in html
    assert "http://www.wikidata.org/entity/Q92348" in html
    figures = tables(client, "/id/place/cn-baishan")["Figures"]
    (people,) = [row for row in figures if row[0].startswith("Population")]
    assert people[1:4] == ["≈ 1,180,000", "2018", "약 1,18만명(2018년 호적인구 기준)"]
    (area,) = [row for row in figures if row[0].startswith("Area")]
    assert area[1] == "17,485 km²" and area[4].endswith(":101")


def test_a_place_tells_what_is_uncertain(client):
    text = text_of(page(client, "/id/place/cn-beijing"))
    assert "1993年10年23日 → 1993-10-23" in text
    assert "The mark for month is misprinted as the mark for year." in text
    assert "阿曼" in text_of(page(client, "/id/place/jo-amman"))


def test_a_tie_begins_with_what_was_signed_and_the_source_shows_as_its_date(client):
    balance = {
        row[0]: row
        for row in tables(client, "/id/place/kr-seocho")["Partners and exchange balance"]
    }
    assert balance["Laoshan District"][1] == "1998-08-03"  # the trip of 1997 was to sign an intent
    assert balance["Hebi"][1] == "2016-10-13"
    assert balance["Jianhua District"][1:3] == ["2004-10-05", "2012-08"]


# Pairs


def test_a_pair_has_everything_on_one_timeline_seen_from_the_first(client):
    rows = tables(client, "/pair/kr-seoul/cn-beijing")["Timeline"][1:]
    assert len(rows) == 10
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert sum("sent to" in row[2] for row in rows) == 4
    assert sum("received from" in row[2] for row in rows) == 3
    back = tables(client, "/pair/cn-beijing/kr-seoul")["Timeline"][1:]
    assert sum("sent to" in row[2] for row in back) == 3
    for address in ("/pair/kr-seoul/cn-beijing", "/pair/cn-beijing/kr-seoul"):
        assert '<link rel="canonical" href="/pair/cn-beijing/kr-seoul">' in page(client, address)


@pytest.mark.parametrize("address", ["/pair/kr-seoul/xx-nowhere", "/pair/kr-seoul/kr-seoul",
                                     "/pair/kr-seoul/%22%3E%3Cx", "/pair/kr-seoul/"])  # fmt: skip
def test_a_pair_of_what_is_no_two_places_is_404(client, address):
    assert client.get(address, headers=BROWSER).status_code == 404
    assert client.get(address).json["status"] == 404


# Other things


def test_an_agreement_shows_word_date_reason_and_lines(client):
    text = text_of(page(client, "/id/agreement/seoul-council-exchanges-r25-a"))
    for words in ("友好城市", "1993-10-23", "1993年10年23日", "line 39", "repaired",
                  "The mark for month is misprinted as the mark for year.",
                  "Everything between the two"):  # fmt: skip
        assert words in text
    html = page(client, "/id/agreement/seoul-council-exchanges-r19-a", "zh-Hans")
    assert "台北缔结于1968年" in html and "1968" in html


def test_an_event_shows_who_went_where_and_what_came_of_it(client):
    text = text_of(page(client, "/id/event/seocho-china-partners-l85", "ko"))
    for words in ("서초구", "젠화구", "2012-08", "85번째 줄", "서초구의회"):
        assert words in text
    assert 'href="/id/agreement/seocho-china-partners-l85?lang=ko"' in page(
        client, "/id/event/seocho-china-partners-l85", "ko"
    )


def test_a_body_and_a_person_show_what_they_did(client):
    council = tables(client, "/id/body/kr-seoul-council")["Agreements and events"]
    assert len(council) - 1 >= 14 + 60 + 35
    mayor = page(client, "/id/person/park-won-soon")
    assert "MOU (English source)" in mayor and "2013-04-21" in mayor


def test_evidence_shows_what_rests_on_it(client):
    html = page(client, "/id/evidence/seoul-council-exchanges-l26-b")
    assert "/id/agreement/seoul-council-exchanges-r12-b" in html
    assert "c8c409e463eaae73578c17bfeb54c727ce1d3d83c0f4d49f74929687c6063f28" in html


def test_a_document_is_counted_against_what_a_person_counted(client):
    found = tables(client, "/id/source/seoul-council-exchanges")
    counted = {row[0]: row[1:] for row in found["Counted by a person, and in the graph"]}
    assert counted["Listing rows of the partner table"] == ["33", "33"]
    assert counted["Delegation Visit · outbound outbound visit attestations"] == ["60", "60"]
    assert counted["Delegation Visit · inbound inbound visit attestations"] == ["35", "35"]
    assert counted["Agreement · executive government ties"] == ["27", "27"]
    lines = {row[0]: row[1] for row in found["Line by line"]}
    assert "friendly cooperation city (友好合作城市): Seoul – Zhejiang (2009-04-10)" in lines["26"]
    assert max(int(line) for line in lines if line.isdigit()) <= 83


@pytest.mark.parametrize(
    "source",
    ["korea-china-governors-meeting", "seocho-china-partners", "seoul-beijing-council",
     "seoul-london-friendship"],
)  # fmt: skip
def test_every_count_of_every_document_is_met(client, source):
    found = tables(client, f"/id/source/{source}")["Counted by a person, and in the graph"]
    assert len(found) > 3
    assert all(row[1] == row[2] for row in found[1:])


def test_a_concept_shows_its_place_and_its_uses(client):
    text = text_of(page(client, "/vocabulary/status/signed"))
    assert "已签署" in text and "서명" in text
    assert "letter of intent" in text_of(page(client, "/vocabulary/type"))


def test_quality_shows_the_warnings_and_the_readings(client):
    found = tables(client, "/quality")
    assert sum(row[1] == "warning" for row in found["Checks"]) == 11
    readings = {row[0]: row for row in found["Repairs and inferences"]}
    assert any(row[2:4] == ["1993年10年23日", "1993-10-23"] for row in readings.values())
    assert len(found["Repairs and inferences"]) - 1 == 26
    states = {row[0]: int(row[1]) for row in found["Links to other data sets"][1:]}
    assert sum(states.values()) == 294


def test_quality_speaks_the_page_s_language(client):
    for language, words in (("ko", "확인하세요"), ("zh-Hans", "请")):
        found = tables(client, f"/quality?lang={language}")
        said = [row[3] for row in next(iter(found.values()))[1:]]
        assert said and not [text for text in said if text.isascii()]
        assert any(words in text for text in said)


def test_the_ontology_names_shapes_examples_and_questions_of_its_terms(client):
    html = page(client, "/ontology", "ko")
    start = html.index('<div id="Agreement">')
    term = html[start : html.index("</div>", start)]
    assert "/shape/Agreement-" in term and "/queries/ties-of" in term and "61" in term
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in html


# Data behind the pages


def test_pages_carry_schema_org_and_lead_to_their_data(client):
    html = page(client, "/id/place/kr-seoul")
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    found = json.loads(script)
    assert (found["@type"], found["@context"]) == ("City", "https://schema.org")
    assert {"@value": "서울특별시", "@language": "ko"} in found["name"]
    assert "http://www.wikidata.org/entity/Q8684" in found["sameAs"]
    kinds = re.findall(r'<link rel="alternate" type="([^"]*)"', html)
    assert kinds == ["text/turtle", "application/ld+json", "application/n-triples",
                     "application/rdf+xml"]  # fmt: skip


def test_downloads_are_described_in_dcat(client, built):
    text = client.get("/downloads/", headers={"Accept": "text/turtle"}).text
    assert text.count("a dcat:Distribution") == len(built[1].description["dumps"])
    assert "dcat:byteSize" in text and "sha256" in text


def test_a_page_asks_a_handful_of_queries_and_none_twice(client, monkeypatch):
    asked = []
    select = EmbeddedStore.select
    monkeypatch.setattr(
        EmbeddedStore, "select", lambda self, text: asked.append(text) or select(self, text)
    )
    for address in EXAMPLES:
        client.get(address, headers=BROWSER)  # what is asked once for a release is asked here
        asked.clear()
        client.get(f"{address}?another=page", headers=BROWSER)
        assert len(asked) <= 8 and len(asked) == len(set(asked)), address


@pytest.mark.parametrize(
    "address",
    ["/", "/id/place/cn-hebi", "/pair/kr-seoul/vn-hanoi", "/quality", "/ontology",
     "/id/source/seoul-council-exchanges", "/shape/Intent-status", "/vocabulary/type"],
)  # fmt: skip
def test_a_page_is_written_once_for_a_release_and_a_language(client, monkeypatch, address):
    first = client.get(address, headers=BROWSER)
    with monkeypatch.context() as patch:
        patch.delattr(EmbeddedStore, "select")  # nothing can be asked now
        again = client.get(address, headers=BROWSER)
    assert again.status_code == 200 and again.data == first.data
    assert again.headers.get("Link") == first.headers.get("Link")
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert "Accept-Language" in again.headers["Vary"] and again.headers["Content-Language"] == "en"
    same = client.get(address, headers=BROWSER | {"If-None-Match": first.headers["ETag"]})
    assert same.status_code == 304 and same.data == b""
    korean = client.get(address, headers=BROWSER | {"Accept-Language": "ko"})
    assert '<html lang="ko">' in korean.text
    assert korean.headers["ETag"] != first.headers["ETag"]


def test_what_is_not_there_is_not_kept(client):
    for _ in range(2):
        response = client.get("/id/place/kr-seol", headers=BROWSER)
        assert response.status_code == 404 and "ETag" not in response.headers


# Addresses


def test_addresses_in_any_script_and_in_percent_signs_answer(tmp_path):
    base = "https://w3id.org/municipal-diplomacy/"
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    names = ["id/place/서울", "id/place/%E5%8F%B0%E5%8C%97", "id/place/são-paulo",
             "id/place/a%20b", "id/place/v1.ttl", "id/place/100%25"]  # fmt: skip
    (tmp_path / "g.nt").write_text(
        "".join(f'<{base}{name}> {label} "{number}" .\n' for number, name in enumerate(names))
    )
    build_store(read_quads(tmp_path / "g.nt"), tmp_path / "store")
    (tmp_path / "queries").mkdir()
    app = create_app(Release("0" * 16, tmp_path, {"id": "0" * 16, "dumps": []}))
    client = app.test_client()
    for number, path in enumerate(["서울", "台北", "são-paulo", "a b", "v1.ttl", "100%25"]):
        html = client.get(f"/id/place/{path}", headers=BROWSER)
        assert html.status_code == 200 and f"<h1><span>{number}</span></h1>" in html.text, path
        (own,) = re.findall(r'type="text/turtle" href="([^"]*)"', html.text)
        assert f'"{number}"' in client.get(own).text
    app.extensions["kg"].engine.close()


def test_a_wrong_address_names_those_near_it(client):
    html = page(client, "/id/place/kr-seol")
    assert 'href="/id/place/kr-seoul?lang=en"' in html
    assert "id/place/kr-seoul" in client.get("/id/place/kr-seol").json["detail"]


def test_a_namespace_leads_to_its_vocabulary_and_a_folder_to_its_members(client):
    for path in ("/ontology/", "/vocabulary/type/"):
        moved = client.get(path, headers=BROWSER)
        assert moved.status_code == 308 and moved.location == path.rstrip("/")
    assert 'href="/id/place/kr-seoul?lang=en"' in page(client, "/id/place/")


def test_a_canned_question_is_described_as_data(client):
    by_suffix = client.get("/queries/ties-of.ttl")
    assert by_suffix.mimetype == "text/turtle" and "sh:select" in by_suffix.text
    by_accept = client.get("/queries/ties-of", headers={"Accept": "text/turtle"})
    assert by_accept.data == by_suffix.data


def test_directions_are_told_from_the_place_that_a_body_acts_for(client):
    rows = tables(client, "/id/body/kr-seoul-council")["Agreements and events"]
    assert "→ sent to Bangkok" in {row[2] for row in rows}
    assert all("Seoul" not in row[2] for row in rows[1:])
    rows = tables(client, "/id/evidence/seoul-council-exchanges-l66-1")["Agreements and events"]
    assert [row[2] for row in rows[1:]] == ["Seoul → Tokyo"]
