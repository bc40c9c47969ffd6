"""What commands do with a release in another server: ask, export, validate, bring it there."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile

import click

from kg.commands import example, find_project, progress
from kg.endpoints import check_address
from kg.errors import InputError
from kg.graphs import Project, source_folders
from kg.publishing import Publication
from kg.release import Release, current_release
from kg.remote import RemoteStore
from kg.remote_export import export
from kg.remote_validation import validate_remote
from kg.report import Report
from kg.settings import Settings
from kg.shapes import Shapes
from kg.store import Store

_EXPORT_SECONDS = 3600.0  # for each graph


def remote_store(release: Release, addresses: str) -> Store:
    """Return `release` as other servers hold it; name and password are in the environment."""
    settings = _at(addresses)
    return RemoteStore(settings.remote(release.id, release.graphs), settings.limits.seconds)


def exported(release: Release, addresses: str, format_: str, output: Path | None) -> None:
    """Write `release` as other servers hold it to `output`, or else to standard output.

    Raises InputError, LimitError.
    """
    remote = _at(addresses).remote(release.id, release.graphs)
    graphs = list(release.graphs)
    if output is None:
        export(remote, graphs, format_, sys.stdout.buffer.write, _EXPORT_SECONDS)
        return
    try:
        with NamedTemporaryFile(dir=output.parent, prefix=".kg-", delete=False) as file:
            draft = Path(file.name)
            try:
                export(remote, graphs, format_, file.write, _EXPORT_SECONDS)
                draft.chmod(0o644)
                draft.rename(output)
            finally:
                draft.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{output}: cannot be written: {error.strerror}") from error


def validated(
    project: Project,
    addresses: str,
    shapes: Shapes,
    seconds: float,
    checks_only: bool,
    tell: Callable[[str], None],
) -> Report:
    """Hold the current release of `project`, as other servers hold it, against `shapes`."""
    release = current_release(project)
    remote = _at(addresses).remote(release.id, release.graphs)
    files = source_folders(project)
    return validate_remote(release, remote, shapes, seconds, files, checks_only, tell)


def published(
    release: Release, url: str, graph_store: str, give_up: bool, tell: Callable[[str], None]
) -> bool:
    """Bring `release` to the store at `url`; see `kg.publishing`."""
    check_address(graph_store)
    remote = replace(_at(url), store_graphs="union").remote()
    return Publication(release, remote, graph_store, tell).publish(give_up)


def _at(addresses: str) -> Settings:
    return replace(Settings.from_environment(), store=addresses)


@click.command(
    epilog=example(
        "kg publish http://localhost:7878/query --graph-store http://localhost:7878/store"
    )
)
@click.argument("url")
@click.option(
    "--graph-store", metavar="URL", required=True,
    help="The same store's address for the Graph Store Protocol, which may write.",
)  # fmt: skip
@click.option("--replace", is_flag=True, help="Give up another release that the store holds.")
@click.pass_obj
def publish(project: Path | None, url: str, graph_store: str, replace: bool) -> None:
    """Bring the current release into the store that answers queries at URL.

    Until all of it is there and counted, the store does not say that it holds it. What was
    interrupted goes on where it stopped. Exits with 0 when it is there, 1 when the counts of
    triples differ, 2 when it could not be done. Name and password: KG_STORE_USER,
    KG_STORE_PASSWORD, KG_STORE_LOGIN.
    """
    release = current_release(find_project(project))
    was_new = published(release, url, graph_store, replace, progress())
    quads = sum(release.graphs.values())
    click.echo(f"Release {release.id}: {quads:,} quads {'published' if was_new else 'are there'}")
