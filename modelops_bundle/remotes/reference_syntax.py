"""The parts of what a person writes to name a version: `NAME[:TAG][@sha256:…]`.

NAME is a repository, with its host or without, or an OCI image layout directory: `oci:DIR`, or a path that starts
as one. What a NAME without a host means is for those who ask for it to say.
"""

import re

from modelops_bundle.digest import Digest, parse_digest
from modelops_bundle.registry.reference import check_address, has_host
from modelops_bundle.tags import check_tag

_DRIVE = re.compile(r"[A-Za-z]:[/\\]")
_DIRECTORY = re.compile(rf"oci:|[/\\]|\.\.?[/\\]|{_DRIVE.pattern}|\.\.?$")


def split_reference(text: str) -> tuple[str, str | None, Digest | None]:
    """Return the name ('' for a digest alone), the tag and the digest; raise Invalid for what can be none of them.

    What stands around the name of a repository in a browser is left out.
    """
    text = text.strip()
    rest, _, tail = text.rpartition("@")
    digest = None
    if tail.lower().startswith("sha256:"):
        text, digest = rest, parse_digest(tail.lower())
    if not is_directory(text):
        check_address(text)
        if has_host(without_scheme(text)):
            name, tag = _split_tag(without_scheme(text))
            return without_scheme(name), tag, digest
    return *_split_tag(text), digest


def is_directory(name: str) -> bool:
    """Tell whether a name is that of a layout directory, by what it begins with."""
    return _DIRECTORY.match(name) is not None


def is_of_windows(path: str) -> bool:
    """Tell whether a path begins with a drive, which nothing but Windows has."""
    return _DRIVE.match(path) is not None


def without_scheme(name: str) -> str:
    """Return the name of a registry or repository without what a browser shows around it."""
    return re.sub(r"^https?://", "", name).rstrip("/")


def _split_tag(text: str) -> tuple[str, str | None]:
    """Split a tag from a name; what follows the colon of a host, of a drive, or of `oci:` is none."""
    head, colon, tail = text.rpartition(":")
    if not colon or "/" in tail or "\\" in tail or head in ("", "oci"):
        return text, None
    return head, check_tag(tail)
