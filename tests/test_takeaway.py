"""Answers to take away, over HTTP: every question in every form of file."""

import csv
import io
import re
from datetime import date

import icalendar
import openpyxl
import pytest

from conftest import ROOT
from kg.queries import read_queries
from kg.takeaway import TAKEAWAYS, offered
from kg.web import create_app
from kg.web.service import FEATURED

ALL = read_queries(ROOT / "queries")
FILES = [(name, form) for name, query in ALL.items() for form in offered(query)]


@pytest.fixture(scope="module")
def app(built):
    app = create_app(built[1])
    yield app
    app.extensions["kg"].engine.close()


@pytest.fixture
def client(app):
    return app.test_client()


def read(form, body):
    """The rows of a file under its titles, or the events of a calendar."""
    if form == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0]
        return list(sheet.iter_rows(min_row=2, values_only=True))
    if form == "spreadsheet":
        return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))[1:]
    return icalendar.Calendar.from_ical(body).walk("VEVENT")


def test_every_question_comes_as_workbook_and_csv_and_one_as_calendar():
    assert {name for name, form in FILES if form == "ics"} == {"anniversaries"}
    assert len(FILES) == 2 * len(ALL) + 1


@pytest.mark.parametrize(("name", "form"), FILES)
def test_every_file_of_every_question_can_be_taken_away(client, built, name, form):
    answer = client.get(f"/queries/{name}?format={form}")
    assert answer.status_code == 200
    media, suffix = TAKEAWAYS[form]
    assert answer.headers["Content-Type"] == media
    file = f"{name}-{built[1].id}.{suffix}"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={file}"
    rows = client.get(f"/queries/{name}?format=json").json["results"]["bindings"]
    found = read(form, answer.data)
    assert len(found) == len(rows) if form != "ics" else len(found) > len(rows)
    again = client.get(
        f"/queries/{name}?format={form}", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("form", ["xlsx", "spreadsheet"])
@pytest.mark.parametrize(("language", "title"), [("ko", "상대 지역"), ("zh-Hans", "伙伴")])
def test_a_file_is_in_the_reader_s_language(client, form, language, title):
    answer = client.get(f"/queries/{FEATURED}?format={form}", headers={"Accept-Language": language})
    assert answer.headers["Content-Language"] == language
    if form == "xlsx":
        assert openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]["B1"].value == title
    else:
        assert f'"{title}"' in answer.data.decode("utf-8-sig").split("\r\n")[0]


def test_csv_and_accept_stay_the_csv_of_sparql(client):
    strict = client.get(f"/queries/{FEATURED}?format=csv")
    assert strict.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert strict.data.startswith(b"partner,partnerLabel,")
    for accept in ("text/csv", "text/csv; header=present", "text/*"):
        asked = client.get(f"/queries/{FEATURED}", headers={"Accept": accept})
        assert asked.headers["Content-Type"] in (
            "text/csv; charset=utf-8",
            "text/html; charset=utf-8",
        )


def test_a_workbook_may_be_asked_for_by_its_media_type(client):
    answer = client.get(f"/queries/{FEATURED}", headers={"Accept": TAKEAWAYS["xlsx"][0]})
    assert answer.headers["Content-Type"] == TAKEAWAYS["xlsx"][0]
    assert len(read("xlsx", answer.data)) == 12


# Calendars


def years_of(answer):
    words = str(icalendar.Calendar.from_ical(answer.data)["DESCRIPTION"])
    return [int(year) for year in re.findall(r"\d{4}", words.split("\n")[1])]


def test_a_calendar_without_a_year_looks_ahead_from_this_one(client):
    first, last = years_of(client.get("/queries/anniversaries?city=Seoul&format=ics"))
    assert first in (date.today().year - 2, date.today().year - 1)  # the year may turn just now
    assert last - first == 11


def test_a_calendar_of_a_year_is_of_that_year(client):
    assert years_of(client.get("/queries/anniversaries?year=2031&format=ics")) == [2031, 2031]


def test_a_calendar_that_goes_with_the_clock_is_not_answered_from_its_words_alone(client, app):
    client.get("/queries/anniversaries?city=kr-seocho&format=ics")
    client.get("/queries/anniversaries?city=kr-seocho&year=2026&format=ics")
    answers = app.extensions["kg"].answers
    words = ["city=kr-seocho&format=ics", "city=kr-seocho&year=2026&format=ics"]
    known = [answers.find(("/queries/anniversaries", word, "", "")) for word in words]
    assert [bool(one) for one in known] == [False, True]


def test_a_question_without_a_calendar_offers_none(client):
    answer = client.get(f"/queries/{FEATURED}?format=ics")
    assert answer.status_code == 400
    assert "want one of html, json, xml, csv, tsv" in answer.json["detail"]
    assert "ics" not in answer.json["detail"].partition("want one of")[2]


# Values, and the page


@pytest.mark.parametrize("form", TAKEAWAYS)
@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("year=19xx", "year"), ("year=2026&year=2027", "year"), ("city=Nowhere", "city"),
        ("town=Seoul", "town"), ("city=", "city"), ("lang=fr", "lang"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_a_problem_that_names_it(client, form, asked, name):
    answer = client.get(f"/queries/anniversaries?{asked}&format={form}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert name in answer.json["detail"]


def test_the_page_links_to_every_file_with_the_values_asked(client):
    page = client.get("/queries/anniversaries?city=kr-seocho&year=2030").data.decode()
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/queries/[^"]*)"', page)]
    forms = [link for link in links if "format=" in link]
    assert set(offered(ALL["anniversaries"])) <= {
        re.search(r"format=(\w+)", link)[1] for link in forms
    }
    assert all("city=kr-seocho" in link for link in forms)
    (lasting,) = [link for link in forms if "format=ics" in link]
    assert "year=" not in lasting  # it keeps working every year
    assert "lang=en" in lasting
    assert all("year=2030" in link for link in forms if link != lasting)
    assert all(client.get(link).status_code == 200 for link in forms)
    assert "Calendar to subscribe to" in page
    assert "Calendar" not in client.get(f"/queries/{FEATURED}").data.decode()
