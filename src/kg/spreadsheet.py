"""An answer as a sheet of titled columns, and the CSV that spreadsheet programs open as it is.

To the columns of the query come the bounds and the precision of each date, the documents and lines
that the row rests on, and the release.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kg.account import Account
from kg.dates import DateError, read_edtf
from kg.store import NamedNode, Term
from kg.values import Value, text_of, value_of
from kg.wording import in_language, word

# What a spreadsheet takes for the beginning of a formula, full-width and small forms included.
_FORMULA = "=+\\-@＝＋－＠﹦﹢﹣﹫−"
# What programs may trim before they look: spaces, controls, signs without width.
_UNSEEN = r"\s\x00-\x20\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff"
_BEGINS = re.compile(rf"[\t\r\n]|[{_UNSEEN}]*[{_FORMULA}]")
# Where the program takes another sign than the comma to part cells, a text may be cut in two.
_CUT = re.compile(rf"(?<=[;|\t\r\n])(?=[{_UNSEEN}]*[{_FORMULA}])")


@dataclass(frozen=True)
class Field:
    """A column of a sheet: its title, and `address` where its cells may be links."""

    title: str
    address: bool = False


Cell = Value | date


@dataclass(frozen=True)
class Sheet:
    """Columns, and rows with a cell for each."""

    fields: Sequence[Field]
    rows: Sequence[Sequence[Cell]]


def sheet_of(account: Account) -> Sheet:
    """Return the answer as a sheet, its titles in the account's language.

    A date that is not EDTF has no bounds and no precision. A row that rests on several lines
    has their documents and numbers in the same order, parted by `; `.
    """
    answer, language = account.answer, account.language
    fields: list[Field] = []
    for title, name in zip(_titles(account), answer.table.columns, strict=True):
        kind = answer.query.columns[name].kind
        fields.append(Field(title, kind in ("iri", "evidence")))
        if kind == "date":
            fields += [
                Field(f"{title} ({word(part, language)})")
                for part in ("earliest", "latest", "precision")
            ]
    fields += [Field(word(name, language)) for name in ("cited document", "cited line", "release")]
    dated = [answer.query.columns[name].kind == "date" for name in answer.table.columns]
    rows: list[list[Cell]] = []
    for row, spots in zip(answer.table.rows, account.spots, strict=True):
        cells: list[Cell] = []
        for term, is_date in zip(row, dated, strict=True):
            cells += [value_of(term), *_bounds(term, language)] if is_date else [value_of(term)]
        cells.append("; ".join(spot.document for spot in spots))
        lines = [spot.line for spot in spots]
        cells.append(lines[0] if len(lines) == 1 else "; ".join(map(str, lines)))
        rows.append([*cells, account.release])
    return Sheet(fields, rows)


def to_csv(sheet: Sheet) -> bytes:
    """Return `sheet` in the spreadsheet profile of CSV.

    RFC 4180 (commas, CRLF, every text in quotation marks) in UTF-8 with a byte order mark, by
    which spreadsheet programs know it. Texts that one would execute have an apostrophe before
    them; numbers are numbers. Same sheet, same bytes.
    """
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([neutral(field.title) for field in sheet.fields])
    writer.writerows([_in_csv(cell) for cell in row] for row in sheet.rows)
    return text.getvalue().encode("utf-8-sig")


def neutral(text: str) -> str:
    """Return `text` with an apostrophe wherever a spreadsheet would find a formula in it.

    That is before a text that begins with `=`, `+`, `-`, `@` (in any width, behind any spaces),
    a tab or a line end, and before such a sign behind `;`, `|`, a tab or a line end inside.
    """
    text = _CUT.sub("'", text)
    return f"'{text}" if _BEGINS.match(text) else text


def _in_csv(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, date):
        return cell.isoformat()
    return neutral(cell) if isinstance(cell, str) else cell


def _titles(account: Account) -> list[str]:
    """Return the titles of the query's columns; one that several share has its name behind it."""
    columns = account.answer.query.columns
    labels = {
        name: in_language(columns[name].label, account.language)
        for name in account.answer.table.columns
    }
    shared = Counter(labels.values())
    return [label if shared[label] == 1 else f"{label} ({name})" for name, label in labels.items()]


def _bounds(term: Term | None, language: str) -> list[Cell]:
    """Return the first and the last day that a date allows, and its precision in words."""
    if term is None or isinstance(term, NamedNode):
        return [None, None, None]
    try:
        known = read_edtf(text_of(term))
    except DateError:
        return [None, None, None]
    first, last = (date.fromisoformat(bound[:10]) for bound in (known.earliest, known.latest))
    return [first, last, word(known.precision, language)]
