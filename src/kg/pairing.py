"""The commands for lists of pairs that others made: take one in, hold it beside our own graph."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from kg.commands import PATHS, example, find_project, write_output
from kg.comparing import compare
from kg.exporting import output_to
from kg.importers.external import external_triples
from kg.importers.origin import Origin, in_words
from kg.importers.pairs import read_pairs
from kg.overlap import Overlap
from kg.places import Places
from kg.reading import rdf_files, read_quads, to_oxigraph
from kg.release import current_release
from kg.spreadsheet import to_csv
from kg.store import EmbeddedStore
from kg.streaming import stream

_IMPORT = """kg pairs import relations.tsv --names names.tsv --name sister-cities-2016 \\
      --licence "none stated; Wikidata's content is CC0" --as-of 2016-09-12 \\
      --source https://github.com/L3viathan/sister-cities -o pairs.nq"""
_OVERLAP = "kg pairs overlap pairs.nq --place Seoul"


@click.group("pairs", epilog=example(_IMPORT, _OVERLAP))
def pairs() -> None:
    """Lists of pairs of places that others made: take one in, or hold it beside our graph."""


@pairs.command("import", epilog=example(_IMPORT))
@click.argument("relations", type=PATHS)
@click.option("--names", type=PATHS, help="Names: a Wikidata item, a tab and its name a line.")
@click.option("--name", "key", required=True, help="Short name; the graph is external/NAME.")
@click.option("--licence", required=True, help="Address of the licence, or a note on the rights.")
@click.option("--source", required=True, metavar="URL", help="Where the list was found.")
@click.option("--as-of", required=True, metavar="EDTF", help="Date of the list, such as 2016-09.")
@click.option(
    "--term", default="twinned administrative body", show_default=True,
    help="English word of the list for such a relation.",
)  # fmt: skip
@click.option(
    "--language", default="und", show_default=True,
    help="Language tag of the names; und is: not told, or many.",
)  # fmt: skip
@click.option(
    "--format", "format_", type=click.Choice(["nquads", "trig"]), default="nquads",
    show_default=True,
)  # fmt: skip
@click.option("-o", "--output", type=PATHS, help="File to write; standard output without it.")
def import_(
    relations: Path,
    names: Path | None,
    key: str,
    licence: str,
    source: str,
    as_of: str,
    term: str,
    language: str,
    format_: str,
    output: Path | None,
) -> None:
    """Write the pairs of RELATIONS as a graph of its own, with every line of it as evidence.

    RELATIONS has two Wikidata items with a tab between them on each line. Each pair becomes one
    agreement of unspecified type, asserted by a third party; those stated from one side only are
    marked. Nothing is merged with the project's graph. Same files and options, same bytes; where a
    line is not understood, nothing is written. Load it with: kg serve --data pairs.nq
    """
    origin = Origin(key, licence, source, as_of, term, language)
    listed = read_pairs(relations, names)
    with output_to(output) as write:
        quads = (to_oxigraph(t, origin.graph) for t in external_triples(listed, origin))
        stream(quads, format_, write)
    where = f"{output}: " if output else ""
    click.echo(where + in_words(listed, "en"), err=True)


@pairs.command(epilog=example(_OVERLAP, "kg pairs overlap pairs.nq --format csv -o overlap.csv"))
@click.argument("data", nargs=-1, required=True, type=PATHS)
@click.option("--place", "names", multiple=True, help="Show the partners of this place of ours.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json", "csv"]), default="text",
    show_default=True,
)  # fmt: skip
@click.option("-o", "--output", type=PATHS, help="File to write; standard output without it.")
@click.pass_obj
def overlap(
    project: Path | None,
    data: Sequence[Path],
    names: Sequence[str],
    format_: str,
    output: Path | None,
) -> None:
    """Compare the partners in DATA (RDF files or folders) with those in the current release.

    Places are matched by Wikidata item. For each place of ours: partners in both, only in ours,
    only in theirs, and those of ours that have no link. Nothing is merged.
    """
    ours = EmbeddedStore.open(current_release(find_project(project)).store)
    theirs = EmbeddedStore.of(quad for path in rdf_files(data) for quad in read_quads(path))
    found = compare(ours, theirs)
    if names:
        places = Places(ours)
        wanted = {places.find(name) for name in names}
        found = found.of(wanted)
    body = _body(found, format_, bool(names))
    if output is None:
        sys.stdout.buffer.write(body)
    else:
        write_output(output, body)
        click.echo(f"{output}: {len(body):,} bytes", err=True)


def _body(found: Overlap, format_: str, partners: bool) -> bytes:
    if format_ == "csv":
        return to_csv(found.to_sheet())
    if format_ == "json":
        return (json.dumps(found.to_json(), ensure_ascii=False, indent=1) + "\n").encode()
    text = found.to_text()
    if partners:
        text += "".join(f"\n{place.label}\n{found.partners_text(place)}" for place in found.found)
    return text.encode()
