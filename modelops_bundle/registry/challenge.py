"""What a registry asks for in `WWW-Authenticate`.

One header may hold several challenges, and a challenge several parameters, both separated by commas,
which also occur inside quoted strings. Source: RFC 9110 section 11.3.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_SEPARATORS = " \t,"
_SCHEME = re.compile(rf"({_TOKEN})(?=[ \t,]|$)")
# Unquoted values hold more than a token in the wild, such as a URL.
_PARAMETER = re.compile(rf"({_TOKEN})[ \t]*=[ \t]*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s,\"]+))(?=[ \t,]|$)")
_TOKEN68 = re.compile(r"[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))")
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to authenticate: its scheme and the names of its parameters in lower case."""

    scheme: str
    parameters: Mapping[str, str]


def parse_challenges(headers: Iterable[str]) -> list[Challenge]:
    """Return the challenges of all `WWW-Authenticate` headers, as far as they can be understood."""
    return [challenge for header in headers for challenge in _parse(header)]


def preferred(challenges: Iterable[Challenge]) -> Challenge | None:
    """Return the challenge that we answer: Bearer before Basic; None when there is neither."""
    by_scheme: dict[str, Challenge] = {}
    for challenge in challenges:
        if challenge.scheme == "basic" or (challenge.scheme == "bearer" and challenge.parameters.get("realm")):
            by_scheme.setdefault(challenge.scheme, challenge)
    return by_scheme.get("bearer") or by_scheme.get("basic")


def _parse(header: str) -> list[Challenge]:
    challenges: list[Challenge] = []
    parameters: dict[str, str] = {}
    position = 0
    while True:
        position = _skip_separators(header, position)
        if challenges and (match := _PARAMETER.match(header, position)):
            name, quoted, bare = match.groups()
            parameters.setdefault(name.lower(), bare if quoted is None else _ESCAPE.sub(r"\1", quoted))
            position = match.end()
        elif match := _SCHEME.match(header, position):
            parameters = {}
            challenges.append(Challenge(match[1].lower(), parameters))
            position = _skip_separators(header, match.end())
            # A scheme such as Negotiate carries one bare word; it must not be taken for the next scheme.
            if "," not in header[match.end() : position] and (word := _TOKEN68.match(header, position)):
                position = word.end()
        else:
            return challenges


def _skip_separators(header: str, position: int) -> int:
    while position < len(header) and header[position] in _SEPARATORS:
        position += 1
    return position
