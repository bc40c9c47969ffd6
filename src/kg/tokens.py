"""SPARQL text cut into tokens: enough to replace a variable, or to see what a query may do."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

# SPARQL 1.1, section 19.8; names are only as exact as their users below need.
_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n\r]*)
  | (?P<string>\"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
              |\"(?:[^\"\\\n\r]|\\.)*\" | '(?:[^'\\\n\r]|\\.)*')
  | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
  | (?P<variable>[?$]\w+)
  | (?P<word>\w+)
  | (?P<escape>\\.)
  | (?P<quote>["'])
  | (?P<space>\s+)
  | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)

# FROM and what may follow it: NAMED, or the address or prefix of a graph.
_FROM = re.compile(r"from(?:\s|#[^\n\r]*[\n\r])*(?:named|<|[^\s<>{}\"'?$#]*:)", re.IGNORECASE)


class Token(NamedTuple):
    """A piece of a query: its kind, its text and where it starts, counted from 0."""

    kind: str
    text: str
    start: int


def tokens(query: str) -> Iterable[Token]:
    """Return the tokens of `query` in order; joined, their texts are `query` again.

    A lone quotation mark is of kind `quote`: the text cannot be cut up reliably after it.
    """
    return _remembered(query) if len(query) <= _SHORT else _cut(query)


def _cut(query: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(query):
        yield Token(match.lastgroup or "mark", match.group(), match.start())


# Several questions are asked about the same text one after another. Long texts are cut only as
# far as each has to look.
_SHORT = 1000  # characters


@lru_cache(16)
def _remembered(query: str) -> tuple[Token, ...]:
    return tuple(_cut(query))


def names_graphs(query: str) -> bool:
    """Return whether `query` says by FROM which graphs it asks."""
    if "from" not in query.lower() or not _FROM.search(query):  # spares most the long way
        return False
    code = [token for token in tokens(query) if token.kind != "comment"]
    # The engine reads `FROM:g` as `FROM :g`, unless there is a prefix of that name.
    prefixes = declared_prefixes(query)
    depth = 0
    for before, token, after in zip(code, code[1:], code[2:], strict=False):
        if token.text in ("{", "(", "["):
            depth += 1
        elif token.text in ("}", ")", "]"):
            depth -= 1
        if depth or token.text.upper() != "FROM" or before.kind == "escape":
            continue
        in_a_name = before.text in (":", "-", ".") or after.text == "-"
        if not in_a_name and not (after.text == ":" and token.text in prefixes):
            return True
    return False


@lru_cache(16)
def operation(query: str) -> Token | None:
    """Return the word that says what `query` does: the first one after PREFIX and BASE."""
    in_prologue = False
    for token in _cut(query):  # no further than that word
        if token.kind in ("space", "comment"):
            continue
        if in_prologue:
            in_prologue = token.kind not in ("iri", "string")
        elif token.text.upper() in ("PREFIX", "BASE", "VERSION"):
            in_prologue = True
        else:
            return token
    return None


def declared_prefixes(query: str) -> dict[str, str]:
    """Return the prefixes that `query` declares (section 4.1.1), each with its address as written.

    The last one counts where a name is declared twice.
    """
    end = operation(query)
    found: dict[str, str] = {}
    name: str | None = None  # of the declaration that we are in, as far as it was read
    for token in _cut(query):
        if end and token.start >= end.start:
            break
        if token.kind in ("space", "comment"):
            continue
        if name is None:
            name = "" if token.text.upper() == "PREFIX" else None
        elif token.kind == "iri":
            found[name.removesuffix(":")] = token.text[1:-1]
            name = None
        else:
            name += token.text
    return found


_CHANGING = re.compile(r"\b(?:now|rand|(?:str)?uuid)\b")


def changes_by_itself(query: str) -> bool:
    """Return whether `query` may have another answer each time; rather yes than no."""
    lower = query.lower()
    any_of_them = "now" in lower or "rand" in lower or "uuid" in lower  # quicker than the pattern
    return any_of_them and bool(_CHANGING.search(lower))


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return the line and column, both from 1, of the character at `offset`."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1
