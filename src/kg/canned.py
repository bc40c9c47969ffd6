"""What a canned query is: a question, its parameters and its columns, in every language."""

from collections.abc import Mapping
from dataclasses import dataclass

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Choice:
    """One value of a choice, and its label in each language."""

    value: str
    label: Texts


@dataclass(frozen=True)
class Narrows:
    """Of a parameter that leaves rows out and does nothing else.

    With the value `widest` none is left out. `where` is a condition of SPARQL on the columns of a
    row and the parameter's variable: where it holds, the row stays.
    """

    widest: str
    where: str


@dataclass(frozen=True)
class Parameter:
    """What can be set in a query; `variable` is how it stands in the text."""

    name: str
    type: str
    variable: str
    default: str
    label: Texts
    description: Texts
    choices: tuple[Choice, ...] | str
    narrows: Narrows | None = None

    @property
    def hidden(self) -> bool:
        """Whether the page sets it and the form does not show it: the language of the labels."""
        return self.name == "lang"


@dataclass(frozen=True)
class Column:
    """A column of the answer; `link` names the column whose addresses its cells lead to.

    One that is not `shown` is in the data, and not on the page.
    """

    name: str
    label: Texts
    kind: str
    link: str | None
    shown: bool = True


@dataclass(frozen=True)
class Calendar:
    """Rows as days to remember each year.

    `about` names the column with the address of what is remembered, `date` the one with its date,
    `year` the parameter that says in which year; `ahead` is how many years a calendar looks
    ahead. In `summary`, `{column}` stands for a cell.
    """

    about: str
    date: str
    year: str
    ahead: int
    summary: Texts


@dataclass(frozen=True)
class Display:
    """The picture of an answer: its form (`table` means none) and the columns that feed it.

    `of` are the columns of numbers, dates or places; `by` gives the bars or rows their names,
    `kind` the colours, `label` the words of a mark; `origin` is the parameter with the place
    that a map starts from.
    """

    form: str
    of: tuple[str, ...] = ()
    by: str | None = None
    kind: str | None = None
    label: str | None = None
    origin: str | None = None


@dataclass(frozen=True)
class CannedQuery:
    """A question with its parameters and columns; `text` is the SPARQL without its header.

    `rests_on_absence` says that rows come of what the sources do not record.
    """

    name: str
    title: Texts
    description: Texts
    tags: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, Column]
    text: str
    calendar: Calendar | None = None
    rests_on_absence: bool = False
    display: Display | None = None
