"""First answers of each canned question over HTTP, as CSV: the median and the slowest.

`python benchmarks/cold.py SCALE WORLD`; WORLD is a project with a release of a world of that scale,
or N-Quads with `--store`, a store of the same world, such as `peers.py` leaves.
One client asks each request once, with parameters of its own, after the server has had `--rest`
seconds to take the graph into memory where it fits.
"""

import argparse
import sys
import time
from pathlib import Path

import pyoxigraph as ox

from http_client import Client
from kg.graphs import Project
from kg.release import current_release
from measuring import ROOT, milliseconds, percentile, print_machine, print_table
from processes import listening
from questions import Questions


def main() -> None:
    """Print a line for each question."""
    parser = argparse.ArgumentParser(description="First answers of the questions over HTTP.")
    parser.add_argument("scale", type=float)
    parser.add_argument("world", type=Path, help="a project's folder, or N-Quads")
    parser.add_argument("--store", type=Path, help="where parameters are found for N-Quads")
    parser.add_argument("--number", type=int, default=9, help="requests for each question")
    parser.add_argument("--rest", type=float, default=60, help="seconds before the first")
    parser.add_argument("--only", nargs="*", default=[], help="questions; else all")
    arguments = parser.parse_args()
    print_machine()
    world: Path = arguments.world
    store = arguments.store or current_release(Project(world)).store
    questions = Questions(arguments.scale, ox.Store.read_only(str(store)))
    project, data = (world, ()) if world.is_dir() else (ROOT, ("--data", str(world)))
    kg = (sys.executable, "-m", "kg", "--project", str(project))
    rows = []
    with listening([*kg, "serve", "--port", "0", *data], {}) as server:
        time.sleep(arguments.rest)
        with Client(server.port) as client:
            held = b"kg_graph_in_memory 1" in client.get("/metrics").body
            print("in memory\n" if held else "from disk\n", flush=True)
            for name in arguments.only or questions.names():
                found = []
                for request in questions.requests(name, arguments.number):
                    reply = client.get(request.path)
                    assert reply.status == 200, (request.path, reply.status)
                    found.append((reply.seconds, reply.body.count(b"\r\n") - 1))
                times, counts = zip(*found, strict=True)
                middle = f"{percentile(counts, 50):,.0f}"
                most = milliseconds(max(times))
                rows.append((name, milliseconds(percentile(times, 50)), most, middle))
                print(*rows[-1], sep="\t", flush=True)
    print()
    print_table(("question", "median", "most", "rows"), rows)


if __name__ == "__main__":
    main()
