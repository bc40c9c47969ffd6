"""The SPARQL editor and the pictures in a real browser: they work, and let nothing in or out."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
import waitress
from playwright.sync_api import expect

from kg.web import create_app
from kg.web.pictures.land import BUILT

ROOT = Path(__file__).parent.parent
LANGUAGES = ("en", "ko", "zh-Hans")
BROWSER = {"Accept": "text/html"}

IMAGE = '<img src="x" onerror="window.ran = true">'
# What broke YASGUI (rdfjs/Yasgui and TriplyDB/Yasgui 220, 221, 227), and more of the kind.
HOSTILE = f"""
SELECT ?literal ?iri ?run ?html ?onload WHERE {{ VALUES (?literal ?iri ?run ?html ?onload) {{
  ({IMAGE!r}@en-x-onerror <http://example.org/%3Cimg%20src=x%3E'onclick='window.ran=true'>
   <javascript:window.ran=true>
   {IMAGE!r}^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML> "1998-12-02")
  ("</textarea></svg><script>window.ran = true</script>" <http://example.org/> <data:text/html,x>
   "&lt;script&gt;" "199X")
}} }}"""


@pytest.fixture(scope="module")
def client(built):
    return create_app(built[1]).test_client()


@pytest.fixture(scope="module")
def site(built) -> Iterator[str]:
    server = waitress.create_server(create_app(built[1]), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@pytest.fixture(scope="module")
def editor_built():
    if not (BUILT / "editor.js").is_file():
        pytest.skip("the editor is not built; build it with: make frontend")


@pytest.fixture
def visit(chromium, site):
    """Return what opens an address in a new page; in the end nothing was asked elsewhere, and the
    page's policy had nothing to refuse.
    """
    told, asked, contexts = [], [], []

    def open_page(address, **options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(site + address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [words for words in told if "responded with a status of 400" not in words] == []
    elsewhere = [url for url in asked if not url.startswith((site, "data:", "blob:"))]
    assert elsewhere == []


def text_of(page):
    return page.locator("textarea#query").input_value()


def write(page, text):
    """Put the cursor at the end of the editor and type."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


# Without a script


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_works_without_scripts(visit, language):
    page = visit(f"/sparql?lang={language}", java_script_enabled=False)
    page.locator("textarea#query").fill("SELECT (1 AS ?one) {}")
    with page.expect_navigation():  # a click does not wait for the page that it asks for
        page.locator("form.editor button").click()
    assert page.locator("th, td").all_inner_texts() == ["one", "1"]


def test_a_question_opens_in_the_form_with_its_parameters_filled_in(client):
    page = client.get("/queries/ties-of?city=cn-beijing", headers=BROWSER).text
    (target,) = re.findall(r'href="(/editor/[^"]+)"', page.partition("<details")[2])
    shown = client.get(target.replace("&amp;", "&")).text
    assert "/id/place/cn-beijing&gt;" in shown and "?_city" not in shown
    assert "<table" not in shown


def test_every_question_is_an_example_that_runs_as_it_stands(client):
    page = client.get("/sparql", headers=BROWSER).text
    names = re.findall(r'href="/editor/([\w-]+)"', page)
    assert len(names) == len(set(names)) == len(list((ROOT / "queries").glob("*.rq")))
    for name in names:
        shown = client.get(f"/editor/{name}").text
        query = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", shown, re.DOTALL)[1]
        for sign, entity in (
            ("<", "&lt;"),
            (">", "&gt;"),
            ('"', "&#34;"),
            ("'", "&#39;"),
            ("&", "&amp;"),
        ):
            query = query.replace(entity, sign)
        answer = client.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"})
        assert answer.status_code == 200, name


def test_an_example_that_there_is_not_is_not_found_and_a_wrong_value_is_told(client):
    assert client.get("/editor/nothing").status_code == 404
    assert client.get("/editor/ties-of?city=Atlantis").status_code == 400
    assert client.get("/editor/ties-of?town=x").status_code == 400


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_editor_knows_the_prefixes_and_the_terms_of_this_graph(client, language):
    known = client.get(f"/editor/terms.json?lang={language}").json
    names = {term["name"]: term for term in known["terms"]}
    assert known["prefixes"]["md"].endswith("/ontology#")
    assert names["md:Agreement"]["kind"] == "class"
    assert names["md:agreementType"]["kind"] == "property"
    assert names["skos:prefLabel"]["kind"] == "property"
    labels = {"en": "Agreement", "ko": "협정", "zh-Hans": "协议"}
    assert names["md:Agreement"]["label"].casefold() == labels[language].casefold()
    assert len(names) == len(known["terms"])


def test_only_the_page_of_the_editor_loads_it(client, editor_built):
    script = 'src="/static/built/editor.js?v='
    assert script in client.get("/sparql", headers=BROWSER).text
    assert script in client.get("/editor/ties-of", headers=BROWSER).text
    for address in ("/", "/queries/", "/queries/ties-of", "/downloads"):
        assert script not in client.get(address, headers=BROWSER).text


def test_the_page_names_no_script_where_none_is_built(client, monkeypatch, tmp_path):
    monkeypatch.setattr("kg.web.editor.BUILT", tmp_path)
    assert "<script" not in client.get("/sparql", headers=BROWSER).text


# In the browser


@pytest.mark.usefixtures("editor_built")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_editor_takes_the_place_of_the_text_area_and_runs_its_query(visit, language):
    page = visit(f"/sparql?lang={language}")
    assert page.locator("textarea#query").is_hidden()
    label = page.locator("label[for=query]").inner_text()
    assert page.locator(".cm-content").get_attribute("aria-label") == label
    write(page, "\nLIMIT 2")
    assert text_of(page).endswith("LIMIT 2")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    assert page.locator("table tbody tr").count() == 2
    assert text_of(page).endswith("LIMIT 2")


@pytest.mark.usefixtures("editor_built")
def test_a_term_is_completed_and_its_prefix_declared(visit):
    page = visit("/sparql?" + urlencode({"query": "SELECT * { ?a ?b ?c } LIMIT 1"}))
    write(page, " # \n?x geo:la")
    page.get_by_role("option", name="geo:lat").click()
    text = page.locator("textarea#query")
    expect(text).to_have_value(
        re.compile(r"PREFIX geo: <http://www\.w3\.org/2003/01/geo/wgs84_pos#>\n(.*\n)*\?x geo:lat")
    )
    page.keyboard.type(" ?y")
    expect(text).to_have_value(re.compile(r"\?x geo:lat \?y$"))


@pytest.mark.usefixtures("editor_built")
@pytest.mark.parametrize(("language", "label"), [("ko", "협정"), ("zh-Hans", "协议")])
def test_a_term_is_found_by_its_label_in_the_language_of_the_page(visit, language, label):
    page = visit("/sparql?" + urlencode({"query": "SELECT * { ?a a ", "lang": language}))
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(label)
    page.keyboard.press("Control+Space")
    page.get_by_role("option", name="md:Agreement").first.click()
    expect(page.locator("textarea#query")).to_have_value(re.compile(r"\?a a md:Agreement"))
    page.keyboard.press("Control+f")
    page.locator(".cm-search input").first.wait_for()
    assert page.locator(".cm-search input").first.get_attribute("placeholder") != "Find"


@pytest.mark.usefixtures("editor_built")
def test_the_tab_key_leaves_the_editor(visit):
    page = visit("/sparql")
    page.locator(".cm-content").click()
    page.keyboard.press("Tab")
    expect(page.locator("#format")).to_be_focused()


@pytest.mark.usefixtures("editor_built")
def test_an_error_is_marked_where_the_server_finds_it(visit):
    page = visit("/sparql?" + urlencode({"query": "SELECT * {\n  ?a ?b"}))
    write(page, "\n")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    page.wait_for_selector("#error")
    page.wait_for_selector(".cm-lint-marker-error")
    assert page.locator(".cm-content").get_attribute("aria-invalid") == "true"
    assert text_of(page).startswith("SELECT * {\n  ?a ?b\n")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scripts", [True, False])
def test_hostile_answers_run_nothing_and_add_nothing_to_the_page(visit, language, scripts):
    address = "/sparql?" + urlencode({"query": HOSTILE, "lang": language})
    page = visit(address, java_script_enabled=scripts)
    assert page.locator("table tbody tr").count() == 2
    assert page.locator("img, iframe, object, embed").count() == 0
    assert page.locator("main [onerror], main [onclick], main [onload], main script").count() == 0
    links = [a.get_attribute("href") for a in page.locator("main a").all()]
    assert not [link for link in links if not link.startswith(("/", "#", "http://"))]
    if scripts:
        page.locator("details").first.evaluate("one => one.open = true")
        assert page.evaluate("window.ran") is None


@pytest.mark.usefixtures("editor_built")
def test_a_hostile_query_stays_text_in_the_editor(visit):
    query = f"# {IMAGE}</textarea><script>window.ran = true</script>\nSELECT * {{}}"
    page = visit("/sparql?" + urlencode({"query": query}))
    assert text_of(page) == query
    assert page.locator("img").count() == 0 and page.evaluate("window.ran") is None


@pytest.mark.parametrize("dark", [False, True])
def test_a_picture_can_be_taken_as_png_and_svg(visit, dark):
    page = visit("/queries/ties-of?lang=ko", color_scheme="dark" if dark else "light")
    with page.expect_download() as expected:
        page.get_by_role("button", name="PNG").click()
    assert expected.value.suggested_filename == "ties-of.png"
    body = Path(expected.value.path()).read_bytes()
    assert body.startswith(b"\x89PNG") and len(body) > 20_000
    width = int.from_bytes(body[16:20], "big")
    assert width == 1800
    page = visit("/sparql?" + urlencode({"query": HOSTILE}))
    page.locator("details.pictures summary").click()
    with page.expect_download() as expected:
        page.get_by_role("button", name="SVG").click()
    drawn = Path(expected.value.path()).read_text("utf-8")
    names = {name for one in ElementTree.fromstring(drawn).iter() for name in one.attrib}
    assert not [name for name in names if name.startswith("on")]


def test_the_colours_of_a_picture_differ_in_the_dark(visit):
    seen = []
    for scheme in ("light", "dark"):
        page = visit("/queries/visits-by-year", color_scheme=scheme)
        text = page.locator("svg.picture text").first
        seen.append(text.evaluate("one => getComputedStyle(one).fill"))
    assert seen[0] != seen[1]


def test_a_wide_picture_scrolls_by_itself_on_a_phone(visit):
    page = visit("/queries/ties-of", viewport={"width": 360, "height": 700})
    wide = page.evaluate("document.documentElement.scrollWidth")
    drawing = page.locator(".drawing")
    assert wide <= 360
    assert drawing.evaluate("one => one.scrollWidth > one.clientWidth")
    assert drawing.get_attribute("tabindex") == "0"
