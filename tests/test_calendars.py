"""Calendars, read back as calendar programs read them."""

import re
from dataclasses import replace
from datetime import date

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conftest import ROOT
from kg.account import account_of
from kg.calendars import accounts_of, to_calendar, years_from
from kg.canned import Calendar
from kg.errors import DataError, ParameterError
from kg.namespaces import LANGUAGES
from kg.queries import Answer, Choices, Places, read_queries, read_query, run
from kg.store import Literal, NamedNode, Table

QUERY = read_queries(ROOT / "queries")["anniversaries"]
DECLARED = QUERY.calendar
AGREEMENT = "https://w3id.org/municipal-diplomacy/id/agreement/"
BISHKEK = "memorandum of understanding on exchange and cooperation (交流合作谅解备忘录), 10 years"


@pytest.fixture(scope="module")
def ask(store):
    places, choices = Places(store), Choices(store)

    def asked(values):
        answer = run(QUERY, values, store, places, choices)
        language = answer.terms["lang"].value
        return account_of(answer, store, language, release="0123456789abcdef", places=places)

    return asked


@pytest.fixture(scope="module")
def calendar(ask):
    def made(now=2026, **values):
        return to_calendar(DECLARED, accounts_of(DECLARED, values, now, ask))

    return made


@pytest.fixture(scope="module")
def changed(ask):
    """A calendar of one row, some of whose cells are changed."""
    account = ask({"year": "2026"})

    def made(year=2026, summary=None, **cells):
        table = account.answer.table
        row = list(table.rows[0])
        for name, term in cells.items():
            row[table.columns.index(name)] = term
        terms = {**account.answer.terms, "year": Literal(year)}
        answer = Answer(QUERY, terms, "", Table(table.columns, [tuple(row)]))
        declared = replace(DECLARED, summary=dict.fromkeys(LANGUAGES, summary or "{partnerLabel}"))
        one = replace(account, answer=answer, spots=account.spots[:1])
        return to_calendar(declared, [one])

    return made


def read(body):
    return icalendar.Calendar.from_ical(body)


def events(body):
    return read(body).walk("VEVENT")


# What a calendar holds


def test_an_event_tells_what_is_remembered_and_what_bears_it(calendar):
    found = {str(event["SUMMARY"]): event for event in events(calendar(city="Seoul"))}
    event = found[f"Bishkek: {BISHKEK}"]
    assert event["DTSTART"].dt == date(2026, 1, 14)
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert event["SUMMARY"].params["LANGUAGE"] == "en"
    assert event["URL"] == AGREEMENT + "seoul-council-exchanges-r10-b"
    assert event["TRANSP"] == "TRANSPARENT"
    assert str(event["DESCRIPTION"]).split("\n") == [
        "Date: 2016-01-14",
        "Evidence: seoul-council-exchanges, line 24",
        "Release: 0123456789abcdef",
    ]


def test_one_year_is_the_answer_of_that_year_day_for_day(calendar, ask):
    rows = ask({"year": "2026"}).answer.table
    signed = [row[rows.columns.index("signed")].value for row in rows.rows]
    assert [event["DTSTART"].dt for event in events(calendar(year="2026", city="Seoul"))] \
        == sorted(date.fromisoformat(f"2026{day[4:]}") for day in signed)  # fmt: skip


def test_without_a_year_it_covers_last_year_and_as_many_ahead_as_declared(calendar):
    days = [event["DTSTART"].dt for event in events(calendar(now=2026))]
    assert days == sorted(days)
    assert {day.year for day in days} <= set(range(2025, 2037))
    assert {days[0].year, days[-1].year} == {2025, 2036}
    assert "Years covered: 2025 to 2036" in read(calendar(now=2026))["DESCRIPTION"]


def test_a_year_later_the_same_address_goes_a_year_further(calendar):
    now, later = (
        {str(event["UID"]): event for event in events(calendar(now=year))} for year in (2026, 2027)
    )
    both = set(now) & set(later)
    assert {event["DTSTART"].dt.year for uid, event in now.items() if uid not in both} == {2025}
    assert {event["DTSTART"].dt.year for uid, event in later.items() if uid not in both} == {2037}
    assert all(now[uid] == later[uid] for uid in both)


def test_identifiers_are_each_used_once_and_the_same_in_every_language(calendar):
    found = [[str(e["UID"]) for e in events(calendar(lang=language))] for language in LANGUAGES]
    assert found[0] == found[1] == found[2]
    assert len(set(found[0])) == len(found[0])


def test_rows_about_the_same_thing_in_the_same_year_stay_apart(ask):
    account = ask({"year": "2026"})
    rows = [*account.answer.table.rows] * 2
    table = Table(account.answer.table.columns, rows)
    answer = Answer(QUERY, account.answer.terms, "", table)
    twice = replace(account, answer=answer, spots=[*account.spots] * 2)
    found = [str(event["UID"]) for event in events(to_calendar(DECLARED, [twice]))]
    assert len(found) == len(set(found)) == 2 * len(account.answer.table.rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_language_asked_for(calendar, language):
    found = read(calendar(lang=language))
    name = {"en": "Seoul", "ko": "서울특별시", "zh-Hans": "首尔"}[language]
    assert str(found["NAME"]) == f"{QUERY.title[language]}: {name} (kr-seoul)"
    assert found["NAME"].params["LANGUAGE"] == language
    assert found["X-WR-CALNAME"] == found["NAME"]
    told = found["X-WR-CALDESC"].replace("\\n", "\n")  # a name that the reader leaves escaped
    assert re.sub(r"\\(.)", r"\1", told) == found["DESCRIPTION"]


def test_the_same_answer_is_the_same_calendar(calendar):
    assert calendar() == calendar()
    assert {str(event["DTSTAMP"].dt) for event in events(calendar())} == {
        "2000-01-01 00:00:00+00:00"
    }


# Days that the sources do not give


def test_what_has_no_day_is_no_event_but_is_named_and_counted(calendar):
    body = calendar(city="London")
    assert {str(event["SUMMARY"])[-8:] for event in events(calendar(city="런던", now=2026))} == {
        "10 years"
    }
    words = str(read(body)["DESCRIPTION"]).split("\n")
    at = words.index("Left out, as the sources give no day: 2")
    label = "Seoul: Friendship and Cooperation Agreement"
    assert words[at + 1 :] == [
        f"– {label}, 10 years (2025; 2015-12)", f"– {label}, 20 years (2035; 2015-12)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "edtf", ["2016", "2016-02", "2016-02-XX", "201X", "2016-02-01/2016-02-03", "2016-02-30", "soon"]
)
def test_only_a_day_makes_an_event(changed, edtf):
    body = changed(signed=Literal(edtf))
    assert events(body) == []
    assert f"({2026}; {edtf})" in read(body)["DESCRIPTION"]
    assert "no day: 1" in read(body)["DESCRIPTION"]


def test_an_uncertain_day_is_a_day_and_tells_the_date_as_recorded(changed):
    (event,) = events(changed(signed=Literal("2016-02-01?")))
    assert event["DTSTART"].dt == date(2026, 2, 1)
    assert "Date: 2016-02-01?" in event["DESCRIPTION"]


@pytest.mark.parametrize(("year", "day"), [(2026, 28), (2036, 29), (2100, 28)])
def test_29_february_is_the_last_of_the_month_where_there_is_none_and_says_so(changed, year, day):
    (event,) = events(changed(year=year, signed=Literal("2016-02-29")))
    assert event["DTSTART"].dt == date(year, 2, day)
    assert ("which this year lacks" in event["DESCRIPTION"]) == (day == 28)


def test_remarks_are_told(changed):
    (event,) = events(changed(remark=Literal("repaired disputed")))
    assert "Remark: repaired: the source misprints the date" in event["DESCRIPTION"]
    assert "Remark: disputed: " in event["DESCRIPTION"]


def test_a_calendar_without_events_is_still_a_calendar(calendar):
    body = calendar(city="Almaty", year="1900")
    assert events(body) == []
    assert len(read(body).subcomponents) == 1  # RFC 5545, 3.6


# As RFC 5545 writes it


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_are_folded_at_75_octets_within_no_sign(calendar, language):
    body = calendar(lang=language)
    lines = body.split(b"\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert lines[-1] == b""
    assert all(len(line) <= 75 and line.decode() is not None for line in lines)


HOSTILE = [
    "a\r\nEND:VEVENT\r\nBEGIN:VEVENT", "a\nATTACH:http://a.example/", "a\rX:1", "a\u2028X:1",
    "a\x85X:1", "a\x0bX:1", "a;b,c\\n:d\"e", "\x00\x07", "{age}", "x" * 5000, "서울 " * 100,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_ends_its_line_or_its_event(changed, text):
    body = changed(partnerLabel=Literal(text))
    written = body.split(b"\r\n")
    assert written.count(b"BEGIN:VEVENT") == written.count(b"END:VEVENT") == 1
    assert not re.search(rb"(?:^|[\r\n\x0b\x0c]|\xc2\x85|\xe2\x80\xa8)(ATTACH|X:)", body)
    (event,) = events(body)
    assert "ATTACH" not in event
    lines = re.split("\r\n|[\r\n\x0b\x85\u2028]", text)
    assert str(event["SUMMARY"]) == re.sub("[\x00\x07]", " ", "\n".join(lines))


@example("\\N")
@example("\\\\N\\n\\;\\,\\")
@given(
    st.text(st.sampled_from("\\nN;,") | st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]))
)
def test_any_text_comes_back_from_a_calendar(changed, text):
    (event,) = events(changed(partnerLabel=Literal(text)))
    assert str(event["SUMMARY"]) == text


@pytest.mark.parametrize(
    "node",
    [NamedNode("urn:uuid:1"), NamedNode("javascript:alert(1)"), Literal("http://a b\r\nX:1")],
)
def test_only_an_address_of_the_web_is_a_url(changed, node):
    (event,) = events(changed(agreement=node))
    assert "URL" not in event


def test_cells_stand_only_where_the_summary_names_them(changed):
    (event,) = events(changed(summary="{partnerLabel}age{age}", partnerLabel=Literal("{age}")))
    assert re.fullmatch(r"\{age\}age\d+", str(event["SUMMARY"]))


# What is given, and what is declared


@pytest.mark.parametrize("values", [{"year": "19xx"}, {"city": "Nowhere"}, {"town": "Seoul"}])
def test_a_value_that_does_not_fit_is_refused(calendar, values):
    with pytest.raises(ParameterError):
        calendar(**values)


def test_the_years_stay_within_those_that_a_day_can_have():
    declared = Calendar("a", "b", "c", 10, {})
    assert next(iter(years_from(declared, 1))) == 1
    assert list(years_from(declared, 9999)) == [9998, 9999]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("about: agreement", "about: signed", "about is 'signed'; want a column of kind iri"),
        ("date: signed", "date: partner", "date is 'partner'; want a column of kind date"),
        ("year: year\n#+     ahead", "year: city\n#+     ahead", "want a parameter of type year"),
        ("ahead: 10", "ahead: 0", "want a number of years from 1 to 30"),
        ("ahead: 10", "ahead: many", "want a number of years from 1 to 30"),
        ("{age} years", "{agee} years", "{agee} in the calendar's summary; want a column"),
        ("{age} years", "{age years", "a single brace in the calendar's summary"),
        ("ahead: 10", "aheed: 10", "calendar: unknown key 'aheed'"),
        ("#+     date: signed\n", "", "calendar: 'date' is missing"),
        ('ko: "{partnerLabel}: {agreementTypeLabel} {age}주년", ', "", "calendar: 'ko' is missing"),
    ],
)
def test_a_malformed_declaration_is_an_error_with_file_and_line(tmp_path, old, new, message):
    text = (ROOT / "queries" / "anniversaries.rq").read_text("utf-8")
    assert text.count(old) == 1
    path = tmp_path / "anniversaries.rq"
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(DataError, match=re.escape(message)) as caught:
        read_query(path)
    assert re.match(rf"{re.escape(str(path))}:\d+: ", str(caught.value))


def test_a_question_that_declares_no_calendar_has_none():
    assert read_queries(ROOT / "queries")["ties-of"].calendar is None
