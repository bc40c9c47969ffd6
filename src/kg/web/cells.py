"""The rows of a canned answer as a page shows them: words that lead to addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg.canned import Column
from kg.places import key_of
from kg.queries import Answer
from kg.store import Literal, NamedNode, Term
from kg.tags import language_tag
from kg.web.labels import Name, link_of


@dataclass(frozen=True)
class Part:
    """A text in a cell, its language, and where it leads, if anywhere."""

    text: str
    language: str
    link: str | None


Cell = Sequence[Part]


def shown_columns(answer: Answer) -> list[Column]:
    """Return the columns that a page shows: those that others lead to are links there.

    Remarks are shown where there are any.
    """
    columns = answer.query.columns
    hidden = {column.link for column in columns.values()}
    hidden |= {name for name, column in columns.items() if not column.shown}
    hidden |= {
        name
        for name, column in columns.items()
        if column.kind == "remark" and not any(_column(answer, name))
    }
    return [column for name, column in columns.items() if name not in hidden]


def remarks_of(answer: Answer) -> list[str]:
    """Return the words that stand in the remarks, each once, sorted."""
    columns = [column for column in shown_columns(answer) if column.kind == "remark"]
    texts = [text for column in columns for text in _column(answer, column.name)]
    return sorted({word for text in texts for word in text.split()})


def evidence_of(answer: Answer) -> set[str]:
    """Return the addresses of all evidence that the rows cite."""
    kinds = {name: column.kind for name, column in answer.query.columns.items()}
    cited = [name for name, kind in kinds.items() if kind == "evidence"]
    return {iri for name in cited for text in _column(answer, name) for iri in text.split()}


def rows_of(answer: Answer, names: Mapping[str, Name]) -> list[list[Cell]]:
    """Return a list of cells for each row, in the order of `shown_columns`.

    Evidence goes by its name, where it has one.
    """
    shown = shown_columns(answer)
    place = {name: number for number, name in enumerate(answer.table.columns)}
    rows = []
    for row in answer.table.rows:
        cells = []
        for column in shown:
            behind = row[place[column.link]] if column.link else None
            cells.append(_cell(column, row[place[column.name]], behind, names))
        rows.append(cells)
    return rows


def _cell(
    column: Column, term: Term | None, behind: Term | None, names: Mapping[str, Name]
) -> Cell:
    text, language = _text(term)
    if column.kind == "remark":
        return [Part(word, "", None) for word in text.split()]
    addresses = _text(behind)[0].split()
    if column.kind in ("iri", "evidence"):
        addresses = text.split()
        return [Part(key_of(iri), "", link_of(iri)) for iri in addresses]
    texts = text.split("; ") if column.kind == "source" else [text]
    if column.kind == "source" and all(iri in names for iri in addresses):
        cited = [(names[iri], iri) for iri in addresses]
        return [Part(name.text, name.language, link_of(iri)) for name, iri in cited]
    if len(addresses) == len(texts):
        return [
            Part(part, language, link_of(iri)) for part, iri in zip(texts, addresses, strict=True)
        ]
    numbered = [Part(str(n), "", link_of(iri)) for n, iri in enumerate(addresses, 1)]
    return [Part(text, language, None), *numbered]


def _column(answer: Answer, name: str) -> list[str]:
    place = answer.table.columns.index(name)
    return [_text(row[place])[0] for row in answer.table.rows]


def _text(term: Term | None) -> tuple[str, str]:
    if isinstance(term, Literal):
        return term.value, language_tag(term.language)
    return (term.value if isinstance(term, NamedNode) else str(term or "")), ""
