"""How soon a reader sees a place: the largest contentful paint of all place pages, in Chromium.

Run by hand: `.venv/bin/python benchmarks/contentful.py`. Wanted: under a second for 95 of 100. Each
page is opened once in each language, by a browser without a cache, while nothing is kept of it.
"""

import os
import sys
from pathlib import Path

import pyoxigraph as ox
from playwright.sync_api import Browser, Page, sync_playwright

from measuring import milliseconds, percentile, places, print_machine, print_table, release_store
from processes import served

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
LANGUAGES = ("en", "ko", "zh-Hans")
BASE = "https://w3id.org/municipal-diplomacy/"
WANTED = 1.0  # seconds
_NOTE = """
new PerformanceObserver((list) => { window.largest = list.getEntries().at(-1).startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
"""
_WAIT = """() => new Promise((tell) => {
  const look = () => window.largest === undefined ? setTimeout(look, 5) : tell(window.largest);
  look();
})"""


def largest(page: Page, url: str) -> float:
    """Return the seconds from asking for `url` to its largest contentful paint."""
    answer = page.goto(url, wait_until="load")
    if answer is None or answer.status != 200:
        raise SystemExit(f"{url}: {answer and answer.status}")
    return float(page.evaluate(_WAIT)) / 1000


def opened(browser: Browser, urls: list[str]) -> list[float]:
    """Return the seconds of each page."""
    page = browser.new_context().new_page()
    page.add_init_script(_NOTE)
    return [largest(page, url) for url in urls]


def main() -> None:
    """Measure and print; exit with 1 where it is more than wanted."""
    store = ox.Store.read_only(str(release_store()))
    found = sorted(iri for iri in places(store) if iri.startswith(f"{BASE}id/place/"))
    print_machine()
    rows, worst = [], 0.0
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    with served() as server, sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *sandbox])
        opened(browser, [f"http://127.0.0.1:{server.port}/"])  # warms up
        for language in LANGUAGES:
            address = f"http://127.0.0.1:{server.port}/"
            urls = [f"{address}{iri.removeprefix(BASE)}?lang={language}" for iri in found]
            times = opened(browser, urls)
            worst = max(worst, percentile(times, 95))
            spots = (percentile(times, 50), percentile(times, 95), max(times))
            rows.append([language, str(len(times)), *map(milliseconds, spots)])
        browser.close()
    print_table(("language", "pages", "median", "95 %", "worst"), rows)
    sys.exit(worst > WANTED)


if __name__ == "__main__":
    main()
