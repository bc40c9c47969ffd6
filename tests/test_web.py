import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from babel.messages.extract import extract_from_dir
from rdflib import Graph
from rdflib.compare import isomorphic

from kg.errors import InputError
from kg.limits import Limits
from kg.loading import build_store
from kg.reading import read_quads
from kg.settings import Settings
from kg.web import create_app
from kg.web.languages import read_catalogue
from serving import BASE, GRAPH, QUERIES, ROOT, small_release

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
DEATH = (
    "SELECT ?a WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . "
    "FILTER (STRLEN(CONCAT(?c, ?f, ?i, ?l)) < 0) }"
)
PAGES = ["/", "/queries/", "/queries/friendship-and-council", "/queries/evidence-of", "/sparql",
         "/ontology", "/downloads/", "/id/place/kr-seoul", "/id/evidence/council-list-r1-a",
         "/graph/council-list", "/vocabulary/type/letter-of-intent", "/id/place/xx-hostile",
         "/id/place/nowhere", "/queries/friendship-and-council?city=Portland"]  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = create_app(small_release(tmp_path_factory.mktemp("web")), Settings(Limits(seconds=1)))
    yield app
    app.extensions["kg"].engine.close()


@pytest.fixture
def client(app):
    return app.test_client()


class Page(HTMLParser):
    """What a test wants to know of a page: tags with attributes, and the text."""

    def __init__(self, source):
        super().__init__()
        self.tags = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def browse(client, address, **headers):
    response = client.get(address, headers={**BROWSER, **headers})
    return response, Page(response.text)


# Every page


@pytest.mark.parametrize("language", ["en", "ko", "zh-Hans"])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_whole_safe_and_accessible(client, address, language):
    mark = "&" if "?" in address else "?"
    response, page = browse(client, f"{address}{mark}lang={language}")
    assert response.status_code in (200, 400, 404)
    assert response.content_type == "text/html; charset=utf-8"
    assert page.all("html") == [{"lang": language}]
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert page.all("header") and page.all("footer") and page.all("nav")
    for script in page.all("script"):  # files of ours, or data for search engines
        assert script.get("type") == "application/ld+json" or script["src"].startswith("/static/")
    assert not [a for _, a in page.tags if "style" in a or any(k.startswith("on") for k in a)]
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    named = {a["for"] for a in page.all("label")}
    for control in ("input", "select", "textarea"):
        for a in page.all(control):
            assert a.get("type") == "hidden" or a["id"] in named
    assert len(page.all("caption")) == len(page.all("table"))
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.parametrize("address", PAGES)
def test_no_link_of_a_page_is_dead_or_leaves_by_accident(client, address):
    _, page = browse(client, address + ("&" if "?" in address else "?") + "lang=ko")
    for a in page.all("a"):
        target = a["href"]
        assert target.startswith(("/", "#", "http://", "https://"))
        if target.startswith("/"):
            status = client.get(target, headers=BROWSER).status_code
            assert status in (200, 400) or "nowhere" in target, target


def test_the_reader_s_language_is_kept_in_links_and_forms(client):
    _, page = browse(client, "/queries/friendship-and-council?lang=ko")
    inside = [a["href"] for a in page.all("a") if a["href"].startswith("/") and "hreflang" not in a]
    assert all("lang=ko" in target for target in inside)
    assert {"type": "hidden", "name": "lang", "value": "ko"} in page.all("input")


def test_the_browser_s_language_is_taken_where_none_is_chosen(client):
    assert browse(client, "/", **{"Accept-Language": "zh-CN,zh;q=0.9"})[1].all("html") == [
        {"lang": "zh-Hans"}
    ]
    assert browse(client, "/", **{"Accept-Language": "fr"})[1].all("html") == [{"lang": "en"}]


@pytest.mark.parametrize("language", ["ko", "zh-Hans"])
def test_every_text_of_the_pages_is_translated(language):
    catalogue = read_catalogue(language)
    templates = ROOT / "src" / "kg" / "web" / "templates"
    texts = extract_from_dir(str(templates), method_map=[("**.html", "jinja2")],
                             options_map={"**.html": {"trimmed": "true"}})  # fmt: skip
    python = extract_from_dir(str(templates.parent), method_map=[("**.py", "python")])
    texts = [*texts, *python]
    keys = [text if isinstance(text, str) else (text[0], 0) for _, _, text, _, _ in texts]
    missing = [key for key in keys if key not in catalogue._catalog]
    assert missing == []


def test_the_host_is_never_reflected(client):
    for address in PAGES:
        response = client.get(address, headers={**BROWSER, "Host": "evil.example"})
        assert "evil.example" not in response.text + str(response.headers)
    tricky = "/queries/friendship-and-council?_external=1&_scheme=evil&_host=evil.example"
    assert "//localhost" not in client.get(tricky, headers=BROWSER).text
    assert client.get(tricky, headers=BROWSER).status_code == 400


# Questions


def test_the_question_is_answered_with_links_to_partner_and_evidence(client):
    response, page = browse(client, "/queries/friendship-and-council")
    assert response.status_code == 200
    links = {a["href"] for a in page.all("a")}
    assert {"/id/place/th-bangkok", "/id/evidence/council-list-r1-b"} <= links
    assert "4 rows · Seoul" in page.text
    assert "council-list, line 15" in page.text
    assert "0123456789abcdef" in page.text
    assert "repaired" in page.text and "disputed" in page.text
    assert "SELECT ?partner" in page.text and "?_city" not in page.text


def test_evidence_goes_by_its_name_and_a_column_without_remarks_is_left_out(client):
    _, page = browse(client, "/queries/council-only")
    assert "council-list, line" in page.text
    assert not [a for a in page.all("th") if a.get("class") == "remark"]
    assert not page.all("dl")


def test_a_remark_is_explained_below_the_table(client):
    _, page = browse(client, "/queries/friendship-and-council")
    explained = {a["id"] for a in page.all("div") if a.get("id", "").startswith("remark-")}
    assert explained == {"remark-repaired", "remark-disputed"}
    assert {"#remark-repaired", "#remark-disputed"} <= {a["href"] for a in page.all("a")}
    assert "misprints" in page.text and "different dates" in page.text


def test_every_cell_of_a_card_says_its_column(client):
    _, page = browse(client, "/queries/friendship-and-council?lang=ko")
    assert all(a["data-label"] for a in page.all("td"))
    assert {a["role"] for a in page.all("th")} == {"columnheader", "rowheader"}


def test_labels_say_which_language_they_are_in(client):
    _, page = browse(client, "/id/place/us-portland-me?lang=ko")
    assert {"lang": "en"} in page.all("span")


@pytest.mark.parametrize(
    ("syntax", "media"),
    [
        ("json", "application/sparql-results+json"),
        ("xml", "application/sparql-results+xml"),
        ("csv", "text/csv; charset=utf-8"),
        ("tsv", "text/tab-separated-values; charset=utf-8"),
    ],
)
def test_rows_come_as_data_by_format_and_by_accept(client, syntax, media):
    by_format = client.get(f"/queries/friendship-and-council?format={syntax}")
    accept = {"Accept": media.split(";")[0]}
    by_accept = client.get("/queries/friendship-and-council", headers=accept)
    assert by_format.content_type == by_accept.content_type == media
    assert by_format.data == by_accept.data
    assert "Bangkok" in by_format.text


def test_json_names_the_release_and_speaks_the_language(client):
    answer = client.get("/queries/friendship-and-council?format=json&lang=ko&city=Q8684").json
    assert answer["release"] == "0123456789abcdef"
    labels = [row["partnerLabel"]["value"] for row in answer["results"]["bindings"]]
    assert labels == ["앙카라", "호놀룰루", "방콕", "웰링턴"]


def test_an_unacceptable_type_is_406_and_an_unknown_format_400(client):
    address = "/queries/friendship-and-council"
    refused = client.get(address, headers={"Accept": "image/png"})
    assert refused.status_code == 406 and "text/csv" in refused.json["detail"]
    assert client.get(address + "?format=pdf").status_code == 400
    assert client.get(address, headers={"Accept": "text/html;q=0, text/csv"}).mimetype == "text/csv"


BAD = [("city=Atlantis", "no place is called 'Atlantis'"), ("city=Portland", "2 places"),
       ("city=", "no value"), ("letters=maybe", "not true or false"), ("town=x", "there is none"),
       ("tie=x", "not among the choices"), ("city=a&city=b", "2 values"), ("lang=fr", "choices"),
       ("city=" + "x" * 2000, "2,000 characters"), ("city=%00%22%3E%7D%23", "no place"),
       ("city=%E2%80%AE%5C%27", "no place")]  # fmt: skip


@pytest.mark.parametrize(("parameters", "message"), BAD)
def test_a_bad_parameter_is_400_in_words_for_people_and_programs(client, parameters, message):
    address = f"/queries/friendship-and-council?{parameters}"
    problem = client.get(address, headers={"Accept": "application/json"})
    assert problem.status_code == 400
    assert problem.content_type == "application/problem+json"
    assert problem.json["status"] == 400 and message in problem.json["detail"]
    response, page = browse(client, address)
    assert response.status_code == 400
    assert message in page.text
    assert not page.all("table")


def test_the_form_keeps_what_was_typed_and_marks_the_field(client):
    _, page = browse(client, "/queries/friendship-and-council?city=Atlantis%22%3E&letters=false")
    (field,) = [a for a in page.all("input") if a.get("name") == "city"]
    assert field["value"] == 'Atlantis">'
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] == "error p-city-help"
    assert page.text.count("Atlantis") == 1
    assert {"value": "false", "selected": None} in page.all("option")


def test_a_name_of_several_places_leads_to_each_of_them(client):
    _, page = browse(client, "/queries/friendship-and-council?city=Portland&letters=no&lang=ko")
    links = [a["href"] for a in page.all("a") if "city=us-portland" in a["href"]]
    assert len(links) == 2
    assert all("letters=no" in link and "lang=ko" in link for link in links)
    for link in links:
        assert client.get(link).status_code == 200


@pytest.mark.parametrize("name", ["_external", "name", "_anchor"])
def test_a_parameter_that_is_none_of_ours_leads_nowhere(client, name):
    hostile = {name: "x (kr-seoul)", f"{name}(kr-seoul)": "x"}
    response, page = browse(client, "/queries/ties-of?" + urlencode(hostile))
    assert response.status_code == 400
    assert not [a for a in page.all("a") if "//" in a["href"] and a.get("rel") != "license"]


@pytest.mark.parametrize(
    "name", ["friendship-and-counci", "..%2Fx", "%2e%2e", "x" * 500, "%F0%9F%98%80"]
)
def test_an_unknown_question_is_404(client, name):
    assert client.get(f"/queries/{name}").status_code == 404
    assert browse(client, f"/queries/{name}")[0].status_code == 404


def test_an_unknown_question_gets_suggestions(client):
    assert "friendship-and-council" in client.get("/queries/friendship-and-counci").json["detail"]


def test_an_unknown_question_shows_them_all(client):
    _, page = browse(client, "/queries/friendship-and-counci")
    assert "/queries/ties-of" in {a["href"] for a in page.all("a")}


def test_an_empty_answer_says_what_matched_nothing(client):
    _, page = browse(client, "/queries/friendship-and-council?city=kz-almaty&letters=no")
    assert "0 rows · Almaty" in page.text and "Nothing in these sources fits" in page.text
    asked = "Municipality: Almaty · Count letters of intent: no · Type of tie: formal city tie"
    assert asked in page.text


# SPARQL


def test_a_query_comes_by_get_by_form_and_as_the_body(client):
    query = "SELECT ?x WHERE { BIND ('a+b&c%2F😀' AS ?x) }"
    answers = [
        client.get("/sparql", query_string={"query": query}),
        client.post("/sparql", data={"query": query}),
        client.post("/sparql", data=query.encode(), content_type="application/sparql-query"),
    ]
    for answer in answers:
        assert answer.content_type == "application/sparql-results+json"
        assert answer.json["results"]["bindings"][0]["x"]["value"] == "a+b&c%2F😀"


@pytest.mark.parametrize(
    ("accept", "media"),
    [("*/*", "application/sparql-results+json"), ("text/csv", "text/csv; charset=utf-8"),
     ("text/csv;q=0.1, application/sparql-results+xml", "application/sparql-results+xml"),
     ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8")],
)  # fmt: skip
def test_rows_come_in_the_type_asked_for(client, accept, media):
    answer = client.get("/sparql?query=SELECT+(1+AS+?x)+{}", headers={"Accept": accept})
    assert answer.content_type == media


@pytest.mark.parametrize(
    ("accept", "media"),
    [("*/*", "text/turtle; charset=utf-8"), ("application/n-triples", "application/n-triples"),
     ("application/ld+json", "application/ld+json")],
)  # fmt: skip
def test_triples_come_in_the_type_asked_for(client, accept, media):
    query = "/sparql?query=CONSTRUCT+{?s+?p+?o}+WHERE+{?s+?p+?o}"
    assert client.get(query, headers={"Accept": accept}).content_type == media


@pytest.mark.parametrize(
    ("accept", "media"),
    [("application/json", "application/ld+json"),
     ("application/json, */*;q=0.1", "application/ld+json"),
     ("application/json;q=0.5, text/turtle", "text/turtle; charset=utf-8"),
     ("text/html, application/json;q=0.9", "text/html; charset=utf-8"),
     ("application/json;q=0, text/html;q=0.1", "text/html; charset=utf-8"),
     ("*/*", "text/html; charset=utf-8"), ("application/json;q=0", None)],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/id/place/kr-seoul", "/ontology"])
def test_who_asks_for_json_gets_a_thing_as_json_ld(client, path, accept, media):
    answer = client.get(path, headers={"Accept": accept})
    assert answer.status_code == (200 if media else 406)
    assert answer.content_type == (media or "application/problem+json")
    assert "Accept" in answer.headers["Vary"]
    if media == "application/ld+json":
        assert "@context" in json.loads(answer.data)


@pytest.mark.parametrize(
    ("ask", "status", "message"),
    [
        (lambda c: c.get("/sparql?query=SELEC"), 400, "line 1, column"),
        (lambda c: c.post("/sparql", data={"x": ""}), 400, "no query"),
        (lambda c: c.get("/sparql?query=ASK{}&query=ASK{}"), 400, "2 queries"),
        (lambda c: c.get("/sparql?query=CLEAR+ALL"), 400, "read-only"),
        (lambda c: c.post("/sparql", data={"update": "CLEAR ALL"}), 400, "read-only"),
        (lambda c: c.post("/sparql", data=b"CLEAR ALL",
                          content_type="application/sparql-update"), 400, "read-only"),
        (lambda c: c.post("/sparql", data=b"\xff", content_type="application/sparql-query"),
         400, "not UTF-8"),
        (lambda c: c.post("/sparql", data=b"x" * 600_000,
                          content_type="application/sparql-query"), 413, ""),
        (lambda c: c.get("/sparql?query=ASK{}&default-graph-uri=x"), 400, "absolute address"),
        (lambda c: c.get("/sparql?query=ASK+{SERVICE+<http://127.0.0.1:9/>+{}}"), 400, "SERVICE"),
        (lambda c: c.put("/sparql"), 405, ""),
        (lambda c: c.get("/sparql", query_string={"query": DEATH}), 504, "after 1 seconds"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_a_problem_in_words(client, ask, status, message):
    answer = ask(client)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert message in answer.json["detail"]
    assert "Traceback" not in answer.text


def test_a_person_gets_the_answer_and_the_error_on_the_page(client):
    _, page = browse(client, "/sparql?query=SELECT+?s+{?s+?p+?o}")
    assert "rows" in page.text and "/id/place/kr-seoul" in {a["href"] for a in page.all("a")}
    response, page = browse(client, "/sparql?query=SELEC")
    assert response.status_code == 400 and "line 1, column" in page.text
    assert "SELEC" in page.text
    response, page = browse(client, "/sparql?" + urlencode({"query": "SELECT ?s\n{ ?s ?p }"}))
    assert "{ ?s ?p }\n         ^" in page.text
    (field,) = page.all("textarea")
    assert (field["aria-invalid"], field["aria-describedby"]) == ("true", "error")


def test_the_answer_on_the_page_can_be_taken_away_where_its_address_is_short(client):
    query = "SELECT ?s { ?s ?p ?o }"
    _, page = browse(client, "/sparql?" + urlencode({"query": query}))
    (target,) = [a["href"] for a in page.all("a") if "format=csv" in a["href"]]
    assert client.get(target).mimetype == "text/csv"
    _, page = browse(client, "/sparql?" + urlencode({"query": query + " #" + "x" * 2000}))
    assert "rows" in page.text
    assert not [a for a in page.all("a") if "format=csv" in a["href"]]


def test_hostile_results_are_inert_on_the_page(client):
    query = """SELECT ?x ?y ?z WHERE { VALUES (?x ?y ?z) {
        ("<script>alert(1)</script>" <javascript:alert(1)> "x"@en-x-onload) } }"""
    _, page = browse(client, "/sparql?" + urlencode({"query": query}))
    for script in page.all("script"):  # files of ours, or data for search engines
        assert script.get("type") == "application/ld+json" or script["src"].startswith("/static/")
    assert all(not a["href"].startswith("javascript") for a in page.all("a"))


# Resources


def test_a_resource_is_a_page_and_data(client):
    _, page = browse(client, "/id/place/kr-seoul")
    assert "汉城" in page.text and "/graph/reference" in {a["href"] for a in page.all("a")}
    turtle = client.get("/id/place/kr-seoul.ttl")
    assert turtle.content_type == "text/turtle; charset=utf-8"
    assert "wd:Q8684" in turtle.text
    assert client.get("/id/place/kr-seoul", headers={"Accept": "text/turtle"}).data == turtle.data
    assert client.get("/id/place/kr-seoul.jsonld").mimetype == "application/ld+json"
    assert client.get("/id/place/kr-seoul.nt").mimetype == "application/n-triples"


@pytest.mark.parametrize("path", ["id/place/kr-seoul", "ontology", "graph/council-list"])
def test_json_ld_has_short_keys_and_says_the_same_as_turtle(client, path):
    text = client.get(f"/{path}.jsonld").text
    assert {"@context"} < set(json.loads(text))
    assert "@base" not in json.loads(text)["@context"]
    assert isomorphic(
        Graph().parse(data=text, format="json-ld"),
        Graph().parse(data=client.get(f"/{path}.ttl").text, format="turtle"),
    )


def test_json_ld_goes_by_the_names_of_our_properties(client):
    tie = json.loads(client.get("/id/agreement/council-list-r1-b.jsonld").text)
    assert tie["@type"] == "Agreement"
    assert tie["involves"] == [BASE + "id/place/kr-seoul", BASE + "id/place/th-bangkok"]
    assert "edtf" in tie["@context"] and "writtenAs" not in tie["@context"]


def test_a_place_leads_to_the_questions_about_it(client):
    _, page = browse(client, "/id/place/kr-seoul?lang=ko")
    links = {a["href"] for a in page.all("a")}
    assert "/queries/ties-of?city=kr-seoul&lang=ko" in links
    assert not [link for link in links if link.startswith("/queries/friendship-and-council-pairs")]
    _, page = browse(client, "/vocabulary/type/letter-of-intent")
    assert "Ask about" not in page.text


def test_a_graph_goes_by_the_name_of_its_document(client):
    _, page = browse(client, "/graph/council-list")
    assert "List of the council" in page.text
    _, page = browse(client, "/id/place/kr-seoul")
    assert "From, unless marked otherwise: gazetteer" in page.text


def test_evidence_is_called_after_its_source_and_line(client):
    _, page = browse(client, "/id/evidence/council-list-r2-b")
    assert "council-list, line 16" in page.text


def test_hostile_labels_and_addresses_are_inert(client):
    _, page = browse(client, "/id/place/xx-hostile?lang=ko")
    kinds = [a.get("type") for a in page.all("script")]
    assert kinds == ["application/ld+json"] and not page.all("img")  # data: nothing runs it
    assert not [a for a in page.all("a") if "javascript" in a["href"]]
    assert "javascript:alert(1)" in page.text


def test_every_address_of_the_graph_answers(client):
    base = "https://w3id.org/municipal-diplomacy/"
    terms = set()
    for quad in read_quads(GRAPH):
        terms |= {quad.subject, quad.predicate, quad.object, quad.graph_name}
    ours = {t.value.removeprefix(base) for t in terms if getattr(t, "value", "").startswith(base)}
    assert len(ours) > 50
    for path in sorted(ours):
        response = client.get("/" + path.partition("#")[0], headers=BROWSER)
        assert response.status_code == 200, path
    _, page = browse(client, "/ontology")
    assert {"Agreement", "involves", "edtf"} <= {a.get("id") for _, a in page.tags}


@pytest.mark.parametrize("path", ["/id/place/none", "/id/place/%3Cx%3E", "/no/such", "/id/place/ x",
                                  "/ontology.zip", "/id/place/%00"])  # fmt: skip
def test_an_unknown_address_is_404_that_helps(client, path):
    response, page = browse(client, path)
    assert response.status_code == 404
    assert "/queries/" in {a["href"] for a in page.all("a")}
    assert client.get(path).json["status"] == 404


# Downloads


def test_dumps_are_listed_with_size_and_checksum_and_come_whole(client):
    _, page = browse(client, "/downloads/")
    assert re.search(r"[0-9a-f]{64}", page.text)
    dump = client.get("/downloads/kg.trig")
    assert dump.data == GRAPH.read_bytes()
    assert dump.content_type.startswith("application/trig")
    assert "kg.trig" in dump.headers["Content-Disposition"]


def test_every_page_names_licence_and_release(client):
    for address in PAGES:
        _, page = browse(client, address)
        assert "0123456789abcdef" in page.text
        (licence,) = {a["href"] for a in page.all("a") if a.get("rel") == "license"}
        assert licence == "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize("name", ["release.json", "..%2Frelease.json", "store", "x.ttl"])
def test_nothing_but_dumps_can_be_taken(client, name):
    assert client.get(f"/downloads/{name}").status_code == 404


# A canned query's text, and data without the place of the defaults


@pytest.mark.parametrize("name", ["friendship-and-council", "ties-of"])
def test_the_text_of_a_canned_query_is_refused_by_the_endpoint_in_words(client, name):
    text = (QUERIES / f"{name}.rq").read_text("utf-8")
    for query in (text, text.replace("\n", "\r\n")):
        answer = client.post("/sparql", data={"query": query})
        assert answer.status_code == 400
        assert "canned query with parameters (?_" in answer.json["detail"]
        assert f"open /queries/{name} or replace ?_" in answer.json["detail"]
    response = client.post("/sparql", data={"query": text}, headers=BROWSER)
    assert response.status_code == 400 and f"open /queries/{name}" in response.text
    answer = client.get("/sparql", query_string={"query": "SELECT ?_x { ?_x ?p 1 }"})
    assert (
        answer.status_code == 400 and "open /queries/NAME or replace ?_x" in answer.json["detail"]
    )
    answer = client.get("/sparql", query_string={"query": "ASK { ?s ?p '?_x' } # ?_x"})
    assert answer.status_code == 200


def test_a_city_with_data_of_its_own_gets_the_form_and_a_word_at_the_field(tmp_path):
    release = small_release(tmp_path / "seoul")
    own = tmp_path / "own"
    own.mkdir()
    place, md = f"{BASE}id/place/br-recife", f"{BASE}ontology#"
    kind = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    label = "http://www.w3.org/2004/02/skos/core#prefLabel"
    (own / "city.nt").write_text(
        f'<{place}> <{kind}> <{md}Municipality> .\n<{place}> <{label}> "Recife"@en .\n'
        f'<{place}x> <{kind}> <{md}CountryOrRegion> .\n<{place}x> <{label}> "Brazil"@en .\n'
    )
    build_store(read_quads(own / "city.nt"), own / "store")
    (own / "queries").symlink_to(QUERIES)
    app = create_app(replace(release, folder=own))
    client = app.test_client()
    address = "/queries/friendship-and-council"
    response, page = browse(client, address)
    assert response.status_code == 400
    assert "no place kr-seoul in these data; name one with city=…" in page.text
    (field,) = [a for a in page.all("input") if a.get("name") == "city"]
    assert (field["aria-invalid"], field["aria-describedby"]) == ("true", "error p-city-help")
    values = {option["value"] for option in page.all("option")}
    assert "Recife" in values and "Brazil" not in values
    assert client.get(address + "?format=csv").status_code == 400
    assert client.get(address + "?format=csv&city=Recife").status_code == 200
    app.extensions["kg"].engine.close()


# Settings


def test_settings_come_from_the_environment_and_are_checked():
    settings = Settings.from_environment({"KG_SECONDS": "5", "KG_MEMORY_MB": "1024"})
    assert settings.limits.seconds == 5
    assert settings.limits.memory_bytes == 1024**3
    with pytest.raises(InputError, match="KG_SECONDS is 'soon'"):
        Settings.from_environment({"KG_SECONDS": "soon"})


def test_problems_are_json_to_programs(client):
    problem = json.loads(client.get("/no/such").data)
    assert set(problem) == {"type", "title", "status", "detail", "instance"}
