"""Lists of pairs: two tables divided by tabs, read strictly; every line is accounted for."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.errors import BuildError, DataError, InputError, Place
from kg.importers.table import decode

_ITEM = re.compile(r"Q([1-9][0-9]{0,14})")
_MOST_ERRORS = 20
_LONGEST_SHOWN = 60

# The number of a Wikidata item: 8684 of Q8684.
Item = int


@dataclass(frozen=True, slots=True)
class Statement:
    """A line that names `partner` for `place`; `start` counts the characters before its words."""

    line: int
    start: int
    place: Item
    partner: Item

    @property
    def words(self) -> str:
        """The words of the line, as they stand there."""
        return f"Q{self.place}\tQ{self.partner}"


@dataclass(frozen=True)
class File:
    """A file as it was read: its name without folders, the SHA-256 of its bytes, its lines."""

    name: str
    sha256: str
    lines: int


@dataclass(frozen=True)
class Pairs:
    """Pairs of items, each with all lines that state it, from either side.

    `pairs` is sorted by number, and the smaller number of a pair stands first. `names` has one
    name an item and may name items that no pair has; `repeated` of its lines say nothing new.
    """

    file: File
    pairs: dict[tuple[Item, Item], list[Statement]]
    names: dict[Item, str]
    names_file: File | None
    repeated: int

    @property
    def items(self) -> list[Item]:
        """Every item that stands in a pair, by number."""
        return sorted({item for pair in self.pairs for item in pair})

    @property
    def counts(self) -> dict[str, int]:
        """What the files hold; `lines` is `statements` and `duplicates` together."""
        items = set(self.items)
        statements = sum(map(self.sides, self.pairs))
        return {
            "lines": self.file.lines,
            "statements": statements,
            "duplicates": self.file.lines - statements,
            "pairs": len(self.pairs),
            "one_sided": 2 * len(self.pairs) - statements,
            "places": len(items),
            "unnamed": len(items - self.names.keys()),
            "unused": len(self.names.keys() - items),
            "repeated": self.repeated,
        }

    def sides(self, pair: tuple[Item, Item]) -> int:
        """Return from how many sides a pair is stated, 1 or 2."""
        return len({statement.place for statement in self.pairs[pair]})


def read_pairs(path: Path, names: Path | None = None) -> Pairs:
    """Return the pairs of the file `path`, and the names of items in the file `names`.

    A line is two different Wikidata items with a tab between them, or an item and its name; there
    is no heading. Both files are UTF-8, with or without byte order mark, with LF or CRLF.
    Raises BuildError with file, line and remedy for the first 20 lines that are anything else,
    DataError where a file is not UTF-8, InputError where one cannot be read or is empty.
    """
    found: dict[tuple[Item, Item], list[Statement]] = {}

    def take(line: int, start: int, text: str) -> None:
        place, partner = _cells(text, "a pair is two Wikidata items with a tab between them")
        statement = Statement(line, start, _item(place, line), _item(partner, line))
        if statement.place == statement.partner:
            raise ValueError(f"{place} is paired with itself; correct the line or delete it")
        one, other = sorted((statement.place, statement.partner))
        found.setdefault((one, other), []).append(statement)

    file = _each_line(path, take)
    known: dict[Item, tuple[str, int]] = {}

    def take_name(line: int, _: int, text: str) -> None:
        number, name = _cells(text, "want a Wikidata item, a tab and its name")
        item = _item(number, line)
        before, at = known.setdefault(item, (_name(name), line))
        if before != name:
            raise ValueError(
                f"{number} is called {_shown(name)} here and {_shown(before)} on line {at}; "
                "keep one of the two lines"
            )

    names_file = _each_line(names, take_name) if names else None
    return Pairs(
        file,
        dict(sorted(found.items())),
        {item: name for item, (name, _) in known.items()},
        names_file,
        names_file.lines - len(known) if names_file else 0,
    )


def _each_line(path: Path, take: Callable[[int, int, str], None]) -> File:
    """Give each line with its number and first character to `take`, whose errors are gathered."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    text = decode(path, data, "; save the file again as UTF-8")
    errors: list[DataError] = []
    number = faults = 0
    for number, start, line in _lines(text):
        try:
            take(number, start, line)
        except ValueError as error:
            faults += 1
            if faults <= _MOST_ERRORS:
                errors.append(DataError(Place(path, number), str(error)))
    if faults > _MOST_ERRORS:
        errors.append(DataError(Place(path), f"{faults - _MOST_ERRORS:,} more lines like these"))
    if errors:
        raise BuildError(errors)
    if not number:
        raise InputError(f"{path}: no lines in this file; check that it is the right one")
    return File(path.name, hashlib.sha256(data).hexdigest(), number)


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the number, the first character and the text of each line, line ends left out."""
    start = 0
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    for number, line in enumerate(lines, 1):
        mark = number == 1 and line.startswith("\ufeff")
        yield number, start + mark, line[mark:].removesuffix("\r")
        start += len(line) + 1


def _cells(line: str, wanted: str) -> tuple[str, str]:
    cells = line.split("\t")
    if len(cells) != 2:
        columns = "1 column" if len(cells) == 1 else f"{len(cells)} columns"
        raise ValueError(f"{columns} in {_shown(line)}; {wanted}")
    return cells[0], cells[1]


def _item(text: str, line: int) -> Item:
    match = _ITEM.fullmatch(text)
    if not match:
        hint = "; if this is a heading, delete it" if line == 1 else ""
        raise ValueError(
            f"{_shown(text)} is no Wikidata item; want Q and a number, such as Q8684{hint}"
        )
    return int(match[1])


def _name(text: str) -> str:
    if not text.strip():
        raise ValueError("the name is empty; fill it in, or delete the line")
    for sign in text:
        if unicodedata.category(sign) == "Cc":
            raise ValueError(f"an unseen character U+{ord(sign):04X} in the name; delete it")
    return text


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")
