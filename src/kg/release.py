"""Releases: immutable folders named after their content, one of them current."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg import __version__
from kg.errors import NotFoundError
from kg.graphs import Project, complete
from kg.headers import read_queries
from kg.kept import keep_answers
from kg.loading import load, new_store
from kg.reading import rdf_files


@dataclass(frozen=True)
class Release:
    """One release on disk.

    `id` is 16 hexadecimal digits that follow from the content; `description` is release.json:
    version, number of quads, graphs with their triples, dumps with bytes and SHA-256.
    """

    id: str
    folder: Path
    description: Mapping[str, Any]

    @property
    def store(self) -> Path:
        """The folder of the Oxigraph store."""
        return self.folder / "store"

    @property
    def queries(self) -> Path:
        """The folder of the canned queries as they were at the time."""
        return self.folder / "queries"

    @property
    def graphs(self) -> Mapping[str, int]:
        """The named graphs with their triples; of `kg serve --data` they are not known."""
        known: Mapping[str, int] = self.description.get("graphs") or {}
        return known


def open_release(folder: Path) -> Release:
    """Return the release in `folder`. Raises NotFoundError where there is none that is whole."""
    if not is_whole(folder):
        raise NotFoundError(f"{folder}: no whole release here; build it (again) with: kg build")
    description = json.loads((folder / "release.json").read_text("utf-8"))
    return Release(description["id"], folder, description)


def is_whole(folder: Path) -> bool:
    """Tell whether `folder` holds a release with its description, store and every dump."""
    try:
        description = json.loads((folder / "release.json").read_text("utf-8"))
        dumps = {folder / dump["file"]: dump["bytes"] for dump in description["dumps"]}
        return (
            (folder / "store" / "CURRENT").is_file()
            and (folder / "queries").is_dir()
            and all(path.stat().st_size == size for path, size in dumps.items())
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def code_digest() -> str:
    """Return the SHA-256 of this package's code: another writer may write other bytes."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def current_release(project: Project) -> Release:
    """Return the release that is served. Raises NotFoundError where none was built yet."""
    pointer = project.build / "current"
    if not pointer.is_file():
        raise NotFoundError(f"{pointer}: no release was built yet; build one with: kg build")
    return open_release(project.build / "releases" / pointer.read_text("utf-8").strip())


@contextmanager
def temporary_release(paths: Sequence[Path], project: Project) -> Iterator[Release]:
    """Yield a release of the RDF files and folders `paths`, removed when the block ends.

    Its identifier follows from the bytes of the files. Nothing is validated. To data in our terms
    the ontology and what the rules conclude are added, so that the canned questions answer.

    Raises DataError or InputError, as `kg.reading` does, for files that cannot be used.
    """
    files = rdf_files(paths)
    queries = read_queries(project.queries) if project.queries.is_dir() else {}
    with ThreadPoolExecutor(1) as beside, tempfile.TemporaryDirectory(prefix="kg-") as temporary:
        folder, digest = Path(temporary), beside.submit(_digest, files)
        with new_store(folder / "store") as store:
            for path in files:
                load(store, path)
            complete(store, project)
        keep_answers(folder / "store", queries.values())
        if project.queries.is_dir():
            shutil.copytree(project.queries, folder / "queries")
        else:
            (folder / "queries").mkdir()
        description = {
            "id": digest.result()[:16],
            "version": __version__,
            "graphs": {},
            "dumps": [],
            "files": [str(path) for path in files],
        }
        (folder / "release.json").write_text(json.dumps(description), "utf-8")
        yield open_release(folder)


def _digest(files: Sequence[Path]) -> str:
    """The SHA-256 of the bytes of `files`, one after the other, read in blocks."""
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            hashlib.file_digest(file, lambda: digest)
    return digest.hexdigest()
