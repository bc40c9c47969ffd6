"""What others feel of two queries of death: harmless clients, quiet and beside them.

Run by hand: `.venv/bin/python benchmarks/starvation.py`. Wanted: none of the harmless requests
fails, and their 95th percentile stays within three times the quiet one. Quiet and loaded phases
take turns; the clients are a process of their own. With `--pause 0.05` each client rests so many
seconds between two requests, so that the machine is not busy when quiet.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count

import pyoxigraph as ox

from http_client import CSV, Client, Reply
from measuring import (
    CANNED,
    CROSS_PRODUCT,
    HARMLESS,
    milliseconds,
    percentile,
    places,
    point_query,
    print_machine,
    print_table,
    release_store,
)
from processes import served

CLIENTS, DEATHS, ROUNDS = 8, 2, 2
SETTLE = 2  # seconds
WANTED = 3
Seen = list[list[float]]  # status and seconds of each request; status 0: the connection broke


def harmless(port: int, source: str, until: float, pause: float, subjects: list[str]) -> Seen:
    """Return status and seconds of each request of one client."""
    seen: Seen = []
    with Client(port, source) as client:
        for number in count():
            if time.monotonic() > until:
                return seen
            begin = time.perf_counter()
            try:
                reply = one_request(client, number, subjects)
                seen.append([reply.status, reply.seconds])
            except OSError:
                seen.append([0, time.perf_counter() - begin])
            time.sleep(pause)
    return seen


def one_request(client: Client, number: int, subjects: list[str]) -> Reply:
    """Return the reply to the next of a mix of requests."""
    match number % 4:
        case 0:
            return client.query(point_query(subjects, number))
        case 1:
            return client.get(CANNED, CSV)
        case 2:
            return client.query(f"{HARMLESS['ASK']} # {number}")
        case _:
            return client.query(f"{HARMLESS['count']} # {number}")


def all_harmless(port: int, seconds: float, pause: float) -> None:
    """Let all clients ask, each from its own address; print what they saw as JSON."""
    subjects = places(ox.Store.read_only(str(release_store())))
    until = time.monotonic() + seconds
    seen: Seen = []
    threads = [
        threading.Thread(
            target=lambda source=f"127.0.0.{n + 2}": seen.extend(
                harmless(port, source, until, pause, subjects)
            )
        )
        for n in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(seen))


def be_death(port: int, network: int) -> None:
    """Keep a query of death running, sent again as soon as it ends; print how each one ended.

    Where it is refused, it goes on from the next address, as one with many addresses would.
    """
    for number in count():
        with Client(port, f"127.0.{network}.{number % 250 + 1}") as client:
            status = 200
            while status not in (0, 429):
                begin = time.perf_counter()
                try:
                    status = client.query(f"{CROSS_PRODUCT} # {number} {begin}").status
                except OSError:
                    status = 0
                print(json.dumps([status, time.perf_counter() - begin]), flush=True)


@contextlib.contextmanager
def deaths(port: int, number: int, ended: Seen) -> Iterator[None]:
    """Let `number` queries of death run; `ended` gets those that came to an end of their own."""
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, "death", str(port), str(network + 1)],
            stdout=subprocess.PIPE, text=True,
        )
        for network in range(number)
    ]  # fmt: skip
    try:
        yield
    finally:
        for process in processes:
            process.kill()  # a client that goes away in the midst of an answer
            lines = process.communicate()[0].splitlines()
            ended += [json.loads(line) for line in lines if line.endswith("]")]


def phase(port: int, seconds: float, pause: float, number: int = 0) -> tuple[Seen, Seen]:
    """Return what harmless clients saw beside some queries of death, and how those ended."""
    ended: Seen = []
    with deaths(port, number, ended):
        time.sleep(SETTLE)  # they run, or the last ones are gone
        told = subprocess.run(
            [sys.executable, __file__, "clients", str(port), str(seconds), str(pause)],
            check=True, stdout=subprocess.PIPE, timeout=seconds + 150,
        )  # fmt: skip
    return json.loads(told.stdout), ended


def row(name: str, seen: Seen, floor: float) -> list[object]:
    """Return a row of the table."""
    times = [seconds for _, seconds in seen]
    failed = Counter(int(status) for status, _ in seen if status != 200)
    shown = ", ".join(f"{number} × {status}" for status, number in failed.items()) or "0"
    percents = (milliseconds(percentile(times, percent)) for percent in (50, 95, 99))
    return [
        name, f"{len(seen):,}", shown, *percents, f"{percentile(times, 95) / floor:.2f} ×"
    ]  # fmt: skip


def main() -> None:
    """Measure and print; exit with 1 where it is not as wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quiet", type=float, default=20, metavar="SECONDS")
    parser.add_argument("--loaded", type=float, default=40, metavar="SECONDS")
    parser.add_argument("--pause", type=float, default=0, metavar="SECONDS")
    chosen = parser.parse_args()
    print_machine()
    quiet: Seen = []
    loaded: Seen = []
    ended: Seen = []
    with served() as server:
        phase(server.port, SETTLE, 0)  # warm up
        for _ in range(ROUNDS):
            quiet += phase(server.port, chosen.quiet, chosen.pause)[0]
            seen, ends = phase(server.port, chosen.loaded, chosen.pause, DEATHS)
            loaded += seen
            ended += ends
    floor = percentile([seconds for _, seconds in quiet], 95)
    print_table(
        ("harmless requests", "number", "failed", "median", "95 %", "99 %", "95 %, ratio"),
        [row("quiet", quiet, floor), row(f"with {DEATHS} queries of death", loaded, floor)],
    )
    refused = sum(seconds for _, seconds in ended if seconds < 1)
    at_work = DEATHS - refused / ROUNDS / (chosen.loaded + SETTLE)
    how = Counter(int(status) for status, _ in ended)
    print(f"\nQueries of death at work: {at_work:.2f} on average; ended with {dict(how)}.")
    print(f"Wanted: no failures, and within {WANTED} × in the 95th percentile.")
    slow = percentile([seconds for _, seconds in loaded], 95) > WANTED * floor
    sys.exit(slow or any(status != 200 for status, _ in [*quiet, *loaded]))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["clients", port, seconds, pause]:
            all_harmless(int(port), float(seconds), float(pause))
        case ["death", port, network]:
            be_death(int(port), int(network))
        case _:
            main()
