"""Canned queries: values checked and typed, put into the text, and asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import process

from kg.binding import fill
from kg.canned import CannedQuery
from kg.errors import Message, NotFoundError, ParameterError
from kg.headers import read_queries, read_query
from kg.places import Places, key_of
from kg.store import Store, Table, Term
from kg.typed import LONGEST_VALUE, WANTED, Choices, expand, shorten, typed, wanted_of

__all__ = [
    "LONGEST_VALUE",
    "Answer",
    "CannedQuery",
    "Choices",
    "Places",
    "WrongValueError",
    "bind",
    "default_terms",
    "expand",
    "fill",
    "find_query",
    "read_queries",
    "read_query",
    "run",
    "shorten",
    "typed_values",
    "wanted_of",
]


@dataclass(frozen=True)
class Answer:
    """What a canned query answered: the values as terms, the SPARQL that ran, and the rows."""

    query: CannedQuery
    terms: Mapping[str, Term]
    sparql: str
    table: Table


class WrongValueError(ParameterError):
    """A value that a parameter cannot take; `parameter` is its name."""

    parameter: str

    def __init__(self, query: str, parameter: str, cause: Message, value: str | None) -> None:
        super().__init__(
            "%(query)s: parameter '%(parameter)s': %(cause)s",
            query=query, parameter=parameter, cause=cause,
        )  # fmt: skip
        self.parameter, self.value = parameter, value


def find_query(queries: Mapping[str, CannedQuery], name: str) -> CannedQuery:
    """Return the query called `name`. Raises NotFoundError with the names that come close."""
    if name in queries:
        return queries[name]
    near = [match for match, _, _ in process.extract(name[:100], list(queries), score_cutoff=60)]
    hint = Message("there are %(names)s", names=", ".join(queries))
    if near:
        hint = Message("did you mean %(names)s?", names=", ".join(near[:3]))
    raise NotFoundError("there is no query called '%(name)s'; %(hint)s", name=name[:100], hint=hint)


def run(
    query: CannedQuery,
    values: Mapping[str, str],
    store: Store,
    places: Places | None = None,
    choices: Choices | None = None,
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
    choices: Choices | None = None,
) -> str:
    """Return the SPARQL of `query` with `values` in it. Raises ParameterError."""
    return fill(query, typed_values(query, values, places, choices))


def default_terms(query: CannedQuery) -> dict[str, Term]:
    """Return the default of each parameter as a term, whether or not the data know the place."""
    return {
        name: typed(parameter, parameter.default, None, None)
        for name, parameter in query.parameters.items()
    }


def typed_values(
    query: CannedQuery,
    values: Mapping[str, str],
    places: Places,
    choices: Choices | None = None,
) -> dict[str, Term]:
    """Return a term for each parameter of `query`, from `values` or its default.

    Raises ParameterError that names query, parameter, value and what is wanted.
    """
    for name, value in values.items():
        if name not in query.parameters:
            known = ", ".join(query.parameters) or "–"
            cause = Message("there is none; it has %(names)s", names=known)
            wrong = WrongValueError(query.name, name[:100], cause, value)
            wrong.wanted = Message("one of %(names)s", names=known)
            raise wrong
    terms: dict[str, Term] = {}
    for name, parameter in query.parameters.items():
        given = values.get(name)
        try:
            if given is None:
                if parameter.type == "place" and parameter.default not in places:
                    raise ParameterError(
                        "no place %(place)s in these data; name one with %(parameter)s=…",
                        place=key_of(parameter.default), parameter=name,
                    )  # fmt: skip
                terms[name] = typed(parameter, parameter.default, None, None)
            else:
                terms[name] = typed(parameter, given, places, choices)
        except ParameterError as error:
            wrong = WrongValueError(query.name, name, error.message, given)
            wrong.candidates = error.candidates
            wrong.wanted = error.wanted or WANTED[parameter.type]
            raise wrong from error
    return terms
