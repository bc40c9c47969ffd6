"""What grows with the data: validation, releases from lines, their start, exports.

`python benchmarks/growth.py --scale 0.6` writes a world first; `--world FILE.nq` takes one that is
there. Each step is a process of its own, so that processor time and peak memory are its alone.
Releases and exports stand beside what the engine needs by itself for the same.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.allocator import begin_anew
from kg.graphs import Project
from kg.namespaces import GRAPH
from kg.release import current_release, temporary_release
from kg.store import EmbeddedStore
from kg.streaming import stream_store
from kg.syntaxes import GRAPH_FORMATS
from measuring import ROOT, print_machine, print_table, release_store
from processes import listening, status
from world import write_world

PARTS = ("data", "ontology", "queries", "shapes")
KG = (sys.executable, "-m", "kg", "--project")
STEP = (sys.executable, __file__, "--step")
FOLLOWING = (f"<{GRAPH.ontology}> .\n", f"<{GRAPH.derived}> .\n")  # the release adds these


@dataclass(frozen=True)
class Cost:
    """What a step took: seconds, seconds of processors, and peak memory in MB."""

    seconds: float
    processor: float
    memory: float


def main() -> None:
    """Measure what the command line asks for, and print the table."""
    parser = argparse.ArgumentParser(description="Measure what grows with the data.")
    parser.add_argument("--scale", type=float, default=0.6, help="1 is 1,000 municipalities")
    parser.add_argument("--world", type=Path, help="N-Quads that are there already")
    parser.add_argument("--no-validation", action="store_true", help="leave kg validate out")
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    begin_anew()
    if arguments.step:
        _step(*arguments.step)
        return
    print_machine()
    print_table(("what", "quads", "seconds", "quads a second", "processor", "peak memory"), [])
    with tempfile.TemporaryDirectory(prefix="kg-growth-") as temporary:
        project, world = Path(temporary), arguments.world or Path(temporary) / "world.nq"
        if arguments.world is None:
            write_world(arguments.scale, world)
        for part in PARTS:
            (project / part).symlink_to(ROOT / part)
        if not arguments.no_validation:
            command = (*KG, str(ROOT), "validate", "--data", str(world))
            _print("kg validate --data", _lines(world), _cost(command))
        _measure(project, *_asserted(world, project))


def _measure(project: Path, triples: Path, quads: Path) -> None:
    """Print a row for each step; the later ones use the release that an earlier one built."""
    for kind, lines in (("N-Triples", triples), ("N-Quads", quads)):
        asked = _lines(lines)
        plain = _cost((*STEP, "load", str(project / kind), str(lines)))
        _print(f"the engine's bulk loader, {kind}", asked, plain)
        _print(f"a release from {kind}", asked, _cost((*STEP, "build", str(project), str(lines))),
               plain)  # fmt: skip
    held = EmbeddedStore.open(current_release(Project(project)).store).size()
    _print_start("start and first page, the project's release", release_store().parents[3])
    _print_start("start and first page, this one", project)
    plain = _cost((*STEP, "dump", str(project), "nquads"))
    _print("the engine's dump, N-Quads", held, plain)
    for name in ("nquads", *(name for name in GRAPH_FORMATS if name != "nquads")):
        _print(f"export as {name}", held, _cost((*STEP, "export", str(project), name)), plain)


def _asserted(world: Path, folder: Path) -> tuple[Path, Path]:
    """Write what is asserted in `world` as N-Triples and as N-Quads; return both files."""
    triples, quads = folder / "asserted.nt", folder / "asserted.nq"
    with world.open() as lines, triples.open("w") as plain, quads.open("w") as named:
        for line in lines:
            if not line.endswith(FOLLOWING):
                named.write(line)
                plain.write(f"{line[: line.rindex(' <')]} .\n")
    return triples, quads


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _cost(command: Sequence[str]) -> Cost:
    """Run `command` and return what it took."""
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
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _print(what: str, quads: int, cost: Cost, plain: Cost | None = None) -> None:
    """Print a row; what is held against the engine alone has its ratio of processor time."""
    ratio = f", {cost.processor / plain.processor:.2f} ×" if plain else ""
    print(
        f"| {what} | {quads:,} | {cost.seconds:.1f} | {quads / cost.seconds:,.0f} "
        f"| {cost.processor:.1f} s{ratio} | {cost.memory:,.0f} MB |",
        flush=True,
    )


def _print_start(what: str, project: Path) -> None:
    with listening([*KG, str(project), "serve", "--port", "0"], {}) as server:
        ticks = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        busy = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
        memory = int(status(server.pid, "VmHWM").split()[0]) / 1024
    quads = EmbeddedStore.open(current_release(Project(project)).store).size()
    print(f"| {what} | {quads:,} | {server.seconds:.1f} | | {busy:.1f} s | {memory:,.0f} MB |")


def _step(name: str, folder: str, argument: str) -> None:
    """Do one step in a process of its own."""
    project = Project(Path(folder))
    match name:
        case "load":
            store = ox.Store(folder)
            store.bulk_load(path=argument)
            store.optimize()
        case "build":
            with temporary_release([Path(argument)], project) as release:
                place = project.build / "releases" / release.id
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(release.folder, place)
                release.folder.mkdir()  # its own to remove
                (project.build / "current").write_text(release.id)
        case "dump":
            dumped = ox.Store.read_only(str(current_release(project).store))
            dumped.dump(sys.stdout.buffer, format=GRAPH_FORMATS[argument])
        case _:
            held = EmbeddedStore.open(current_release(project).store)
            stream_store(held, argument, sys.stdout.buffer.write)


if __name__ == "__main__":
    main()
