"""JSON with exactly one spelling per value, and a reader that trusts nothing.

Writing: UTF-8, sorted keys, no spaces, no floats that are not finite. Reading: bounded size, no
duplicate keys, no NaN, integers up to 2^53, text that UTF-8 can hold, so that every reader sees the same
document and `encode` can write it again.
"""

import json
import math
import re
from typing import Any, Never

from modelops_bundle.errors import IntegrityError

MAX_INTEGER = 1 << 53

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class MalformedDocument(IntegrityError):
    """A JSON document is not what its format allows."""


def encode(value: object) -> bytes:
    """Return the canonical UTF-8 bytes of a JSON value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def decode(data: bytes, what: str, *, max_bytes: int) -> Any:
    """Return the value of untrusted JSON bytes; `what` names the document in errors.

    Raises MalformedDocument when it is too large, not UTF-8, not JSON, nested too deeply, or holds
    duplicate keys, NaN, numbers beyond 2^53 or the range of floats, or half a surrogate pair.
    """
    if len(data) > max_bytes:
        raise MalformedDocument(f"{what} is larger than {max_bytes} bytes")

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(items)
        if len(result) != len(items):
            raise MalformedDocument(f"{what} holds the same key twice")
        return result

    def constant(name: str) -> Never:
        raise MalformedDocument(f"{what} holds {name}")

    def integer(text: str) -> int:
        if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
            raise MalformedDocument(f"{what} holds an integer beyond 2^53")
        return int(text)

    def real(text: str) -> float:
        if not math.isfinite(float(text)):
            raise MalformedDocument(f"{what} holds a number that is too large")
        return float(text)

    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=pairs,
            parse_constant=constant,
            parse_int=integer,
            parse_float=real,
        )
        if _SURROGATE.search(data):
            encode(value)
        return value
    except (ValueError, RecursionError) as error:
        raise MalformedDocument(f"{what} is not valid JSON: {error}") from error
