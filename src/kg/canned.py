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
class Parameter:
    """What can be set in a query; `variable` is how it stands in the text."""

    name: str
    type: str
    variable: str
    default: str
    label: Texts
    description: Texts
    choices: tuple[Choice, ...] | str

    @property
    def hidden(self) -> bool:
        """Whether the page sets it and the form does not show it: the language of the labels."""
        return self.name == "lang"


@dataclass(frozen=True)
class Column:
    """A column of the answer; `link` names the column whose addresses its cells lead to."""

    name: str
    label: Texts
    kind: str
    link: str | None


@dataclass(frozen=True)
class CannedQuery:
    """A question with its parameters and columns; `text` is the SPARQL without its header."""

    name: str
    title: Texts
    description: Texts
    tags: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, Column]
    text: str
