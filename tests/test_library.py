"""Canned questions from Python, and the same answers as files from the command line."""

import io
import os
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal

import icalendar
import openpyxl
import pandas
import polars
import pytest

import kg
from conftest import ROOT
from kg.errors import InputError, NotFoundError, ParameterError
from kg.queries import read_queries
from kg.store import Literal, NamedNode
from kg.values import value_of

ALL = read_queries(ROOT / "queries")
XSD = "http://www.w3.org/2001/XMLSchema#"
MD = "https://w3id.org/municipal-diplomacy/"


@pytest.fixture(scope="module")
def ask(built):
    """`kg.query` of the release that the tests built."""

    def query(name, /, *arguments, **parameters):
        return kg.query(name, *arguments, project=built[0].folder, **parameters)

    return query


def test_rows_are_named_and_in_order(ask):
    rows = ask("friendship-and-council", city="서울")
    assert len(rows) == 12
    assert rows[0]["partnerLabel"] == "Ankara"
    assert rows[0]["tieSigned"] == "1971-08-23"
    assert [row["partnerLabel"] for row in rows][-2:] == ["Zhejiang", "Wellington"]
    assert list(rows[0]) == list(rows.columns) == list(ALL["friendship-and-council"].columns)
    assert [row["partner"] for row in rows[1:3]] == [
        f"{MD}id/place/us-honolulu", f"{MD}id/place/br-sao-paulo",
    ]  # fmt: skip
    assert rows.terms[0][0] == NamedNode(f"{MD}id/place/tr-ankara")


def test_rows_tell_their_release_their_sparql_and_their_sources(ask, built):
    rows = ask("friendship-and-council")
    assert rows.release == built[1].id
    assert f"<{MD}id/place/kr-seoul>" in rows.sparql
    (source,) = rows.sources
    assert (source.key, source.rows) == ("seoul-council-exchanges", 12)
    assert source.title == "Seoul Metropolitan Council: international exchange"
    assert "Ankara" not in repr(rows)  # a prompt shows which rows they are, not all of them


def test_labels_come_in_the_language_asked_for(ask):
    rows = ask("friendship-and-council", lang="zh-Hans")
    assert rows[0]["partnerLabel"] == "安卡拉"
    assert rows.sources[0].title == "首尔市议会：国际交流活动"


@pytest.mark.parametrize(
    ("parameters", "count"),
    [
        ({"letters": False}, 11),
        ({"letters": "no"}, 11),
        ({"city": "kr-seocho"}, 1),
        ({"city": f"{MD}id/place/kr-seocho"}, 1),
    ],
)
def test_values_may_be_python_s_own(ask, parameters, count):
    assert len(ask("friendship-and-council", **parameters)) == count


def test_days_and_years_may_be_python_s_own(ask):
    name = "agreements-between-dates"
    days = {"from": date(2015, 1, 1), "before": date(2017, 1, 1)}
    texts = {"from": "2015-01-01", "before": "2017-01-01"}
    assert list(ask(name, days)) == list(ask(name, texts)) != []
    assert list(ask("anniversaries", year=2026)) == list(ask("anniversaries", year="2026"))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"town": "Seoul"}, "parameter 'town': there is none; it has city, letters, tie, lang"),
        ({"city": "Nowhere-at-all"}, "parameter 'city': no place is called 'Nowhere-at-all'"),
        ({"city": None}, "parameter 'city': NoneType is no value"),
        ({"city": ["Seoul", "Beijing"]}, "parameter 'city': list is no value"),
        ({"letters": 2}, "parameter 'letters': '2' is not true or false"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused(ask, parameters, message):
    with pytest.raises(ParameterError, match=re.escape(message)):
        ask("friendship-and-council", **parameters)


def test_an_unknown_question_is_refused_with_those_that_come_close(ask):
    with pytest.raises(NotFoundError, match=r"did you mean .*friendship-and-council"):
        ask("friendship-and-counsel")


def test_the_project_is_found_as_the_command_line_finds_it(built, monkeypatch, tmp_path):
    project, release = built
    monkeypatch.delenv("KG_PROJECT", raising=False)
    monkeypatch.chdir(project.folder / "data")
    assert kg.query("intents").release == release.id
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="no kg project here"):
        kg.query("intents")
    monkeypatch.setenv("KG_PROJECT", str(project.folder))
    assert kg.query("intents").release == release.id


def test_a_release_may_be_named(ask, built):
    release = built[1]
    for named in (release, release.id, release.folder):
        assert ask("intents", release=named).release == release.id
    with pytest.raises(NotFoundError, match="no whole release here"):
        ask("intents", release="0" * 16)
    with pytest.raises(InputError, match="want its identifier"):
        ask("intents", release="../current")


@pytest.mark.parametrize("name", ALL)
def test_every_question_gives_rows_and_frames(ask, name):
    rows = ask(name)
    assert len(rows) > 0
    assert rows.sources
    for frame in (rows.to_pandas(), rows.to_polars()):
        assert list(frame.columns) == list(rows.columns)
        assert len(frame) == len(rows)


def test_a_pandas_frame_has_types_and_tells_its_release(ask):
    rows = ask("visits-by-year")
    frame = rows.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert str(frame["year"].dtype) == "Int64"
    assert frame["outbound"].sum() == sum(row["outbound"] for row in rows)
    assert frame.attrs["release"] == rows.release
    assert frame.attrs["sparql"] == rows.sparql


def test_a_polars_frame_has_types(ask):
    rows = ask("visits-by-year")
    frame = rows.to_polars()
    assert isinstance(frame, polars.DataFrame)
    assert frame.schema["year"] == polars.Int64
    assert frame["outbound"].sum() == sum(row["outbound"] for row in rows)


def test_an_answer_without_rows_is_a_frame_without_rows(ask):
    rows = ask("friendship-and-council", city="Almaty")
    assert not rows and list(rows) == []
    assert list(rows.to_pandas().columns) == list(rows.to_polars().columns) == list(rows.columns)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_library_that_is_not_installed_is_named(ask, monkeypatch, library):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InputError, match=f"{library} is not installed; install it with: pip"):
        getattr(ask("intents"), f"to_{library}")()


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (None, None),
        (NamedNode("urn:a"), "urn:a"),
        (Literal("서울", language="ko"), "서울"),
        (Literal("7", datatype=NamedNode(XSD + "nonNegativeInteger")), 7),
        (Literal("2.50", datatype=NamedNode(XSD + "decimal")), Decimal("2.50")),
        (Literal("1e3", datatype=NamedNode(XSD + "double")), 1000.0),
        (Literal("true", datatype=NamedNode(XSD + "boolean")), True),
        (Literal("x", datatype=NamedNode(XSD + "integer")), "x"),
        (Literal("x", datatype=NamedNode(XSD + "decimal")), "x"),
        (Literal("1998", datatype=NamedNode(XSD + "gYear")), "1998"),
    ],
)
def test_a_term_becomes_a_value_of_python(term, value):
    assert value_of(term) == value
    assert type(value_of(term)) is type(value)


def test_importing_the_package_loads_none_of_its_libraries():
    heavy = "{'rdflib', 'pyoxigraph', 'pandas', 'polars', 'flask', 'click'}"
    code = f"import kg, sys; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_package_has_no_other_names():
    with pytest.raises(AttributeError, match="module 'kg' has no attribute 'answer'"):
        _ = kg.answer


def test_the_example_in_the_documentation_prints_what_it_says(built):
    page = (ROOT / "docs" / "queries.md").read_text("utf-8")
    (code,) = re.findall(r"(?ms)<!-- python: begin.*?```python\n(.*?)^```$", page)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=built[0].folder, capture_output=True, check=True,
        env={name: value for name, value in os.environ.items() if name != "KG_PROJECT"},
    )  # fmt: skip
    assert done.stdout.decode().splitlines() == re.findall(r"  # (.*)$", code, re.MULTILINE)


# The command line


@pytest.fixture
def command(built):
    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "kg", "--project", str(built[0].folder), "query", *arguments],
            capture_output=True, check=False,
        )  # fmt: skip

    return run


def test_a_workbook_is_written_to_a_file(command, tmp_path):
    path = tmp_path / "partners.xlsx"
    values = ["-p", "city=서울", "-p", "lang=ko"]
    done = command("friendship-and-council", *values, "--format", "xlsx", "-o", str(path))
    assert done.returncode == 0, done.stderr
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet.title == "답"
    assert sheet["B2"].value == "앙카라"
    assert done.stderr.decode() == f"{path}: {path.stat().st_size:,} bytes\n"


def test_csv_for_spreadsheets_goes_to_standard_output(command):
    done = command("intents", "--format", "spreadsheet")
    assert done.returncode == 0
    assert done.stdout.startswith(b'\xef\xbb\xbf"Partner (address)","Partner"')


def test_a_calendar_looks_ahead_from_this_year(command):
    done = command("anniversaries", "--format", "ics")
    description = icalendar.Calendar.from_ical(done.stdout)["DESCRIPTION"]
    first, last = map(int, re.findall(r"\d{4}", description.split("\n")[1]))
    assert first <= date.today().year - 1 <= first + 1  # where the year has just turned
    assert last - first == 11


def test_a_form_that_does_not_fit_is_refused(command, tmp_path):
    done = command("intents", "--format", "ics")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"intents declares no calendar; want xlsx or spreadsheet" in done.stderr
    path = tmp_path / "mine.rq"
    path.write_text("SELECT ?s { ?s ?p ?o } LIMIT 1", "utf-8")
    done = command(str(path), "--format", "xlsx")
    assert done.returncode == 2
    assert b"give the query a header" in done.stderr


def test_a_file_that_cannot_be_written_is_an_error(command, tmp_path):
    done = command("intents", "--format", "xlsx", "-o", str(tmp_path / "no" / "x.xlsx"))
    assert done.returncode == 2
    assert b"cannot be written" in done.stderr


def test_data_of_one_s_own_are_told_as_no_release(command):
    data = ROOT / "tests" / "fixtures" / "serving.trig"
    done = command("intents", "--data", str(data), "--format", "xlsx")
    assert done.returncode == 0, done.stderr
    about = openpyxl.load_workbook(io.BytesIO(done.stdout)).worksheets[1]
    assert {row[0]: row[1] for row in about.iter_rows(values_only=True)}["Release"] == "–"
