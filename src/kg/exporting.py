"""What `kg export` writes: the current release as it was built, or data of one's own as they come.

Both go through in pieces: what is written may be larger than memory.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import click

from kg import export
from kg.errors import InputError
from kg.graphs import Project
from kg.release import current_release, temporary_release
from kg.store import EmbeddedStore
from kg.streaming import stream_store

_BLOCK = 1024**2  # bytes read at once


def export_release(project: Project, format_: str, output: Path | None) -> None:
    """Write the current release to `output`, or else to standard output.

    Raises InputError, and NotFoundError where none was built.
    """
    release = current_release(project)
    path = release.folder / export.FORMATS[format_][0]
    with path.open("rb") as file, output_to(output) as write:
        while block := file.read(_BLOCK):
            write(block)
    _tell(output, f"release {release.id}")


def export_data(project: Project, data: Sequence[Path], format_: str, output: Path | None) -> None:
    """Write RDF files and folders with our ontology and what our rules conclude from them.

    Raises InputError, and DataError where a file is malformed.
    """
    with temporary_release(data, project) as release, output_to(output) as write:
        stream_store(EmbeddedStore.open(release.store), format_, write)
    _tell(output, ", ".join(map(str, data)))


@contextmanager
def output_to(path: Path | None) -> Iterator[Callable[[bytes], Any]]:
    """Yield what writes to the file that a command was given, or to standard output.

    A plain file is the old one or the whole new one, never half of it. Raises InputError where
    it cannot be written.
    """
    if path is None:
        yield sys.stdout.buffer.write
        return
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            with path.open("wb") as file:
                yield file.write
            return
        with NamedTemporaryFile(dir=path.parent, prefix=".draft-", delete=False) as draft:
            whole = Path(draft.name)
            try:
                yield draft.write
                draft.flush()
                whole.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
                whole.replace(path)
            finally:
                whole.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error


def _tell(output: Path | None, what: str) -> None:
    if output is not None:
        click.echo(f"{output}: {what}, {output.stat().st_size:,} bytes", err=True)
