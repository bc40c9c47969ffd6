"""The command and its workers take the better allocator, where the system has one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.allocator import environment, found
from kg.engine import Engine
from kg.limits import Limits
from kg.loading import build_store
from kg.reading import read_quads
from serving import GRAPH


def test_what_the_environment_says_stays():
    for said in ({"LD_PRELOAD": "x"}, {"GLIBC_TUNABLES": "y"}):
        assert environment(said) == said


def test_without_a_library_glibc_is_told_to_be_patient(monkeypatch):
    monkeypatch.setattr("kg.allocator.found", lambda: None)
    changed = environment({"A": "b"})
    assert changed.pop("GLIBC_TUNABLES").startswith("glibc.malloc.tcache_count=127:")
    assert changed == {"A": "b"}


PRELOADED = """
import os, sys
from kg.allocator import begin_anew
begin_anew()
print(os.environ.get("LD_PRELOAD"), sys.argv[1:])
"""
SAYS_NOTHING = {
    name: value
    for name, value in os.environ.items()
    if name not in ("LD_PRELOAD", "GLIBC_TUNABLES")
}


@pytest.mark.skipif(found() is None, reason="apt-get install libmimalloc2.0")
def test_a_process_begins_anew_with_the_library_and_all_else_as_it_was(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(PRELOADED)
    command = [sys.executable, "-P", str(script), "one argument", "--two"]
    done = subprocess.run(command, env=SAYS_NOTHING, capture_output=True, text=True, check=True)
    assert done.stdout == f"{found()} ['one argument', '--two']\n"
    said = SAYS_NOTHING | {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=7"}
    done = subprocess.run(command, env=said, capture_output=True, text=True, check=True)
    assert done.stdout == "None ['one argument', '--two']\n"


@pytest.mark.skipif(found() is None, reason="apt-get install libmimalloc2.0")
@pytest.mark.parametrize(
    "command", [[sys.executable, "-m", "kg"], [Path(sys.executable).parent / "kg"]]
)
@pytest.mark.parametrize(
    ("arguments", "begins", "has_it"),
    [(["--version"], "kg, version", True), (["serve", "--help"], "Usage: ", False)],
    ids=["command", "web process"],
)
def test_the_command_has_the_library_and_the_web_process_has_not(
    command, arguments, begins, has_it
):
    """As LD_DEBUG tells of the process that it begins anew."""
    said = SAYS_NOTHING | {"LD_DEBUG": "libs"}
    done = subprocess.run([*command, *arguments], env=said, capture_output=True, text=True)
    assert done.stdout.startswith(begins)
    assert (f"calling init: {found()}" in done.stderr) == has_it


@pytest.mark.skipif(found() is None, reason="apt-get install libmimalloc2.0")
@pytest.mark.parametrize("most", [0, Limits().graph_bytes], ids=["disk", "memory"])
def test_each_worker_has_the_library(tmp_path, most):
    build_store(read_quads(GRAPH), tmp_path / "store")
    engine = Engine(tmp_path / "store", Limits(workers=1, graph_bytes=most))
    try:
        while engine.holds != bool(most):
            os.sched_yield()
        answer = engine.answer("SELECT * WHERE { ?s ?p ?o . ?t ?q ?r }")
        answer.begin()
        (run,) = engine._runs
        assert Path(str(found())).name in Path(f"/proc/{run.worker.pid}/maps").read_text()
        answer.close()
    finally:
        engine.close()
