"""What isolation costs: a point query at /sparql against a bare Flask view with the same store.

Run by hand: `.venv/bin/python benchmarks/isolation.py`. Wanted: a median within 1.5 times that of
the bare view. Both are asked in turns by one client with keep-alive, each query only once.
"""

import sys
from itertools import count

import flask
import pyoxigraph as ox
import waitress

from http_client import JSON, Client
from measuring import (
    answer,
    milliseconds,
    percentile,
    places,
    point_query,
    print_machine,
    print_table,
    release_store,
)
from processes import Server, listening, served, status

BLOCKS, BLOCK = 60, 50  # rounds; queries in each
WANTED = 1.5


def serve_bare(folder: str, threads: int) -> None:
    """Serve one view that asks the store in its own process."""
    store = ox.Store.read_only(folder)
    app = flask.Flask(__name__)

    @app.get("/sparql")
    def sparql() -> flask.Response:
        return flask.Response(answer(store, flask.request.args["query"]), content_type=JSON)

    @app.get("/")
    def root() -> str:
        return "here"

    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=threads, ident="bare")
    print(f"Open http://127.0.0.1:{server.effective_port}/", flush=True)
    server.run()


def in_turns(servers: dict[str, Server], subjects: list[str]) -> dict[str, list[float]]:
    """Return the seconds of each answer, by server; the same questions go to all."""
    clients = {name: Client(server.port) for name, server in servers.items()}
    times: dict[str, list[float]] = {name: [] for name in servers}
    numbers = count()
    for block in range(-4, BLOCKS):  # the first ones warm up
        texts = [point_query(subjects, next(numbers)) for _ in range(BLOCK)]
        order = list(clients) if block % 2 else list(reversed(clients))
        sizes = {}
        for name in order:
            replies = [clients[name].query(text) for text in texts]
            if wrong := [reply for reply in replies if reply.status != 200]:
                raise SystemExit(f"{name}: {wrong[0].status} {wrong[0].body[:300]!r}")
            sizes[name] = [reply.body.count(b'"p":') for reply in replies]
            if block >= 0:
                times[name] += [reply.seconds for reply in replies]
        if len({tuple(found) for found in sizes.values()}) != 1:
            raise SystemExit("the answers differ")
    for client in clients.values():
        client.close()
    return times


def main() -> None:
    """Measure and print; exit with 1 where it is more than wanted."""
    folder = str(release_store())
    subjects = places(ox.Store.read_only(folder))
    print_machine()
    with served() as ours:
        threads = status(ours.pid, "Threads")
        with listening([sys.executable, __file__, "bare", folder, threads], {}) as bare:
            times = in_turns({"kg serve": ours, "a bare view": bare}, subjects)
    ratios = {}
    for percent in (50, 99):
        ours_, bare_ = (percentile(times[name], percent) for name in ("kg serve", "a bare view"))
        ratios[percent] = (milliseconds(ours_), milliseconds(bare_), f"{ours_ / bare_:.2f} ×")
    print_table(
        ("a point query over HTTP", "kg serve", "a bare view", "ratio"),
        [["median", *ratios[50]], ["99 %", *ratios[99]]],
    )
    asked = len(times["kg serve"])
    print(f"\n{asked:,} queries each, {threads} threads each; wanted: {WANTED} × in the median")
    sys.exit(float(ratios[50][2].split()[0]) > WANTED)


if __name__ == "__main__":
    if sys.argv[1:2] == ["bare"]:
        serve_bare(sys.argv[2], int(sys.argv[3]))
    else:
        main()
