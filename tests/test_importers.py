"""Tables are read strictly: what is not understood stops the build, with file, line and remedy."""

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rdflib import DCTERMS, RDF, Graph, URIRef

from conftest import ROOT, copy_project
from kg.errors import KgError
from kg.graphs import Project, build_graphs, built_turtle
from kg.namespaces import MD
from kg.turtle import to_turtle

SOURCE = "seocho-china-partners"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy with one source, so that each case is quick."""
    project = copy_project(tmp_path_factory.mktemp("pristine"))
    for folder in project.sources():
        if folder.name != SOURCE:
            shutil.rmtree(folder)
    amendments = project.data / "curation" / "amendments.csv"
    rows = amendments.read_text("utf-8").splitlines(keepends=True)
    amendments.write_text("".join([rows[0], *(r for r in rows[1:] if SOURCE in r)]), "utf-8")
    return project


@pytest.fixture
def project(pristine: Project, tmp_path: Path) -> Iterator[Project]:
    """A fresh copy of it for one test."""
    shutil.copytree(pristine.folder, tmp_path / "project")
    yield Project(tmp_path / "project")


def edit(path: Path, change: Callable[[list[dict[str, str]]], None]) -> None:
    """Change the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, names = list(reader), reader.fieldnames or []
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def failure(project: Project) -> str:
    """The message with which the build stops."""
    with pytest.raises(KgError) as caught:
        build_graphs(project)
    return str(caught.value)


def put(table: str, row: int, column: str, value: str) -> Callable[[Project], None]:
    """A change of one cell; rows count from 0, so row 0 is line 2 of the file."""

    def change(project: Project) -> None:
        folder = project.data / (SOURCE if "/" not in table else "")
        edit(folder / f"{table}.csv", lambda rows: rows[row].__setitem__(column, value))

    return change


CASES = {
    "a date that is none": (
        put("agreements", 0, "date", "1998.13.02"),
        ["agreements.csv:2: date is '1998.13.02'", "1998-12-02", "amendments.csv"],
    ),
    "an unknown place name": (
        put("events", 0, "place", "노산"),
        ["events.csv:2: place is '노산'", "Close to it: 노산구", "add a row"],
    ),
    "one party": (
        put("agreements", 0, "parties", "kr-seocho-executive"),
        ["agreements.csv:2: parties is 'kr-seocho-executive'", "Name both"],
    ),
    "a council instrument signed by an executive": (
        put("agreements", 0, "channel", "council"),
        ["agreements.csv:2: parties", "is no council", "Name the councils"],
    ),
    "an unknown body": (
        put("agreements", 0, "parties", "kr-seocho-executive|cn-hebi-executiv"),
        ["'cn-hebi-executiv'", "cn-hebi-executive"],
    ),
    "an unknown type": (
        put("agreements", 0, "type", "ko-uho"),
        ["type is 'ko-uho'", "ko-uho-dosi"],
    ),
    "an unknown kind of event": (
        put("events", 3, "kind", "Visit"),
        ["kind is 'Visit'", "want one of"],
    ),
    "a cell that nothing reads": (
        put("events", 0, "performers", "3"),
        ["events.csv:2: performers is '3'", "Empty it"],
    ),
    "evidence that does not exist": (
        put("events", 0, "evidence", "l999"),
        ["evidence is 'l999'", "kg evidence cite"],
    ),
    "no evidence": (put("events", 0, "evidence", ""), ["every fact needs its line"]),
    "a hash that is none": (
        put("evidence", 0, "sha256", "abc"),
        ["evidence.csv:2: sha256 is 'abc'"],
    ),
    "a number that is none": (
        put("evidence", 0, "line", "５"),
        ["evidence.csv:2: line is '５'", "whole number"],
    ),
    "the same name twice": (
        put("events", 1, "event", "l18"),
        ["events.csv:3: event is 'l18'", "line 2 has the same name"],
    ),
    "a population in words": (put("observations", 1, "value", "46만"), ["value is '46만'"]),
    "an amendment of another misprint": (
        put("curation/amendments", 0, "found", "1,19만"),
        ["its amendment was made for '1,19만'"],
    ),
    "an amendment of nothing": (
        put("curation/amendments", 1, "subject", "agreement:nowhere"),
        ["amendments.csv:3", "no source has such a node"],
    ),
    "a shared Wikidata number": (
        put("links/wikidata", 1, "state", "accepted"),
        ["wikidata.csv:3: object is 'Q623789'", "already uses another item"],
    ),
    "a malformed Wikidata number": (
        put("links/wikidata", 0, "object", "8684"),
        ["wikidata.csv:2: object is '8684'", "Q8684"],
    ),
    "an unknown state of a link": (
        put("links/wikidata", 0, "state", "maybe"),
        ["state is 'maybe'", "accepted"],
    ),
    "an empty number": (
        put("listings", 0, "position", ""),
        ["listings.csv:2: position is ''", "may not be empty"],
    ),
    "a count that is missing": (put("expected", 0, "number", ""), ["expected.csv:2: number is ''"]),
    "a property that does not exist": (
        put("expected", 2, "property", "chanel"),
        ["expected.csv:4: property is 'chanel'", "no such property"],
    ),
    "a key that is no part of an address": (
        put("agreements", 0, "agreement", "l6 a"),
        ["agreements.csv:2: agreement is 'l6 a'", "letters a-z, digits and hyphens"],
    ),
    "a character that nobody sees": (
        put("agreements", 0, "source_term", "우호\u200b도시"),
        ["agreements.csv:2:", "U+200B", "delete it"],
    ),
    "half a coordinate": (put("reference/places", 3, "lon", ""), ["go together"]),
    "a level beyond 3": (put("reference/places", 33, "level", "7"), ["level is '7'"]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_value_is_told_with_place_and_remedy(project: Project, case: str) -> None:
    change, wanted = CASES[case]
    change(project)
    message = failure(project)
    for part in wanted:
        assert part in message


def test_two_places_may_not_share_a_wikidata_item(project: Project) -> None:
    def share(rows: list[dict[str, str]]) -> None:
        beijing = next(r for r in rows if r["subject"] == "place:cn-beijing")
        beijing["object"] = "Q8684"

    edit(project.data / "links" / "wikidata.csv", share)
    assert "already uses this item. Accept one only." in failure(project)


def test_all_errors_are_told_at_once(project: Project) -> None:
    put("events", 0, "place", "어디")(project)
    put("events", 5, "date", "언제")(project)
    message = failure(project)
    assert "events.csv:2:" in message and "events.csv:7:" in message


@pytest.mark.parametrize("encoding", ["cp949", "gb18030", "utf-16"])
def test_a_table_in_another_encoding(project: Project, encoding: str) -> None:
    path = project.data / SOURCE / "names.csv"
    path.write_bytes(path.read_text("utf-8").encode(encoding, errors="replace"))
    message = failure(project)
    assert "names.csv:" in message and "CSV UTF-8" in message


def test_a_byte_order_mark_is_no_fault(project: Project) -> None:
    path = project.data / SOURCE / "names.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert build_graphs(project)


@pytest.mark.parametrize(
    ("heading", "wanted"),
    [
        ("listing,position,place,evidence", "column 'listed_under' is missing"),
        ("listing,position,place,listed_under,evidence,mood", "column 'mood' is unknown"),
        ("listing,position,place,listed_under,listed_under,evidence", "stands twice"),
        ("listing;position;place;listed_under;evidence", "divided by semicolons"),
        ("", "column 'listing' is missing"),
    ],
)
def test_a_heading_that_does_not_fit(project: Project, heading: str, wanted: str) -> None:
    (project.data / SOURCE / "listings.csv").write_text(f"{heading}\n", "utf-8")
    message = failure(project)
    assert "listings.csv:1:" in message and wanted in message


def test_a_row_with_too_many_cells(project: Project) -> None:
    path = project.data / SOURCE / "listings.csv"
    path.write_text(path.read_text("utf-8").replace(",중국,", ",중국,,", 1), "utf-8")
    assert "6 cells where the heading has 5" in failure(project)


def test_a_table_of_an_unknown_name(project: Project) -> None:
    (project.data / SOURCE / "visits.csv").write_text("x\n", "utf-8")
    assert "no such table" in failure(project)


def test_turtle_with_a_syntax_error(project: Project) -> None:
    path = project.data / SOURCE / "facts.ttl"
    path.write_text(path.read_text("utf-8") + "\nplace:cn-hebi md:characteristic ;; 5", "utf-8")
    message = failure(project)
    line = len(path.read_text("utf-8").splitlines())
    assert f"facts.ttl:{line}:" in message and "Fix the file" in message


def test_evidence_that_nothing_cites(project: Project) -> None:
    def spare(rows: list[dict[str, str]]) -> None:
        rows.append(rows[-1] | {"evidence": "spare"})

    edit(project.data / SOURCE / "evidence.csv", spare)
    assert "nothing cites" in failure(project)


def test_the_committed_turtle_is_what_the_tables_say(
    project: Project, graphs: dict[URIRef, Graph]
) -> None:
    for path, graph in built_turtle(Project(ROOT), graphs).items():
        head = "# Built by `kg build` from the tables and Turtle beside it: edit those, not this.\n"
        built = to_turtle(graph, head)
        assert path.exists() and path.read_text("utf-8") == built, (
            f"{path.relative_to(ROOT)} is not what the tables say; repair it with: kg build"
        )


def test_every_node_of_a_source_names_it_and_cites_it(graphs: dict[URIRef, Graph]) -> None:
    for folder in Project(ROOT).sources():
        graph = graphs[URIRef(f"https://w3id.org/municipal-diplomacy/graph/{folder.name}")]
        own = {MD.Evidence, MD.ExpectedCount, MD.SourceDocument}
        for node in set(graph.subjects(RDF.type)):
            kinds = set(graph.objects(node, RDF.type))
            if kinds & own:
                continue
            assert graph.value(node, DCTERMS.source), node
            assert graph.value(node, MD.evidence), node
