"""Workers take the better allocator, where the system has one."""

import os
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
