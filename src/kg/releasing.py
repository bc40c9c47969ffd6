"""Errors that keep nothing of the engine's, which its own thread alone may drop."""

from collections.abc import Callable
from functools import wraps
from traceback import clear_frames
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


def releasing(method: Callable[_P, _T]) -> Callable[_P, _T]:
    """Return `method`, of which an error keeps nothing of the engine's.

    The engine's answers may be dropped in the thread that made them only, and an error keeps the
    variables of every call that it came through, for whoever clears it away.
    """

    @wraps(method)
    def called(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return method(*args, **kwargs)
        except Exception as error:
            cause: BaseException | None = error
            while cause is not None:
                clear_frames(cause.__traceback__)
                cause = cause.__cause__ or cause.__context__
            raise

    return called
