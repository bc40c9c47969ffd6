"""The dumps of the release, with sizes and checksums."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, send_from_directory

from kg.errors import NotFoundError
from kg.web.service import service

bp = Blueprint("downloads", __name__, url_prefix="/downloads")


@bp.get("/", strict_slashes=False)
def index() -> str:
    """The list of dumps."""
    return render_template("downloads.html", dumps=_dumps().values())


@bp.get("/<name>")
def file(name: str) -> Response:
    """One dump."""
    dumps = _dumps()
    if name not in dumps:
        known = ", ".join(dumps) or "none, for this release was not built to be taken away"
        raise NotFoundError(f"no file called '{name[:100]}'; there is {known}")
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


def _dumps() -> dict[str, dict[str, Any]]:
    """Return the dumps that the release's description names, by file name."""
    return {str(dump["file"]): dump for dump in service().release.description.get("dumps", [])}
