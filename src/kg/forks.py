"""A process that holds the graph in memory and becomes one worker after the other, by fork.

Started as `python -m kg.forks STORE MOST MEMORY ROWS BYTES SOCKET`, the last one the number of a
Unix socket. It reads the union of all graphs from the store on disk, and says R; or L, and ends, as
soon as that takes more than MOST bytes. For each input and output that it is sent then, it forks a
worker on them, and sends its number and a descriptor of the process (pidfd). All workers share the
memory of the graph, which nobody writes.

It has no other thread, never reads a query itself, and ends when its socket closes.
"""

import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress

import pyoxigraph as ox

from kg import worker

_CHILD = {signal.SIGCHLD}
# Signals that may go to the whole group: the server then closes our socket, and we bury the rest.
_FOR_THE_SERVER = (signal.SIGINT, signal.SIGTERM)
_STEP = 50_000  # triples between two looks at the memory that they take, some 20 MB


class _TooLargeError(Exception):
    """The graph takes more memory than it may."""


def main(folder: str, most: int, memory: int, rows: int, size: int, number: int) -> None:
    """Fork workers as they are asked for; each may take `memory` bytes beside the graph.

    The graph may take `most` bytes.
    """
    control = socket.socket(fileno=number)
    for ours in _FOR_THE_SERVER:
        signal.signal(ours, signal.SIG_IGN)
    before = _addresses()
    held = ox.Store()
    try:
        held.bulk_extend(_union(folder, most + _resident()))
    except _TooLargeError:
        control.sendall(b"L")
        return
    memory += _addresses() - before
    gc.freeze()  # or the collector would touch, and so copy, what the workers share
    signal.signal(signal.SIGCHLD, _bury)
    control.sendall(b"R")
    while True:
        asked, descriptors, *_ = socket.recv_fds(control, 1, 2)
        if not asked:
            break
        # Until there is a descriptor of the process, its number must not pass to another one.
        signal.pthread_sigmask(signal.SIG_BLOCK, _CHILD)
        pid = os.fork()
        if not pid:
            try:
                _take_over(*descriptors)
                worker.main(folder, memory, rows, size, held)
            finally:
                os._exit(0)
        handle = os.pidfd_open(pid)
        socket.send_fds(control, [str(pid).encode()], [handle])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _CHILD)
        for descriptor in (*descriptors, handle):
            os.close(descriptor)
    with suppress(ChildProcessError):  # nobody else buries its workers
        while True:
            os.wait()


def _union(folder: str, most: int) -> Iterator[ox.Quad]:
    """Yield the triples of every graph, all in the default graph.

    Raises _TooLargeError when this process holds more than `most` bytes of memory.
    """
    for number, quad in enumerate(ox.Store.read_only(folder), 1):
        yield ox.Quad(quad.subject, quad.predicate, quad.object)
        if number % _STEP == 0 and _resident() > most:
            raise _TooLargeError


def _take_over(questions: int, answers: int) -> None:
    """Make the two descriptors standard input and output, and close all others but errors."""
    os.dup2(questions, 0)
    os.dup2(answers, 1)
    os.closerange(3, max(map(int, os.listdir("/proc/self/fd"))) + 1)
    for number in (signal.SIGCHLD, *_FOR_THE_SERVER):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _CHILD)


def _bury(*_: object) -> None:
    """Let the system forget workers that have ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _addresses() -> int:
    """Return how many bytes of addresses this process uses."""
    return _pages()[0] * os.sysconf("SC_PAGE_SIZE")


def _resident() -> int:
    """Return how many bytes of memory this process holds."""
    return _pages()[1] * os.sysconf("SC_PAGE_SIZE")


def _pages() -> list[int]:
    with open("/proc/self/statm", encoding="ascii") as file:
        return [int(number) for number in file.read().split()]


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
