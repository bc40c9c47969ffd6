"""Every page template in a real Chromium, in three languages, by axe, by keyboard and on a phone.

The rules are those of WCAG 2.2, levels A and AA, and axe's best practice. Each language is looked
at under other circumstances, so that each template is seen with and without scripts, in light and
in dark, on a desk and on a phone.
"""

import itertools
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import waitress

from kg.namespaces import PREFIXES
from kg.web import create_app

ROOT = Path(__file__).parent.parent
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK, PHONE, NARROW = (1200, 900), (390, 844), (320, 800)
# With scripts or without, in what colours, on what size.
SEEN = {
    "en": (True, "light", DESK),
    "ko": (False, "dark", PHONE),
    "zh-Hans": (False, "light", DESK),
}
# With KG_ACCESSIBILITY=all every language under every circumstance: eight times as long.
WAYS = {name: (name, *seen) for name, seen in SEEN.items()}
if os.environ.get("KG_ACCESSIBILITY") == "all":
    every = itertools.product(SEEN, (True, False), ("light", "dark"), (DESK, PHONE))
    WAYS = {f"{one[0]}-{number}": one for number, one in enumerate(every)}


def sparql(query):
    return "/sparql?" + urlencode({"query": query, "format": "html"})


PAGES = {
    "home": "/",
    "questions": "/queries",
    "answer in a table with a map": "/queries/friendship-and-council",
    "bars": "/queries/agreements-by-type-and-decade",
    "timeline": "/queries/timeline-of-pair",
    "map": "/queries/ties-of?city=kr-seocho",
    "empty answer": "/queries/friendship-and-council?city=cn-baishan",
    "wrong parameter": "/queries/ties-of?city=Atlantis",
    "place": "/id/place/kr-seoul",
    "partner": "/id/place/cn-baishan",
    "country": "/id/place/cn",
    "pair": "/pair/kr-seoul/cn-beijing",
    "agreement": "/id/agreement/seoul-council-exchanges-r25-a",
    "event": "/id/event/seocho-china-partners-l85",
    "intent": "/id/intent/seoul-council-exchanges-r15",
    "body": "/id/body/kr-seoul-council",
    "person": "/id/person/park-won-soon",
    "source": "/id/source/seoul-council-exchanges",
    "evidence": "/id/evidence/seoul-council-exchanges-l26-b",
    "unresolved name": "/id/unresolved/seoul-council-exchanges-l62-7",
    "concept": "/vocabulary/type/letter-of-intent",
    "vocabulary": "/vocabulary/type",
    "shapes": "/shape/",
    "shape": "/shape/Intent-status",
    "quality": "/quality",
    "ontology": "/ontology",
    "downloads": "/downloads/",
    "folder": "/id/place/",
    "search": "/search",
    "search with hits": "/search?q=beijing",
    "search without": "/search?q=zzzzqqq",
    "search refused": "/search?q=a&kind=zzz",
    "SPARQL": "/sparql",
    "SPARQL from a question": "/editor/ties-of",
    "SPARQL rows": sparql(f"""PREFIX geo: <{PREFIXES["geo"]}> PREFIX skos: <{PREFIXES["skos"]}>
        SELECT ?place ?lat ?long ?name {{
          ?place geo:lat ?lat ; geo:long ?long ; skos:prefLabel ?name
        }} LIMIT 20"""),
    "SPARQL graph": sparql("CONSTRUCT WHERE { ?s a ?kind } LIMIT 5"),
    "SPARQL yes": sparql("ASK {}"),
    "SPARQL error": sparql("SELECT * {"),
    "404": "/id/place/kr-seol",
    "404 of a pair": "/pair/kr-seoul/zz",
}  # fmt: skip
WRONG = {"wrong parameter": 400, "search refused": 400, "SPARQL error": 400, "404": 404,
         "404 of a pair": 404}  # fmt: skip


@pytest.fixture(scope="module")
def site(built) -> Iterator[str]:
    app = create_app(built[1])
    server = waitress.create_server(app, host="127.0.0.1", port=0)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    app.extensions["kg"].engine.close()


@pytest.fixture(scope="module")
def axe():
    if not AXE.is_file():
        pytest.skip("axe-core is not installed; install it with: make frontend")
    return AXE.read_text("utf-8")


class Window:
    """A window of the browser in which a page is opened with its scripts on or off."""

    def __init__(self, browser, site, scripts=True, colours="light", size=DESK):
        context = browser.new_context(color_scheme=colours)
        self.page = context.new_page()
        self.resize(size)
        self._site, self._scripts = site, scripts
        self._chrome = context.new_cdp_session(self.page)

    def open(self, address):
        """Open an address; afterwards scripts of the test run, those of the page never did."""
        self._chrome.send("Emulation.setScriptExecutionDisabled", {"value": not self._scripts})
        response = self.page.goto(self._site + address)
        self._chrome.send("Emulation.setScriptExecutionDisabled", {"value": False})
        return response

    def resize(self, size):
        self.page.set_viewport_size({"width": size[0], "height": size[1]})


@pytest.fixture(scope="module")
def windows(chromium, site):
    """One window for each way of looking, used for all pages."""
    return {way: Window(chromium, site, *seen) for way, (_, *seen) in WAYS.items()}


def in_language(address, language):
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_the_page_fits(windows, axe, name, way):
    window, language, size = windows[way], WAYS[way][0], WAYS[way][3]
    page = window.page
    response = window.open(in_language(PAGES[name], language))
    assert response.status == WRONG.get(name, 200)
    assert len(response.body()) < 200_000
    page.evaluate(axe)
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"
        ".then(told => told.violations.map(one => [one.id, one.nodes.length, one.nodes[0].html]))",
        RULES,
    )
    assert found == []
    # Reflow (WCAG 1.4.10): 320 pixels wide, nothing beside the page; tables scroll by themselves.
    window.resize(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    window.resize(size)


SPACED = """
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
                     word-spacing: .16em !important; } p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const shown = (one) => !one.closest('.hidden, .skip, pre, .scroll, .drawing, textarea, svg');
  return [...document.querySelectorAll('main *, header *, footer *')]
    .filter((one) => shown(one) && getComputedStyle(one).overflowX === 'hidden'
                     && one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.outerHTML.slice(0, 200))
    .concat(document.documentElement.scrollWidth > innerWidth ? ['the page is too wide'] : []);
"""


@pytest.mark.parametrize("name", ["home", "answer in a table with a map", "place", "pair", "404",
                                  "agreement", "quality", "search", "SPARQL"])  # fmt: skip
def test_text_may_be_spaced_further_apart(windows, name):
    """WCAG 1.4.12."""
    window = windows[next(iter(WAYS))]
    window.resize(PHONE)
    window.open(PAGES[name])
    assert window.page.evaluate(f"() => {{ {SPACED} }}") == []
    window.resize(DESK)


# By keyboard

FOCUS = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const box = here.getBoundingClientRect(), style = getComputedStyle(here);
  return {
    what: here.outerHTML.slice(0, 120),
    order: [...document.querySelectorAll('*')].indexOf(here),
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
          && box.right > 0 && box.left < innerWidth,
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    skip: here.matches('.skip'),
  };
}"""


@pytest.mark.parametrize("address", ["/", "/queries/friendship-and-council", "/id/place/cn-baishan",
                                     "/sparql"])  # fmt: skip
def test_the_tabulator_leads_through_the_page_in_order_and_out_of_it(chromium, site, address):
    window = Window(chromium, site, scripts=False)
    window.open(address)
    stops = []
    while True:
        window.page.keyboard.press("Tab")
        here = window.page.evaluate(FOCUS)
        if here is None or (stops and here["order"] == stops[0]["order"]):
            break  # left the page, and was not caught
        stops.append(here)
        assert len(stops) < 600
    assert stops[0]["skip"]
    assert [one["what"] for one in stops if not (one["seen"] and one["outlined"])] == []
    assert [one["order"] for one in stops] == sorted(one["order"] for one in stops)
    fields = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
    count = f"""[...document.querySelectorAll("{fields}")]
                .filter((one) => one.checkVisibility({{contentVisibilityAuto: true}})).length"""
    assert len(stops) == window.page.evaluate(count)


def test_the_first_link_skips_to_the_content(chromium, site):
    window = Window(chromium, site)
    window.open("/id/place/cn-baishan")
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Enter")
    window.page.wait_for_function("document.activeElement.id === 'main'")
    window.page.keyboard.press("Tab")
    assert window.page.evaluate("document.activeElement.closest('main') !== null")


def test_a_question_is_asked_by_keyboard_alone(chromium, site):
    page = Window(chromium, site).page
    page.goto(site + "/queries/friendship-and-council?lang=en")
    page.locator("#p-city").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("서초구")
    with page.expect_navigation(url="**city=**"):
        page.keyboard.press("Enter")
    assert "1 row" in page.locator("#answer").inner_text()


# On paper


@pytest.mark.parametrize(
    ("key", "most"), [("kr-seoul", 4), ("kr-seocho", 4), ("cn-hebi", 2), ("cn-baishan", 2)]
)
@pytest.mark.parametrize("language", SEEN)
def test_a_place_prints_as_a_briefing_of_a_few_pages(chromium, site, key, most, language):
    page = Window(chromium, site).page
    page.goto(in_language(f"{site}/id/place/{key}", language))
    sheets = page.pdf(prefer_css_page_size=True)
    assert 1 <= sheets.count(b"/Type /Page\n") <= most
    assert b"/MediaBox [0 0 594.95996 841.91998]" in sheets  # A4
