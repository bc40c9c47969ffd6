"""What decides the arrangement of processes: threads, workers kept ready, forks or fresh ones.

Run by hand: `.venv/bin/python benchmarks/arrangement.py`. On the store of the release and on one
of a million triples. Prints tables in Markdown; the last ones are kept in benchmarks/README.md.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox

from arrangement_worker import open_store, read_frame, write_frame
from measuring import (
    CROSS_PRODUCT,
    answer,
    milliseconds,
    percentile,
    places,
    point_query,
    print_machine,
    print_table,
    release_store,
    timed,
    write_triples,
)
from processes import family, proportional

TRIPLES = 1_000_000
WORKERS = 4
BLOCKS, BLOCK, FORKS, SLOW = 20, 50, 10, 2  # rounds; queries in each, by forks, by fresh processes
REPLACED = 15
WORKER = Path(__file__).parent / "arrangement_worker.py"
TRIVIAL = "ASK {}"
SCAN = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(STRLEN(STR(?o)) > 0) }"


class Worker:
    """A worker in another process."""

    def __init__(self, role: str, folder: Path, in_memory: bool = False) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(WORKER), role, str(folder), str(int(in_memory))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        self.pid = self._process.pid
        self.read_pid()

    def read_pid(self) -> None:
        """Wait until a process is ready to answer, and keep its number."""
        self.answering = int(read_frame(self._output.fileno()) or b"0")

    def send(self, text: str) -> None:
        """Send a query, and do not wait."""
        write_frame(self._input.fileno(), text.encode())

    def ask(self, text: str) -> bytes:
        """Return the answer."""
        self.send(text)
        return read_frame(self._output.fileno()) or b""

    def stop(self) -> None:
        """Kill all that belongs to it, and wait until it is gone."""
        for pid in reversed(family(self.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self._input.close()
        self._output.close()


@contextlib.contextmanager
def workers(count: int, role: str, folder: Path, in_memory: bool = False) -> Iterator[list[Worker]]:
    """Give some workers; none is left in the end."""
    with contextlib.ExitStack() as stack:
        found = []
        for _ in range(count):
            found.append(Worker(role, folder, in_memory))
            stack.callback(found[-1].stop)
        yield found


# --- what is measured ---


def one_query(folder: Path, subjects: list[str]) -> list[list[object]]:
    """Return what a query takes in each arrangement, measured in turns."""
    store = ox.Store.read_only(str(folder))
    with (
        workers(1, "ready", folder) as [ready],
        workers(1, "ready", folder, True) as [ready_in_memory],
        workers(1, "fork each", folder) as [forking],
        workers(1, "fork each", folder, True) as [forking_in_memory],
    ):
        arrangements: dict[str, tuple[Callable[[str], object], int]] = {
            "in a thread of the process": (lambda text: answer(store, text), BLOCK),
            "a worker kept ready, store on disk": (ready.ask, BLOCK),
            "a worker kept ready, store in memory": (ready_in_memory.ask, BLOCK),
            "a fork for each query, store on disk": (forking.ask, FORKS),
            "a fork for each query, store in memory": (forking_in_memory.ask, FORKS),
            "a fresh process for each query": (lambda text: ask_fresh(folder, text), SLOW),
        }
        times = in_turns(arrangements, subjects)
    floor = {kind: percentile(times[next(iter(arrangements)), kind], 50) for kind in ("t", "p")}
    return [
        [name, *(cell for kind in ("t", "p") for cell in cells(times[name, kind], floor[kind]))]
        for name in arrangements
    ]


def ask_fresh(folder: Path, text: str) -> bytes:
    """Return the answer of a process that is started for it."""
    with workers(1, "ready", folder) as [fresh]:
        return fresh.ask(text)


def in_turns(
    arrangements: dict[str, tuple[Callable[[str], object], int]], subjects: list[str]
) -> dict[tuple[str, str], list[float]]:
    """Return the seconds of each query, by arrangement and kind: (t)rivial or (p)oint."""
    times: dict[tuple[str, str], list[float]] = {}
    for block in range(-1, BLOCKS):  # the first warms up
        for name, (ask, count) in arrangements.items():
            queries = [point_query(subjects, block * BLOCK + n) for n in range(count)]
            for kind, texts in (("t", [TRIVIAL] * count), ("p", queries)):
                taken = in_a_thread(ask, texts)
                if block >= 0:
                    times.setdefault((name, kind), []).extend(taken)
    return times


def in_a_thread(ask: Callable[[str], object], texts: list[str]) -> list[float]:
    """Return the seconds of each query, asked by a thread as a server's threads do."""
    times: list[float] = []
    thread = threading.Thread(
        target=lambda: times.extend([timed(lambda text=text: ask(text)) for text in texts])  # type: ignore[misc]
    )
    thread.start()
    thread.join()
    return times


def cells(times: list[float], floor: float) -> tuple[str, str, str]:
    """Return median, 99th percentile, and how many times the floor the median is."""
    middle = percentile(times, 50)
    ratio = middle / floor
    shown = f"{ratio:.1f} ×" if ratio < 100 else f"{ratio:,.0f} ×"
    return milliseconds(middle), milliseconds(percentile(times, 99)), shown


def replaced_by_spawn(folder: Path, in_memory: bool = False, rounds: int = REPLACED) -> str:
    """Return the time from killing a busy worker to the first answer of a fresh process."""
    times = []
    worker = Worker("ready", folder, in_memory)
    try:
        for _ in range(rounds):
            worker.send(CROSS_PRODUCT)
            time.sleep(0.05)
            begin = time.perf_counter()
            worker.stop()
            worker = Worker("ready", folder, in_memory)
            worker.ask(TRIVIAL)
            times.append(time.perf_counter() - begin)
    finally:
        worker.stop()
    return milliseconds(percentile(times, 50))


def replaced_by_fork(folder: Path, in_memory: bool = False) -> str:
    """Return the time from killing a busy worker to the first answer of its parent's next."""
    times = []
    with workers(1, "fork again", folder, in_memory) as [worker]:
        for _ in range(REPLACED):
            worker.send(CROSS_PRODUCT)
            time.sleep(0.05)
            begin = time.perf_counter()
            os.kill(worker.answering, signal.SIGKILL)
            worker.read_pid()
            worker.ask(TRIVIAL)
            times.append(time.perf_counter() - begin)
    return milliseconds(percentile(times, 50))


def opened(folder: Path, in_memory: bool = False, rounds: int = REPLACED) -> str:
    """Return the time to open the store in this process."""
    times = [timed(lambda: open_store(folder, in_memory)) for _ in range(rounds)]
    return milliseconds(percentile(times, 50))


def imported(code: str) -> str:
    """Return the time of a Python process that only does `code`."""
    command = [sys.executable, "-P", "-c", code]
    times = [timed(lambda: subprocess.run(command, check=True)) for _ in range(REPLACED)]
    return milliseconds(percentile(times, 50))


def memory(role: str, folder: Path, in_memory: bool, subjects: list[str]) -> tuple[str, str]:
    """Return the MB of some workers and all that they need: after a query, and after a scan."""
    if role == "ready":
        with workers(WORKERS, role, folder, in_memory) as found:
            return spent(found, [worker.pid for worker in found], subjects)
    with forked(folder, in_memory) as (parent, found):
        return spent(found, family(parent), subjects)


def spent(found: list["Worker"], pids: list[int], subjects: list[str]) -> tuple[str, str]:
    """Return the MB after each has answered a query, and after each has read everything."""
    sums = []
    for text in (point_query(subjects, 0), SCAN):
        for worker in found:
            worker.ask(text)
        sums.append(f"{sum(map(proportional, pids)):.0f} MB")
    return sums[0], sums[1]


class Forked(Worker):
    """A worker that a parent forked: the same frames over pipes that both inherited."""

    def __init__(self, source: int, target: int) -> None:
        self._source, self._target = source, target

    def send(self, text: str) -> None:
        write_frame(self._target, text.encode())

    def ask(self, text: str) -> bytes:
        self.send(text)
        return read_frame(self._source) or b""


@contextlib.contextmanager
def forked(folder: Path, in_memory: bool) -> Iterator[tuple[int, list[Worker]]]:
    """Give a parent with the store open and the workers that it forked."""
    pipes = [(os.pipe(), os.pipe()) for _ in range(WORKERS)]
    held = [end for pair in pipes for pipe in pair for end in pipe]
    numbers = json.dumps([(asked[0], answered[1]) for asked, answered in pipes])
    parent = subprocess.Popen(
        [sys.executable, str(WORKER), "fork all", str(folder), str(int(in_memory)), numbers],
        pass_fds=[end for asked, answered in pipes for end in (asked[0], answered[1])],
        start_new_session=True,
    )
    try:
        found: list[Worker] = [Forked(answered[0], asked[1]) for asked, answered in pipes]
        for _, answered in pipes:
            read_frame(answered[0])
        yield parent.pid, found
    finally:
        os.killpg(parent.pid, signal.SIGKILL)
        parent.wait()
        for end in held:
            os.close(end)


# --- the tables ---


def print_store(folder: Path, subjects: list[str]) -> None:
    """Print all tables for one store."""
    print(f"\n### {len(ox.Store.read_only(str(folder))):,} quads\n")
    heads = ("median", "99 %", "ratio")
    columns = ["one query", *(f"{k}, {h}" for k in ("trivial", "point") for h in heads)]
    print_table(columns, one_query(folder, subjects))
    print()
    slow = 3  # rounds, where a whole store is read each time
    print_table(
        ("what", "store on disk", "store in memory"),
        [
            ["opening it", opened(folder), opened(folder, True, slow)],
            ["a killed worker replaced by a fresh process", replaced_by_spawn(folder),
             replaced_by_spawn(folder, True, slow)],
            ["… by a fork of a clean parent", replaced_by_fork(folder),
             replaced_by_fork(folder, True)],
        ],
    )  # fmt: skip
    print()
    print_table(
        (f"memory of {WORKERS} workers (PSS)", "after a query", "after a scan of everything"),
        [
            [f"{name}, store {place}", *memory(role, folder, place == "in memory", subjects)]
            for place in ("on disk", "in memory")
            for role, name in (("ready", "each opens it"), ("fork all", "forks, with their parent"))
        ],
    )


def main() -> None:
    """Measure and print."""
    print_machine()
    print_table(
        ("a process that only imports", "measured"),
        [[code, imported(code)] for code in ("pass", "import pyoxigraph", "import kg.worker")],
    )
    folder = release_store()
    print_store(folder, places(ox.Store.read_only(str(folder))))
    with tempfile.TemporaryDirectory() as temporary:
        folder, file = Path(temporary) / "store", Path(temporary) / "made.nt"
        subjects = write_triples(file, TRIPLES)
        store = ox.Store(str(folder))
        store.bulk_load(path=str(file), format=ox.RdfFormat.N_TRIPLES)
        store.optimize()
        store.flush()
        del store
        print_store(folder, subjects)


if __name__ == "__main__":
    main()
