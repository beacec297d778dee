"""URLs without their secrets, for messages and logs.

The query of a signed URL *is* the permission to read, and an upload's `_state` comes close to it: of a
query, only the values that registries define are shown.
"""

import re
from urllib.parse import urlsplit

_SHOWN = {"digest", "mount", "from", "n", "last", "artifactType", "service", "scope"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def redact_url(url: str) -> str:
    """Return a URL with the login and the values of unknown query parameters left out."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    shown = [_redact_pair(pair) for pair in parts.query.split("&") if pair]
    return f"{parts.scheme}://{host}{parts.path}" + ("?" + "&".join(shown) if shown else "")


def printable(text: str, limit: int = 200) -> str:
    """Return text of a server on one line, without the control characters that a terminal obeys."""
    line = _CONTROL.sub(" ", text).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _redact_pair(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    if not equals:
        return "…"
    return pair if name in _SHOWN else f"{name}=…"
