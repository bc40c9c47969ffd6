"""The site: questions, SPARQL, pages about everything in the graph, downloads."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Flask, Response, request

from kg.engine import Limits
from kg.errors import InputError
from kg.release import Release
from kg.web import (
    downloads,
    graphs,
    labels,
    languages,
    pages,
    problems,
    queries,
    resources,
    service_description,
    sparql,
    transfer,
)
from kg.web.service import Service

_SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True)
class Settings:
    """How the site behaves; read once, at the edge."""

    limits: Limits = field(default_factory=Limits)
    request_bytes: int = 512 * 1024

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Return settings from KG_SECONDS, KG_WORKERS, KG_MEMORY_MB and KG_RESULT_MB.

        Raises InputError where one is not a positive number.
        """

        def number(name: str, default: float) -> float:
            text = environment.get(name, "")
            try:
                value = float(text or default)
            except ValueError:
                value = 0
            if not 0 < value < 1e9:
                raise InputError(f"{name} is '{text}'; want a number above 0, such as {default:g}")
            return value

        plain = Limits()
        return cls(
            Limits(
                seconds=number("KG_SECONDS", plain.seconds),
                workers=max(1, int(number("KG_WORKERS", plain.workers))),
                memory_bytes=int(number("KG_MEMORY_MB", plain.memory_bytes / 2**20) * 2**20),
                result_bytes=int(number("KG_RESULT_MB", plain.result_bytes / 2**20) * 2**20),
            )
        )


def create_app(release: Release, settings: Settings | None = None) -> Flask:
    """Return the site over `release`. It opens the store, so call it after forking.

    The request's Host is never used: every address that a page holds begins with `/`.
    """
    settings = settings or Settings()
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = settings.request_bytes
    app.extensions["kg"] = Service.over(release, settings.limits)
    app.jinja_env.globals["release_id"] = release.id
    app.jinja_env.globals["licence"] = release.description.get("licence")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    languages.install(app)
    labels.install(app)
    problems.install(app)
    transfer.install(app)
    for module in (pages, queries, sparql, service_description, graphs, resources, downloads):
        app.register_blueprint(module.bp)

    @app.after_request
    def secure(response: Response) -> Response:
        for name, value in _SECURITY.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static":
            response.vary.update(("Accept", "Accept-Language"))
        return response

    return app
