"""Canned questions from Python: `kg.query("friendship-and-council", city="서울")`."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, overload

from kg.account import Account, account_of
from kg.canned import CannedQuery
from kg.commands import find_project
from kg.documents import Document
from kg.errors import InputError, Message
from kg.kept import KeptStore
from kg.queries import Choices, Places, WrongValueError, find_query, read_queries, run
from kg.release import Release, current_release, open_release
from kg.store import Store, Term
from kg.values import Value, text_of, value_of

Row = Mapping[str, Value]


@dataclass(frozen=True)
class Rows(Sequence[Row]):
    """The rows of an answer, each a mapping from column to value, in the order of `columns`.

    Values are texts, whole numbers, decimals, truths, or None; `terms` holds the RDF terms they
    come from. `sparql` is the text that was asked, `release` the identifier of the release,
    `sources` the documents that the rows cite.
    """

    columns: tuple[str, ...]
    terms: Sequence[tuple[Term | None, ...]] = field(repr=False)
    sparql: str = field(repr=False)
    release: str
    account: Account = field(repr=False)

    @property
    def sources(self) -> Sequence[Document]:
        """The documents that the rows cite, with how many rows cite each."""
        return self.account.documents

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, slice):
            return [self._row(terms) for terms in self.terms[place]]
        return self._row(self.terms[place])

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame; a whole number may be missing (type Int64).

        Raises InputError where pandas is not installed.
        """
        frame = _library("pandas").DataFrame(list(self), columns=list(self.columns))
        frame = frame.convert_dtypes()
        frame.attrs |= {"release": self.release, "sparql": self.sparql}
        return frame

    def to_polars(self) -> Any:
        """Return a polars DataFrame. Raises InputError where polars is not installed."""
        polars = _library("polars")
        columns = {name: [row[name] for row in self] for name in self.columns}
        return polars.DataFrame(columns, strict=False)

    def _row(self, terms: tuple[Term | None, ...]) -> dict[str, Value]:
        return dict(zip(self.columns, map(value_of, terms), strict=True))


@dataclass(frozen=True)
class _Opened:
    """A release with what asks it, opened once."""

    release: Release
    store: Store
    queries: Mapping[str, CannedQuery]
    places: Places
    choices: Choices


def query(
    name: str,
    /,
    parameters: Mapping[str, object] | None = None,
    *,
    project: Path | str | None = None,
    release: Release | Path | str | None = None,
    **more: object,
) -> Rows:
    """Return the rows that answer the canned query `name`; what is not given has its default.

    Parameters are given by name; one called like an argument of this function goes into
    `parameters`. `lang` is the language of the labels: `en`, `ko` or `zh-Hans`. The project is
    found as the command line does: `project`, else the environment's KG_PROJECT, else from the
    current folder upwards. `release` is an identifier, a folder or a Release; else the current.

    Raises NotFoundError for an unknown name or release, ParameterError for a parameter that is
    unknown or does not fit, InputError where there is no project.
    """
    opened = _opened(_release(project, release).folder)
    question = find_query(opened.queries, name)
    given = {**(parameters or {}), **more}
    language = str(given.get("lang", "en"))
    if "lang" not in question.parameters:
        given.pop("lang", None)
    values = {key: _written(question, key, value) for key, value in given.items()}
    answer = run(question, values, opened.store, opened.places, opened.choices)
    if "lang" in answer.terms:
        language = text_of(answer.terms["lang"])
    account = account_of(
        answer, opened.store, language, release=opened.release.id,
        licence=opened.release.description.get("licence", ""),
        places=opened.places, choices=opened.choices,
    )  # fmt: skip
    return Rows(answer.table.columns, answer.table.rows, answer.sparql, opened.release.id, account)


def _release(project: Path | str | None, release: Release | Path | str | None) -> Release:
    if isinstance(release, Release):
        return release
    if isinstance(release, Path):
        return open_release(release)
    folder = project or os.environ.get("KG_PROJECT")
    found = find_project(Path(folder) if folder else None)
    if release is None:
        return current_release(found)
    if not release.isalnum():
        raise InputError(f"release is {release!r}; want its identifier, such as 0123456789abcdef")
    return open_release(found.build / "releases" / release)


@lru_cache(4)
def _opened(folder: Path) -> _Opened:
    """Return the release in `folder`, opened; a release never changes, so a few are kept."""
    release = open_release(folder)
    store = KeptStore.open(release.store)
    queries = read_queries(release.queries)
    return _Opened(release, store, queries, Places(store), Choices(store))


def _written(question: CannedQuery, name: str, value: object) -> str:
    """Return a value as it is written in an address; Python's own kinds go as well."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, str | int):
        return str(value)
    cause = Message("%(kind)s is no value; want a text", kind=type(value).__name__)
    raise WrongValueError(question.name, name, cause, None)


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(f"{name} is not installed; install it with: pip install {name}") from error
