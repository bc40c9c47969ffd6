"""Workbooks and CSV for spreadsheets, read back as other programs read them."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from kg import workbook
from kg.account import account_of
from kg.canned import CannedQuery, Column
from kg.limits import TooLargeError
from kg.namespaces import LANGUAGES, PREFIXES
from kg.queries import Answer, Choices, Places, read_queries, run
from kg.spreadsheet import neutral, sheet_of, to_csv
from kg.store import EmbeddedStore, Literal, NamedNode, Table
from kg.workbook import pieces, to_workbook

ALL = read_queries(ROOT / "queries")
XSD = PREFIXES["xsd"]
HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1", "＋1", "－1",
    "＠SUM(A1)",
    "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://a.example/\")", "\ufeff=1", "\u200b@x", "−1",
    "a;=1", "a\n=1", "a\t-1",
]  # fmt: skip
SIGNS = st.characters(exclude_categories=["Cs"])
STRANGE = [
    "<r><t>x</t></r>", "<r></sst>", "</r>", "<b>&amp;\"'", "007", "1e5", "TRUE",
    "http://a.example/", "internal:Sheet1!A1", "mailto:a@b", "{=1}", "서울특별시", "首尔", "𠀀",
]  # fmt: skip


def told(rows, columns, *, store=None, language="en"):
    """The account of rows that are given: `columns` names each column's kind."""
    declared = {
        name: Column(name, dict.fromkeys(LANGUAGES, name.title()), kind, None)
        for name, kind in columns.items()
    }
    words = dict.fromkeys(LANGUAGES, "Cells")
    query = CannedQuery("cells", words, words, (), {}, declared, "")
    answer = Answer(query, {}, "", Table(tuple(columns), rows))
    empty = store or EmbeddedStore.of([])
    return account_of(answer, empty, language, release="0123456789abcdef")


def texts(values):
    return told([(Literal(value),) for value in values], {"cell": "text"})


def read(body):
    return openpyxl.load_workbook(io.BytesIO(body))


def decoded(text):
    """The text that a cell means (ECMA-376, 22.9.2.19); openpyxl leaves it as it stands."""
    return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


def read_csv(body):
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def xml_of(body):
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


@pytest.fixture(scope="module")
def account(store):
    places, choices = Places(store), Choices(store)

    def ask(name, language="en", **values):
        if "lang" in ALL[name].parameters:
            values["lang"] = language
        answer = run(ALL[name], values, store, places, choices)
        return account_of(
            answer, store, language, release="0123456789abcdef",
            licence="https://creativecommons.org/licenses/by/4.0/", places=places, choices=choices,
        )  # fmt: skip

    return ask


# Every question


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ALL)
def test_every_question_gives_a_workbook_and_a_csv_of_the_same_rows(account, name, language):
    asked = account(name, language)
    rows = list(read(to_workbook(asked)).worksheets[0].iter_rows(values_only=True))
    lines = read_csv(to_csv(sheet_of(asked)))
    assert len(rows) == len(lines) == len(asked.answer.table.rows) + 1 > 1
    assert list(rows[0]) == lines[0]
    assert len(set(rows[0])) == len(rows[0])
    titles = [column.label[language] for column in asked.answer.query.columns.values()]
    assert all(any(title.startswith(label) for title in rows[0]) for label in titles)
    for row, line in zip(rows[1:], lines[1:], strict=True):
        for cell, written in zip(row, line, strict=True):
            shown = cell.date().isoformat() if isinstance(cell, datetime) else str(cell or "")
            assert neutral(shown) == written or (cell == 0 and written == "0")


@pytest.mark.parametrize("name", ALL)
def test_every_row_of_every_question_tells_document_line_and_release(account, name):
    asked = account(name)
    for row in read_csv(to_csv(sheet_of(asked)))[1:]:
        documents, lines, release = (cell.split("; ") for cell in row[-3:])
        assert len(documents) == len(lines) and all(documents)
        assert all(line.isdecimal() for line in lines)
        assert release == ["0123456789abcdef"]


def test_the_same_answer_is_the_same_file(account):
    assert to_workbook(account("ties-of")) == to_workbook(account("ties-of"))


# What the sheets hold


def test_titles_come_in_the_language_with_addresses_beside_labels(account):
    sheet = read(to_workbook(account("friendship-and-council", "zh-Hans"))).worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    assert titles[:3] == ["伙伴（网址）", "伙伴", "政府间协议（网址）"]
    assert [cell.value for cell in sheet[2]][:2] == [
        "https://w3id.org/municipal-diplomacy/id/place/tr-ankara", "安卡拉",
    ]  # fmt: skip
    assert sheet["A2"].hyperlink.target == sheet["A2"].value
    assert sheet["B2"].hyperlink is None
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:V13"


def test_dates_keep_their_text_and_tell_their_bounds_and_precision(account):
    asked = account("ties-of", city="London")
    sheet = read(to_workbook(asked)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    at = rows[0].index("Date")
    assert rows[0][at : at + 4] == ["Date", "Date (earliest)", "Date (latest)", "Date (precision)"]
    assert [row[at : at + 4] for row in rows[1:]] == [
        ["2015-12", datetime(2015, 12, 1), datetime(2015, 12, 31), "month"],
        ["2017-04-03", datetime(2017, 4, 3), datetime(2017, 4, 3), "day"],
    ]
    assert sheet.cell(2, at + 2).number_format == "yyyy-mm-dd"


@pytest.mark.parametrize(
    ("edtf", "bounds"),
    [
        ("1882-05-02", ["1882-05-02", "1882-05-02", "day"]),
        ("1899/1900", ["1899-01-01", datetime(1900, 12, 31), "interval"]),
        ("199X", [datetime(1990, 1, 1), datetime(1999, 12, 31), "year"]),
        ("1998-02-29", [None, None, None]),
        ("soon", [None, None, None]),
    ],
)
def test_a_day_before_1900_stays_text_and_what_is_no_date_has_no_bounds(edtf, bounds):
    sheet = read(to_workbook(told([(Literal(edtf),)], {"when": "date"}))).worksheets[0]
    assert [cell.value for cell in sheet[2]][:4] == [edtf, *bounds]


def test_numbers_and_truths_are_what_they_are_and_lose_no_digit():
    values = [
        Literal(5), Literal(-7), Literal("2.50", datatype=NamedNode(XSD + "decimal")),
        Literal(1.5e300), Literal(True), Literal(10**15 - 1), Literal(10**15 + 1),
        Literal("NaN", datatype=NamedNode(XSD + "double")), Literal("007"),
        Literal("x", datatype=NamedNode(XSD + "integer")), None,
    ]  # fmt: skip
    account = told([(value,) for value in values], {"value": "number"})
    found = [row[0].value for row in read(to_workbook(account)).worksheets[0].iter_rows(min_row=2)]
    exact = [5, -7, 2.5, 1.5e300, True, 10**15 - 1, "1000000000000001", "nan", "007", "x", None]
    assert found == exact
    assert sheet_of(account).rows[2][0] == Decimal("2.50")
    assert [row[0] for row in read_csv(to_csv(sheet_of(account)))[1:6]] == [
        "5", "-7", "2.50", "1.5e+300", "true",
    ]  # fmt: skip


def test_the_second_sheet_tells_what_was_asked_of_which_release_and_what_bears_it(account):
    asked = account("friendship-and-council", city="서울", letters="false")
    rows = [list(row) for row in read(to_workbook(asked)).worksheets[1].iter_rows(values_only=True)]
    known = {row[0]: row[1] for row in rows}
    assert known["Question"].startswith("Cities with both")
    assert known["Municipality"] == "Seoul (kr-seoul)"
    assert "no" in known.values()
    assert known["Release"] == "0123456789abcdef"
    assert known["Rows"] == 11
    assert known["Licence"] == "https://creativecommons.org/licenses/by/4.0/"
    address = (
        "https://w3id.org/municipal-diplomacy/queries/friendship-and-council?city=kr-seoul"
        "&letters=false&tie=type%3Aformal-city-tie&lang=en"
    )
    assert known["Cite as"].endswith(f"Release 0123456789abcdef. {address}")
    at = next(number for number, row in enumerate(rows) if row[0] == "Sources cited")
    assert rows[at + 1][:6] == ["Document", "Title", "Rows", "Published", "Page", "Licence"]
    assert rows[at + 2][0] == "seoul-council-exchanges"
    assert rows[at + 2][2] == 11
    assert rows[at + 2][5] == "not stated"


def test_remarks_are_explained_with_their_number(account):
    rows = read(to_workbook(account("ties-of"))).worksheets[1].iter_rows(values_only=True)
    remarks = {row[0]: row[1] for row in rows if str(row[0]).startswith("Remark: ")}
    assert [label.split(":")[1].strip() for label in remarks] == [
        "disputed",
        "inferred",
        "repaired",
    ]
    assert set(remarks.values()) == {1}


def test_what_rests_on_absence_names_every_source(store):
    query = replace(ALL["not-visited-since"], rests_on_absence=True)
    asked = account_of(run(query, {}, store), store, "en", release="0123456789abcdef")
    assert [document.rows for document in asked.documents] == [0, 0, 0, 14, 0]
    assert "Rests on what these sources do not record" in [
        row[1] for row in read(to_workbook(asked)).worksheets[1].iter_rows(values_only=True)
    ]


# What a program could take for something else


def test_no_cell_of_a_workbook_is_a_formula_and_every_text_comes_back():
    body = to_workbook(texts([*HOSTILE, *STRANGE]))
    cells = [row[0] for row in read(body).worksheets[0].iter_rows(min_row=2)]
    assert [decoded(cell.value) for cell in cells] == [*HOSTILE, *STRANGE]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    assert not any(re.search(r"<f[ >]", text) for text in xml_of(body).values())


def test_a_text_that_looks_like_an_escaped_sign_is_escaped_itself():
    assert "<t>_x005F_x0041_</t>" in xml_of(to_workbook(texts(["_x0041_"])))["xl/sharedStrings.xml"]


@given(st.lists(st.text(SIGNS, min_size=1), min_size=1))
def test_any_text_comes_back_from_a_workbook(values):
    body = to_workbook(texts(values))
    cells = [row[0].value for row in read(body).worksheets[0].iter_rows(min_row=2)]
    assert [decoded(str(cell)) for cell in cells] == values


def test_only_addresses_of_the_web_are_links():
    values = [
        NamedNode("https://a.example/x?y=1#z"), NamedNode("http://b.example/서울"),
        NamedNode("javascript:alert(1)"), NamedNode("file:///etc/passwd"),
        NamedNode("https://a.example/" + "x" * 3000), Literal("https://a.example/ b"),
    ]  # fmt: skip
    sheet = read(to_workbook(told([(v,) for v in values], {"node": "iri"}))).worksheets[0]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == [value.value for value in values]
    assert [bool(cell.hyperlink) for cell in cells] == [True, True, False, False, False, False]


@pytest.mark.parametrize("text", HOSTILE)
def test_csv_puts_an_apostrophe_before_what_would_be_executed(text):
    ((cell, *_),) = read_csv(to_csv(sheet_of(texts([text]))))[1:]
    assert cell == neutral(text) != text
    assert cell.replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize("text", ["", "a=1", "a-b", "서울; 首尔", "1998-12-02", "x@y", "'quoted'"])
def test_csv_leaves_other_texts_alone(text):
    assert neutral(text) == text


@given(
    st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("=+-@＝＋－＠;|\t\r\n '"))
)
def test_no_piece_of_a_neutral_text_begins_a_formula(text):
    safe = neutral(text)
    for piece in re.split(r"[;|\t\r\n]", safe):
        assert piece.strip()[:1] not in tuple("=+-@＝＋－＠")
    assert safe[:1] not in tuple("\t\r\n")
    assert [sign for sign in safe if sign != "'"] == [sign for sign in text if sign != "'"]
    assert neutral(safe) == safe


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_any_text_comes_back_from_csv_but_for_apostrophes(values):
    rows = read_csv(to_csv(sheet_of(texts(values))))[1:]
    assert [row[0] for row in rows] == [neutral(value) for value in values]


def test_csv_has_a_mark_for_spreadsheets_and_lines_as_rfc_4180():
    body = to_csv(sheet_of(texts(["서울", 'a "b"'])))
    assert body.startswith(b"\xef\xbb\xbf")
    assert body.decode("utf-8-sig").split("\r\n")[1:] == [
        '"서울","","","0123456789abcdef"', '"a ""b""","","","0123456789abcdef"', "",
    ]  # fmt: skip


# Limits of Excel


def test_a_text_that_no_cell_holds_stands_whole_on_a_third_sheet():
    long = "서울𠀀; " * 10_000
    book = read(to_workbook(texts(["short", long])))
    assert book.sheetnames == ["Answer", "About", "Long texts"]
    assert book["Answer"]["A3"].value.endswith("… (Long texts)")
    rows = list(book["Long texts"].iter_rows(min_row=2, values_only=True))
    assert [row[:3] for row in rows] == [(3, "Cell", 1), (3, "Cell", 2)]
    assert "".join(row[3] for row in rows) == long


@given(st.text(), st.integers(2, 9))
def test_pieces_hold_all_of_a_text_within_the_limit(text, most):
    found = pieces(text, most)
    assert "".join(found) == text
    assert all(len(piece.encode("utf-16-le", "surrogatepass")) // 2 <= most for piece in found)


def test_links_beyond_what_a_sheet_holds_are_text_and_counted(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_LINKS", 2)
    nodes = [(NamedNode(f"https://a.example/{n}"),) for n in range(5)]
    book = read(to_workbook(told(nodes, {"node": "iri"})))
    cells = [row[0] for row in book["Answer"].iter_rows(min_row=2)]
    assert [bool(cell.hyperlink) for cell in cells] == [True, True, False, False, False]
    assert [cell.value for cell in cells] == [node.value for (node,) in nodes]
    last = [row for row in book["About"].iter_rows(values_only=True) if "65,530" in str(row[0])]
    assert last[0][1] == 3


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    assert to_workbook(texts(["a", "b"]))
    with pytest.raises(TooLargeError, match="3 rows, and a sheet holds 2; take format=csv"):
        to_workbook(texts(["a", "b", "c"]))


def test_columns_that_share_a_title_are_told_apart():
    columns = {"a": "text", "b": "text"}
    account = told([(Literal("1"), Literal("2"))], columns)
    same = dict.fromkeys(LANGUAGES, "Date")
    account.answer.query.columns.update(
        {name: Column(name, same, "text", None) for name in columns}
    )
    assert [field.title for field in sheet_of(account).fields][:2] == ["Date (a)", "Date (b)"]


def test_evidence_that_is_none_is_no_source():
    rows = [(Literal("not an address"),), (NamedNode("https://a.example/none"),), (None,)]
    account = told(rows, {"proof": "evidence"})
    assert account.spots == [[], [], []]
    assert account.documents == []
