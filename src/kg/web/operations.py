"""For those who run the server: is it well, what does it do, what was asked."""

import json
import time
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Flask, Response, current_app
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from kg.running import Ended
from kg.web.journal import journal
from kg.web.problems import problem
from kg.web.service import Service, service

bp = Blueprint("operations", __name__)

_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)


class Metrics:
    """Counters of one site, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._queries = Counter(
            "kg_queries", "Queries on the endpoint, by how they ended", ["outcome"],
            registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "kg_query_seconds", "Seconds that queries took in a worker", buckets=_SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self._rows = Counter(
            "kg_rows", "Rows and triples of complete answers", registry=self.registry
        )
        answers = Counter(
            "kg_answers", "Answers to the questions, kept from before or made", ["found"],
            registry=self.registry,
        )  # fmt: skip
        self._answers = {found: answers.labels(found) for found in ("kept", "made")}
        self.requests = Counter(
            "kg_requests", "HTTP requests, by status", ["status"], registry=self.registry
        )

    def answered(self, found: str) -> None:
        """Count an answer to a question: it was `kept`, or had to be `made`."""
        self._answers[found].inc()

    def told(self, ended: Ended) -> None:
        """Count a query."""
        self._queries.labels(ended.outcome.replace(" ", "_")).inc()
        if ended.seconds:
            self._seconds.observe(ended.seconds)
        self._rows.inc(ended.rows)


class _State(Collector):
    """What is true at the moment of asking."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def collect(self) -> Iterable[Any]:
        """Yield the gauges of the service that answers now."""
        now: Service = self._app.extensions["kg"]
        workers = GaugeMetricFamily("kg_workers", "Worker processes", labels=["state"])
        workers.add_metric(["busy"], now.engine.busy)
        workers.add_metric(["ready"], now.engine.ready)
        yield workers
        yield GaugeMetricFamily(
            "kg_graph_in_memory",
            "Whether workers have the graph in memory",
            value=now.engine.holds,
        )
        yield GaugeMetricFamily("kg_queue", "Queries that wait", value=now.engine.waiting)
        yield InfoMetricFamily(
            "kg_release", "The release that is served", value={"release": now.release.id}
        )


@bp.get("/health")
def health() -> Response:
    """Whether a query is answered now, by the way that strangers' queries go."""
    begun = time.perf_counter()
    answer = service().engine.answer("ASK {}", seconds=5)
    if b"true" not in answer.read():
        return problem(503, "the engine gave a wrong answer")
    found = {
        "status": "ok",
        "release": service().release.id,
        "seconds": round(time.perf_counter() - begun, 6),
    }
    return _fresh(Response(json.dumps(found) + "\n", mimetype="application/json"))


@bp.get("/metrics")
def metrics() -> Response:
    """The counters, as Prometheus reads them."""
    body = generate_latest(_metrics().registry)
    return _fresh(Response(body, content_type="text/plain; version=0.0.4; charset=utf-8"))


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _metrics() -> Metrics:
    found: Metrics = current_app.extensions["kg-metrics"]
    return found


def install(app: Flask, metrics: Metrics) -> None:
    """Let `app` count its requests, and keep a journal of them."""
    app.extensions["kg-metrics"] = metrics
    metrics.registry.register(_State(app))

    def count(status: int) -> None:
        metrics.requests.labels(status).inc()

    app.wsgi_app = journal(app.wsgi_app, count)  # type: ignore[method-assign]
