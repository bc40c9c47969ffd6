"""An answer as an Excel workbook (ECMA-376): its rows, what was asked, and what bears it."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from unicodedata import east_asian_width

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kg.account import Account
from kg.limits import TooLargeError
from kg.spreadsheet import Cell, sheet_of
from kg.wording import word

# What Excel can hold: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
MOST_ROWS = 1_048_576
MOST_SIGNS = 32_767  # of a cell, in units of UTF-16
MOST_LINKS = 65_530
_LONGEST_LINK = 2_079
_MOST_DIGITS = 15  # of a whole number or decimal; further ones would be lost
_MOST_POWER = 300  # of ten
_FIRST_DAY = date(1900, 1, 1)  # Excel has no days before

# A release has no date, as it follows from its content alone; nor may the workbook: same bytes.
_CREATED = datetime(2000, 1, 1)


def to_workbook(account: Account) -> bytes:
    """Return the workbook of an answer; same account, same bytes.

    Its sheets are the rows, what was asked and what bears it, and, where a cell would hold more
    than 32,767 signs, the whole texts. Raises TooLargeError where a sheet cannot hold the rows.
    """
    count = len(account.answer.table.rows)
    if count >= MOST_ROWS:
        raise TooLargeError(
            f"{count:,} rows, and a sheet holds {MOST_ROWS - 1:,}; take format=csv, or ask for less"
        )
    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True})
    book.set_properties({"title": account.title, "comments": account.address, "created": _CREATED})
    writer = _Writer(book, account.language)
    unlinked = writer.rows(account)
    writer.about(account, unlinked)
    writer.long_texts()
    book.close()
    return file.getvalue()


class _Writer:
    """One workbook being written; remembers the texts that no cell could hold."""

    def __init__(self, book: Workbook, language: str) -> None:
        self.book = book
        self.language = language
        self.bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.plain = book.add_format()
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.link = book.get_default_url_format()
        self.long: list[tuple[int, str, str]] = []

    def rows(self, account: Account) -> int:
        """Write the first sheet; return how many addresses are text, for want of room for links."""
        content = sheet_of(account)
        sheet = self.sheet("table")
        for column, field in enumerate(content.fields):
            self.text(sheet, 0, column, field.title, self.bold)
            cells = [row[column] for row in content.rows[:200]]
            sheet.set_column(column, column, _width([field.title, *cells], field.address))
        links = unlinked = 0
        for number, row in enumerate(content.rows, 1):
            for column, (field, cell) in enumerate(zip(content.fields, row, strict=True)):
                if field.address and isinstance(cell, str) and _leads(cell):
                    if links < MOST_LINKS:
                        links += 1
                        sheet.write_url(number, column, cell, self.link, cell)
                        continue
                    unlinked += 1
                self.cell(sheet, number, column, cell, field.title)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(content.rows), len(content.fields) - 1)
        return unlinked

    def about(self, account: Account, unlinked: int) -> None:
        """Write the sheet that tells question, parameters, release, remarks and sources."""
        sheet = self.sheet("about")
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 80)
        sheet.set_column(2, 6, 24)
        known: list[tuple[str, Cell]] = [
            (self.word("question"), account.title),
            (self.word("description"), account.description),
            *account.asked,
            (self.word("release"), account.release),
            (self.word("rows"), len(account.answer.table.rows)),
            *((self.remark(name), rows) for name, rows in account.remarks.items()),
            (self.word("licence"), account.licence or self.word("unstated")),
            (self.word("cite"), f"{account.title}. {self.word('release')} {account.release}. "
                                f"{account.address}"),
        ]  # fmt: skip
        if account.answer.query.rests_on_absence:
            known.append((self.word("remark"), self.word("absence")))
        if unlinked:
            known.append((self.word("unlinked"), unlinked))
        for number, (label, value) in enumerate(known):
            self.text(sheet, number, 0, label, self.bold)
            self.cell(sheet, number, 1, value, label, self.wrapped)
        start = len(known) + 1
        titles = ("document", "title", "rows", "published", "page", "licence")
        self.text(sheet, start, 0, self.word("sources"), self.bold)
        for column, title in enumerate(titles):
            self.text(sheet, start + 1, column, self.word(title), self.bold)
        for number, document in enumerate(account.documents, start + 2):
            title = ". ".join(part for part in (document.title, document.publisher) if part)
            licence = document.licence or self.word("unstated")
            cells: Sequence[Cell] = (
                document.key,
                title,
                document.rows,
                document.published,
                document.page,
                licence,
            )
            for column, cell in enumerate(cells):
                self.cell(sheet, number, column, cell, self.word(titles[column]), self.wrapped)

    def long_texts(self) -> None:
        """Write the sheet of texts that a cell could not hold, if there are any, in parts."""
        if not self.long:
            return
        sheet = self.sheet("long")
        for column, title in enumerate(("row", "title", "part", "text")):
            self.text(sheet, 0, column, self.word(title), self.bold)
        number = 0
        for row, title, text in self.long:
            for part, piece in enumerate(pieces(text), 1):
                number += 1
                if number >= MOST_ROWS:
                    raise TooLargeError("the texts are too long for a workbook; take format=csv")
                sheet.write_number(number, 0, row)
                self.text(sheet, number, 1, title)
                sheet.write_number(number, 2, part)
                self.text(sheet, number, 3, piece)

    def cell(
        self, sheet: Worksheet, row: int, column: int, value: Cell, title: str,
        format_: Format | None = None,
    ) -> None:  # fmt: skip
        """Write `value` as what it is; `title` names its column where it is too long for a cell."""
        match value:
            case None | "":
                pass
            case bool():
                sheet.write_boolean(row, column, value, format_)
            case int() | float() | Decimal():
                if _is_exact(value):
                    sheet.write_number(row, column, float(value), format_)
                else:
                    self.text(sheet, row, column, str(value), format_)
            case date() if value >= _FIRST_DAY:
                sheet.write_datetime(row, column, value, self.day)
            case date():
                self.text(sheet, row, column, value.isoformat(), format_)
            case str():
                if _units(value) > MOST_SIGNS:
                    self.long.append((row + 1, title, value))
                    value = f"{pieces(value, 200)[0]}… ({self.word('long')})"
                self.text(sheet, row, column, value, format_)

    def text(
        self, sheet: Worksheet, row: int, column: int, text: str, format_: Format | None = None
    ) -> None:
        """Write `text` as a text, whatever it looks like."""
        if text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter would take it for XML of its own; in two pieces it is escaped.
            sheet.write_rich_string(row, column, "<", self.plain, text[1:], format_ or self.plain)
        else:
            sheet.write_string(row, column, text, format_)

    def sheet(self, name: str) -> Worksheet:
        """Return a new sheet with a name in the language."""
        return self.book.add_worksheet(self.word(name))

    def word(self, name: str) -> str:
        """Return a word in the language."""
        return word(name, self.language)

    def remark(self, name: str) -> str:
        """Return what a remark means; one that nobody has explained stands for itself."""
        known = ("repaired", "inferred", "disputed")
        return f"{self.word('remark')}: {self.word(name) if name in known else name}"


def pieces(text: str, most: int = MOST_SIGNS) -> list[str]:
    """Return `text` in pieces of at most `most` units of UTF-16, no sign cut in two."""
    found: list[str] = []
    piece: list[str] = []
    size = 0
    for sign in text:
        units = _units(sign)
        if size + units > most:
            found.append("".join(piece))
            piece, size = [], 0
        piece.append(sign)
        size += units
    return [*found, "".join(piece)]


def _units(text: str) -> int:
    return len(text) + sum(sign > "\uffff" for sign in text)


def _leads(text: str) -> bool:
    """Return whether `text` is one address that a program may open."""
    return (
        text.startswith(("http://", "https://"))
        and len(text) <= _LONGEST_LINK
        and not any(sign.isspace() for sign in text)
    )


def _is_exact(number: int | float | Decimal) -> bool:
    """Return whether Excel keeps every digit of `number`; its own numbers are binary ones."""
    if isinstance(number, float):
        return isfinite(number)
    exact = Decimal(number)
    digits = len(exact.normalize().as_tuple().digits) if exact.is_finite() else 0
    return 0 < digits <= _MOST_DIGITS and abs(exact.adjusted()) < _MOST_POWER


def _width(cells: Sequence[Cell], is_address: bool) -> int:
    """Return a width of a column, in signs, that shows most of its cells and not too much."""
    if is_address:
        return 24
    texts = [str(cell) for cell in cells if cell is not None]
    widths = [sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text[:60])
              for text in texts]  # fmt: skip
    return min(60, max(8, *widths) + 2)
