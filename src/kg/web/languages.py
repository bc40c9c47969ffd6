"""The language of a page, its catalogue, and addresses that keep the reader's choice."""

from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, request, url_for
from flask_babel import Babel, get_locale

from kg.canned import Texts
from kg.namespaces import LANGUAGES

NAMES = {"en": "English", "ko": "한국어", "zh-Hans": "中文"}
_ASKED = {"en": "en", "ko": "ko", "zh-Hans": "zh-Hans", "zh-CN": "zh-Hans", "zh-SG": "zh-Hans",
          "zh": "zh-Hans"}  # fmt: skip
CATALOGUES = Path(__file__).parent / "translations"


class Told(str):
    """Words that are in the page's language already."""


def page_language() -> str:
    """Return the language of the page: `?lang=` first, then what the browser prefers."""
    chosen = request.args.get("lang", "")
    if chosen in LANGUAGES:
        return chosen
    return _ASKED[request.accept_languages.best_match(list(_ASKED)) or "en"]


def text_in(texts: Texts) -> str:
    """Return the text in the page's language, else in English, else any."""
    return texts.get(page_language()) or texts.get("en") or next(iter(texts.values()), "")


def install(app: Flask) -> None:
    """Give `app` its catalogues, compiled in memory, and what templates need of languages."""
    babel = Babel(app, locale_selector=lambda: page_language().replace("-", "_"))
    catalogues = {name: read_catalogue(name) for name in LANGUAGES}
    # Flask-Babel reads compiled files only; ours are compiled here, so that no step can be missed.
    with app.app_context():
        domain = babel.domain_instance
    domain.get_translations = lambda: catalogues[str(get_locale()).replace("_", "-")]
    app.jinja_env.globals.update(
        page_language=page_language, languages=NAMES, text_in=text_in, here_in=_here_in
    )

    @app.url_defaults
    def keep_language(endpoint: str, values: dict[str, Any]) -> None:
        chosen = request.args.get("lang", "") if request else ""
        if chosen in LANGUAGES and endpoint != "static":
            values.setdefault("lang", chosen)


def read_catalogue(language: str) -> NullTranslations:
    """Return the catalogue of `language`; English is what the pages are written in."""
    path = CATALOGUES / language.replace("-", "_") / "LC_MESSAGES" / "messages.po"
    if language == "en":
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language.replace("-", "_")))
    compiled.seek(0)
    return Translations(compiled, domain="messages")


def _here_in(language: str) -> str:
    """Return the address of this page in `language`."""
    if request.endpoint is None or request.method != "GET":
        return url_for("pages.home", lang=language)
    # What the reader typed goes into the query string only, never among url_for's own options.
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    path = url_for(request.endpoint, **(request.view_args or {}), lang=None)
    return f"{path}?{urlencode([*kept, ('lang', language)])}"
