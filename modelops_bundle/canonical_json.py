"""JSON with exactly one spelling per value, and a reader that trusts nothing.

Writing: UTF-8, sorted keys, no spaces, no floats that are not finite. Reading: bounded size, no
duplicate keys, no NaN, integers up to 2^53, so that every reader sees the same document.
"""

import json
from typing import Any, Never

from modelops_bundle.errors import IntegrityError

MAX_INTEGER = 1 << 53


class MalformedDocument(IntegrityError):
    """A JSON document is not what its format allows."""


def encode(value: object) -> bytes:
    """Return the canonical UTF-8 bytes of a JSON value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def decode(data: bytes, what: str, *, max_bytes: int) -> Any:
    """Return the value of untrusted JSON bytes; `what` names the document in errors.

    Raises MalformedDocument when it is too large, not UTF-8, not JSON, nested too deeply, or holds
    duplicate keys, NaN or integers beyond 2^53.
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

    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=pairs, parse_constant=constant, parse_int=integer
        )
    except (ValueError, RecursionError) as error:
        raise MalformedDocument(f"{what} is not valid JSON: {error}") from error
