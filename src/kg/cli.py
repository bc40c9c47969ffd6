"""The command line: build, validate, query, export, fmt, evidence, serve."""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from kg import __version__, asking, checking, elsewhere, export, exporting, pairing
from kg.building import build_release
from kg.commands import PATHS, STORE, Commands, example, find_project, progress, write_output
from kg.errors import InputError
from kg.formatting import format_files
from kg.release import current_release, temporary_release


@click.group(cls=Commands, epilog=example("kg build", "kg query friendship-and-council"))
@click.version_option(__version__, prog_name="kg")
@click.option("--project", type=PATHS, envvar="KG_PROJECT", help="The project's folder.")
@click.pass_context
def main(ctx: click.Context, project: Path | None) -> None:
    """A knowledge graph of municipal diplomacy: build it, check it, ask it, serve it."""
    ctx.obj = project


@main.command(epilog=example("kg build"))
@click.pass_obj
def build(project: Path | None) -> None:
    """Build a release from the tables and Turtle in data/, and make it the current one.

    Exits with 0 when it is built, 1 when the data do not hold, 2 when it could not run. Where it
    fails, the last good release and every file stay as they were.
    """
    release = build_release(find_project(project), progress())
    quads = release.description["quads"]
    click.echo(f"Release {release.id}: {quads:,} quads in {release.folder}")


main.add_command(checking.validate_)


@main.command(
    epilog=example(
        "kg query friendship-and-council -p city=서울 -p letters=false",
        "kg query friendship-and-council --format xlsx -o partners.xlsx",
        "kg query mine.rq --data city.ttl --format csv",
    )
)
@click.argument("name")
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter.")
@click.option("--data", type=PATHS, multiple=True, help="RDF file or folder; repeatable.")
@click.option(
    "--format", "format_", type=click.Choice(asking.FORMATS), default="table", show_default=True,
    help="xlsx, spreadsheet and ics are for canned queries, the last ones for CONSTRUCT and "
    "DESCRIBE.",
)  # fmt: skip
@click.option("-o", "--output", type=PATHS, help="File to write; standard output without it.")
@STORE
@click.pass_obj
def query(
    project: Path | None,
    name: str,
    parameters: Sequence[str],
    data: Sequence[Path],
    format_: str,
    output: Path | None,
    store: str | None,
) -> None:
    """Ask a canned query by its NAME, or the query in a FILE.rq.

    Answers come from the current release, in its own store or in --store, or from --data.
    Exits with 2 for an unknown name or a parameter that does not fit.
    """
    answer = asking.asked(project, name, parameters, data, format_, store)
    if output is None:
        sys.stdout.buffer.write(answer)
    else:
        write_output(output, answer)
        click.echo(f"{output}: {len(answer):,} bytes", err=True)


@main.command(
    "export",
    epilog=example("kg export --format turtle -o kg.ttl", "kg export --data city.ttl | head"),
)
@click.option("--data", type=PATHS, multiple=True, help="RDF file or folder; repeatable.")
@click.option(
    "--format", "format_", type=click.Choice(list(export.FORMATS)), default="turtle",
    show_default=True,
)  # fmt: skip
@click.option("-o", "--output", type=PATHS, help="File to write; standard output without it.")
@STORE
@click.pass_obj
def export_(
    project: Path | None,
    data: Sequence[Path],
    format_: str,
    output: Path | None,
    store: str | None,
) -> None:
    """Write the current release as RDF. Same release, same bytes.

    With --store it is written as that endpoint holds it, in the order that it comes; with --data
    those data, the ontology and what the rules conclude, in the order of the store.
    """
    found = find_project(project)
    if data:
        exporting.export_data(found, data, format_, output)
    elif store:
        elsewhere.exported(current_release(found), store, format_, output)
    else:
        exporting.export_release(found, format_, output)


main.add_command(elsewhere.publish)


@main.command(epilog=example("kg fmt", "kg fmt --check data/my-source"))
@click.argument("paths", nargs=-1, type=PATHS)
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 where something would.")
@click.pass_context
def fmt(ctx: click.Context, paths: Sequence[Path], check: bool) -> None:
    """Rewrite Turtle files in the canonical form; without PATHS all of the project's."""
    if not paths:
        project = find_project(ctx.obj)
        paths = (project.ontology, project.shapes, project.data)
    changed = format_files(paths, check)
    for path in changed:
        click.echo(f"{path}: {'not canonical; run: kg fmt' if check else 'rewritten'}")
    ctx.exit(1 if check and changed else 0)


main.add_command(checking.evidence_)
main.add_command(pairing.pairs)


@main.command(epilog=example("kg serve --port 8080", "kg serve --data city.ttl"))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--data", type=PATHS, multiple=True, help="RDF file or folder; repeatable.")
@click.option(
    "--default-graph", type=click.Choice(["union", "own"]),
    help="What a query sees that names no graphs: all together (the default), or the data set's "
    "own default graph.",
)  # fmt: skip
@STORE
@click.pass_obj
def serve(
    project: Path | None,
    host: str,
    port: int,
    data: Sequence[Path],
    default_graph: str | None,
    store: str | None,
) -> None:
    """Serve the current release, or --data, as a web site with a SPARQL endpoint.

    SIGTERM and Ctrl-C end it when the requests at work are answered; after SIGHUP it serves the
    release that is current then. Limits are set in the environment: see docs/deploying.md.
    """
    from kg.server import serve as run_server  # the web is not needed by the other commands
    from kg.settings import Settings

    found = find_project(project)
    settings = Settings.from_environment()
    if default_graph:
        settings = replace(settings, default_graph=default_graph)
    if store:
        settings = replace(settings, store=store)
    if settings.remotes and (data or settings.default_graph == "own"):
        raise InputError("with --store there is neither --data nor --default-graph own")
    if not data:
        run_server(lambda: current_release(found), host, port, settings)
        return
    if "KG_CROSS_ORIGIN" not in os.environ:
        settings = replace(settings, cross_origin="none")  # these may be nobody else's business
    with temporary_release(list(data), found) as release:
        run_server(lambda: release, host, port, settings)
