"""What goes in and out of the stub registry."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Received:
    """A request; `target` is its path and query, as sent."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        """The last value of each parameter of the query."""
        parsed = parse_qs(urlsplit(self.target).query, keep_blank_values=True)
        return {name: values[-1] for name, values in parsed.items()}

    def header(self, name: str) -> str:
        """Return the value of a header, or empty text."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """A response."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that came in; `target` is path and query as sent, `status` 0 where no answer went out."""

    server: Literal["registry", "storage"]
    method: str
    target: str
    headers: Mapping[str, str]
    received_bytes: int
    sent_bytes: int
    status: int


def error(status: int, code: str, message: str = "", detail: object = None, **headers: str) -> Answer:
    """Return an error as the distribution specification has it; `_` in names of headers stands for `-`."""
    document = {"errors": [{"code": code, "message": message or code.lower(), "detail": detail}]}
    return Answer(
        status,
        json.dumps(document).encode(),
        {"Content-Type": "application/json"} | {key.replace("_", "-"): value for key, value in headers.items()},
    )
