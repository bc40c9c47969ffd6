"""What the engine says of a text that is not SPARQL, in words for its author."""

import re

# Words that tell a reader something where they alone are wanted; the rest are functions mostly.
_TELLING = {
    "AS", "ASC", "BY", "DESC", "FILTER", "FROM", "GROUP", "HAVING", "IN", "LIMIT", "NAMED",
    "OFFSET", "ORDER", "SELECT", "VALUES", "WHERE",
}  # fmt: skip


def syntax_message(message: str, query: str = "") -> str:
    """Return the engine's words with line and column first, and a short list of what it wants.

    Where its list would mislead, the text of `query` at that place is named instead.
    """
    found = re.match(r"error at (\d+):(\d+): (.*)", message, re.DOTALL)
    if not found:
        return f"not SPARQL: {message}"
    line, column, rest = found.groups()
    place = f"line {line}, column {column}: not SPARQL"
    wanted = re.sub(r"^expected (one of )?", "", rest)
    # Between them may stand what is wrong, in words: "Prefix not found".
    if said := re.search(r"(?:^|, )([A-Z]\w*(?: \w+)+)(?=, |$)", wanted):
        return f"{place} here: {said[1]}"
    if not _tells(wanted):
        lines = query.splitlines()[int(line) - 1 : int(line)]
        there = lines[0][int(column) - 1 :][:20].strip() if lines else ""
        is_code = there and not there.startswith("#")
        shown = f"not expected here: '{there}'" if is_code else "something else is expected here"
        return f"{place}: {shown}"
    # What may not be asked, or is no word.
    rest = re.sub(r"\b(LATERAL|SERVICE), |\[_\], |, \[_\]$", "", rest)
    if len(rest) > 200:
        rest = rest[:200].rsplit(", ", 1)[0] + " …"
    return f"{place} here: {rest}"


def _tells(wanted: str) -> bool:
    """Return whether a list of what is wanted holds more than names of functions."""
    if '"' in wanted or "['" in wanted:
        return True
    return not _TELLING.isdisjoint(re.findall(r"\w+", wanted))
