"""The process that holds the graph in memory, as the server sees it; see `kg.forks`."""

import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
from io import FileIO
from pathlib import Path

from kg.allocator import environment
from kg.limits import Limits
from kg.workers import Worker

_PATIENCE = 5.0  # seconds for a fork, which takes some thousandths of one
_TOO_LARGE = "the graph takes more memory than it may here (KG_GRAPH_MB, KG_WORKERS)"
_FOR_COPIES = 2 / 3  # of the memory that is free: queries need some beside the graph


def room(store: Path, limits: Limits) -> int:
    """Return the bytes of memory that the graph in the folder `store` may take, 0 for none.

    Workers share its pages until a query has touched them: the engine counts in each entry who
    reads it. So in the worst case there is a copy for each worker. What we measured took 1.2 to 2.2
    times the size of its store; one whose store is too large already is not tried. It needs Linux.
    """
    if sys.platform != "linux":
        return 0
    most = min(limits.graph_bytes, int(_free() * _FOR_COPIES / (1 + limits.workers)))
    return most if sum(path.stat().st_size for path in store.iterdir()) < most else 0


class ForkServer:
    """The process on one store. It starts in the background; not for two threads at once."""

    def __init__(self, store: Path, most: int, limits: Limits) -> None:
        """Let it read the graph, which may take `most` bytes of memory."""
        self.ready = False
        self._socket, theirs = socket.socketpair()
        numbers = (most, limits.memory_bytes, limits.rows, limits.result_bytes, theirs.fileno())
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-P", "-m", "kg.forks", str(store), *map(str, numbers)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()], env=environment(),
            )  # fmt: skip

    def look(self) -> bool:
        """Return whether it can fork now. Raises OSError where it has ended."""
        if not self.ready and _readable(self._socket.fileno()):
            said = self._socket.recv(1)
            if said != b"R":
                raise OSError(_TOO_LARGE if said == b"L" else "the graph could not be read")
            self._socket.settimeout(_PATIENCE)
            self.ready = True
        return self.ready

    def fork(self) -> Worker:
        """Return a new worker. Raises OSError where the process has ended or hangs."""
        with contextlib.ExitStack() as failed:
            input_, questions = _pipe(failed)
            answers, output = _pipe(failed)
            with input_, output:
                socket.send_fds(self._socket, [b"F"], [input_.fileno(), output.fileno()])
                number, handles, *_ = socket.recv_fds(self._socket, 20, 1)
            if not handles:
                raise OSError("the process that holds the graph in memory has ended")
            failed.pop_all()
        return Worker(Forked(int(number), handles[0]), questions, answers, held=True)

    def kill(self) -> None:
        """Stop the process at once; workers that it has forked go on."""
        self._socket.close()
        self._process.kill()

    def is_gone(self) -> bool:
        """Return whether the process has ended; the system forgets it then."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End the process, once its workers have been killed, and wait until it has buried them."""
        self._socket.close()
        if not self.ready:  # it reads the graph, and would not notice
            self._process.kill()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Forked:
    """A process that is no child of this one: its number, and a descriptor that means it alone."""

    def __init__(self, pid: int, handle: int) -> None:
        self.pid = pid
        self._handle: int | None = handle

    def kill(self) -> None:
        """Stop the process at once, where it has not ended."""
        if self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def poll(self) -> int | None:
        """Return None as long as the process runs."""
        if self._handle is not None and _readable(self._handle):
            os.close(self._handle)
            self._handle = None
        return None if self._handle is not None else 0


def _pipe(closing: contextlib.ExitStack) -> tuple[FileIO, FileIO]:
    """Return the ends of a new pipe, to read from and to write to; `closing` closes both."""
    read, write = os.pipe()
    return (
        closing.enter_context(os.fdopen(read, "rb", 0)),
        closing.enter_context(os.fdopen(write, "wb", 0)),
    )


def _readable(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _free() -> float:
    """Return the bytes of memory that this process and its children may still take."""
    found = re.search(r"MemAvailable:\s+([0-9]+) kB", Path("/proc/meminfo").read_text("ascii"))
    free = int(found[1]) * 1024 if found else 0
    group = Path("/proc/self/cgroup").read_text("utf-8").rpartition("::")[2].strip()
    with contextlib.suppress(OSError, ValueError):  # no limit, or none that we can see
        folder = Path("/sys/fs/cgroup", group.lstrip("/"))
        most, now = ((folder / f"memory.{name}").read_text("ascii") for name in ("max", "current"))
        free = min(free, int(most) - int(now))
    return free
