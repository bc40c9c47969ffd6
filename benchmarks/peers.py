"""`kg serve` beside what users would take instead, on one synthetic world: `python peers.py`.

Canned questions with parameters that were not asked before (cold) and with the same ones again
(hot), from one client and from eight; a dozen analytic questions; load, start and memory. The
servers run one after the other, each alone on loopback, started and ended here. Seconds depend on
the machine; ratios, which docs/performance.md has, much less so.
"""

import argparse
import contextlib
import csv
import io
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from http_client import Client
from http_client import request as wire
from measuring import ROOT, milliseconds, percentile, print_machine, print_table, timed
from peer_load import MOST_SECONDS, Load, Target, ask, trivial_server
from peer_report import write_report
from peer_servers import (
    NotInstalledError,
    Running,
    kg,
    oxigraph,
    posted,
    rdflib_endpoint,
    virtuoso,
)
from questions import ANALYTIC, Questions, Request
from world import write_world

csv.field_size_limit(2**31 - 1)  # all evidence of an area stands in one cell
CLIENTS = 8
SLOW_SECONDS = 120  # for all questions, to a server that takes seconds for each
MOST_REQUESTS, WARMING = 400, 400  # of one question: measured, and asked before that
REST = 15  # seconds between the two, for what a server does by itself, such as compacting
Cells = dict[str, dict[str, float]]


@dataclass
class Result:
    """What was measured of one server: numbers by question and way of asking."""

    load: float = 0.0
    start: float = 0.0
    memory: float = 0.0
    cells: dict[str, Cells] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


def main() -> None:
    """Measure, print the tables, and write what docs/performance.md shows."""
    parser = argparse.ArgumentParser(description="Compare kg serve with other servers.")
    parser.add_argument("--scale", type=float, default=0.5, help="1 is 1,000 municipalities")
    parser.add_argument("--small", type=float, default=0.01, help="scale for rdflib-endpoint")
    parser.add_argument("--seconds", type=float, default=0.7, help="for each cell")
    parser.add_argument("--warm", type=float, default=20, help="seconds of other requests before")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "benchmark")
    parser.add_argument("--only", nargs="*", default=[], help="questions; else all")
    parser.add_argument("--report", action="store_true", help="write docs/performance.md's tables")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    print_machine()
    _measure_generator(arguments.seconds)
    results: dict[str, dict[str, Result]] = {}
    plain: dict[str, dict[str, Any]] = {}
    big, small = ("kg", "oxigraph", "virtuoso"), ("kg", "rdflib-endpoint")
    for title, scale, names in (("world", arguments.scale, big), ("small", arguments.small, small)):
        print(f"\nA world of scale {scale}", flush=True)
        results[title] = _compare(arguments, scale, names)
        plain = {t: {n: asdict(r) for n, r in found.items()} for t, found in results.items()}
        _write_json(arguments.folder / "results.json", plain)
    write_report(plain, arguments.scale, arguments.small, arguments.report)


def _compare(arguments: Any, scale: float, names: tuple[str, ...]) -> dict[str, Result]:
    world = arguments.folder / f"world-{scale:g}.nq"
    store = arguments.folder / f"store-{scale:g}"
    if not _is_current(world):
        for left in (store, arguments.folder / f"oxigraph-{scale:g}"):
            shutil.rmtree(left, ignore_errors=True)
        print(f"writing it: {write_world(scale, world):,} quads", flush=True)
    if not store.is_dir():
        filled = ox.Store(str(store))
        filled.bulk_load(path=str(world))
        filled.optimize()
        del filled
    opened = ox.Store.read_only(str(store))
    questions = Questions(scale, opened)
    servers: dict[str, Callable[[], contextlib.AbstractContextManager[Running]]] = {
        "kg": lambda: kg(world),
        "oxigraph": lambda: oxigraph(world, arguments.folder / f"oxigraph-{scale:g}"),
        "virtuoso": lambda: virtuoso(world),
        "rdflib-endpoint": lambda: rdflib_endpoint(world),
    }
    wanted = arguments.only or Questions.names()
    results = {"in process": _floor(opened, questions, wanted, arguments.seconds)}
    for name in names:
        try:
            with servers[name]() as server:
                print(f"{name}: loaded in {server.load:.1f} s, started in {server.start:.1f} s")
                measured = _Measuring(server, questions, arguments.seconds, name == "kg")
                measured.warm(wanted, arguments.warm)
                results[name] = measured.all(wanted, opened, slow=name == "rdflib-endpoint")
        except NotInstalledError as error:
            print(f"left out, not installed; {error}", flush=True)
    return results


def _is_current(world: Path) -> bool:
    """Return whether `world` is there, and younger than what it is made of."""
    made_of = [*Path(__file__).parent.glob("world*.py"), *(ROOT / "ontology").rglob("*.*")]
    newest = max(path.stat().st_mtime for path in made_of)
    return world.is_file() and world.stat().st_mtime > newest


def _floor(store: ox.Store, questions: Questions, wanted: list[str], seconds: float) -> Result:
    """Ask the engine in this process: what no server can be faster than, for what it computes."""
    result = Result()
    for name in wanted:
        times: list[float] = []
        for request in questions.requests(name, 40):
            times.append(timed(lambda text=request.sparql: _rows(store, text)))  # type: ignore[misc]
            if sum(times) > seconds:
                break
        result.cells[name] = {"cold 1": _numbers(Load(times, times, {}, sum(times)))}
    return result


class _Measuring:
    """One server being measured."""

    def __init__(self, server: Running, questions: Questions, seconds: float, is_kg: bool) -> None:
        self._server, self._questions, self._seconds = server, questions, seconds
        self._is_kg = is_kg
        self._result = Result(server.load, server.start)

    def warm(self, wanted: list[str], seconds: float) -> None:
        """Let all clients ask all questions by turns, with parameters that are not measured.

        So no server reads a file, fills a buffer or copies a page for the first time later.
        """
        found = (self._questions.requests(name, MOST_REQUESTS + WARMING) for name in wanted)
        turns = zip_longest(*(requests[MOST_REQUESTS:] for requests in found))
        requests = [request for turn in turns for request in turn if request]
        targets = [Target(self._server.message(request)) for request in requests]
        if targets and seconds:
            load = ask(self._server.port, targets, CLIENTS, seconds, once=True)
            print(f"warm: {len(load.times):,} answers in {load.seconds:.1f} s", flush=True)
            time.sleep(REST)

    def all(self, wanted: list[str], store: ox.Store, slow: bool) -> Result:
        """Measure all `wanted` questions; with `slow` one client and the first parameters only."""
        end = time.monotonic() + SLOW_SECONDS
        for name in wanted:
            if slow and time.monotonic() > end:
                self._result.wrong["the rest"] = f"not asked: {SLOW_SECONDS} s were over"
                break
            requests = self._questions.requests(name, MOST_REQUESTS)
            if not self._is_right(name, requests.pop(0), store):
                continue
            cells = self._result.cells[name] = {}
            some = max(1, len(requests) // 3)
            ways = {"cold 1": (requests[:some], 1, True), "hot 1": (requests[:1], 1, False)}
            if not slow:
                ways["cold 8"] = (requests[some:], CLIENTS, True)
                ways["hot 8"] = (requests[:4], CLIENTS, False)
            for way, (chosen, clients, once) in ways.items():
                targets = [Target(self._server.message(request)) for request in chosen]
                if targets:
                    load = ask(self._server.port, targets, clients, self._seconds, once)
                    cells[way] = _numbers(load)
                    if load.failures:
                        self._result.wrong[f"{name}, {way}"] = str(load.failures)
            print(".", end="", flush=True)
        for name in () if slow else ANALYTIC:
            message = posted("/sparql") if self._is_kg else self._server.message
            targets = [Target(message(self._questions.analytic(name, n))) for n in range(3)]
            load = ask(self._server.port, targets, 1, MOST_SECONDS, once=True)
            self._result.cells[name] = {"cold 1": _numbers(load)}
            if load.failures:
                self._result.wrong[name] = str(load.failures)
        self._result.memory = self._server.memory()
        print(flush=True)
        return self._result

    def _is_right(self, name: str, request: Request, store: ox.Store) -> bool:
        """Ask once, and compare how many rows come with what the engine in process gives."""
        try:
            with Client(self._server.port, "127.0.2.1", MOST_SECONDS) as client:
                reply = client.send(self._server.message(request))
        except OSError as error:
            self._result.wrong[name] = type(error).__name__
            return not isinstance(error, TimeoutError)
        if reply.status != 200:
            first = reply.body[:200].decode("utf-8", "replace").partition("\n")[0]
            self._result.wrong[name] = f"status {reply.status}: {first}"
            return False
        rows = sum(1 for _ in csv.reader(io.StringIO(reply.body.decode("utf-8"), newline=""))) - 1
        wanted = _rows(store, request.sparql)
        if rows != wanted:
            self._result.wrong[name] = f"{rows} rows, not {wanted}"
        return True


def _rows(store: ox.Store, text: str) -> int:
    found = store.query(text, use_default_graph_as_union=True)
    body = found.serialize(format=ox.QueryResultsFormat.TSV) or b""
    return body.count(b"\n") - 1


def _numbers(load: Load) -> dict[str, float]:
    """Return what is kept of a load: answers a second, seconds at 50, 95 and 99 of 100."""
    first = percentile(load.firsts, 50) if load.firsts else 0.0
    return {
        "number": len(load.times),
        "rate": load.rate,
        "median": load.at(50),
        "p95": load.at(95),
        "p99": load.at(99),
        "first byte": first,
        "client": load.processor / max(1, len(load.times)),
    }


def _measure_generator(seconds: float) -> None:
    """Say how fast the clients are where the server does nothing: they must not be the limit."""
    with trivial_server() as port:
        rows = []
        for clients in (1, CLIENTS):
            load = ask(port, [Target(wire("GET", "/"))], clients, seconds, once=False)
            each = milliseconds(load.processor / max(1, len(load.times)))
            rows.append((clients, f"{load.rate:,.0f}", milliseconds(load.at(50)), each))
    print_table(("clients", "requests/s of nothing", "median", "processor time of a client"), rows)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
