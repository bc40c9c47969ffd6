"""The rows of a canned answer as a page shows them: words that lead to addresses."""

from collections.abc import Sequence
from dataclasses import dataclass

from kg.headers import Column
from kg.places import key_of
from kg.queries import Answer
from kg.store import Literal, NamedNode, Term, language_tag
from kg.web.labels import link_of


@dataclass(frozen=True)
class Part:
    """A text in a cell, its language, and where it leads, if anywhere."""

    text: str
    language: str
    link: str | None


Cell = Sequence[Part]


def shown_columns(answer: Answer) -> list[Column]:
    """Return the columns that a page shows: those that others lead to are links there."""
    columns = answer.query.columns
    behind = {column.link for column in columns.values()}
    return [column for name, column in columns.items() if name not in behind]


def rows_of(answer: Answer) -> list[list[Cell]]:
    """Return a list of cells for each row, in the order of `shown_columns`."""
    place = {name: number for number, name in enumerate(answer.table.columns)}
    rows = []
    for row in answer.table.rows:
        cells = []
        for column in shown_columns(answer):
            behind = row[place[column.link]] if column.link else None
            cells.append(_cell(column, row[place[column.name]], behind))
        rows.append(cells)
    return rows


def _cell(column: Column, term: Term | None, behind: Term | None) -> Cell:
    text, language = _text(term)
    if column.kind == "remark":
        return [Part(word, "", None) for word in text.split()]
    addresses = _text(behind)[0].split()
    if column.kind in ("iri", "evidence"):
        addresses = text.split()
        return [Part(key_of(iri), "", link_of(iri)) for iri in addresses]
    texts = text.split("; ") if column.kind == "source" else [text]
    if len(addresses) == len(texts):
        return [
            Part(part, language, link_of(iri)) for part, iri in zip(texts, addresses, strict=True)
        ]
    numbered = [Part(str(n), "", link_of(iri)) for n, iri in enumerate(addresses, 1)]
    return [Part(text, language, None), *numbered]


def _text(term: Term | None) -> tuple[str, str]:
    if isinstance(term, Literal):
        return term.value, language_tag(term.language)
    return (term.value if isinstance(term, NamedNode) else str(term or "")), ""
