"""The commands that check: data against shapes, evidence against the documents."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from kg import elsewhere, evidence, export
from kg.commands import PATHS, example, find_project, progress
from kg.datagraph import DataGraph
from kg.errors import InputError
from kg.graphs import build_graphs, quads_of, source_folders
from kg.namespaces import LANGUAGES
from kg.reading import files_of_subjects
from kg.shapes import read_shapes
from kg.turtle import to_turtle
from kg.validate import validate


@click.command(
    "validate",
    epilog=example(
        "kg validate",
        "kg validate --data city.ttl --format json",
        "kg validate --store http://localhost:7878/query",
    ),
)
@click.option("--data", type=PATHS, multiple=True, help="RDF file or folder; repeatable.")
@click.option("--shapes", type=PATHS, multiple=True, help="Shapes file or folder; repeatable.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json", "turtle"]), default="text",
    show_default=True,
)  # fmt: skip
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option(
    "--store", metavar="URL",
    help="A SPARQL endpoint that holds the release, or several with commas between them. Only "
    "named here: KG_STORE is not meant.",
)  # fmt: skip
@click.option(
    "--checks-only", is_flag=True,
    help="Run only the whole-graph checks in --store, and fetch no graph for the shapes.",
)  # fmt: skip
@click.option(
    "--seconds", type=click.FloatRange(0.1), default=600, show_default=True,
    help="Time that --store has for each check and each graph.",
)  # fmt: skip
@click.pass_context
def validate_(
    ctx: click.Context,
    data: Sequence[Path],
    shapes: Sequence[Path],
    format_: str,
    language: str,
    store: str | None,
    checks_only: bool,
    seconds: float,
) -> None:
    """Hold data against shapes: the project's own as its tables stand now, --data or --store.

    With --store the checks run there and the graphs of the current release are fetched from there
    for the shapes.

    Exits with 0 when the data conform (warnings are allowed), 1 when they do not, 2 when it
    could not run. Without --shapes the project's shapes, checks and ontology are used.
    """
    if data and store:
        raise InputError("--data and --store are two things to validate; give one of them")
    if checks_only and not store:
        raise InputError("--checks-only is for stores too large to fetch; give it with --store")
    tell = progress()
    rules = read_shapes(list(shapes) or [find_project(ctx.obj).shapes])
    tell("Reading")
    if store:
        project = find_project(ctx.obj)
        report = elsewhere.validated(project, store, rules, seconds, checks_only, tell)
    elif data:
        ontology = [] if shapes else [find_project(ctx.obj).ontology]
        held = DataGraph.read([*data, *ontology])
        tell("Validating")
        report = validate(held, rules)
        found = (result.focus for result in report.results)
        report = replace(report, files=files_of_subjects(data, found))
    else:
        project = find_project(ctx.obj)
        graphs = build_graphs(project)
        tell("Validating")
        report = validate(quads_of(graphs), rules, source_folders(project))
    if format_ == "json":
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=1))
    elif format_ == "turtle":
        click.echo(to_turtle(report.to_graph()), nl=False)
    else:
        click.echo(report.to_text(language), nl=False)
    ctx.exit(0 if report.conforms else 1)


@click.group("evidence", epilog=example("kg evidence check ../documents"))
def evidence_() -> None:
    """Hold evidence against the documents, or make a new record."""


@evidence_.command(epilog=example("kg evidence check ../documents"))
@click.argument("documents", type=PATHS)
@click.pass_context
def check(ctx: click.Context, documents: Path) -> None:
    """Check that every cited line of DOCUMENTS (a folder) still has the cited words.

    Exits with 0 when all hold, 1 when one does not, 2 when a document is missing.
    """
    graphs = build_graphs(find_project(ctx.obj))
    outcome = evidence.check_evidence(export.union(graphs), documents)
    for finding in outcome.findings:
        click.echo(f"{finding}")
    click.echo(
        f"{outcome.records} records of evidence in {outcome.documents} documents: "
        f"{len(outcome.findings)} do not hold"
    )
    ctx.exit(1 if outcome.findings else 0)


@evidence_.command(epilog=example("kg evidence cite page.txt --line 26 --key l26-b"))
@click.argument("document", type=PATHS)
@click.option("--line", type=int, required=True, help="Line of the document, from 1.")
@click.option("--key", required=True, help="Name of the record, such as l26-b.")
@click.option("--words", help="The exact words; without them the whole line.")
@click.option("--occurrence", type=click.IntRange(1), default=1, show_default=True)
def cite(document: Path, line: int, key: str, words: str | None, occurrence: int) -> None:
    """Print the row of evidence.csv that cites WORDS on a line of DOCUMENT."""
    click.echo(evidence.cite(document, key, line, words, occurrence))
