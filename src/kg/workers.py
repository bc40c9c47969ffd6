"""A worker process as the server holds it: asked, read, slowed down, killed; see `kg.worker`."""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Protocol

from kg.allocator import environment
from kg.endpoints import Remote
from kg.limits import Limits
from kg.worker import HEAD, frame

_AHEAD = 1 << 20  # bytes that a worker may be ahead of its reader
_READ = 1 << 16


class Process(Protocol):
    """A process that can be killed, such as a `Popen`."""

    @property
    def pid(self) -> int:
        """Its number."""

    def kill(self) -> None:
        """Stop it at once."""

    def poll(self) -> int | None:
        """Return None as long as it runs."""


class Worker:
    """One worker process. It starts in the background."""

    def __init__(
        self, process: Process, questions: IO[bytes], answers: IO[bytes], held: bool = False
    ) -> None:
        """Take `process` with its input and output; `held`: it has the graph in memory."""
        self._process, self._input, self._output, self.held = process, questions, answers, held
        with contextlib.suppress(OSError):  # more than the system allows to one user
            fcntl.fcntl(self._output, fcntl.F_SETPIPE_SZ, _AHEAD)
        self._buffer = b""
        self._is_ready = False
        self._works_here = True

    @classmethod
    def start(cls, store: Path | Remote, limits: Limits) -> "Worker":
        """Return a new worker on a store on disk, or a remote one."""
        numbers = (limits.memory_bytes, limits.rows, limits.result_bytes)
        module = ["kg.worker", str(store)] if isinstance(store, Path) else ["kg.remote_worker"]
        process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-P", "-m", *module, *map(str, numbers)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment(),
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None  # noqa: S101
        worker = cls(process, process.stdin, process.stdout)
        if isinstance(store, Remote):
            worker.ask(asdict(store))  # not on the command line, which everybody may read
            worker._works_here = False
        return worker

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def ask(self, question: Mapping[str, Any]) -> None:
        """Send `question`; a process that is dead shows when its answer is read."""
        with contextlib.suppress(BrokenPipeError):
            self._send(frame(b"Q", json.dumps(question).encode()))

    def frames(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield the frames of the answer, as `kg.worker` tells of them.

        Raises EOFError as soon as the process is dead.
        """
        kind, body = self._frame()
        yield kind, body
        last = b"L" if kind == b"W" else b"E"
        while kind != last:
            kind, body = self._frame()
            yield kind, body

    def await_ready(self) -> None:
        """Return when the store is open; at once from the second time on. Raises EOFError."""
        if not self._is_ready:
            self._frame()
            self._is_ready = True

    def worked(self) -> float | None:
        """Return the seconds of a processor that it has used, None where that cannot be seen.

        To hundredths of a second. A store elsewhere works on a processor elsewhere.
        """
        if not self._works_here:
            return None
        with contextlib.suppress(OSError, ValueError, IndexError):  # ended, or not Linux
            fields = Path(f"/proc/{self.pid}/stat").read_text("ascii", "replace")
            user, system = fields.rpartition(")")[2].split()[11:13]
            return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
        return None

    def slow_down(self) -> None:
        """Let everyone else go first."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpriority(os.PRIO_PROCESS, self.pid, 19)

    def catch_up(self) -> bool:
        """Take that back; return whether the system allows it: to root, or by RLIMIT_NICE."""
        try:
            os.setpriority(os.PRIO_PROCESS, self.pid, os.getpriority(os.PRIO_PROCESS, 0))
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def kill(self) -> None:
        """Stop the process at once; whoever reads from it gets EOFError."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def is_gone(self) -> bool:
        """Return whether the process has ended; the system forgets it then."""
        return self._process.poll() is not None

    def close(self) -> None:
        """Close the pipes; for the one who reads, as another may read from the same numbers."""
        for pipe in (self._input, self._output):
            with contextlib.suppress(OSError):
                pipe.close()

    def _frame(self) -> tuple[bytes, bytes]:
        kind, size = HEAD.unpack(self._take(HEAD.size))
        return kind, self._take(size)

    def _send(self, text: bytes) -> None:
        left = memoryview(text)
        while left:
            left = left[os.write(self._input.fileno(), left) :]

    def _take(self, size: int) -> bytes:
        if len(self._buffer) < size:
            parts, missing = [self._buffer], size - len(self._buffer)
            while missing > 0:
                part = os.read(self._output.fileno(), max(_READ, min(missing, _AHEAD)))
                if not part:
                    raise EOFError
                parts.append(part)
                missing -= len(part)
            self._buffer = b"".join(parts)
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken
