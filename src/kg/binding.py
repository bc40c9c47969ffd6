"""Values put into the text of a query: each in place of its variable, as one term."""

import re
from collections.abc import Mapping
from functools import lru_cache

from kg.canned import CannedQuery
from kg.store import Term
from kg.tokens import tokens

# An escape of N-Triples; with a group, one that some readers of SPARQL take for another.
_ESCAPE = re.compile(r"\\(?:\\([uU])|u([0-9A-Fa-f]{4})|.)", re.DOTALL)


def fill(query: CannedQuery, terms: Mapping[str, Term], text: str | None = None) -> str:
    """Return the text of `query` with each parameter's variable replaced by its term.

    Where there is a `text`, that one is filled instead.
    """
    texts = {query.parameters[name].variable: written(term) for name, term in terms.items()}
    pieces = list(_pieces(query.text if text is None else text, frozenset(texts)))
    pieces[1::2] = [texts[variable] for variable in pieces[1::2]]
    return "".join(pieces)


@lru_cache(1000)
def _pieces(text: str, variables: frozenset[str]) -> tuple[str, ...]:
    """Return `text` in pieces, every second one of which is one of `variables`."""
    pieces = [""]
    for token in tokens(text):
        if token.kind == "variable" and token.text in variables:
            pieces += [token.text, ""]
        else:
            pieces[-1] += token.text
    return tuple(pieces)


def written(term: Term) -> str:
    r"""Return `term` as every reader of SPARQL takes it.

    SPARQL 1.1, 19.2, replaces `\u0022` before it looks for strings, so that some readers find one
    in `"\\u0022"` too, a backslash and five letters; and rdflib takes up to eight digits for it.
    So such a `u` is written as an escape itself, and every escape with eight digits.
    """
    return _ESCAPE.sub(_plain, str(term))


def _plain(match: re.Match[str]) -> str:
    letter, digits = match.groups()
    if letter:
        return rf"\\\U{ord(letter):08X}"
    return rf"\U0000{digits}" if digits else match[0]
