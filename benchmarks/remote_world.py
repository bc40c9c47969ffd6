"""A synthetic world in other servers: how long `kg publish` takes, and whether answers are ours.

`python benchmarks/remote_world.py WORLD.nq SCALE`, with a world as `world.py` writes it. Each
canned question and each whole-graph check is asked of the engine by `RemoteStore`, and of our own
store; cells are compared as the tests do it. Seconds of the processor are told beside those of the
clock, for a machine that is at other work too.
"""

import argparse
import hashlib
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
from rdflib import DCTERMS

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from kg.errors import KgError
from kg.namespaces import GRAPH, RELEASE
from kg.publishing import Publication
from kg.release import Release
from kg.remote import RemoteStore
from kg.shapes import read_shapes
from kg.store import EmbeddedStore
from measuring import ROOT, print_machine, print_table
from questions import Questions
from stores import Engine, cells, oxigraph, virtuoso

SECONDS = 120.0  # for an answer


def main() -> None:
    """Print what differs, and a table."""
    parser = argparse.ArgumentParser(description="A synthetic world in other servers.")
    parser.add_argument("world", type=Path, help="N-Quads as world.py writes them")
    parser.add_argument("scale", type=float, help="the scale that they were written at")
    parser.add_argument("--number", type=int, default=3, help="requests for each question")
    parser.add_argument("--only", choices=["oxigraph", "virtuoso"], help="one engine")
    arguments = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory(prefix="kg-world-") as folder:
        release = as_release(arguments.world, Path(folder))
        store = ox.Store(str(Path(folder) / "store"))
        store.bulk_load(path=str(arguments.world), format=ox.RdfFormat.N_QUADS)
        texts = dict(asked(Questions(arguments.scale, store), arguments.number))
        rows = []
        for run in (oxigraph, virtuoso):
            if arguments.only in (None, run.__name__):
                place = Path(folder) / run.__name__
                place.mkdir()
                with run(place) as engine:
                    rows.append(compare(engine, release, EmbeddedStore(store), texts))
        del store
    print_table(("engine", "quads", "published in", "a million", "here", "there", "same"), rows)


def as_release(world: Path, folder: Path) -> Release:
    """Write the dump of a release to `folder`: the world, and the graph that names it."""
    with world.open("rb") as dump:
        identifier = hashlib.file_digest(dump, "sha256").hexdigest()[:16]
    about = f'<{RELEASE[identifier]}> <{DCTERMS.identifier}> "{identifier}" <{GRAPH.release}> .\n'
    # A world may say a thing twice, which no release does.
    with world.open(encoding="utf-8", newline="\n") as file:
        lines = dict.fromkeys([*file, about])
    (folder / "kg.nq").write_text("".join(lines), "utf-8")
    counts = Counter(line.rpartition(" <")[2].partition(">")[0] for line in lines)
    return Release(identifier, folder, {"graphs": dict(counts)})


def asked(questions: Questions, number: int) -> Iterator[tuple[str, str]]:
    """Yield every question and every check with a name."""
    for name in questions.names():
        for request in questions.requests(name, number):
            yield request.path, request.sparql
    for check in read_shapes([ROOT / "shapes"]).checks:
        yield f"check {check.path.stem}", check.query


def compare(
    engine: Engine, release: Release, own: EmbeddedStore, texts: dict[str, str]
) -> list[str]:
    """Publish `release` and ask all `texts`; print what differs and return a row."""
    settings = engine.settings
    if settings.store_graphs == "listed":  # a world has too many graphs for that
        settings = replace(
            settings, store=f"{engine.url}?union-default-graph", store_graphs="union"
        )
    begun, here, there = time.monotonic(), time.process_time(), children_seconds()
    Publication(release, settings.remote(), engine.graph_store, lambda _: None).publish(False)
    spent = [
        time.monotonic() - begun, time.process_time() - here, children_seconds() - there
    ]  # fmt: skip
    store = RemoteStore(settings.remote(release.id, release.graphs), SECONDS)
    same = 0
    for name, text in texts.items():
        wanted, begun = cells(own.select(text)), time.monotonic()
        try:
            found = cells(store.select(text))
        except KgError as error:
            print(f"{engine.name}: {name}: {error}", flush=True)
            continue
        if found == wanted:
            same += 1
        else:
            told = f"{len(found)} rows instead of {len(wanted)}"
            print(f"{engine.name}: {name}: {told}", flush=True)
        if (taken := time.monotonic() - begun) > 5:
            print(f"{engine.name}: {name}: {taken:.1f} s", flush=True)
    quads = sum(release.graphs.values())
    millions = quads / 1e6
    times = [f"{spent[0]:.1f} s", *(f"{seconds / millions:.1f} s" for seconds in spent)]
    return [engine.name, f"{quads:,}", *times, f"{same} of {len(texts)}"]


def children_seconds() -> float:
    """Return the processor time of the processes that this one started, those at work."""
    found = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8").rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if int(fields[1]) == os.getpid():
            found += int(fields[11]) + int(fields[12])
    return found / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
