"""What an object works out when it is first asked for, and keeps."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

_Value = TypeVar("_Value")


class Once(Generic[_Value]):
    """A property whose method runs once for an object, or again where it raised.

    Like functools.cached_property, but before Python 3.12 that has one lock for all objects of a
    class: while it waits for a worker on behalf of one, all others would wait too. Two threads
    that ask one object at the same moment may both work it out.
    """

    def __init__(self, method: Callable[[Any], _Value]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, thing: None, kind: type) -> "Once[_Value]": ...
    @overload
    def __get__(self, thing: object, kind: type) -> _Value: ...
    def __get__(self, thing: Any, kind: type) -> "Once[_Value] | _Value":
        if thing is None:
            return self
        value: _Value = self._method(thing)
        thing.__dict__[self._name] = value  # which from now on is found first
        return value
