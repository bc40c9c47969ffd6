"""Does anything grow, leak or go wrong under ten minutes of harmless and hostile clients?

Run by hand: `.venv/bin/python benchmarks/soak.py`, or shorter with `--minutes 2`. Four harmless
and four hostile clients, each from its own address; a hostile one that is refused for its budget
goes on from another. A query may run for 3 s, so that more of them end. The first sixth, a minute
of ten, warms up; before and after the rest all clients pause, and the server is looked at.
Exits with 1 where the web process grows by 5 % or more, a zombie, a descriptor or a child is left
over, an answer is a 500, or a harmless request fails or is answered wrongly.
"""

import argparse
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from http_client import CSV, Client
from kg.limits import Limits
from measuring import (
    CANNED,
    percentile,
    print_machine,
    print_table,
    release_store,
)
from processes import Server, descriptors, family, proportional, resident, served, status
from soak_clients import HOSTILE_TIMEOUT, SECONDS, Harmless, Hostile

CLIENTS = 4  # of each kind
LOOK = 5  # seconds between two looks
REST = 2 * SECONDS + 4  # seconds after which nothing of what ran is left
MOST_GROWTH = 5  # %


# --- the clients together ---


class Crowd:
    """All clients at work, until they are told to pause or to end."""

    def __init__(self, clients: list[Harmless | Hostile]) -> None:
        self.outcomes: Counter[str] = Counter()
        self._clients, self._lock = clients, threading.Lock()

    def work(self, seconds: float, look: Callable[[], object]) -> None:
        """Let all act for some seconds; call `look` every now and then."""
        until = time.monotonic() + seconds
        threads = [
            threading.Thread(target=self._act, args=(client, number, until), daemon=True)
            for number, client in enumerate(self._clients)
        ]
        for thread in threads:
            thread.start()
        while time.monotonic() < until:
            time.sleep(min(LOOK, max(0, until - time.monotonic())))
            look()
        for thread in threads:
            thread.join(2 * HOSTILE_TIMEOUT)
            if thread.is_alive():
                raise SystemExit("a client still waits: the server neither answers nor closes")
        time.sleep(REST)

    def _act(self, client: Harmless | Hostile, number: int, until: float) -> None:
        chance = random.Random(f"{number} {until}")
        try:
            while time.monotonic() < until:
                outcome = client.act(chance)
                with self._lock:
                    self.outcomes[outcome] += 1
        except Exception as error:  # our own mistake must not look like an easy life
            self.outcomes[f"500 the client failed: {error!r}"] += 1
            raise
        finally:
            client.rest()


# --- the server, looked at ---


@dataclass(frozen=True)
class Look:
    """The server's processes at one moment."""

    web: float  # MB, resident
    children: float  # MB, proportional
    processes: int
    zombies: int
    descriptors: int
    threads: int

    @property
    def own_descriptors(self) -> int:
        """How many there are beside two pipes and a handle for each child, a fork of another."""
        return self.descriptors - 3 * self.processes

    @classmethod
    def at(cls, pid: int) -> "Look":
        """Return how it is now."""
        children = family(pid)[1:]
        return cls(
            web=resident(pid),
            children=sum(map(proportional, children)),
            processes=len(children),
            zombies=sum(status(child, "State").startswith("Z") for child in children),
            descriptors=descriptors(pid),
            threads=int(status(pid, "Threads") or 0),
        )


def at_rest(pid: int) -> Look:
    """Return how the server is while nothing goes on: the median of some looks."""
    looks = []
    for _ in range(5):
        looks.append(Look.at(pid))
        time.sleep(0.4)
    middle = sorted(looks, key=lambda look: look.web)[2]
    return Look(middle.web, middle.children, *_least(looks))


def _least(looks: list[Look]) -> Iterator[int]:
    for name in ("processes", "zombies", "descriptors", "threads"):
        yield min(getattr(look, name) for look in looks)


def soak(server: Server, minutes: float) -> tuple[Crowd, list[Harmless], list[Look], Look, Look]:
    """Return the clients, and how the server was during all, after warming up, in the end."""
    store = ox.Store.read_only(str(release_store()))
    with Client(server.port) as client:
        canned = client.get(CANNED, CSV).body
    kind = [Harmless(server.port, f"127.0.0.{n + 2}", store, canned) for n in range(CLIENTS)]
    crowd = Crowd([*kind, *(Hostile(server.port, n + 1) for n in range(CLIENTS))])
    looks: list[Look] = []
    warm = minutes * 60 / 6
    crowd.work(warm, lambda: looks.append(Look.at(server.pid)))
    before = at_rest(server.pid)
    crowd.work(minutes * 60 - warm, lambda: looks.append(Look.at(server.pid)))
    return crowd, kind, looks, before, at_rest(server.pid)


def faults(crowd: Crowd, kind: list[Harmless], before: Look, after: Look) -> list[str]:
    """Return what is not as wanted."""
    found = [wrong for client in kind for wrong in client.wrong][:10]
    found += [name for name in crowd.outcomes if "500" in name or "not ended" in name]
    growth = 100 * (after.web / before.web - 1)
    if growth >= MOST_GROWTH:
        found.append(f"the web process grew by {growth:.1f} %")
    if after.zombies:
        found.append(f"{after.zombies} zombies")
    if after.own_descriptors > before.own_descriptors:
        leaked = after.own_descriptors - before.own_descriptors
        found.append(f"{leaked} more descriptors than before, those of children aside")
    if after.processes > max(before.processes, Limits().workers):
        found.append(f"{after.processes} children are left, of at most {Limits().workers}")
    return found


def print_all(crowd: Crowd, looks: list[Look], before: Look, after: Look) -> None:
    """Print what happened, in two tables."""
    print_table(("what happened", "times"), sorted(crowd.outcomes.items()))
    print(f"\n{sum(crowd.outcomes.values()):,} requests\n")
    busy = {name: [getattr(look, name) for look in looks] for name in Look.__annotations__}
    named = {
        "web": "memory of the web process (RSS), MB",
        "children": "memory of its children (PSS), MB",
        "processes": "children",
        "zombies": "zombies",
        "descriptors": "descriptors of the web process",
        "threads": "threads of the web process",
    }
    rows = []
    for name, words in named.items():
        cells = (getattr(before, name), getattr(after, name), percentile(busy[name], 50))
        rows.append([words, *(f"{cell:.0f}" for cell in (*cells, max(busy[name])))])
    print_table(("the server", "at rest before", "at rest after", "busy, median", "most"), rows)
    steps = [f"{sample:.0f}" for sample in busy["web"][:: max(1, len(looks) // 20)]]
    print(f"\nThe web process over time, MB: {' '.join(steps)}")
    print(f"Growth of the web process: {100 * (after.web / max(before.web, 1) - 1):+.1f} %")


def main() -> None:
    """Measure and print; exit with 1 where something is not as wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    minutes = parser.parse_args().minutes
    print_machine()
    with served(KG_SECONDS=str(SECONDS)) as server:
        crowd, kind, looks, before, after = soak(server, minutes)
        complaints = server.complaints()
    print_all(crowd, looks, before, after)
    found = faults(crowd, kind, before, after)
    found += [f"in the log: {line}" for line in complaints[:20]]
    for fault in found:
        print(f"FAULT: {fault}")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
