"""The stylesheet and the scripts: named after what they hold, so that browsers keep them for good.

An address such as /static/style.css?v=0123456789ab changes with the file; what is asked for so
is sent with `immutable` (RFC 8246). Files are compressed once.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from kg.web.answers import Kept

_YEAR = 365 * 24 * 3600  # seconds
_TEXTS = {"text/css", "text/javascript", "application/javascript", "application/json"}


def install(app: Flask) -> None:
    """Let `app` name its files after their content, and send them compressed."""
    folder = Path(str(app.static_folder))

    @app.url_defaults
    def name(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            version = _version(folder / values["filename"])
            if version:
                values.setdefault("v", version)

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint != "static" or response.status_code not in (200, 304):
            return response
        path = folder / str((request.view_args or {}).get("filename"))
        if request.args.get("v") == _version(path):
            response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        if response.mimetype in _TEXTS:
            response.vary.add("Accept-Encoding")
        is_whole = response.status_code == 200 and request.method == "GET"
        if is_whole and response.mimetype in _TEXTS and request.accept_encodings.quality("gzip"):
            _, zipped = _read(path, path.stat().st_mtime_ns)
            if zipped:
                response.direct_passthrough = False
                response.set_data(zipped)
                response.content_encoding = "gzip"
                response.set_etag(response.get_etag()[0] or "", weak=True)
        return response


def _version(path: Path) -> str:
    """Return what stands for the content of a file; nothing where there is none."""
    try:
        return _read(path, path.stat().st_mtime_ns)[0]
    except OSError:
        return ""


@lru_cache(16)
def _read(path: Path, changed: int) -> tuple[str, bytes | None]:
    """Return the version of a file `changed` at that time (nanoseconds), and the file as gzip."""
    body = path.read_bytes()
    return hashlib.sha256(body).hexdigest()[:12], Kept(body, "").zipped
