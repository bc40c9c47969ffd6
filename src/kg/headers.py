"""Query files: SPARQL with a `#+` header as grlc reads it, ours under `x-kg`, read strictly."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import yaml

from kg.canned import CannedQuery, Choice, Column, Parameter, Texts
from kg.errors import DataError, InputError, Place, QueryError
from kg.namespaces import LANGUAGES
from kg.store import EmbeddedStore
from kg.tokens import Token, line_and_column, tokens

# The end of a parameter's variable says its RDF type to grlc; ours has to agree.
SUFFIXES = {
    "place": "_iri",
    "year": "_integer",
    "integer": "_integer",
    "date": "_xsd_dateTime",
    "flag": "_xsd_boolean",
    "text": "",
}
KINDS = ("iri", "label", "text", "date", "number", "source", "evidence", "remark")
RESERVED = ("format", "name")  # what the page's address uses for itself
_VARIABLE = re.compile(r"\?_([A-Za-z0-9]+)(|_iri|_integer|_xsd_dateTime|_xsd_boolean)")


def read_queries(folder: Path) -> dict[str, CannedQuery]:
    """Return the queries of all `.rq` files in `folder` by name, sorted.

    Raises DataError for a malformed file, InputError where there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder of queries; check the path")
    return {path.stem: read_query(path) for path in sorted(folder.glob("*.rq"))}


def read_query(path: Path) -> CannedQuery:
    """Return the query in the file `path`.

    Raises DataError with file and line where header or text is not as documented in
    docs/queries.md, InputError where the file cannot be read.
    """
    try:
        return _Reader(path, path.read_text(encoding="utf-8")).read()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text: {error}") from error


class _Reader:
    """One file being read; knows where each word of the header stands."""

    def __init__(self, path: Path, source: str) -> None:
        self.path = path
        self.lines = source.splitlines()
        # Header lines stay as empty lines, so that an error's line is the file's.
        text = "\n".join("" if _is_header(line) else line for line in self.lines).rstrip() + "\n"
        self.text = text.lstrip("\n")
        self.offset = len(text) - len(self.text)

    def read(self) -> CannedQuery:
        header = self.header()
        self.keys(header, "header", ("summary", "description", "method", "defaults", "x-kg"),
                  optional=("tags", "defaults"))  # fmt: skip
        for key in ("summary", "description"):
            if not isinstance(header[key], str) or "\n" in header[key]:
                self.fail(key, f"{key} is {header[key]!r}; want one line of text")
        if header["method"] != "GET":
            self.fail("method", f"method is {header['method']!r}; want GET")
        ours = header["x-kg"]
        self.keys(ours, "x-kg", ("title", "description", "parameters", "columns"),
                  optional=("parameters",))  # fmt: skip
        variables = self.variables()
        return CannedQuery(
            name=self.path.stem,
            title=self.texts(ours["title"], "title"),
            description=self.texts(ours["description"], "description"),
            tags=tuple(header.get("tags") or ()),
            parameters=self.parameters(ours.get("parameters") or {}, header, variables),
            columns=self.columns(ours["columns"]),
            text=self.text,
        )

    def header(self) -> dict[str, Any]:
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

    def parameters(
        self, declared: Any, header: Mapping[str, Any], variables: Mapping[str, str]
    ) -> dict[str, Parameter]:
        defaults = self.defaults(header)
        if not isinstance(declared, dict):
            self.fail("parameters", "parameters are not a mapping of names")
        if "lang" in variables:
            declared = {**declared, "lang": LANGUAGE}
        for name, variable in variables.items():
            if name not in declared:
                self.fail(variable, f"{variable} is in the text but not among the parameters")
        for name in defaults:
            if name not in declared:
                self.fail(f"- {name}", f"a default for '{name}', which is not a parameter")
        found = {}
        for name, entry in declared.items():
            if name not in variables:
                self.fail(name, f"parameter '{name}' is not in the text; want ?_{name}…")
            if name not in defaults:
                self.fail(name, f"parameter '{name}' has no default; add it to defaults")
            found[name] = self.parameter(name, entry, variables[name], defaults[name])
        return found

    def parameter(self, name: str, entry: Any, variable: str, default: str) -> Parameter:
        self.keys(entry, name, ("type", "label"), optional=("description", "choices"))
        kind = entry["type"]
        if kind not in (*SUFFIXES, "choice"):
            self.fail(name, f"type {kind!r}; want one of {', '.join((*SUFFIXES, 'choice'))}")
        wanted = (SUFFIXES[kind],) if kind != "choice" else ("", "_iri")
        if variable.removeprefix(f"?_{name}") not in wanted:
            self.fail(variable, f"{variable} in the text; a {kind} is written ?_{name}{wanted[-1]}")
        if name in RESERVED:
            self.fail(name, f"'{name}' is used by the page itself; choose another name")
        choices = entry.get("choices", ())
        if (kind == "choice") != bool(choices):
            self.fail(name, "choices belong to a parameter of type choice, and to no other")
        if not isinstance(choices, str):
            for choice in choices:
                self.keys(choice, name, ("value", "label"))
            choices = tuple(Choice(str(c["value"]), self.texts(c["label"], name)) for c in choices)
        return Parameter(
            name=name,
            type=kind,
            variable=variable,
            default=default,
            label=self.texts(entry["label"], name),
            description=self.texts(entry.get("description") or {}, name, required=False),
            choices=choices,
        )

    def defaults(self, header: Mapping[str, Any]) -> dict[str, str]:
        entries = header.get("defaults") or []
        if not isinstance(entries, list) or not all(
            isinstance(entry, dict) and len(entry) == 1 for entry in entries
        ):
            self.fail("defaults", "defaults are not a list of 'name: value'")
        found = {str(name): value for entry in entries for name, value in entry.items()}
        for name, value in found.items():
            if isinstance(value, bool) or not isinstance(value, str | int):
                self.fail(f"- {name}", f"default {value!r}; want a number or a quoted text")
        return {name: str(value) for name, value in found.items()}

    def columns(self, declared: Any) -> dict[str, Column]:
        try:
            projected = EmbeddedStore.of([]).select(self.text).columns
        except QueryError as error:
            found = re.search(r"line (\d+), column (\d+)", str(error))
            line = self.offset + int(found.group(1)) if found else 1
            raise DataError(Place(self.path, line), str(error)) from error
        self.keys(declared, "columns", projected)
        columns = {}
        for name in projected:
            entry = declared[name]
            self.keys(entry, name, ("label", "kind"), optional=("link",))
            if entry["kind"] not in KINDS:
                self.fail(name, f"kind {entry['kind']!r}; want one of {', '.join(KINDS)}")
            if entry.get("link") not in (None, *projected):
                self.fail(name, f"link to '{entry['link']}', which is not a column")
            label = self.texts(entry["label"], name)
            columns[name] = Column(name, label, entry["kind"], entry.get("link"))
        return columns

    def variables(self) -> dict[str, str]:
        """Return the parameters' variables in the text by name; refuse what a query may not do."""
        found: dict[str, str] = {}
        code = [token for token in tokens(self.text) if token.kind not in ("space", "comment")]
        for token, following in zip(code, [*code[1:], Token("mark", "", 0)], strict=True):
            if token.kind == "quote":
                self.fail_at(token, "a quotation mark without its partner")
            if token.kind == "word" and token.text.upper() == "SERVICE":
                self.fail_at(token, "SERVICE: a query asks this graph only")
            if token.text.upper() in ("SELECT", "DISTINCT", "REDUCED") and following.text == "*":
                self.fail_at(token, "SELECT *: name the columns, so that their order is fixed")
            if token.kind == "variable" and token.text.startswith(("?_", "$_")):
                match = _VARIABLE.fullmatch(token.text)
                if match is None:
                    self.fail_at(token, f"{token.text} is not how a parameter is written: "
                                        "?_name and the ending of its type")  # fmt: skip
                if found.setdefault(match.group(1), token.text) != token.text:
                    self.fail_at(token, f"{token.text} and {found[match.group(1)]}: one name, "
                                        "two types")  # fmt: skip
        return found

    def texts(self, value: Any, name: str, required: bool = True) -> Texts:
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
        line, column = line_and_column(self.text, token.start)
        raise DataError(Place(self.path, self.offset + line, column), message)


def _is_header(line: str) -> bool:
    return line.startswith("#+")


# The language of the labels: every page knows it, so a query need not declare it.
LANGUAGE: dict[str, Any] = {
    "type": "choice",
    "label": {"en": "Language of labels", "ko": "이름 표기 언어", "zh-Hans": "名称语言"},
    "choices": [
        {"value": "en", "label": dict.fromkeys(LANGUAGES, "English")},
        {"value": "ko", "label": dict.fromkeys(LANGUAGES, "한국어")},
        {"value": "zh-Hans", "label": dict.fromkeys(LANGUAGES, "简体中文")},
    ],
}
