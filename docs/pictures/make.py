"""Pictures of the site in its three languages, and docs/screenshots.md that shows them.

    .venv/bin/python docs/pictures/make.py

Needs `make build frontend`, playwright from requirements-test.txt, and Debian's chromium and
fonts-noto-cjk. It serves the current release to itself and writes into this folder.
"""

import base64
import os
import threading
from pathlib import Path

import waitress
from playwright.sync_api import Browser, sync_playwright

from kg.graphs import Project
from kg.release import current_release
from kg.web import create_app

HERE = Path(__file__).parent
LANGUAGES = {"en": "English", "ko": "Korean", "zh-Hans": "Chinese"}
# What a page is, its address, what is asked, and from which element on it is shown.
PAGES = {
    "home": ("The first page", "/", "", ""),
    "question": ("A question and its answer", "/queries/friendship-and-council", "", ""),
    "timeline": ("A question answered by a timeline", "/queries/timeline-of-pair", "", ""),
    "place": ("A place", "/id/place/kr-seoul", "", ""),
    "partners": ("A place: partners and exchange balance", "/id/place/kr-seoul", "", "#partners"),
    "pair": ("Two places", "/pair/kr-seoul/cn-beijing", "", ""),
    "agreement": ("An agreement", "/id/agreement/seoul-council-exchanges-r25-a", "", ""),
    "source": ("A source document", "/id/source/seoul-council-exchanges", "", ""),
    "search": ("Search", "/search", "q=beijing", ""),
    "quality": ("Quality", "/quality", "", ""),
    "ontology": ("The ontology", "/ontology", "", ""),
    "sparql": ("The SPARQL editor", "/editor/ties-of", "", ""),
    "missing": ("Nothing at this address", "/id/place/kr-seol", "", ""),
}
DARK = {"pair"}  # shown as it is at night
SIZE = {"width": 1000, "height": 1150}
MOST = 60_000  # bytes of a picture


def take(browser: Browser, site: str, name: str, language: str) -> None:
    """Write one picture."""
    _, path, asked, begin = PAGES[name]
    context = browser.new_context(
        viewport=SIZE, color_scheme="dark" if name in DARK else "light", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{site}{path}?{asked}&lang={language}", wait_until="networkidle")
    if begin:
        page.locator(begin).evaluate("element => element.scrollIntoView()")
    chrome = context.new_cdp_session(page)
    for quality in range(40, 0, -5):  # Chromium writes WebP itself; playwright does not offer it
        wanted = {"format": "webp", "quality": quality}
        picture = base64.b64decode(chrome.send("Page.captureScreenshot", wanted)["data"])
        if len(picture) <= MOST:
            break
    (HERE / f"{name}-{language}.webp").write_bytes(picture)
    context.close()


def index() -> str:
    """Return docs/screenshots.md."""
    parts = [
        "# What the site looks like\n\n"
        "Each page in English, Korean and Chinese, on 1000 pixels, from the top of the window.\n"
        "Pages of two places are shown in dark.\n"
        "`.venv/bin/python docs/pictures/make.py` makes these pictures and this list anew.\n"
    ]
    for name, (words, path, asked, begin) in PAGES.items():
        address = path + (f"?{asked}" if asked else "") + begin
        parts.append(f"\n## {words}\n\n`{address}`\n")
        parts += [
            f"\n![{words}, in {spoken}](pictures/{name}-{language}.webp)\n"
            for language, spoken in LANGUAGES.items()
        ]
    return "".join(parts)


def main() -> None:
    """Serve the current release, look at it, write what is seen."""
    app = create_app(current_release(Project(HERE.parent.parent)))
    server = waitress.create_server(app, host="127.0.0.1", port=0)
    threading.Thread(target=server.run, daemon=True).start()
    site = f"http://127.0.0.1:{server.effective_port}"
    with sync_playwright() as running:
        sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
        browser = running.chromium.launch(executable_path="/usr/bin/chromium", args=sandbox)
        for name in PAGES:
            for language in LANGUAGES:
                take(browser, site, name, language)
        browser.close()
    (HERE.parent / "screenshots.md").write_text(index(), "utf-8")
    app.extensions["kg"].engine.close()


if __name__ == "__main__":
    main()
