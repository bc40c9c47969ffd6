"""What goes wrong, said so that the reader can mend it: where, what was found, what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


class KgError(Exception):
    """Base of every error that a user can cause; its text is complete and fit to print.

    `exit_code` is what the command line returns: 1 when the data do not hold, 2 when the
    work could not be done at all.
    """

    exit_code = 2


class InputError(KgError):
    """A file, folder, argument or address that cannot be used as it was given."""


@dataclass(frozen=True)
class Place:
    """A spot in an input file: `line` and `column` count from 1; a column may be a heading."""

    path: Path
    line: int | None = None
    column: str | int | None = None

    def __str__(self) -> str:
        spot = str(self.path)
        if self.line is not None:
            spot += f":{self.line}"
        if isinstance(self.column, int):
            spot += f":{self.column}"
        return spot


class DataError(KgError):
    """A value in a data file that the build does not understand; nothing is written."""

    exit_code = 1

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place


class BuildError(KgError):
    """Several `DataError`s found in one build, one a line."""

    exit_code = 1

    def __init__(self, errors: list[DataError]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = errors


class Message:
    """Words with values in them, `%(name)s`, that can be said in any language.

    A value may be a message too. As a text it is English, which the words are written in.
    """

    def __init__(self, words: str, **values: object) -> None:
        self.words, self.values = words, values

    def __str__(self) -> str:
        return self.told(str)

    def told(
        self,
        translate: Callable[[str], str],
        show: Callable[[str], str] = str,
        instead: Mapping[str, str] | None = None,
    ) -> str:
        """Return the words as `translate` gives them, with each value as `show` writes it.

        What `instead` holds goes before the values.
        """
        values = {
            name: value.told(translate, show, instead)
            if isinstance(value, Message)
            else show(str((instead or {}).get(name, value)))
            for name, value in self.values.items()
        }
        words = translate(self.words)
        return words % values if values else words


class ToldError(KgError):
    """An error for people who may not read English: its `message` can be said in any language."""

    def __init__(self, message: str | Message, **values: object) -> None:
        self.message = message if isinstance(message, Message) else Message(message, **values)
        super().__init__(str(self.message))


class ParameterError(ToldError):
    """A parameter of a canned query that is unknown, missing or of the wrong type.

    `parameter` and `value` are what was given, `wanted` what would be right, and `candidates` the
    addresses of places that the value may mean, so far as there are any.
    """

    parameter: str | None = None
    value: str | None = None
    wanted: Message | None = None
    candidates: tuple[str, ...] = ()


class QueryError(KgError):
    """A SPARQL text that cannot be parsed or may not be run."""


class NotFoundError(ToldError):
    """A name of ours (query, release, graph) that does not exist."""
