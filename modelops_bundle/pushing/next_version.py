"""The next version of a bundle whose tags are versions: X.Y.Z, also with a v in front (https://semver.org)."""

import re
from collections.abc import Iterable
from enum import StrEnum

from modelops_bundle.tags import check_tag

_NUMBER = "(0|[1-9][0-9]*)"
_VERSION = re.compile(rf"(v?){_NUMBER}\.{_NUMBER}\.{_NUMBER}")


class Part(StrEnum):
    """What of X.Y.Z grows: Z, Y or X."""

    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"


def next_version(tags: Iterable[str], part: Part) -> str:
    """Return the version after the highest of `tags`, spelled as that is; the first one follows 0.0.0.

    Tags that are no versions do not count, nor do those that say more, such as 1.0.0-rc1.
    Raises Invalid when the number is too long for a tag.
    """
    found = [match for tag in tags if (match := _VERSION.fullmatch(tag))]
    # Of v1.0.0 and 1.0.0, the plain one decides.
    numbers, _, prefix = max(
        ((tuple(int(number) for number in match.groups()[1:]), not match[1], match[1]) for match in found),
        default=((0, 0, 0), True, ""),
    )
    major, minor, patch = numbers
    match part:
        case Part.MAJOR:
            major, minor, patch = major + 1, 0, 0
        case Part.MINOR:
            minor, patch = minor + 1, 0
        case Part.PATCH:
            patch += 1
    return check_tag(f"{prefix}{major}.{minor}.{patch}")
