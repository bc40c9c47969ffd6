"""From a fresh copy to the first right answer, and what a canned answer costs over its floor.

Run by hand: `.venv/bin/python benchmarks/first_answer.py`. Prints a table in Markdown; the last
one is kept in benchmarks/README.md. Seconds depend on the machine, ratios much less so.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from kg.graphs import Project
from kg.queries import Choices, Places, find_query, read_queries, run
from kg.release import current_release
from kg.store import EmbeddedStore

ROOT = Path(__file__).parent.parent
PARTS = ("data", "ontology", "shapes", "queries")
ROUNDS = 200


def kg(folder: Path, *arguments: str) -> float:
    """Return the seconds that a command takes."""
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "kg", "--project", str(folder), *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - begin


def first_answer(folder: Path) -> tuple[float, str]:
    """Return the seconds from starting the server to its first answer, and the address."""
    begin = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "kg", "--project", str(folder), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        address = ""
        while not address:
            words = server.stdout.readline().split()
            address = next((word for word in words if word.startswith("http")), "")
        url = f"{address}queries/friendship-and-council?format=csv"
        answer = fetch(url)
        seconds = time.perf_counter() - begin
        assert answer.count(b"\n") == 13, "the answer is wrong"
        over_http = median(lambda: fetch(url))
    finally:
        server.terminate()
        server.wait(10)
    return seconds, f"{over_http * 1000:.2f}"


def fetch(url: str) -> bytes:
    """Return the body at `url`, asked again while the server is not there yet."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(url) as response:
                return bytes(response.read())
        except urllib.error.URLError:
            time.sleep(0.05)
    raise SystemExit(f"{url} does not answer")


def median(work: Callable[[], object]) -> float:
    """Return the median seconds of many rounds."""
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for part in PARTS:
            shutil.copytree(ROOT / part, folder / part)
        build, again, check = kg(folder, "build"), kg(folder, "build"), kg(folder, "validate")
        serve, over_http = first_answer(folder)
        release = current_release(Project(folder))
        store = EmbeddedStore.open(release.store)
        query = find_query(read_queries(release.queries), "friendship-and-council")
        places, choices = Places(store), Choices(store)
        text = run(query, {}, store, places, choices).sparql
        floor = median(lambda: store.select(text)) * 1000
        bound = median(lambda: run(query, {}, store, places, choices)) * 1000
    print("| what | measured |\n| --- | --- |")
    print(f"| build a release from nothing | {build:.1f} s |")
    print(f"| build again, nothing changed | {again:.1f} s |")
    print(f"| start the server to first right answer | {serve:.1f} s |")
    print(f"| fresh copy to first right answer (installing aside) | {build + serve:.1f} s |")
    print(f"| kg validate | {check:.1f} s |")
    print(f"| the canned question in process, SPARQL alone | {floor:.2f} ms |")
    print(f"| … with its parameters checked and bound | {bound:.2f} ms, {bound / floor:.2f} × |")
    print(f"| … over HTTP as CSV | {over_http} ms, {float(over_http) / floor:.2f} × |")


if __name__ == "__main__":
    main()
