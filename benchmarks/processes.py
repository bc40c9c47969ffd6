"""Servers that the benchmarks start and end, and what their processes hold meanwhile."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from http_client import Client
from measuring import ROOT


@dataclass(frozen=True)
class Server:
    """A server of ours: its process, its port, the seconds until it was open, and its log."""

    pid: int
    port: int
    seconds: float
    log: Path

    def complaints(self) -> list[str]:
        """Return what its log tells beside the lines of JSON for requests."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return [line for line in lines if not line.startswith("{")]


@contextlib.contextmanager
def served(*arguments: str, **environment: str) -> Iterator[Server]:
    """Give `kg serve` on a free port, with `arguments`, once its workers have the graph in memory.

    In the end nothing of it is left.
    """
    with listening(
        [sys.executable, "-m", "kg", "--project", str(ROOT), "serve", "--port", "0", *arguments],
        environment,
    ) as server:
        _wait_until_held(server.port)
        yield server


@contextlib.contextmanager
def listening(command: Sequence[str], environment: dict[str, str]) -> Iterator[Server]:
    """Give the server that `command` starts; it prints a line with `http://…:PORT/`."""
    begin = time.perf_counter()
    handle, name = tempfile.mkstemp(prefix="kg-benchmark-", suffix=".log")
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=handle,
        text=True,
        env={**os.environ, **environment},
        start_new_session=True,
    )
    os.close(handle)
    assert process.stdout is not None
    try:
        port = next((found[1] for line in process.stdout if (found := _address(line))), None)
        if port is None:
            raise SystemExit(f"{' '.join(command)}: does not start; run it by hand to see why")
        _wait_until_open(int(port))
        yield Server(process.pid, int(port), time.perf_counter() - begin, Path(name))
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        # Its children have its group: none outlives the benchmark, whatever happened.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        Path(name).unlink()


def _address(line: str) -> re.Match[str] | None:
    return re.search(r"http://[^ /]+:(\d+)/", line)


def _wait_until_open(port: int) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), Client(port) as client:
            client.get("/")
            return
        time.sleep(0.02)
    raise SystemExit(f"port {port} does not answer")


def _wait_until_held(port: int) -> None:
    with Client(port) as client:
        for _ in range(1200):
            if b"kg_graph_in_memory 1" in client.get("/metrics").body:
                return
            time.sleep(0.1)
    print("the graph is not held in memory; workers read the disk", flush=True)


def family(pid: int) -> list[int]:
    """Return `pid` and all that descend from it, zombies included."""
    found = [pid]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, children.read_text().split())
    return found


def status(pid: int, name: str) -> str:
    """Return a field of /proc/PID/status, such as VmRSS, Threads or State; "" where it is not."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return line.split(":", 1)[1].strip()
    return ""


def resident(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    return int((status(pid, "VmRSS") or "0").split()[0]) / 1024


def proportional(pid: int) -> float:
    """Return the memory of a process in MB, where a page that N share counts as 1/N of one."""
    with contextlib.suppress(OSError):
        found = re.search(r"\nPss: +(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text())
        return int(found[1]) / 1024 if found else 0
    return 0


def descriptors(pid: int) -> int:
    """Return how many files, pipes and sockets a process holds."""
    with contextlib.suppress(OSError):
        return len(os.listdir(f"/proc/{pid}/fd"))
    return 0
