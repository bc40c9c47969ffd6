"""Canned queries: values checked and typed, put into the text, and asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rapidfuzz import process

from kg.canned import CannedQuery, Choice, Parameter
from kg.errors import NotFoundError, ParameterError
from kg.headers import read_queries, read_query
from kg.namespaces import PREFIXES
from kg.places import Places, key_of
from kg.store import EmbeddedStore, Literal, NamedNode, Table, Term
from kg.tags import language_tag
from kg.tokens import tokens

__all__ = [
    "Answer",
    "CannedQuery",
    "Choices",
    "Places",
    "WrongValueError",
    "bind",
    "find_query",
    "read_queries",
    "read_query",
    "run",
    "typed_values",
]

LONGEST_VALUE = 1_000  # characters; no name or date of ours comes near

_XSD = PREFIXES["xsd"]
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|^`\\\x00-\x20]+')


@dataclass(frozen=True)
class Answer:
    """What a canned query answered: the values as terms, the SPARQL that ran, and the rows."""

    query: CannedQuery
    terms: Mapping[str, Term]
    sparql: str
    table: Table


class WrongValueError(ParameterError):
    """A value that a parameter cannot take; `parameter` is its name."""

    def __init__(self, query: str, parameter: str, message: str) -> None:
        super().__init__(f"{query}: parameter '{parameter}': {message}")
        self.parameter = parameter


def find_query(queries: Mapping[str, CannedQuery], name: str) -> CannedQuery:
    """Return the query called `name`. Raises NotFoundError with the names that come close."""
    if name in queries:
        return queries[name]
    near = [match for match, _, _ in process.extract(name[:100], list(queries), score_cutoff=60)]
    hint = f"did you mean {' or '.join(near[:3])}?" if near else f"there are {', '.join(queries)}"
    raise NotFoundError(f"there is no query called '{name[:100]}'; {hint}")


def run(
    query: CannedQuery,
    values: Mapping[str, str],
    store: EmbeddedStore,
    places: Places | None = None,
    choices: "Choices | None" = None,
) -> Answer:
    """Return the answer to `query` with `values` from `store`; what is not given has its default.

    Raises ParameterError.
    """
    terms = typed_values(query, values, places or Places(store), choices or Choices(store))
    sparql = fill(query, terms)
    return Answer(query, terms, sparql, store.select(sparql))


def bind(
    query: CannedQuery,
    values: Mapping[str, str],
    places: Places,
    choices: "Choices | None" = None,
) -> str:
    """Return the SPARQL of `query` with `values` in it. Raises ParameterError."""
    return fill(query, typed_values(query, values, places, choices))


def fill(query: CannedQuery, terms: Mapping[str, Term]) -> str:
    """Return the text of `query` with each parameter's variable replaced by its term."""
    texts = {query.parameters[name].variable: str(term) for name, term in terms.items()}
    return "".join(
        texts.get(token.text, token.text) if token.kind == "variable" else token.text
        for token in tokens(query.text)
    )


def typed_values(
    query: CannedQuery,
    values: Mapping[str, str],
    places: Places,
    choices: "Choices | None" = None,
) -> dict[str, Term]:
    """Return a term for each parameter of `query`, from `values` or its default.

    Raises ParameterError that names query, parameter, value and what is wanted.
    """
    for name in values:
        if name not in query.parameters:
            known = ", ".join(query.parameters) or "none"
            raise WrongValueError(query.name, name[:100], f"there is none; it has {known}")
    terms: dict[str, Term] = {}
    for name, parameter in query.parameters.items():
        given = values.get(name)
        try:
            if given is None:
                if parameter.type == "place" and parameter.default not in places:
                    raise ParameterError(
                        f"no place {key_of(parameter.default)} in these data; "
                        f"name one with {name}=…"
                    )
                terms[name] = _typed(parameter, parameter.default, None, None)
            else:
                terms[name] = _typed(parameter, given, places, choices)
        except ParameterError as error:
            raise WrongValueError(query.name, name, str(error)) from error
    return terms


class Choices:
    """What a choice may be, where the graph knows: its query is asked once."""

    def __init__(self, store: EmbeddedStore) -> None:
        self._store = store
        self._known: dict[str, tuple[Choice, ...]] = {}

    def of(self, parameter: Parameter) -> tuple[Choice, ...]:
        """Return the values and labels that `parameter` offers."""
        if not isinstance(parameter.choices, str):
            return parameter.choices
        if parameter.choices not in self._known:
            labels: dict[str, dict[str, str]] = {}
            for value, label in self._store.select(parameter.choices).rows:
                if isinstance(value, NamedNode | Literal) and isinstance(label, Literal):
                    tag = language_tag(label.language) or "en"
                    labels.setdefault(value.value, {})[tag] = label.value
            self._known[parameter.choices] = tuple(
                Choice(value, texts) for value, texts in labels.items()
            )
        return self._known[parameter.choices]


def _typed(
    parameter: Parameter, value: str, places: Places | None, choices: Choices | None
) -> Term:
    """Return `value` as the term that the parameter's type wants; a default is its own proof."""
    if len(value) > LONGEST_VALUE:
        raise ParameterError(
            f"a value of {len(value):,} characters; want at most {LONGEST_VALUE:,}"
        )
    if not value.strip() and parameter.type != "text":
        raise ParameterError(f"no value; want {_WANTED[parameter.type]}, or leave it out")
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        raise ParameterError("the value holds half a character; want Unicode text")
    match parameter.type:
        case "place":
            return NamedNode(value if places is None else places.find(value.strip()))
        case "choice":
            return _chosen(parameter, value.strip(), choices)
        case "flag":
            if value.strip().lower() not in _FLAGS:
                raise _wrong(parameter, value)
            return Literal(_FLAGS[value.strip().lower()])
        case "year":
            if not re.fullmatch(r"[0-9]{4}", value.strip()):
                raise _wrong(parameter, value)
            return Literal(int(value))
        case "integer":
            if not re.fullmatch(r"[+-]?[0-9]{1,15}", value.strip()):
                raise _wrong(parameter, value)
            return Literal(int(value))
        case "date":
            return _day(parameter, value.strip())
        case _:
            return Literal(value)


def _chosen(parameter: Parameter, value: str, choices: Choices | None) -> Term:
    known = parameter.choices if not isinstance(parameter.choices, str) else ()
    if choices is not None:
        known = choices.of(parameter)
    is_iri = parameter.variable.endswith("_iri")
    full = expand(value) if is_iri else value
    # A default, or a list that only the graph knows and nobody has asked it, is taken as it is.
    if known and full != parameter.default and full not in {expand(c.value) for c in known}:
        offered = ", ".join(shorten(choice.value) for choice in known)
        raise ParameterError(f"'{value[:100]}' is not among the choices; want one of {offered}")
    if not is_iri:
        return Literal(value)
    if not _IRI.fullmatch(full):
        raise _wrong(parameter, value)
    return NamedNode(full)


def _day(parameter: Parameter, value: str) -> Term:
    """Return the first second of a day, month or year."""
    found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?", value)
    try:
        day = date(*(int(part or 1) for part in found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise _wrong(parameter, value)
    return Literal(f"{day.isoformat()}T00:00:00", datatype=NamedNode(_XSD + "dateTime"))


def expand(name: str) -> str:
    """Return the address that a prefixed name such as `type:memorandum` stands for."""
    prefix, colon, rest = name.partition(":")
    return PREFIXES[prefix] + rest if colon and prefix in PREFIXES else name


def shorten(iri: str) -> str:
    """Return `iri` as a prefixed name where one of our prefixes fits."""
    for prefix, namespace in PREFIXES.items():
        rest = iri.removeprefix(namespace)
        if rest != iri and re.fullmatch(r"[\w-]+", rest):
            return f"{prefix}:{rest}"
    return iri


_WANTED = {
    "place": "a place's name, key, Wikidata number or address",
    "choice": "one of the choices",
    "flag": "true or false",
    "year": "a year such as 2019",
    "integer": "a whole number",
    "date": "a date such as 1998-12-02, 1998-12 or 1998",
    "text": "a text",
}


def _wrong(parameter: Parameter, value: str) -> ParameterError:
    return ParameterError(f"'{value[:100]}' is not {_WANTED[parameter.type]}")
