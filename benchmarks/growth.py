"""What grows with the data: validation, a release from N-Quads, its start, exports.

`python benchmarks/growth.py --scale 0.6` writes a world first; `--world FILE.nq` takes one that is
there. Each step is a process of its own, so that processor time and peak memory are its alone.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from kg.graphs import Project
from kg.release import current_release, temporary_release
from kg.store import EmbeddedStore
from kg.streaming import stream
from kg.syntaxes import GRAPH_FORMATS
from measuring import ROOT, print_machine, print_table
from processes import listening
from world import write_world

PARTS = ("data", "ontology", "queries", "shapes")
KG = (sys.executable, "-m", "kg", "--project")


def main() -> None:
    """Measure what the command line asks for, and print the table."""
    parser = argparse.ArgumentParser(description="Measure what grows with the data.")
    parser.add_argument("--scale", type=float, default=0.6, help="1 is 1,000 municipalities")
    parser.add_argument("--world", type=Path, help="N-Quads that are there already")
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        _step(*arguments.step)
        return
    print_machine()
    with tempfile.TemporaryDirectory(prefix="kg-growth-") as temporary:
        project, world = Path(temporary), arguments.world or Path(temporary) / "world.nq"
        if arguments.world is None:
            write_world(arguments.scale, world)
        for part in PARTS:
            (project / part).symlink_to(ROOT / part)
        rows = _rows(project, world)
    columns = ("what", "quads", "seconds", "quads a second", "processor", "peak memory")
    print_table(columns, rows)


def _rows(project: Path, world: Path) -> list[tuple[str, ...]]:
    """Return a row for each step; the later ones use the release that an earlier one built."""
    with world.open("rb") as file:
        asked = sum(1 for _ in file)
    own = (sys.executable, __file__, "--step")
    rows = [
        _measured("kg validate --data", asked, (*KG, str(ROOT), "validate", "--data", str(world))),
        _measured("a release from N-Quads", asked, (*own, "build", str(project), str(world))),
    ]
    held = EmbeddedStore.open(current_release(Project(project)).store).size()
    with listening([*KG, str(project), "serve", "--port", "0"], {}) as server:
        rows.append(("start of the server on it", f"{held:,}", f"{server.seconds:.1f}", "", "", ""))
    for name in GRAPH_FORMATS:
        row = _measured(f"export as {name}", held, (*own, "export", str(project), name))
        rows.append(row)
    return rows


def _measured(what: str, quads: int, command: Sequence[str]) -> tuple[str, ...]:
    """Run `command`; return its seconds, quads a second, seconds of processors and memory."""
    begin = time.perf_counter()
    null = os.open(os.devnull, os.O_WRONLY)
    child = os.posix_spawn(
        command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)]
    )
    os.close(null)
    _, status, used = os.wait4(child, 0)
    seconds = time.perf_counter() - begin
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{' '.join(command)}: failed")
    rate = f"{quads / seconds:,.0f}"
    busy = f"{used.ru_utime + used.ru_stime:.1f} s"
    return what, f"{quads:,}", f"{seconds:.1f}", rate, busy, f"{used.ru_maxrss / 1024:,.0f} MB"


def _step(name: str, folder: str, argument: str) -> None:
    """Do one step in a process of its own."""
    project = Project(Path(folder))
    if name == "build":
        with temporary_release([Path(argument)], project) as release:
            shutil.copytree(release.folder, project.build / "releases" / release.id)
            (project.build / "current").write_text(release.id)
        return
    store = EmbeddedStore.open(current_release(project).store)
    stream(store.quads(), argument, sys.stdout.buffer.write)


if __name__ == "__main__":
    main()
