"""How long each canned question takes in the engine alone.

`python benchmarks/plans.py STORE SCALE`; STORE is a folder that `oxigraph load` made of a world.
Each request is asked once, with parameters of its own, in a process that is ended after `--most`
seconds. Seconds are those of the processor, so that what else the machine does counts little.
"""

import argparse
import multiprocessing
import statistics
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pyoxigraph as ox

from measuring import milliseconds, print_machine, print_table
from questions import ANALYTIC, Questions, Request

Measured = tuple[float, int]


def main() -> None:
    """Print a line for each question."""
    parser = argparse.ArgumentParser(description="Seconds of each question in the engine.")
    parser.add_argument("store", type=Path)
    parser.add_argument("scale", type=float)
    parser.add_argument("--number", type=int, default=9, help="requests for each question")
    parser.add_argument("--most", type=float, default=60, help="seconds for one question")
    parser.add_argument("--analytic", action="store_true", help="the analytic questions as well")
    parser.add_argument("--only", nargs="*", default=[], help="questions; else all")
    arguments = parser.parse_args()
    print_machine()
    questions = Questions(arguments.scale, ox.Store.read_only(str(arguments.store)))
    wanted = {
        n: questions.requests(n, arguments.number) for n in arguments.only or questions.names()
    }
    if arguments.analytic:
        wanted |= {name: [questions.analytic(name)] for name in ANALYTIC}
    rows = []
    for name, requests in wanted.items():
        found = measure(arguments.store, requests, arguments.most)
        rows.append((name, *summary(found, len(requests))))
        print(*rows[-1], sep="\t", flush=True)
    print()
    print_table(("question", "median", "most", "rows", "requests"), rows)


def summary(found: list[Measured], asked: int) -> tuple[str, str, str, str]:
    """Return median, most, median of the rows, and how many of the requests were answered."""
    if not found:
        return "not answered in time", "", "", f"0 of {asked}"
    times, rows = zip(*found, strict=True)
    middle = f"{statistics.median(rows):,.0f}"
    return milliseconds(statistics.median(times)), milliseconds(max(times)), middle, str(len(found))


def measure(store: Path, requests: list[Request], most: float) -> list[Measured]:
    """Return seconds and rows of each request, of as many as fit into `most` seconds."""
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(
        target=_ask, args=(str(store), [r.sparql for r in requests], there)
    )
    process.start()
    there.close()
    found: list[Measured] = []
    end = time.monotonic() + most
    try:
        while here.poll(max(0, end - time.monotonic())):
            found.append(here.recv())
    except EOFError:
        pass
    process.kill()
    process.join()
    return found


def _ask(folder: str, texts: list[str], pipe: Connection) -> None:
    store = ox.Store.read_only(folder)
    for text in texts:
        begin = time.process_time()
        answer = store.query(text, use_default_graph_as_union=True)
        body = answer.serialize(format=ox.QueryResultsFormat.TSV) or b""
        pipe.send((time.process_time() - begin, body.count(b"\n") - 1))


if __name__ == "__main__":
    main()
