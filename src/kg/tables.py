"""An answer as a table of text, aligned for terminals, where Chinese and Korean are double wide."""

import unicodedata
from collections.abc import Collection

from kg.queries import shorten
from kg.store import Literal, NamedNode, Table, Term


def text_table(table: Table, hidden: Collection[str] = ()) -> str:
    """Return the rows under their column names, two spaces apart, and the number of rows.

    Columns in `hidden` are left out: addresses that other columns already put in words.
    """
    shown = [n for n, name in enumerate(table.columns) if name not in hidden]
    rows = [[table.columns[n] for n in shown]]
    rows += [[_cell(row[n]) for n in shown] for row in table.rows]
    widths = [max(_width(row[n]) for row in rows) for n in range(len(shown))]
    lines = [
        "  ".join(
            text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)
        )
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    count = len(table.rows)
    lines.append(f"({count} row{'' if count == 1 else 's'})")
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _cell(term: Term | None) -> str:
    if term is None:
        return ""
    if isinstance(term, NamedNode):
        return shorten(term.value)
    text = term.value if isinstance(term, Literal) else str(term)
    return " ".join(shorten(word) for word in text.split())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
