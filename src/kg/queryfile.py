"""A query file as lines: its header and its text, and errors that know where each word stands."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import yaml

from kg.canned import Texts
from kg.errors import DataError, Place
from kg.namespaces import LANGUAGES
from kg.tokens import Token, line_and_column


class QueryFile:
    """A query file being read: `text` is its SPARQL, which begins after `offset` lines."""

    def __init__(self, path: Path, source: str) -> None:
        self.path = path
        self.lines = source.splitlines()
        # Header lines stay as empty lines, so that an error's line is the file's.
        text = "\n".join("" if _is_header(line) else line for line in self.lines).rstrip() + "\n"
        self.text = text.lstrip("\n")
        self.offset = len(text) - len(self.text)

    def header(self) -> dict[str, Any]:
        """Return the header. Raises DataError where it is not YAML, or there is none."""
        lines = [line.lstrip("#+") if _is_header(line) else "" for line in self.lines]
        try:
            header = yaml.safe_load("\n".join(lines))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise DataError(
                Place(self.path, line), f"the header is not YAML: {error.problem}"
            ) from error
        if not isinstance(header, dict):
            self.fail("", "no header; want lines that start with '#+', see docs/queries.md")
        return header

    def texts(self, value: Any, name: str, required: bool = True) -> Texts:
        """Return words in every language. Raises DataError."""
        if not value and not required:
            return {}
        self.keys(value, name, LANGUAGES)
        for language, text in value.items():
            if not isinstance(text, str) or not text.strip():
                self.fail(name, f"{name}: the text in {language} is {text!r}; want words")
        return dict(value)

    def keys(
        self, value: Any, name: str, wanted: Iterable[str], optional: Iterable[str] = ()
    ) -> None:
        """Refuse a mapping that lacks a wanted key, or has one that nobody knows."""
        known = (*wanted, *(key for key in optional if key not in tuple(wanted)))
        if not isinstance(value, dict):
            self.fail(name, f"{name} is {value!r}; want a mapping with {', '.join(known)}")
        for key in value:
            if key not in known:
                self.fail(str(key), f"{name}: unknown key '{key}'; want {', '.join(known)}")
        for key in wanted:
            if key not in value and key not in tuple(optional):
                self.fail(name, f"{name}: '{key}' is missing")

    def fail(self, word: str, message: str) -> NoReturn:
        """Raise DataError at the line where `word` is a key, else where it stands at all."""
        key = re.compile(rf"#\+\s*{re.escape(word)}\s*:")
        anywhere = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
        numbered = list(enumerate(self.lines, 1))
        found = [n for n, line in numbered if key.match(line)]
        found += [n for n, line in numbered if word and anywhere.search(line)]
        line = found[0] if found else 1
        raise DataError(Place(self.path, line), f"{message}. See docs/queries.md.")

    def fail_at(self, token: Token, message: str) -> NoReturn:
        """Raise DataError at a token of the text."""
        line, column = line_and_column(self.text, token.start)
        raise DataError(Place(self.path, self.offset + line, column), message)


def _is_header(line: str) -> bool:
    return line.startswith("#+")
