"""The site: questions, SPARQL, pages about everything in the graph, downloads."""

from typing import Any

from flask import Flask

from kg.release import Release
from kg.settings import Settings
from kg.web import (
    downloads,
    graphs,
    labels,
    languages,
    operations,
    pages,
    problems,
    queries,
    resources,
    service_description,
    sparql,
    transfer,
)
from kg.web.service import Service, replace_service, service

_PARTS = (
    pages, queries, sparql, service_description, graphs, resources, downloads, operations
)  # fmt: skip


def create_app(release: Release, settings: Settings | None = None) -> Flask:
    """Return the site over `release`. It opens the store, so call it after forking.

    The request's Host is never used: every address that a page holds begins with `/`.
    """
    settings = settings or Settings()
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = settings.request_bytes
    app.config["KG_SETTINGS"] = settings
    metrics = operations.Metrics()
    app.extensions["kg"] = Service.over(release, settings, metrics.told)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    operations.install(app, metrics)
    languages.install(app)
    labels.install(app)
    problems.install(app)
    transfer.install(app)
    for module in _PARTS:
        app.register_blueprint(module.bp)

    @app.context_processor
    def released() -> dict[str, object]:
        now = service().release
        return {"release_id": now.id, "licence": now.description.get("licence")}

    inner = app.wsgi_app

    def nameless(environ: dict[str, Any], start_response: Any) -> Any:
        # What a client calls this host is used nowhere, and some names even break routing.
        environ["HTTP_HOST"] = "kg.invalid"
        return inner(environ, start_response)

    app.wsgi_app = nameless  # type: ignore[method-assign]
    return app


def change_release(app: Flask, release: Release) -> None:
    """Let `app` go over to `release`: requests that have begun still get the one before.

    Raises InputError where it cannot be opened; everything stays as it was then.
    """
    settings: Settings = app.config["KG_SETTINGS"]
    told = app.extensions["kg-metrics"].told
    patience = settings.limits.seconds + settings.limits.wait_seconds + 30
    replace_service(app, Service.over(release, settings, told), patience)
