"""CSV tables read strictly: every column known, every cell used, every error with its place."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from kg.errors import BuildError, DataError, InputError, KgError, Place

T = TypeVar("T")
SEPARATOR = "|"
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass
class Row:
    """One row of a table; its cells are taken one by one until none is left."""

    path: Path
    line: int
    cells: dict[str, str]
    taken: set[str] = field(default_factory=set)

    def error(self, column: str, message: str) -> DataError:
        """Return a DataError about the cell in `column`; `message` says what is wanted."""
        value = self.cells.get(column, "")
        return DataError(Place(self.path, self.line, column), f"{column} is '{value}'; {message}")

    def optional(self, column: str) -> str:
        """Return the text of a cell, empty where it is."""
        self.taken.add(column)
        return self.cells[column]

    def text(self, column: str) -> str:
        """Return the text of a cell that may not be empty."""
        value = self.optional(column)
        if not value:
            raise self.error(column, "this cell may not be empty. Fill it in.")
        return value

    def many(self, column: str) -> list[str]:
        """Return the parts of a cell that `|` divides."""
        value = self.optional(column)
        parts = [part.strip() for part in value.split(SEPARATOR)] if value else []
        if "" in parts or len(set(parts)) < len(parts):
            raise self.error(column, f"want values divided by '{SEPARATOR}', none empty or twice.")
        return parts

    def number(self, column: str) -> int | None:
        """Return a whole number, None for an empty cell."""
        value = self.optional(column)
        if not value:
            return None
        if not (value.isascii() and value.isdigit()):
            raise self.error(column, "want a whole number in digits, such as 6.")
        return int(value)

    def count(self, column: str) -> int:
        """Return a whole number from a cell that may not be empty."""
        self.text(column)
        return self.number(column) or 0

    def choice(self, column: str, allowed: Sequence[str]) -> str:
        """Return a cell whose text must be one of `allowed`."""
        value = self.text(column)
        if value not in allowed:
            raise self.error(column, f"want one of: {', '.join(allowed)}.")
        return value

    def read(self, column: str, reader: Callable[[str], T]) -> T:
        """Return what `reader` makes of the cell; its KgError is told with the place."""
        try:
            return reader(self.text(column))
        except DataError:
            raise
        except KgError as error:
            raise self.error(column, f"{error}") from error

    def finish(self) -> None:
        """Raise DataError where the importer left a filled cell unread."""
        for column, value in self.cells.items():
            if value and column not in self.taken:
                raise self.error(column, "nothing reads this cell for such a row. Empty it.")


def read_table(path: Path, columns: Sequence[str], key: str) -> list[Row]:
    """Return the rows of the CSV file `path`, whose heading must be exactly `columns`.

    The file is UTF-8, with or without byte order mark; `key` is the column whose value names a
    row, once. Empty rows at the end are what spreadsheets leave and are passed over.
    Raises DataError with file, line and column for anything else.
    """
    text = _decode(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    seen: dict[str, int] = {}
    try:
        heading = [cell.strip() for cell in next(reader, [])]
        _check_heading(path, heading, columns)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            line = reader.line_num
            if len(cells) != len(heading):
                raise DataError(
                    Place(path, line),
                    f"{len(cells)} cells where the heading has {len(heading)}; a comma inside a "
                    "value needs double quotes around the value",
                )
            row = Row(path, line, dict(zip(heading, (c.strip() for c in cells), strict=True)))
            name = row.text(key)
            if not _KEY.fullmatch(name):
                raise row.error(
                    key, "it becomes part of an address; want letters a-z, digits and hyphens."
                )
            if name in seen:
                raise row.error(key, f"line {seen[name]} has the same name; each needs its own.")
            seen[name] = line
            rows.append(row)
    except csv.Error as error:
        raise DataError(Place(path, reader.line_num), f"no CSV: {error}") from error
    return rows


def each(rows: Sequence[Row], work: Callable[[Row], object]) -> None:
    """Do `work` on every row; raise one BuildError with all that went wrong."""
    errors = []
    for row in rows:
        try:
            work(row)
            row.finish()
        except DataError as error:
            errors.append(error)
        except KgError as error:
            errors.append(DataError(Place(row.path, row.line), str(error)))
    if errors:
        raise BuildError(errors)


def _decode(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    remedy = " (a spreadsheet may have saved CP949 or GB18030); save the file again as 'CSV UTF-8'"
    text = decode(path, data, remedy).removeprefix("\ufeff")
    if "\0" in text:
        raise DataError(
            Place(path, text[: text.index("\0")].count("\n") + 1),
            "a NUL character; is this a spreadsheet file rather than CSV? Save it as 'CSV UTF-8'",
        )
    for at, sign in enumerate(text):
        if sign not in "\t\r\n" and unicodedata.category(sign) in ("Cc", "Cf"):
            spot = Place(path, text.count("\n", 0, at) + 1)
            raise DataError(spot, f"an unseen character U+{ord(sign):04X}; delete it")
    return unicodedata.normalize("NFC", text)


def decode(path: Path, data: bytes, remedy: str) -> str:
    """Return the bytes of the file `path` as text, a byte order mark left where it is.

    Raises DataError with line, byte and `remedy` where they are not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        spot = Place(path, line)
        raise DataError(spot, f"byte 0x{data[error.start]:02x} is not UTF-8{remedy}") from error


def _check_heading(path: Path, heading: Sequence[str], columns: Sequence[str]) -> None:
    spot = Place(path, 1)
    missing = [c for c in columns if c not in heading]
    for sign, name in ((";", "semicolons"), ("\t", "tabs")):
        if missing and any(sign in cell for cell in heading):
            raise DataError(spot, f"its cells are divided by {name}; save it divided by commas")
    unknown = [c for c in heading if c not in columns]
    if missing:
        raise DataError(
            spot,
            f"column '{missing[0]}' is missing; the heading must have: {','.join(columns)}",
        )
    if unknown:
        raise DataError(
            spot,
            f"column '{unknown[0]}' is unknown; the heading must have: {','.join(columns)}",
        )
    for column in heading:
        if heading.count(column) > 1:
            raise DataError(spot, f"column '{column}' stands twice; remove one")


def iter_optional(path: Path, columns: Sequence[str], key: str) -> Iterator[Row]:
    """Yield the rows of a table that a source need not have."""
    if path.exists():
        yield from read_table(path, columns, key)
