"""Large results over three million triples: when they start, how long they take, what they cost.

Run by hand: `.venv/bin/python benchmarks/large.py`. Wanted: a million rows in JSON start within
200 ms, and the web process stays under 200 MB above its idle size.
"""

import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from http_client import CSV, JSON, TRIPLES, Client, request
from measuring import milliseconds, print_machine, print_table, write_triples
from processes import Server, resident, served

NUMBER, ROWS = 3_000_000, 1_000_000
WANTED_SECONDS, WANTED_MB = 0.2, 200
SELECT = f"SELECT ?s ?p ?o {{ ?s ?p ?o }} LIMIT {ROWS}"
CONSTRUCT = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }} LIMIT {ROWS}"
# Name, query, media type, what each row has once, rows beside those that are asked for, the end.
RESULTS = (
    ("SELECT as JSON", SELECT, JSON, b'"s":{', 0, b"]}}"),
    ("SELECT as CSV", SELECT, CSV, b"\n", 1, b"\r\n"),
    ("CONSTRUCT as N-Triples", CONSTRUCT, TRIPLES, b" .\n", 0, b" .\n"),
)


class Counting:
    """Counts a mark in a stream, also where it falls between two pieces."""

    def __init__(self, mark: bytes) -> None:
        self._mark, self.tail = mark, b""
        self.found = self.size = 0

    def take(self, part: bytes) -> None:
        """Count on."""
        kept = self.tail[-(len(self._mark) - 1) :] if len(self._mark) > 1 else b""
        self.found += (kept + part).count(self._mark)
        self.size += len(part)
        self.tail = (self.tail + part)[-100:]


class Watch(threading.Thread):
    """Watches the resident memory of a process, all 50 ms."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._over = pid, threading.Event()
        self.idle = self.peak = resident(pid)

    def run(self) -> None:
        while not self._over.wait(0.05):
            self.peak = max(self.peak, resident(self._pid))

    def during(self, work: Callable[[], None]) -> float:
        """Return the MB that the process grew by at most during `work`."""
        self.start()
        work()
        self._over.set()
        self.join()
        return self.peak - self.idle


def measure(
    server: Server, name: str, query: str, accept: str, mark: bytes, extra: int, end: bytes
) -> tuple[list[object], bool]:
    """Return a row of the table, and whether it is as wanted."""
    counting = Counting(mark)
    said: list[object] = ["", "", "no answer"]
    first = 1e9
    target = f"/sparql?query={quote(query)}"

    def ask() -> None:
        nonlocal first
        with Client(server.port, timeout=300) as client:
            try:
                reply = client.send(request("GET", target, accept), counting.take)
            except OSError as error:
                said[2] = f"no: {error}"
                return
        first = reply.first
        said[:2] = [milliseconds(reply.first), f"{reply.seconds:.1f} s"]
        whole = reply.status == 200 and counting.tail.endswith(end) and rows() == ROWS
        said[2] = "yes" if whole else f"no: {reply.status} {counting.tail!r}"

    def rows() -> int:
        return counting.found - extra

    grown = Watch(server.pid).during(ask)
    size = f"{counting.size / 1e6:.0f} MB"
    line = [name, said[0], said[1], size, f"{rows():,}", said[2], f"{grown:+.0f} MB"]
    return line, said[2] == "yes" and first <= WANTED_SECONDS and grown < WANTED_MB


def main() -> None:
    """Measure and print; exit with 1 where it is not as wanted."""
    print_machine()
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / "made.nt"
        write_triples(file, NUMBER)
        with served("--data", str(file)) as server:
            print(f"{NUMBER:,} triples served after {server.seconds:.1f} s", end="; ")
            print(f"the web process then has {resident(server.pid):.0f} MB\n")
            with Client(server.port) as client:
                client.query("ASK {}")  # a worker is ready
            outcomes = [measure(server, *result) for result in RESULTS]
    print_table(
        (f"{ROWS:,} rows", "first byte", "last byte", "size", "rows", "complete", "web process"),
        [line for line, _ in outcomes],
    )
    print(f"\nWanted: {WANTED_SECONDS * 1000:.0f} ms to the first byte, below {WANTED_MB} MB more.")
    sys.exit(not all(good for _, good in outcomes))


if __name__ == "__main__":
    main()
