"""Long lists in parts: which part of a list the address asks for, and where the others are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import request, url_for

from kg.errors import ParameterError

_T = TypeVar("_T")


@dataclass(frozen=True)
class Part:
    """One part of a list of `total`; the list is named `name` on its page and in the address."""

    name: str
    total: int
    size: int
    page: int = 1

    @property
    def pages(self) -> int:
        """The number of parts, one at least."""
        return max(1, -(-self.total // self.size))

    @property
    def start(self) -> int:
        """How many stand before this part."""
        return (self.page - 1) * self.size

    @property
    def stop(self) -> int:
        """How many stand before the next part."""
        return min(self.start + self.size, self.total)

    def of(self, whole: Sequence[_T]) -> list[_T]:
        """Return this part of the list `whole`."""
        return list(whole[self.start : self.stop])

    def address(self, page: int) -> str:
        """Return where the part `page` is; other lists begin there with their first part."""
        values = (request.view_args or {}) | {self.name: str(page)}
        return url_for(str(request.endpoint), _anchor=self.name, **values)


def asked_part(name: str, total: int, size: int) -> Part:
    """Return the part of the list `name` that the address asks for, by `?name=2`; else the first.

    Raises ParameterError where the list has no such part.
    """
    whole = Part(name, total, size)
    return Part(name, total, size, whole_number(name, request.args.get(name) or "1", whole.pages))


def whole_number(name: str, given: str, most: int) -> int:
    """Return the number that `given` writes, 1 to `most`. Raises ParameterError, which tells so."""
    if not (given.isascii() and given.isdigit() and len(given) < 7 and 1 <= int(given) <= most):
        raise ParameterError("%(name)s is '%(value)s'; want a whole number from 1 to %(most)s",
                             name=name, value=given[:50], most=most)  # fmt: skip
    return int(given)
