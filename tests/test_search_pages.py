"""Search over HTTP: the page in three languages, JSON and suggestions, hostile texts."""

import re
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest

from kg.limits import Limits
from kg.settings import Settings
from kg.web import create_app
from serving import BASE, small_release
from test_web import BROWSER, Page

LANGUAGES = ("en", "ko", "zh-Hans")


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = create_app(small_release(tmp_path_factory.mktemp("web")), Settings(Limits(seconds=1)))
    yield app
    app.extensions["kg"].engine.close()


@pytest.fixture
def client(app):
    return app.test_client()


def browse(client, **parameters):
    response = client.get("/search?" + urlencode(parameters), headers=BROWSER)
    return response, Page(response.text)


def data(client, **parameters):
    response = client.get("/search?" + urlencode({**parameters, "format": "json"}))
    assert response.status_code == 200, response.text
    return response.json


def marks(response):
    return re.findall("<mark>(.*?)</mark>", response.text)


@pytest.mark.parametrize(
    ("language", "name", "kind"),
    [("en", "Seoul", "Municipality"), ("ko", "서울", "도시"), ("zh-Hans", "首尔", "城市")],
)
def test_a_result_has_its_name_and_kind_in_the_page_s_language(client, language, name, kind):
    response, page = browse(client, q="Q8684", lang=language)
    assert response.status_code == 200
    assert page.all("html") == [{"lang": language}]
    assert name in page.text and kind in page.text
    assert marks(response) == ["Q8684"]
    assert f"/id/place/kr-seoul?lang={language}" in [a["href"] for a in page.all("a")]


def test_the_spelling_that_fits_is_marked_with_its_language(client):
    response, page = browse(client, q="漢城", lang="en")
    assert marks(response) == ["汉城"]
    assert {"lang": "zh-Hans"} in page.all("span")
    assert "Also named:" in page.text and "中文" in page.text


def test_a_similar_name_is_said_to_be_one(client):
    response, page = browse(client, q="Wellingtno", lang="ko")
    assert "웰링턴" in page.text and "비슷한 이름: Wellington" in page.text
    assert not marks(response)
    assert "/id/place/nz-wellington?lang=ko" in [a["href"] for a in page.all("a")]


def test_a_place_leads_to_the_questions_about_it(client):
    _, page = browse(client, q="bangkok")
    links = [a["href"] for a in page.all("a")]
    assert "/queries/ties-of?city=th-bangkok" in links
    for link in [link for link in links if "city=th-bangkok" in link]:
        assert client.get(link, headers=BROWSER).status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_asked_shows_what_can_be_found(client, language):
    response, page = browse(client, lang=language)
    assert response.status_code == 200
    assert [a for a in page.all("a") if a["href"].startswith("/search?q=")]
    assert not page.all("mark") and not page.all("ol")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_found_is_said_and_hints_follow(client, language):
    response, page = browse(client, q="qqqqqqqq", lang=language)
    assert response.status_code == 200 and page.all("ul")
    words = {"en": "Nothing in this graph", "ko": "이 그래프에", "zh-Hans": "本图谱中没有"}
    assert words[language] in page.text


def test_a_facet_narrows_down_and_can_be_taken_back(client):
    whole = data(client, q="s")
    _, page = browse(client, q="s", kind="source")
    (chosen,) = [a["href"] for a in page.all("a") if a.get("aria-current") == "true"
                 and "hreflang" not in a]  # fmt: skip
    assert chosen == "/search?q=s"
    narrow = data(client, q="s", kind="municipality")
    assert narrow["total"] < whole["total"]
    assert {result["kind"] for result in narrow["results"]} == {"municipality"}
    counts = {value["value"]: value["count"] for value in whole["facets"]["kind"]}
    assert counts["municipality"] == narrow["total"]


def test_pages_of_results_follow_each_other_without_gap(client):
    whole = [r["iri"] for r in data(client, q="a", limit=100)["results"]]
    pages = [data(client, q="a", limit=3, page=n)["results"] for n in range(1, len(whole) // 3 + 1)]
    assert [r["iri"] for page in pages for r in page] == whole[: 3 * len(pages)]
    _, page = browse(client, q="a", limit=3, page=2)
    turns = {a["rel"]: a["href"] for a in page.all("a") if a.get("rel") in ("prev", "next")}
    assert "page=1" in turns["prev"] and "page=3" in turns["next"]


BAD = [
    ({"q": "x" * 201}, "201 characters"),
    ({"q": "seoul", "kind": "town"}, "want one of municipality"),
    ({"q": "seoul", "country": "zz"}, "country is 'zz'"),
    ({"q": "seoul", "source": "x"}, "want one of council-list"),
    ({"q": "seoul", "page": "0"}, "from 1 to"),
    ({"q": "seoul", "page": "999"}, "from 1 to"),
    ({"q": "seoul", "page": "9" * 5000}, "from 1 to"),
    ({"q": "seoul", "page": "٢"}, "from 1 to"),
    ({"q": "seoul", "limit": "101"}, "from 1 to 100"),
    ({"q": "seoul", "town": "x"}, "no parameter 'town'"),
    ({"q": "seoul", "%(x)s": "%s"}, "no parameter '%(x)s'"),
    ({"q": ["a", "b"]}, "q has 2 values"),
]


@pytest.mark.parametrize(("parameters", "message"), BAD)
def test_a_bad_request_is_400_in_words_on_the_page_and_as_data(client, parameters, message):
    asked = "/search?" + urlencode(parameters, doseq=True)
    problem = client.get(asked, headers={"Accept": "application/json"})
    assert problem.status_code == 400 and message in problem.json["detail"]
    assert problem.content_type == "application/problem+json"
    response = client.get(asked, headers=BROWSER)
    page = Page(response.text)
    assert response.status_code == 400 and message in page.text
    assert [a["role"] for a in page.all("div") if "role" in a] == ["alert"]
    assert not response.headers.get("ETag")


def test_an_error_is_told_in_the_page_s_language(client):
    assert "정수여야" in browse(client, q="x", page="x", lang="ko")[1].text
    assert "整数" in browse(client, q="x", page="x", lang="zh-Hans")[1].text


HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "%(x)s %s", "\0",
    "\u202eSeoul\u202c", "\u2066\u200f서울", "\ufeff", "'; DROP", "../../etc/passwd", "\\", "*",
    "a" * 10_000, "é" * 10_000, "𝔖𝔢𝔬𝔲𝔩", "\u0301" * 199, "ﷺ" * 100, " ".join("abcdefghijklmnop"),
    "http://" + "x" * 150, "wd:", "://", "/", "İ" * 199, "\U0010ffff", "👨‍👩‍👧",
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_is_searched_or_refused_and_never_becomes_markup(client, text, language):
    response, page = browse(client, q=text, lang=language)
    assert response.status_code in (200, 400)
    assert not page.all("script") and not [a for a in page.all("img") if a]
    assert not [a for _, a in page.tags if any(name.startswith("on") for name in a)]
    for form in ("json", "suggestions"):
        answer = client.get("/search?" + urlencode({"q": text, "format": form}))
        assert answer.status_code == response.status_code
        assert answer.is_json or form == "suggestions"


@pytest.mark.parametrize("raw", ["%ED%A0%80", "%FF%FE", "%C3", "%00", "%E2%80%AE", "%", "%zz"])
def test_bytes_that_are_no_text_are_answered(client, raw):
    for end in ("", "&format=json"):
        assert client.get(f"/search?q={raw}{end}", headers=BROWSER).status_code == 200


def test_a_name_that_is_markup_is_shown_as_text(client):
    response, page = browse(client, q="script")
    assert "<script>alert(1)</script>" in page.text
    assert "&lt;<mark>script</mark>&gt;alert(1)&lt;/script&gt;" in response.text
    assert not page.all("script")


# As data


def test_json_says_what_was_found_and_where(client):
    answer = data(client, q="bang", lang="ko")
    assert answer["release"] == "0123456789abcdef" and answer["complete"] is True
    first = answer["results"][0]
    assert first["iri"] == BASE + "id/place/th-bangkok"
    assert first["url"] == "/id/place/th-bangkok?lang=ko"
    assert (first["name"], first["language"]) == ("방콕", "ko")
    assert (first["matched"], first["matchedLanguage"]) == ("Bangkok", "en")
    assert (first["rank"], first["kind"], first["kindLabel"]) == ("prefix", "municipality", "도시")
    assert data(client, q="")["results"] == []


def test_json_comes_by_accept_too_and_to_any_site(client):
    headers = {"Accept": "application/json", "Origin": "https://elsewhere.example"}
    response = client.get("/search?q=seoul", headers=headers)
    assert response.content_type == "application/json" and response.json["total"] > 0
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Accept-Language" in response.headers["Vary"]
    preflight = client.options("/search", headers={"Origin": "https://elsewhere.example"})
    assert "GET" in preflight.headers["Access-Control-Allow-Methods"]


def test_suggestions_are_as_opensearch_wants_them(client):
    response = client.get("/search?q=bang&format=suggestions")
    assert response.content_type == "application/x-suggestions+json"
    asked, names, lines = response.get_json(force=True)
    assert (asked, names[0]) == ("bang", "Bangkok") and len(lines) == len(names)


@pytest.mark.parametrize("form", ["html", "json", "suggestions"])
def test_an_answer_that_the_client_holds_is_not_sent_again(client, form):
    asked = f"/search?q=seoul&format={form}"
    first = client.get(asked)
    again = client.get(asked, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and not again.data
    other = client.get(asked + "&lang=ko", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_a_post_is_refused(client):
    assert client.post("/search", data={"q": "seoul"}).status_code == 405


# On every page, and in browsers


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ["/queries/", "/downloads/", "/sparql", "/nowhere"])
def test_every_page_has_a_labelled_search_box(client, address, language):
    page = Page(client.get(f"{address}?lang={language}", headers=BROWSER).text)
    (form,) = [a for a in page.all("form") if a.get("role") == "search"]
    assert form["action"] == "/search" and form["method"] == "get" and form["aria-label"]
    (box,) = [a for a in page.all("input") if a.get("name") == "q"]
    assert box["id"] in [a["for"] for a in page.all("label")]
    (link,) = [a for a in page.all("link") if a.get("rel") == "search"]
    assert client.get(link["href"]).status_code == 200


def test_the_search_is_described_to_engines_as_an_action(client):
    page = Page(client.get("/queries/", headers=BROWSER).text)
    kinds = [a["itemtype"] for _, a in page.tags if "itemtype" in a]
    assert kinds == ["https://schema.org/WebSite", "https://schema.org/SearchAction"]
    targets = [a["content"] for a in page.all("meta") if a.get("itemprop") == "target"]
    assert targets == [BASE + "search?q={q}&lang=en"]


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "Municipal diplomacy"), ("ko", "지방외교"), ("zh-Hans", "城市外交")],
)
def test_the_search_is_described_to_browsers(client, language, name):
    response = client.get(f"/opensearch.xml?lang={language}")
    assert response.mimetype == "application/opensearchdescription+xml"
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    told = ElementTree.fromstring(response.text)
    assert told.findtext(space + "LongName") == name
    assert len(told.findtext(space + "ShortName")) <= 16  # the specification allows no more
    for url in told.findall(space + "Url"):
        address = url.get("template").replace("{searchTerms}", quote("서울"))
        path = address.removeprefix(BASE.rstrip("/"))
        assert client.get(path).content_type.startswith(url.get("type"))
