"""The site: questions, SPARQL, pages about everything in the graph, downloads."""

from typing import Any

from flask import Flask

from kg.release import Release
from kg.settings import Settings
from kg.web import (
    arriving,
    direct,
    direct_rows,
    downloads,
    editor,
    graphs,
    labels,
    languages,
    openapi,
    operations,
    pages,
    pairs,
    problems,
    quality,
    queries,
    repeats,
    resources,
    search,
    service_description,
    sparql,
    statics,
    things,
    transfer,
)
from kg.web.service import Service, replace_service, service

_PARTS = (
    pages, queries, sparql, service_description, graphs, resources, downloads, operations,
    openapi, search, pairs, quality, editor,
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
    app.extensions["kg"] = Service.over(release, settings, metrics.told, metrics.answered)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    languages.install(app)
    labels.install(app)
    things.install(app)
    problems.install(app)
    statics.install(app)
    transfer.install(app)
    for module in _PARTS:
        app.register_blueprint(module.bp)

    @app.context_processor
    def released() -> dict[str, object]:
        now = service().release
        return {"release_id": now.id, "licence": now.description.get("licence")}

    site = direct_rows.direct(app, direct.direct(app, _nameless(app.wsgi_app)))
    app.wsgi_app = arriving.arriving(app, site)  # type: ignore[method-assign]
    repeats.install(app)
    operations.install(app, metrics)
    return app


def _nameless(inner: Any) -> Any:
    """Return the WSGI application `inner`, which does not learn what a client calls this host.

    That is used nowhere, and some names even break routing.
    """

    def nameless(environ: dict[str, Any], start_response: Any) -> Any:
        environ["HTTP_HOST"] = "kg.invalid"
        return inner(environ, start_response)

    return nameless


def change_release(app: Flask, release: Release) -> None:
    """Let `app` go over to `release`: requests that have begun still get the one before.

    Raises InputError where it cannot be opened; everything stays as it was then.
    """
    settings: Settings = app.config["KG_SETTINGS"]
    metrics: operations.Metrics = app.extensions["kg-metrics"]
    patience = settings.limits.seconds + settings.limits.wait_seconds + 30
    new = Service.over(release, settings, metrics.told, metrics.answered)
    new.warm()
    replace_service(app, new, patience)
