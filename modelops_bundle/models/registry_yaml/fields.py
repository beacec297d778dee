"""Take the fields of one mapping of `registry.yaml`, which comes from others: kinds and amounts are checked."""

import datetime
from typing import Any

from modelops_bundle.errors import Invalid
from modelops_bundle.files.yaml_file import shown
from modelops_bundle.files.yaml_syntax import MAX_DEPTH
from modelops_bundle.safe_path import UnsafePath, check_path

MAX_ITEMS = 4_000_000
"""How many texts all lists and mappings may hold: with aliases, a few lines of YAML can stand for gigabytes."""

_INTEGER_BITS = 4096
"""Python refuses to write integers of some more digits."""


class Document:
    """What is read, for messages, and how much more of it will be."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._left = MAX_ITEMS

    def count(self, number: int) -> None:
        """Raise Invalid when there are too many items in all."""
        self._left -= number
        if self._left < 0:
            raise Invalid(f"more than {MAX_ITEMS} items: '{self.what}'", hint=f"correct '{self.what}'")

    def wrong(self, where: str, wanted: str, value: Any, hint: str = "") -> Invalid:
        """Return the error for a value that is not what it must be."""
        text = "null" if value is None else shown(value)
        return Invalid(f"{where} in '{self.what}' is not {wanted}: {text}", hint=hint or f"correct '{self.what}'")

    def mapping(self, value: Any, where: str) -> dict[str, Any]:
        """Return a mapping of texts to values."""
        if not isinstance(value, dict):
            raise self.wrong(where, "a mapping of names to values", value)
        for key in value:
            if not isinstance(key, str):
                raise self.wrong(f"a key of {where}", "a text", key, hint="write it in quotes")
        self.count(len(value))
        return value


class Fields:
    """The fields of one entry, each taken once; what is left at the end is `extra`.

    Lists and mappings may be left out, but are not null: that is what the platform's own reader takes.
    """

    def __init__(self, document: Document, value: Any, where: str) -> None:
        self._document, self._where = document, where
        self._left = dict(document.mapping(value, where))

    def text(self, key: str) -> str:
        """Take a text; a missing one is empty."""
        value = self._left.pop(key, None)
        if value is not None and not isinstance(value, str):
            raise self._wrong(key, "a text", value)
        return value or ""

    def required(self, key: str) -> str:
        """Take a text that must be there."""
        text = self.text(key)
        if not text:
            raise self._wrong(key, "a text", None)
        return text

    def path(self, key: str) -> str:
        """Take a bundle path that must be there."""
        return self._checked(key, self.required(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a list of texts."""
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(key, "a list of texts", value)
        self._document.count(len(value))
        return tuple(value)

    def paths(self, key: str) -> tuple[str, ...]:
        """Take a list of bundle paths; '.' is the project's root."""
        return tuple(path if path == "." else self._checked(key, path) for path in self.texts(key))

    def digests(self, key: str) -> dict[str, str]:
        """Take a mapping of bundle paths to digests."""
        value = self._document.mapping(self._left.pop(key, {}), f"{self._where}.{key}")
        if not all(isinstance(item, str) for item in value.values()):
            raise self._wrong(key, "a mapping of paths to digests", value)
        return {self._checked(key, path): digest for path, digest in value.items()}

    def number(self, key: str) -> float | int | None:
        """Take a number, or None where there is none."""
        value = self._left.pop(key, None)
        if value is not None and (isinstance(value, bool) or not isinstance(value, float | int)):
            raise self._wrong(key, "a number", value)
        return value

    def numbers(self, key: str) -> dict[str, float]:
        """Take a mapping of names to numbers."""
        inner = Fields(self._document, self._left.pop(key, {}), f"{self._where}.{key}")
        found = {name: inner.number(name) for name in list(inner._left)}
        return {name: float(value) for name, value in found.items() if value is not None}

    def flag(self, key: str, default: bool) -> bool:
        """Take a truth value."""
        value = self._left.pop(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false", value)
        return value

    def entries(self, key: str) -> "tuple[Fields, ...]":
        """Take a list of mappings."""
        value = self._left.pop(key, [])
        if not isinstance(value, list):
            raise self._wrong(key, "a list", value)
        return tuple(Fields(self._document, item, f"{self._where}.{key}[{at}]") for at, item in enumerate(value))

    def extra(self) -> dict[str, Any]:
        """Return what nobody took, as plain values: what they are is all that is known of them."""
        return {key: self._plain(value, f"{self._where}.{key}", 0) for key, value in self._left.items()}

    def _plain(self, value: Any, where: str, depth: int) -> Any:
        self._document.count(1)
        if depth > MAX_DEPTH:  # an alias may stand inside of what it names
            raise self._document.wrong(where, f"at most {MAX_DEPTH} levels deep", value)
        match value:
            case int() if value.bit_length() > _INTEGER_BITS:
                raise self._document.wrong(where, f"a number of at most {_INTEGER_BITS} bits", "a longer one")
            case None | str() | bool() | int() | float() | datetime.date():
                return value
            case list():
                return [self._plain(item, where, depth + 1) for item in value]
            case dict():
                keys = [self._plain(key, f"a key of {where}", MAX_DEPTH) for key in value]
                items = (self._plain(item, f"{where}.{shown(key)}", depth + 1) for key, item in value.items())
                return dict(zip(keys, items, strict=True))
            case _:
                raise self._document.wrong(where, "a plain value", value)

    def _checked(self, key: str, path: str) -> str:
        try:
            return check_path(path)
        except UnsafePath as error:
            # Nobody can rename it, as that error suggests: it stands in the document.
            raise UnsafePath(
                f"{self._where}.{key} in '{self._document.what}': {error}",
                hint=f"correct '{self._document.what}'",
            ) from None

    def _wrong(self, key: str, wanted: str, value: Any) -> Invalid:
        return self._document.wrong(f"{self._where}.{key}", wanted, value)
