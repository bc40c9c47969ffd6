"""Questions over HTTP: wrong values in words, empty answers explained, what JSON adds to rows."""

import json
import re
import socket
import threading
from dataclasses import replace
from urllib.parse import quote

import pytest
from babel.messages.extract import extract_from_dir

from conftest import ROOT
from kg.connections import HttpServer
from kg.errors import Message, ParameterError
from kg.loading import build_store
from kg.queries import Places, fill, find_query, read_queries, typed_values
from kg.server import listen
from kg.settings import Settings
from kg.store import EmbeddedStore
from kg.web import create_app
from kg.web.languages import read_catalogue
from kg.web.problems import HTTP_TITLES
from serving import BASE, small_release, small_store
from test_queries import TEXT_QUERY, read_quads_of
from test_web import BROWSER, Page, browse

LANGUAGES = ["en", "ko", "zh-Hans"]
ADDRESS = "/queries/friendship-and-council"
KOREAN, CHINESE = re.compile("[가-힣]"), re.compile("[一-鿿]")
SIGNS = {"en": re.compile("[a-z]"), "ko": KOREAN, "zh-Hans": CHINESE}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = create_app(small_release(tmp_path_factory.mktemp("questions")))
    yield app
    app.extensions["kg"].engine.close()


@pytest.fixture
def client(app):
    return app.test_client()


# What is wrong, in every language, for people and for programs
# parameters, question, parameter, value as told again, words of the English message

BAD = [
    ("city=", "friendship-and-council", "city", "", "no value"),
    ("city=Seoul&city=Busan", "friendship-and-council", "city", "Busan", "2 values; want one"),
    ("town=Seoul", "friendship-and-council", "town", "Seoul", "there is none"),
    ("year=19xx", "not-visited-since", "year", "19xx", "a year such as 2019"),
    ("year=２０１９", "not-visited-since", "year", "２０１９", "a year such as 2019"),
    ("year=-500", "not-visited-since", "year", "-500", "a year such as 2019"),
    ("from=1998-13", "agreements-between-dates", "from", "1998-13", "a date such as"),
    ("from=1998-02-30", "agreements-between-dates", "from", "1998-02-30", "a date such as"),
    ("letters=perhaps", "friendship-and-council", "letters", "perhaps", "true or false"),
    ("tie=type:none", "friendship-and-council", "tie", "type:none", "not among the choices"),
    ("tie=../x", "friendship-and-council", "tie", "../x", "not among the choices"),
    ("city=Atlantis", "friendship-and-council", "city", "Atlantis", "no place is called"),
    ("city=Portland", "friendship-and-council", "city", "Portland", "2 places"),
    ("city=../x", "friendship-and-council", "city", "../x", "no place is called"),
    ("city=%252e%252e/x", "friendship-and-council", "city", "%2e%2e/x", "no place is called"),
    ("city=S\u0435oul", "friendship-and-council", "city", "S\u0435oul", "no place is called"),
    ("city=a%00b", "friendship-and-council", "city", "a\0b", "no place is called"),
    ("city=%E2%80%AE%E2%80%8F", "friendship-and-council", "city", "\u202e\u200f", "no place"),
    ("city=%ED%A0%80", "friendship-and-council", "city", "%ED%A0%80", "UTF-8"),
    ("city=%FF", "friendship-and-council", "city", "%FF", "UTF-8"),
    ("city=" + "x" * 100_000, "friendship-and-council", "city", "x" * 200, "100,000 characters"),
    ("__proto__=x", "friendship-and-council", "__proto__", "x", "there is none"),
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("typed", "name", "parameter", "value", "words"), BAD, ids=[f"{b[1]} {b[0][:30]}" for b in BAD]
)
def test_a_wrong_value_is_told_with_name_value_and_what_is_wanted(
    client, language, typed, name, parameter, value, words
):
    address = f"/queries/{name}?{typed}"
    headers = {"Accept": "application/json", "Accept-Language": language}
    answer = client.get(address, headers=headers)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.headers["Content-Language"] == language
    problem = answer.json
    assert (problem["parameter"], problem["value"]) == (parameter, value)
    assert problem["wanted"] or parameter in ("town", "__proto__")
    for text in (problem["title"], problem["detail"], problem["wanted"]):
        assert SIGNS[language].search(text)
    assert name in problem["detail"] and f"{parameter}" in problem["detail"]
    if language == "en":
        assert words in problem["detail"]
    response, page = browse(client, address, **{"Accept-Language": language})
    assert response.status_code == 400
    assert response.headers["Content-Language"] == language
    assert page.all("html") == [{"lang": language}]
    assert {"class": "error", "id": "error", "role": "alert"} in page.all("div")
    assert not [a for a in page.all("span") if a.get("lang") == "en"]
    assert not page.all("table")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name", ["friendship-and-counci", "%2e%2e", "ｆriendship", "ti\u0435s-of", "ties-of%00",
             "%E2%80%AEties-of", "%ED%A0%80", "x" * 5000, "ties-of.rq"],
)  # fmt: skip
def test_an_unknown_question_is_404_in_the_reader_s_language(client, language, name):
    headers = {"Accept": "application/json", "Accept-Language": language}
    answer = client.get(f"/queries/{name}", headers=headers)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert SIGNS[language].search(answer.json["detail"])
    assert answer.json["title"] == read_catalogue(language).gettext("Not found")
    response, _ = browse(client, f"/queries/{name}?lang={language}")
    assert response.status_code == 404 and "/queries/ties-of" in response.text


def test_candidates_are_told_to_programs_in_the_reader_s_language(client):
    problem = client.get(f"{ADDRESS}?city=Portland&lang=ko&format=json").json
    assert [one["key"] for one in problem["candidates"]] == ["us-portland-me", "us-portland-or"]
    assert all(one["iri"] == f"{BASE}id/place/{one['key']}" for one in problem["candidates"])
    assert all(one["label"] for one in problem["candidates"])
    near = client.get(f"{ADDRESS}?city=Bangkog&lang=ko&format=json").json
    assert near["candidates"][0]["label"] == "방콕"
    assert "방콕 (th-bangkok)" in near["detail"]


def test_names_in_a_message_cannot_turn_its_direction_around(client):
    response = client.get(f"{ADDRESS}?city=%E2%80%AEx", headers=BROWSER)
    assert "<bdi>\u202ex</bdi>" in response.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_method_that_is_none_is_told_in_the_reader_s_language(client, language, method):
    answer = getattr(client, method)(ADDRESS, headers={"Accept-Language": language})
    assert answer.status_code == 405 and "GET" in answer.headers["Allow"]
    assert SIGNS[language].search(answer.json["detail"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_that_there_is_none_of_is_told_in_the_reader_s_language(client, language):
    headers = {"Accept": "video/mp4", "Accept-Language": language}
    refused = client.get(ADDRESS, headers=headers)
    assert refused.status_code == 406 and "text/csv" in refused.json["detail"]
    unknown = client.get(f"{ADDRESS}?format=pdf", headers=headers)
    assert unknown.status_code == 400 and "pdf" in unknown.json["detail"]
    assert SIGNS[language].search(refused.json["detail"] + unknown.json["detail"])


@pytest.fixture(scope="module")
def port(app):
    """A server of the site on a socket."""
    listener = listen("127.0.0.1", 0)
    server = HttpServer(app, listener, Settings())
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield listener.getsockname()[1]
    server.stop()
    thread.join(10)


def said(port, head):
    """What the server answers to bytes: the status, the headers in one text, the body."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode("latin-1"), body.decode("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sign", ["x", "%EC%84%9C"])
def test_a_value_of_a_megabyte_in_the_address_is_refused_in_words(port, language, sign):
    value = (sign * (1_000_000 // len(sign))).encode()
    rest = f" HTTP/1.1\r\nHost: a\r\nAccept-Language: {language}\r\nConnection: close\r\n"
    line = b"GET /queries/ties-of?city=" + value + rest.encode()
    status, head, body = said(port, line + b"Accept: application/json\r\n\r\n")
    assert status == 400 and "application/problem+json" in head
    problem = json.loads(body)
    assert problem["parameter"] == "city" and len(problem["value"]) == 200
    assert problem["wanted"] and "1,000" in problem["detail"]
    assert SIGNS[language].search(problem["detail"])
    status, head, body = said(port, line + b"Accept: text/html\r\n\r\n")
    assert status == 400 and "text/html" in head
    (field,) = [a for a in Page(body).all("input") if a.get("name") == "city"]
    assert field["aria-invalid"] == "true" and field["value"]


def test_other_addresses_that_are_too_long_are_414_and_not_answered_in_part(port):
    query = b"SELECT+?s+{?s+?p+?o}+LIMIT+1+%23" + b"x" * 300_000
    status, _, body = said(port, b"GET /sparql?query=" + query + b" HTTP/1.1\r\nHost: a\r\n\r\n")
    assert status == 414 and json.loads(body)["title"] == "Address too long"
    status, _, _ = said(port, b"GET /" + b"x" * 300_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")
    assert status == 414


# Words


def test_every_message_to_readers_is_translated():
    """All that the questions and places say of wrong values, and the titles of problems."""
    kinds = dict.fromkeys(("Message", "ParameterError", "NotFoundError"))
    found = [
        (file, text)
        for file, _, text, _, _ in extract_from_dir(
            str(ROOT / "src" / "kg"), method_map=[("**.py", "python")], keywords=kinds
        )
        if file in ("queries.py", "typed.py", "places.py", "web/queries.py")
        and isinstance(text, str)
    ]
    assert len(found) > 20
    wanted = {text for _, text in found} | set(HTTP_TITLES.values())
    for language in ("ko", "zh-Hans"):
        assert [text for text in wanted if text not in read_catalogue(language)._catalog] == []


def test_a_translation_names_the_same_values():
    for language in ("ko", "zh-Hans"):
        for message in read_catalogue(language)._catalog.items():
            key, text = message
            if isinstance(key, str) and key:
                names = re.compile(r"%\((\w+)\)")
                assert set(names.findall(key)) == set(names.findall(text)), key


def test_a_message_is_english_as_text_and_can_be_said_in_other_words():
    inner = Message("want %(wanted)s", wanted=Message("a year"))
    error = ParameterError("'%(value)s' is wrong; %(inner)s", value="100%", inner=inner)
    assert str(error) == "'100%' is wrong; want a year"
    words = {"a year": "ein Jahr", "want %(wanted)s": "will %(wanted)s"}
    told = error.message.told(lambda text: words.get(text, text), lambda value: f"[{value}]")
    assert told == "'[100%]' is wrong; will ein Jahr"


# Places


def test_marks_on_letters_may_be_missing_but_an_exact_name_goes_first():
    places = Places(
        EmbeddedStore.of(
            read_quads_of("""
        md:a a md:Municipality ; skos:prefLabel "São Paulo"@pt .
        md:b a md:Municipality ; skos:prefLabel "Alma"@en .
        md:c a md:Municipality ; skos:prefLabel "Álma"@en .
        md:d a md:Municipality ; skos:prefLabel "Łódź"@pl .
        md:e a md:Municipality ; skos:prefLabel "Örebro"@sv .
        md:f a md:Municipality ; skos:prefLabel "Orebro"@en , "Órebro"@en .""")
        )
    )
    ends = {"sao paulo": "a", "SÃO  PAULO": "a", "Ｓao Paulo": "a", "alma": "b", "álma": "c",
            "A\u0301lma": "c", "örebro": "e", "orebro": "f"}  # fmt: skip
    assert {name: places.find(name)[-1] for name in ends} == ends
    with pytest.raises(ParameterError, match="2 places"):
        places.find("ôrebro")


def test_ambiguous_and_near_names_carry_their_candidates():
    places = Places(small_store())
    with pytest.raises(ParameterError) as caught:
        places.find("Portland")
    assert [iri.rpartition("/")[2] for iri in caught.value.candidates] == [
        "us-portland-me", "us-portland-or",
    ]  # fmt: skip
    with pytest.raises(ParameterError) as caught:
        places.find("あああ")
    assert caught.value.candidates == ()


# Empty answers


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_answer_names_the_part_that_matched_nothing(client, language):
    address = f"{ADDRESS}?city=kz-almaty&lang={language}"
    told = client.get(f"{address}&format=json").json
    assert told["results"]["bindings"] == []
    (reason,) = told["empty"]
    assert (reason["parameter"], reason["kind"], reason["rows"]) == ("city", "instead", 4)
    assert reason["instead"] == f"{BASE}id/place/kr-seoul"
    assert SIGNS[language].search(reason["words"])
    _, page = browse(client, address)
    assert reason["words"] in page.text
    links = [a["href"] for a in page.all("a") if "city=kr-seoul" in a["href"]]
    found = client.get(links[0], headers={"Accept": "application/json"}).json
    assert len(found["results"]["bindings"]) == reason["rows"]


def test_a_place_that_nothing_is_recorded_of_is_named(client):
    told = client.get("/queries/ties-of?city=us-portland-me&format=json").json
    kinds = {(one["parameter"], one["kind"]) for one in told["empty"]}
    assert ("city", "unrecorded") in kinds
    (words,) = [one["words"] for one in told["empty"] if one["kind"] == "unrecorded"]
    assert words == "These sources record nothing of Portland."


def test_a_choice_that_would_have_rows_is_found(client):
    told = client.get(f"{ADDRESS}?city=th-bangkok&tie=type:zh-youhao-hezuo-chengshi&format=json")
    told = told.json
    if told["results"]["bindings"]:
        pytest.skip("the small graph has such a tie")
    assert {one["parameter"] for one in told["empty"]} <= {"city", "tie", "letters"}
    for one in told["empty"]:
        if one["kind"] == "instead":
            given = {"city": "th-bangkok", "tie": "type:zh-youhao-hezuo-chengshi"}
            given |= {one["parameter"]: one["instead"], "format": "json"}
            rows = client.get(ADDRESS, query_string=given).json["results"]["bindings"]
            assert len(rows) == one["rows"] > 0


def test_an_answer_with_rows_says_nothing_of_emptiness(client):
    assert "empty" not in client.get(f"{ADDRESS}?format=json").json


# What an answer says of itself


def test_json_tells_question_values_sources_and_remarks(client):
    told = client.get(f"{ADDRESS}?format=json&lang=ko&city=Q8684").json
    assert set(told) == {"head", "results", "release", "licence", "question", "parameters",
                         "sources", "remarks"}  # fmt: skip
    assert told["question"]["name"] == "friendship-and-council"
    assert "city=kr-seoul" in told["question"]["address"]
    assert told["parameters"]["city"]["words"] == "서울"
    assert told["parameters"]["letters"]["words"] == "예"
    assert [one["key"] for one in told["sources"]] == ["council-list"]
    assert set(told["remarks"]) == {"disputed", "repaired"}
    assert KOREAN.search(told["remarks"]["repaired"]["meaning"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_that_rests_on_absence_names_the_sources(client, language):
    told = client.get(f"/queries/council-only?format=json&lang={language}").json
    sources = {one["iri"] for one in told["absence"]["sources"]}
    assert f"{BASE}id/source/council-list" in sources
    assert SIGNS[language].search(told["absence"]["words"])
    _, page = browse(client, f"/queries/council-only?lang={language}")
    assert told["absence"]["words"] in page.text and told["release"] in page.text
    assert any(a["href"].startswith("/id/source/council-list") for a in page.all("a"))
    assert "absence" not in client.get(f"/queries/ties-of?format=json&lang={language}").json


def test_the_questions_that_rest_on_absence_say_so():
    queries = read_queries(ROOT / "queries")
    absent = {name for name, query in queries.items() if query.rests_on_absence}
    assert absent == {"council-only", "not-visited-since", "visits-without-agreement"}


def test_every_row_of_every_answer_leads_to_evidence(store):
    """Also with other values than the defaults: for each place that has a tie."""
    queries = read_queries(ROOT / "queries")
    places = Places(store)
    for query in queries.values():
        cited = [n for n, c in query.columns.items() if c.kind == "evidence"] or ["evidence"]
        for city in ("kr-seoul", "kr-seocho") if "city" in query.parameters else (None,):
            terms = typed_values(query, {"city": city} if city else {}, places)
            table = store.select(fill(query, terms))
            for row in table.rows:
                named = " ".join(str(row[table.columns.index(name)]) for name in cited)
                assert f"{BASE}id/evidence/" in named, (query.name, city)


def test_quoted_names_are_not_opened(client):
    assert find_query(read_queries(ROOT / "queries"), "ties-of").name == "ties-of"
    for path in ("../queries/ties-of.rq", "/etc/passwd"):
        assert client.get("/queries/" + quote(path, safe="")).status_code == 404


def test_a_page_shows_the_first_rows_of_many_and_says_how_many_there_are(tmp_path):
    names = "\n".join(f'md:p{n} a md:Municipality ; skos:prefLabel "Name {n}"@en .'
                      for n in range(1005))  # fmt: skip
    (tmp_path / "small").mkdir()
    release = small_release(tmp_path / "small")
    build_store(read_quads_of(names), tmp_path / "store")
    (tmp_path / "queries").mkdir()
    text = TEXT_QUERY.replace('"Seo"', '"Name"')
    (tmp_path / "queries" / "names.rq").write_text(text, "utf-8")
    app = create_app(replace(release, folder=tmp_path))
    try:
        client = app.test_client()
        _, page = browse(client, "/queries/names")
        assert "1005 rows" in page.text and "first 1000 rows" in page.text
        assert len(page.all("tr")) == 1001
        assert client.get("/queries/names?format=csv").text.count("\n") == 1006
    finally:
        app.extensions["kg"].engine.close()
