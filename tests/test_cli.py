"""The commands, run as a user runs them: their answers, exit codes and errors."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rdflib import RDF, SH, Graph

from conftest import ROOT
from kg.cli import main
from kg.graphs import Project
from kg.reading import read_quads
from kg.release import Release

Built = tuple[Project, Release]


def kg(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "kg", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def fails(result: subprocess.CompletedProcess[str], code: int, *parts: str) -> None:
    """The command failed with `code` and one message that has all `parts`."""
    assert result.returncode == code, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    for part in parts:
        assert part in result.stderr


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A city's own small graph: one municipality, as our ontology writes it."""
    path = tmp_path / "city.ttl"
    path.write_text(
        """@prefix md: <https://w3id.org/municipal-diplomacy/ontology#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        <http://example.org/x> a md:Agreement ; skos:prefLabel "A tie"@en .""",
        "utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("parameters", "rows"),
    [
        ([], 12),
        (["tie=type:zh-youhao-chengshi"], 10),
        (["letters=false"], 11),
        (["letters=false", "tie=type:zh-youhao-chengshi"], 9),
        (["city=서울", "lang=ko"], 12),
        (["city=首尔"], 12),
        (["city=Q8684"], 12),
        (["city=Seocho"], 1),
    ],
)
def test_the_canned_question(built: Built, parameters: list[str], rows: int) -> None:
    given = [part for text in parameters for part in ("-p", text)]
    result = kg("--project", built[0].folder, "query", "friendship-and-council", *given)
    assert result.returncode == 0, result.stderr
    assert f"({rows} row{'' if rows == 1 else 's'})" in result.stdout


def test_answers_come_in_every_format(built: Built) -> None:
    ask = ["--project", built[0].folder, "query", "friendship-and-council", "--format"]
    assert len(json.loads(kg(*ask, "json").stdout)["results"]["bindings"]) == 12
    assert len(list(csv.DictReader(io.StringIO(kg(*ask, "csv").stdout)))) == 12
    assert kg(*ask, "tsv").stdout.count("\n") == 13
    assert kg(*ask, "xml").stdout.count("<result>") == 12
    fails(kg(*ask, "turtle"), 2, "turtle cannot hold this answer", "json")


def test_a_query_of_ones_own_on_data_of_ones_own(city: Path, tmp_path: Path) -> None:
    query = tmp_path / "mine.rq"
    query.write_text("SELECT ?label { ?x ?p ?label FILTER (isLiteral(?label)) }", "utf-8")
    result = kg("query", query, "--data", city)
    assert result.returncode == 0 and "A tie" in result.stdout and "(1 row)" in result.stdout
    query.write_text("CONSTRUCT WHERE { ?s ?p ?o }", "utf-8")
    for format_ in ("table", "turtle", "ntriples", "jsonld", "rdfxml", "trig", "nquads"):
        result = kg("query", query, "--data", city, "--format", format_)
        assert "A tie" in result.stdout, (format_, result.stderr)


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["frendship-and-council"], ["no query called 'frendship-and-council'", "friendship-and"]),
        (["nowhere.rq"], ["nowhere.rq: no such file"]),
        (["friendship-and-council", "-p", "town=Seoul"], ["'town'", "city"]),
        (["friendship-and-council", "-p", "city=Atlantis"], ["'city'", "Atlantis"]),
        (["friendship-and-council", "-p", "letters=maybe"], ["'letters'", "maybe", "true"]),
        (["friendship-and-council", "-p", "tie=type:nothing"], ["'tie'", "nothing"]),
        (["friendship-and-council", "-p", "city"], ["want NAME=VALUE"]),
        (["friendship-and-council", "-p", "city=Seoul", "-p", "city=Paris"], ["'city'", "once"]),
    ],
)
def test_wrong_questions_are_told(built: Built, arguments: list[str], parts: list[str]) -> None:
    fails(kg("--project", built[0].folder, "query", *arguments), 2, *parts)


def test_a_query_with_a_syntax_error(built: Built, tmp_path: Path) -> None:
    query = tmp_path / "mine.rq"
    query.write_text("SELECT ?x {\n  ?x ?y\n}", "utf-8")
    fails(kg("--project", built[0].folder, "query", query), 2, "line 3")
    query.write_bytes("SELECT ?서울 {}".encode("cp949"))
    fails(kg("--project", built[0].folder, "query", query), 2, "UTF-8")


def test_validate_tells_by_its_exit_code(city: Path, tmp_path: Path) -> None:
    broken = kg("validate", "--data", city)
    assert broken.returncode == 1
    assert "Violation S02" in broken.stdout and "http://example.org/x" in broken.stdout
    (tmp_path / "fine.ttl").write_text("<urn:a> <urn:b> <urn:c> .", "utf-8")
    assert kg("validate", "--data", tmp_path / "fine.ttl").returncode == 0
    fails(kg("validate", "--data", tmp_path / "none.ttl"), 2, "none.ttl: no such file")
    fails(kg("validate", "--data", tmp_path / "nowhere"), 2, "no such file or folder")
    (tmp_path / "bad.ttl").write_text("<urn:a> <urn:b>\n  ;; 5 .", "utf-8")
    fails(kg("validate", "--data", tmp_path / "bad.ttl"), 2, "bad.ttl:2:3:")


def test_validate_gives_json_and_a_standard_report(city: Path) -> None:
    told = json.loads(kg("validate", "--data", city, "--format", "json").stdout)
    assert told["conforms"] is False and told["results"]
    report = Graph().parse(
        data=kg("validate", "--data", city, "--format", "turtle").stdout, format="turtle"
    )
    (node,) = report.subjects(RDF.type, SH.ValidationReport)
    assert report.value(node, SH.conforms).toPython() is False  # type: ignore[union-attr]
    assert len(list(report.objects(node, SH.result))) == len(told["results"])


def test_validate_with_shapes_of_ones_own(city: Path, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(
        """@prefix sh: <http://www.w3.org/ns/shacl#> .
        <urn:S> a sh:NodeShape ; sh:targetSubjectsOf <urn:p> ; sh:nodeKind sh:IRI .""",
        "utf-8",
    )
    assert kg("validate", "--data", city, "--shapes", shapes, cwd=tmp_path).returncode == 0


def test_the_projects_own_data_conform() -> None:
    result = kg("validate")
    assert result.returncode == 0, result.stdout
    assert "Violation 0, Warning 11, Info 16" in result.stdout


def test_export_writes_the_release(built: Built, tmp_path: Path) -> None:
    project, release = built
    for format_, name in (("turtle", "kg.ttl"), ("jsonld", "kg.jsonld"), ("nquads", "kg.nq")):
        target = tmp_path / name
        result = kg("--project", project.folder, "export", "--format", format_, "-o", target)
        assert result.returncode == 0 and release.id in result.stderr
        assert target.read_bytes() == (release.folder / name).read_bytes()
    result = kg("--project", project.folder, "export", "-o", tmp_path / "nowhere" / "kg.ttl")
    fails(result, 2, "kg.ttl: cannot be written")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kg.jsonld", "kg.nq", "kg.ttl"]


def test_export_writes_data_with_what_follows_from_them(tmp_path: Path) -> None:
    data = ROOT / "tests" / "fixtures" / "serving.trig"
    found = {}
    for format_, suffix in (("nquads", "nq"), ("trig", "trig"), ("jsonld", "jsonld")):
        target = tmp_path / f"out.{suffix}"
        result = kg("export", "--data", data, "--format", format_, "-o", target)
        assert result.returncode == 0 and "serving.trig" in result.stderr
        found[format_] = {str(q) for q in read_quads(target) if "_:" not in str(q)}
    assert found["trig"] == found["jsonld"] == found["nquads"]
    assert {str(q) for q in read_quads(data) if "_:" not in str(q)} <= found["nquads"]
    result = kg("export", "--data", tmp_path / "none.ttl", "-o", tmp_path / "none.nt")
    fails(result, 2, "no such file")
    assert not (tmp_path / "none.nt").exists()


def test_evidence_is_held_against_the_documents(documents: Path, tmp_path: Path) -> None:
    result = kg("evidence", "check", documents)
    assert result.returncode == 0, result.stdout
    assert re.search(r"\d{3} records of evidence in 5 documents: 0 do not hold", result.stdout)
    fails(kg("evidence", "check", tmp_path), 2, "put the document there unchanged")
    fails(kg("evidence", "check", tmp_path / "nowhere"), 2, "no such folder")
    copy = tmp_path / "copy"
    for part in ("data", "ontology", "queries"):
        shutil.copytree(ROOT / part, copy / part)
    rows = copy / "data" / "seoul-london-friendship" / "evidence.csv"
    text = rows.read_text("utf-8")
    digest = text.splitlines()[1].rsplit(",", 1)[1]
    rows.write_text(text.replace(digest, "0" * 64), "utf-8")
    result = kg("--project", copy, "evidence", "check", documents)
    assert result.returncode == 1 and "another SHA-256" in result.stdout


def test_outside_a_project_the_remedy_is_told(tmp_path: Path) -> None:
    fails(kg("build", cwd=tmp_path), 2, "no kg project here", "--project")
    fails(kg("--project", tmp_path / "nowhere", "build"), 2, "no such folder")
    fails(kg("--project", tmp_path, "query", "intents"), 2, "no release was built yet", "kg build")


def test_fmt_finds_the_project_in_canonical_form() -> None:
    result = kg("fmt", "--check")
    assert result.returncode == 0, f"{result.stdout}repair with: kg fmt"


def test_every_command_shows_an_example_and_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in main.commands:
        text = kg(name, "--help").stdout
        assert "Examples:" in text and f"kg {name}" in text, name
        assert f"kg {name}" in readme, f"README.md does not tell of: kg {name}"


def test_canned_questions_answer_on_data_of_ones_own() -> None:
    data = ["--data", "data"]
    assert "(12 rows)" in kg("query", "friendship-and-council", *data).stdout
    assert "(13 rows)" in kg("query", "friendship-and-council-pairs", *data).stdout


def test_a_query_file_may_not_ask_another_server(tmp_path: Path, city: Path) -> None:
    query = tmp_path / "far.rq"
    query.write_text("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "utf-8")
    fails(kg("query", query, "--data", city), 2, "SERVICE is not offered")


def test_a_report_names_the_file(city: Path) -> None:
    assert f"{city}: Violation S02" in kg("validate", "--data", city).stdout
