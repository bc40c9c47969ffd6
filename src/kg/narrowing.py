"""Questions whose parameters leave rows out and do nothing else: one answer serves all values."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from kg.binding import fill
from kg.canned import CannedQuery
from kg.store import Literal, Term
from kg.tokens import operation, tokens
from kg.typed import typed


@dataclass(frozen=True)
class Narrowing:
    """How an answer follows from a wider one, that to the text `widest`.

    Between `before` and `after`, the different cells of `columns` as rows of a VALUES block make a
    SELECT of those whose rows stay.
    """

    widest: str
    columns: tuple[str, ...]
    before: str
    after: str


def widest_terms(query: CannedQuery, language: str) -> dict[str, Term] | None:
    """Return the values with which `query` leaves out no row, in a language.

    None where a parameter does more than leaving rows out.
    """
    terms: dict[str, Term] = {}
    for name, parameter in query.parameters.items():
        if name == "lang":
            terms[name] = Literal(language)
        elif parameter.narrows is not None:
            terms[name] = typed(parameter, parameter.narrows.widest, None, None)
        else:
            return None
    return terms


def narrowing(query: CannedQuery, terms: Mapping[str, Term]) -> Narrowing | None:
    """Return how the answer to `query` with `terms` follows from its widest one.

    None where a parameter does more than leaving rows out, or none does that.
    """
    conditions = [one.narrows.where for one in query.parameters.values() if one.narrows]
    if not conditions:
        return None
    lang = terms.get("lang")
    widest = widest_terms(query, lang.value if isinstance(lang, Literal) else "")
    if widest is None:
        return None
    columns = used_columns(query.columns, conditions)
    before, after = around_cells(query.text, columns, conditions)
    return Narrowing(fill(query, widest), columns, before, fill(query, terms, after))


def used_columns(columns: Collection[str], conditions: Sequence[str]) -> tuple[str, ...]:
    """Return those of `columns` that the conditions name."""
    named = {t.text[1:] for text in conditions for t in tokens(text) if t.kind == "variable"}
    return tuple(column for column in columns if column in named)


def around_cells(text: str, columns: Sequence[str], conditions: Sequence[str]) -> tuple[str, str]:
    """Return `before` and `after` of a `Narrowing`, with the prefixes of the question `text`."""
    select = operation(text)
    prefixes = text[: select.start] if select else ""
    names = " ".join(f"?{column}" for column in columns)
    filters = " ".join(f"FILTER ({condition})" for condition in conditions)
    return f"{prefixes}SELECT {names} WHERE {{ VALUES ({names}) {{ ", f" }} {filters} }}"
