"""Clients that ask a server as fast as it answers, as processes, and what they measured."""

import contextlib
import multiprocessing
import queue
import socket
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.queues import Queue

from http_client import Client
from measuring import percentile

MOST_SECONDS = 30.0  # for one request
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Target:
    """A request as it goes over the wire."""

    message: bytes


@dataclass
class Load:
    """What came of asking: seconds of each right answer, those to the first byte, failures."""

    times: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    processor: float = 0.0  # seconds that the clients themselves took

    @property
    def rate(self) -> float:
        """Right answers a second."""
        return len(self.times) / self.seconds if self.seconds else 0.0

    def at(self, percent: int) -> float:
        """Return the seconds that `percent` of 100 answers stay under; 0 where there is none."""
        return percentile(self.times, percent) if self.times else 0.0


def ask(port: int, targets: Sequence[Target], clients: int, seconds: float, once: bool) -> Load:
    """Ask for `targets` by turns for `seconds`, with `once` each at most once.

    Each client is a process with an address of its own and keeps its connection.
    """
    results: Queue[Load] = _FORK.Queue()
    shares = [targets[n::clients] if once else targets for n in range(clients)]
    begin = time.perf_counter()
    processes = [
        _FORK.Process(target=_client, args=(port, share, n, seconds, once, results))
        for n, share in enumerate(shares)
        if share
    ]
    for process in processes:
        process.start()
    total = Load()
    for _ in processes:
        with contextlib.suppress(queue.Empty):
            part = results.get(timeout=seconds + 2 * MOST_SECONDS)
            total.times += part.times
            total.firsts += part.firsts
            total.processor += part.processor
            total.seconds = max(total.seconds, part.seconds)
            for name, number in part.failures.items():
                total.failures[name] = total.failures.get(name, 0) + number
    for process in processes:
        process.join(1)
        process.kill()
    total.seconds = total.seconds or time.perf_counter() - begin
    return total


def _client(
    port: int,
    targets: Sequence[Target],
    number: int,
    seconds: float,
    once: bool,
    results: "Queue[Load]",
) -> None:
    load = Load()
    begin, processor = time.perf_counter(), time.process_time()
    with Client(port, f"127.0.1.{number + 1}", MOST_SECONDS) as client:
        at = number
        while time.perf_counter() - begin < seconds:
            if once and at - number >= len(targets):
                break
            target = targets[(at - number if once else at) % len(targets)]
            at += 1
            try:
                reply = client.send(target.message)
                wrong = "" if reply.status == 200 else f"status {reply.status}"
            except OSError as error:
                wrong = "too slow" if isinstance(error, TimeoutError) else type(error).__name__
            if wrong:
                load.failures[wrong] = load.failures.get(wrong, 0) + 1
            else:
                load.times.append(reply.seconds)
                load.firsts.append(reply.first)
    load.seconds = time.perf_counter() - begin
    load.processor = time.process_time() - processor
    results.put(load)


@contextlib.contextmanager
def trivial_server() -> Iterator[int]:
    """Give the port of a server that answers anything with the same few bytes, at once."""
    body = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while connection.recv(65536):
                connection.sendall(body)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = listener.accept()[0]
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    process = _FORK.Process(target=accept)
    process.start()
    try:
        yield listener.getsockname()[1]
    finally:
        process.kill()
        process.join()
        listener.close()


def geometric_mean(values: Sequence[float]) -> float:
    """Return the geometric mean of what is above 0; 0 where nothing is."""
    kept = [value for value in values if value > 0]
    return statistics.geometric_mean(kept) if kept else 0.0
