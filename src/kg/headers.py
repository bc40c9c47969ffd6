"""Query files: SPARQL with a `#+` header as grlc reads it, ours under `x-kg`, read strictly."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kg.canned import CannedQuery, Choice, Column, Narrows, Parameter
from kg.displays import read_display
from kg.errors import DataError, InputError, ParameterError, Place, QueryError
from kg.namespaces import LANGUAGES
from kg.narrowing import around_cells, used_columns
from kg.queryfile import QueryFile
from kg.reminders import read_calendar
from kg.store import EmbeddedStore
from kg.tokens import Token, tokens
from kg.typed import typed

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


class _Reader(QueryFile):
    """One file being read and checked."""

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
                  optional=("parameters", "rests-on-absence", "calendar", "display"))  # fmt: skip
        absence = ours.get("rests-on-absence", False)
        if not isinstance(absence, bool):
            self.fail("rests-on-absence", f"rests-on-absence is {absence!r}; want true or false")
        variables = self.variables()
        parameters = self.parameters(ours.get("parameters") or {}, header, variables)
        columns = self.columns(ours["columns"])
        for parameter in parameters.values():
            self.check_narrowing(parameter, columns)
        return CannedQuery(
            name=self.path.stem,
            title=self.texts(ours["title"], "title"),
            description=self.texts(ours["description"], "description"),
            tags=tuple(header.get("tags") or ()),
            parameters=parameters,
            columns=columns,
            text=self.text,
            calendar=read_calendar(self, ours.get("calendar"), columns, parameters),
            display=read_display(self, ours.get("display"), columns, parameters),
            rests_on_absence=absence,
        )

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
        self.keys(entry, name, ("type", "label"), optional=("description", "choices", "narrows"))
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
            narrows=self.narrows(name, entry.get("narrows")),
        )

    def narrows(self, name: str, entry: Any) -> Narrows | None:
        if entry is None:
            return None
        self.keys(entry, name, ("widest", "where"))
        for key, text in entry.items():
            if not isinstance(text, str):
                self.fail(name, f"narrows: {key} is {text!r}; want a quoted text")
        return Narrows(entry["widest"], entry["where"])

    def check_narrowing(self, parameter: Parameter, columns: Mapping[str, Column]) -> None:
        """Refuse a condition that is none, or that says more than columns and its value can."""
        if (narrows := parameter.narrows) is None:
            return
        used = used_columns(columns, [narrows.where])
        if not used:
            self.fail(parameter.name, f"narrows: where is {narrows.where!r}; it names no column")
        try:
            typed(parameter, narrows.widest, None, None)
            EmbeddedStore.of([]).select("".join(around_cells(self.text, used, [narrows.where])))
        except ParameterError as error:
            self.fail(parameter.name, f"narrows: widest: {error}")
        except QueryError:
            self.fail(parameter.name, f"narrows: where is {narrows.where!r}; want a condition of "
                                      "SPARQL with the prefixes of the text")  # fmt: skip
        others = {t.text for t in tokens(narrows.where) if t.text.startswith(("?_", "$_"))}
        if others - {parameter.variable}:
            self.fail(parameter.name, f"narrows: where names {min(others - {parameter.variable})}; "
                                      f"want no other value than {parameter.variable}")  # fmt: skip

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
            self.keys(entry, name, ("label", "kind"), optional=("link", "shown"))
            if not isinstance(shown := entry.get("shown", True), bool):
                self.fail(name, f"shown is {shown!r}; want true or false")
            if entry["kind"] not in KINDS:
                self.fail(name, f"kind {entry['kind']!r}; want one of {', '.join(KINDS)}")
            if entry.get("link") not in (None, *projected):
                self.fail(name, f"link to '{entry['link']}', which is not a column")
            label = self.texts(entry["label"], name)
            columns[name] = Column(name, label, entry["kind"], entry.get("link"), shown)
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
