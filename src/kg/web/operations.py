"""For those who run the server: is it well, what does it do, what was asked."""

import hashlib
import json
import logging
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from kg.running import Answer, Ended
from kg.web.problems import problem
from kg.web.service import Service, service

bp = Blueprint("operations", __name__)
access = logging.getLogger("kg.access")

_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)
_TEXT = 2000  # characters of a query that was not answered


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
        self.requests = Counter(
            "kg_requests", "HTTP requests, by status", ["status"], registry=self.registry
        )

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


def _number() -> str:
    """Return a new number for a request: a UUID of random digits (RFC 9562, 5.4), made quickly."""
    digits = token_hex(16)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _metrics() -> Metrics:
    found: Metrics = current_app.extensions["kg-metrics"]
    return found


def install(app: Flask, metrics: Metrics) -> None:
    """Let `app` count and log each request, under a number that its answer repeats."""
    app.extensions["kg-metrics"] = metrics
    metrics.registry.register(_State(app))

    @app.before_request
    def begin() -> None:
        g.request_id = _number()
        g.begun = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers.add("X-Request-Id", g.request_id)
        metrics.requests.labels(response.status_code).inc()
        if access.isEnabledFor(logging.INFO):
            _log_when_sent(response)
        return response


def _log_when_sent(response: Response) -> None:
    """Write one line of JSON when the last byte of `response` is on its way, or its client gone."""
    begun, answer, query = g.begun, g.get("answer"), g.get("query")
    line: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "request": g.request_id,
        "client": request.remote_addr,
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "bytes": response.content_length,
    }
    if response.is_streamed and not response.direct_passthrough:
        line["bytes"] = 0
        response.response = _counted(response.response, line)

    def write() -> None:
        line["seconds"] = round(time.perf_counter() - begun, 6)
        if query is not None:
            line.update(_about(query, answer))
        text = json.dumps(line)  # in ASCII: no sign in it steers the terminal of who reads it
        # Not `info`, which would look up where it was called from, as often as anyone asks.
        access.handle(logging.LogRecord(access.name, logging.INFO, "", 0, text, None, None))

    response.call_on_close(write)


def _about(query: str, answer: Answer | None) -> dict[str, Any]:
    """Return what the log says of a query: its text only where it was not answered."""
    told: dict[str, Any] = {"query": hashlib.sha256(query.encode()).hexdigest()[:16]}
    ended = answer.ended if answer else None
    if ended:
        told |= {"outcome": ended.outcome, "rows": ended.rows}
    if not ended or ended.outcome != "answer":
        told["text"] = query[:_TEXT]
    return told


def _counted(pieces: Iterable[Any], line: dict[str, Any]) -> Iterator[Any]:
    for piece in pieces:
        line["bytes"] += len(piece)
        yield piece
