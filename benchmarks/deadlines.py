"""How late the server is in ending queries that would never end, by the clock.

Run by hand: `.venv/bin/python benchmarks/deadlines.py`. It sends every hostile request of the tests
whose query has a deadline, one after the other, and takes the time to the last byte. Wanted: no
answer more than a second after its deadline. Beside each a bare process is started and killed
after as long, which says how late the machine itself is.
"""

import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import milliseconds, percentile, print_machine, print_table

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from hostile import CASES, DEATH, SECONDS
from test_hostile import exchange, served, wire

WANTED = 1.0
FOREVER = [sys.executable, "-S", "-c", "while True: pass"]


def bare(seconds: float) -> float:
    """Return the seconds until a process is dead that is killed after `seconds`."""
    process = subprocess.Popen(FOREVER)
    begin = time.monotonic()
    time.sleep(seconds)
    process.kill()
    process.wait()
    return time.monotonic() - begin


def main() -> int:
    """Print how late the answers and the bare processes were; 1 where an answer was too late."""
    late: list[float] = []
    bare_late: list[float] = []
    worst = ""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), KG_SECONDS=f"{SECONDS:g}") as site,
        socket.create_server(("127.0.0.1", 0)) as trap,
    ):
        for case in (case for case in CASES if case.family == DEATH):
            request = wire(case, site, trap.getsockname()[1])
            seconds = exchange(site, request, case.method, case.half_closed).seconds
            if seconds < case.seconds:
                continue  # answered or refused before
            if seconds - case.seconds > max(late, default=0):
                worst = case.name
            late.append(seconds - case.seconds)
            bare_late.append(bare(case.seconds) - case.seconds)
    print_machine()
    rows = [
        (
            name,
            len(times),
            *map(milliseconds, (percentile(times, 50), percentile(times, 95), max(times))),
        )
        for name, times in (("queries", late), ("bare processes", bare_late))
    ]
    print_table(["late after the deadline", "number", "median", "95 %", "worst"], rows)
    print(f"\nThe worst: {worst}.")
    return int(max(late) > WANTED)


if __name__ == "__main__":
    sys.exit(main())
