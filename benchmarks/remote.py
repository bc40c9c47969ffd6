"""What `kg serve --store` adds to an engine's own answer: Oxigraph's server and Virtuoso, here.

Each query is asked in turn of the engine itself over a kept connection, through the workers that
serve strangers, and by a text of ours; the medians and their differences are printed.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from kg.engine import Engine
from kg.graphs import Project
from kg.limits import Limits
from kg.publishing import Publication
from kg.release import Release, current_release
from kg.remote import RemoteStore
from measuring import HARMLESS, ROOT
from stores import Engine as Peer
from stores import oxigraph, virtuoso

ROUNDS, WARM = 300, 50
HEAD = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Accept": "application/sparql-results+json",
}
PLACE = "SELECT ?p ?o WHERE { <https://w3id.org/municipal-diplomacy/id/place/kr-seoul> ?p ?o }"


def milliseconds(ask: Callable[[], object]) -> float:
    """Return how long `ask` takes."""
    begun = time.perf_counter()
    ask()
    return (time.perf_counter() - begun) * 1000


def compare(engine: Peer, release: Release) -> None:
    """Print a row for each query."""
    remote = engine.settings.remote()
    Publication(release, remote, engine.graph_store, lambda _: None).publish(True, 0)
    remote = engine.settings.remote(release.id, release.graphs)
    store, workers = RemoteStore(remote, 30), Engine(remote, Limits(workers=1))
    place = urlsplit(engine.url)
    plain = HTTPConnection(place.netloc)
    names = ("default-graph-uri", "named-graph-uri")
    graphs = [(name, graph) for name in names for graph in remote.graphs]

    def itself(query: str) -> bytes:
        body = urlencode([("query", query), *graphs]).encode()
        plain.request("POST", place.path, body, HEAD)
        return plain.getresponse().read()

    for name, query in {**HARMLESS, "one place": PLACE}.items():
        asked = [
            partial(itself, query),
            lambda query=query: workers.answer(query).read(),
            partial(store.write, query, "json"),
        ]
        taken = [[milliseconds(ask) for ask in asked] for _ in range(ROUNDS)][WARM:]
        base, *rest = map(statistics.median, zip(*taken, strict=True))
        told = " | ".join(f"{one:.2f} ms ({one - base:+.2f})" for one in rest)
        print(f"| {engine.name} | {name} | {base:.2f} ms | {told} |", flush=True)
    plain.close()
    workers.close()


def main() -> None:
    """Print a table."""
    release = current_release(Project(ROOT))
    print("| engine | query | the engine itself | through the workers | a text of ours |")
    print("| --- | --- | --- | --- | --- |")
    for run in (oxigraph, virtuoso):
        with tempfile.TemporaryDirectory() as folder, run(Path(folder)) as engine:
            compare(engine, release)


if __name__ == "__main__":
    main()
