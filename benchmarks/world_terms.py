"""How the synthetic world is written: terms as N-Quads, names in three languages, dates."""

import random
from functools import lru_cache
from typing import TextIO

from kg.dates import Date, read_edtf
from kg.namespaces import LANGUAGES, PREFIXES

Pair = tuple[str, str]
Names = tuple[str, str, str]  # in the order of LANGUAGES

_SYLLABLES = (
    ("ba", "바", "巴"), ("da", "다", "达"), ("ka", "카", "卡"), ("la", "라", "拉"),
    ("ma", "마", "马"), ("na", "나", "纳"), ("ra", "라르", "莱"), ("ta", "타", "塔"),
    ("be", "베", "贝"), ("de", "데", "德"), ("ke", "케", "克"), ("le", "레", "勒"),
    ("me", "메", "梅"), ("ne", "네", "内"), ("re", "레르", "雷"), ("te", "테", "特"),
    ("bo", "보", "博"), ("do", "도", "多"), ("ko", "코", "科"), ("lo", "로", "洛"),
    ("mo", "모", "莫"), ("no", "노", "诺"), ("ro", "로르", "罗"), ("to", "토", "托"),
)  # fmt: skip
_LENGTH = 4
_QUOTE = '"'
MOST_NAMES = len(_SYLLABLES) ** _LENGTH
_STRIDE = 7919  # a prime beside the number of syllables: neighbours get names that look apart


class Sheet:
    """A file of N-Quads that is only ever added to; `quads` counts its lines."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.quads = 0

    def add(self, graph: str, subject: str, *pairs: Pair) -> None:
        """Write what `pairs` of predicate and object say of `subject`; addresses with prefix."""
        begin, end = iri(subject), f" {iri(graph)} .\n"
        lines = [
            f"{begin} {iri(predicate)} {value if value.startswith(_QUOTE) else iri(value)}{end}"
            for predicate, value in pairs
        ]
        self._file.write("".join(lines))
        self.quads += len(lines)

    def write(self, lines: str) -> None:
        """Write N-Quads as they are."""
        self._file.write(lines)
        self.quads += lines.count("\n")


def iri(name: str) -> str:
    """Return the address that `md:year` means, in angle brackets; `a` is rdf:type."""
    prefix, _, local = ("rdf:type" if name == "a" else name).partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


def text(value: str, language: str = "") -> str:
    """Return a literal; `value` has no quotes and no backslashes."""
    return f'"{value}"@{language}' if language else f'"{value}"'


def typed(value: object, type_: str = "integer") -> str:
    """Return a literal of a type of XML Schema."""
    return f'"{value}"^^{iri(f"xsd:{type_}")}'


def labels(names: Names, predicate: str = "skos:prefLabel") -> list[Pair]:
    """Return a label in each language."""
    return [(predicate, text(n, code)) for n, code in zip(names, LANGUAGES, strict=True)]


def name(number: int) -> Names:
    """Return the name number `number`, below MOST_NAMES, in each language; no two are the same."""
    rest, parts = number * _STRIDE % MOST_NAMES, []
    for _ in range(_LENGTH):
        rest, digit = divmod(rest, len(_SYLLABLES))
        parts.append(_SYLLABLES[digit])
    english, korean, chinese = ("".join(part) for part in zip(*parts, strict=True))
    return english.capitalize(), korean, chinese


def some_date(chance: random.Random, year: int) -> str:
    """Return a date in EDTF that begins in `year` or in its decade, in any of the precisions."""
    month, day = chance.randint(1, 12), chance.randint(1, 28)
    kind = chance.random()
    if kind < 0.6:
        return f"{year}-{month:02d}-{day:02d}"
    if kind < 0.8:
        return f"{year}-{month:02d}"
    if kind < 0.94:
        return str(year)
    if kind < 0.96:
        return f"{year}-{month:02d}-{day:02d}/{year}-{month:02d}-28"
    if kind < 0.97:
        return f"{year}/{year + 1}"
    if kind < 0.98:
        return f"{year}-{month:02d}-XX"
    return f"{year}~" if kind < 0.99 else f"{year // 10}X"


@lru_cache(maxsize=50_000)
def _read(edtf: str) -> Date:
    return read_edtf(edtf)


def dated(edtf: str, basis: str = "stated") -> list[Pair]:
    """Return what the graph says of a date."""
    date = _read(edtf)
    return [
        ("md:edtf", text(edtf)),
        ("md:earliest", typed(date.earliest, "dateTime")),
        ("md:latest", typed(date.latest, "dateTime")),
        ("md:year", typed(date.year)),
        ("md:precision", f"precision:{date.precision}"),
        ("md:dateBasis", f"basis:{basis}"),
    ]
