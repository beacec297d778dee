"""Make one call of a function fail, to see what is left behind."""

from collections.abc import Callable
from typing import Any


def failing_at(call: int, function: Callable[..., Any], error: BaseException) -> Callable[..., Any]:
    """Return the function, but for its n-th call, counted from 1, which raises."""
    calls = iter(range(1, 1_000_000))

    def wrapped(*args: Any, **options: Any) -> Any:
        if next(calls) == call:
            raise error
        return function(*args, **options)

    return wrapped
