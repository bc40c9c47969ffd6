"""What all commands share: errors as one message, progress, and the project that is meant."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kg.errors import InputError, KgError
from kg.graphs import Project
from kg.reading import write_whole

PATHS = click.Path(path_type=Path)
STORE = click.option(
    "--store", envvar="KG_STORE", metavar="URL",
    help="A SPARQL endpoint that holds the release, or several with commas between them.",
)  # fmt: skip


class Commands(click.Group):
    """Prints our errors as one message and exits with 2, or with 1 for data that do not build."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; see click."""
        try:
            return super().invoke(ctx)
        except KgError as error:
            click.echo(f"kg: {error}", err=True)
            if ctx.invoked_subcommand == "build":
                click.echo("No release was built; the last good one stays.", err=True)
            # Only a build tells data that do not hold from work that could not be done.
            ctx.exit(error.exit_code if ctx.invoked_subcommand in ("build", "publish") else 2)
        except BrokenPipeError:  # the reader, such as `head`, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


def example(*lines: str) -> str:
    """Return the end of a help text: commands to try, a line each."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def progress() -> Callable[[str], None]:
    """Return a teller of steps: on a terminal it shows each with the seconds since the start."""
    start = time.monotonic()

    def tell(step: str) -> None:
        if sys.stderr.isatty():
            click.echo(f"{time.monotonic() - start:5.1f} s  {step}", err=True)

    return tell


def find_project(folder: Path | None) -> Project:
    """Return the project in `folder`, else the one that the current folder lies in."""
    if folder is not None:
        if not folder.is_dir():
            raise InputError(f"{folder}: no such folder; give the project's with --project")
        return Project(folder)
    here = Path.cwd()
    for candidate in (here, *here.parents):
        if (candidate / "ontology").is_dir() and (candidate / "queries").is_dir():
            # a short path reads better in messages
            return Project(Path(os.path.relpath(candidate)))
    raise InputError(f"{here}: no kg project here; change to its folder or give --project")


def write_output(path: Path, data: bytes) -> None:
    """Write `data` to the file that a command was given. Raises InputError where it cannot."""
    try:
        write_whole(path, data)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
