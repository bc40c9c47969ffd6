"""The dumps of the release, with sizes and checksums."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, send_from_directory
from flask_babel import gettext

from kg.errors import NotFoundError
from kg.namespaces import LANGUAGES
from kg.web import formats
from kg.web.catalogue import catalogue
from kg.web.service import service
from kg.web.triples import written

bp = Blueprint("downloads", __name__, url_prefix="/downloads")

_NAMES = {"en": "Municipal diplomacy", "ko": "지방외교", "zh-Hans": "城市外交"}


@bp.get("/", strict_slashes=False)
def index() -> Response:
    """The list of dumps; to programs that want triples, their description in DCAT."""
    syntax = formats.choose([formats.HTML, *formats.GRAPHS])
    if syntax == "html":
        return make_response(
            render_template("downloads.html", dumps=_dumps().values(), words=_words())
        )
    names = {language: _NAMES[language] for language in LANGUAGES}
    body = written(catalogue(service().release, names, _words()), syntax)
    return Response(body, content_type=formats.media_type(syntax))


@bp.get("/<name>")
def file(name: str) -> Response:
    """One dump."""
    dumps = _dumps()
    if name not in dumps:
        known = ", ".join(dumps) or "none, for this release was not built to be taken away"
        raise NotFoundError(
            "no file called '%(name)s'; there is %(names)s", name=name[:100], names=known
        )
    folder = service().release.folder.resolve()  # flask takes a relative one from its own folder
    if not (folder / name).is_file():
        raise NotFoundError(
            f"{name} belongs to release {service().release.id}, but its file is gone; "
            "build the release again with: kg build"
        )
    media = dumps[name].get("mediaType")
    response = make_response(send_from_directory(folder, name, mimetype=media))
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _words() -> dict[str, str]:
    """Return what each form is good for, in the page's language."""
    return {
        "turtle": gettext("Turtle: easy to read, one graph"),
        "jsonld": gettext("JSON-LD: for programs that read JSON, with the graphs"),
        "trig": gettext("TriG: easy to read, with the graphs"),
        "nquads": gettext("N-Quads: one statement a line, with the graphs"),
        "ntriples": gettext("N-Triples: one statement a line, one graph"),
        "rdfxml": gettext("RDF/XML: for older tools, one graph"),
        "context": gettext("JSON-LD context: what the short keys mean"),
        "shapes": gettext("SHACL: what data have to look like"),
    }


def _dumps() -> dict[str, dict[str, Any]]:
    """Return the dumps that the release's description names, by file name."""
    return {str(dump["file"]): dump for dump in service().release.description.get("dumps", [])}
