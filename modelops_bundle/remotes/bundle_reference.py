"""How a person names a version somewhere: `REMOTE[:TAG][@DIGEST]`.

REMOTE is `host[:port]/path` for a registry (Docker Hub without a host), or `oci:DIR` (also a path starting with
`/`, `./` or `../`) for an OCI image layout directory. A bare `TAG`, `sha256:…` or `@sha256:…` is a version of
the project's remote.
"""

import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.digest import Digest, is_digest, parse_digest
from modelops_bundle.errors import Invalid
from modelops_bundle.registry import reference as registry
from modelops_bundle.safe_path import printable
from modelops_bundle.tags import check_tag

_EXAMPLE = "name one: HOST/REPOSITORY:TAG, or oci:DIRECTORY"


@dataclass(frozen=True, slots=True)
class BundleReference:
    """A remote ('' when it is the project's own), a tag and a digest, either of which may be absent."""

    remote: str
    tag: str = ""
    digest: Digest | None = None

    def __str__(self) -> str:
        return self.remote + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def parse_reference(text: str, directory: Path) -> BundleReference:
    """Parse a reference to a remote; relative layout directories are resolved against `directory`.

    Raises Invalid.
    """
    rest, at, tail = text.strip().rpartition("@")
    digest = None
    if at and (is_digest(tail.lower()) or tail.startswith("sha256:")):
        digest = parse_digest(tail.lower())
    else:
        rest = text.strip()
    _check_login(rest)
    rest, tag = _split_tag(rest)
    return BundleReference(remote_name(rest, directory), tag, digest)


def parse_version(text: str) -> Digest | str:
    """Return the digest or the tag that `text` names: `sha256:…`, `@sha256:…` or a tag. Raises Invalid."""
    text = text.strip().removeprefix("@")
    if text.lower().startswith("sha256:"):
        return parse_digest(text.lower())
    return check_tag(text)


def remote_name(text: str, directory: Path) -> str:
    """Return the canonical name of a remote: `host/path`, or `oci:` and an absolute directory.

    One repository has one name however it is spelled: refs are found by it.
    Raises Invalid for what can be no remote, above all a name that holds a password: names are written down.
    """
    if not is_directory(text):
        return _repository_name(text)
    if text == "oci:":
        raise Invalid("no directory after 'oci:'", hint=_EXAMPLE)
    return _without_controls("oci:" + os.path.normpath(directory / text.removeprefix("oci:")))


def is_directory(text: str) -> bool:
    """Tell whether the name of a remote is that of a layout directory."""
    return text.startswith(("oci:", "/", "./", "../")) or text in (".", "..")


def without_scheme(text: str) -> str:
    """Return the name of a registry or repository without what a browser shows around it."""
    return re.sub(r"^https?://", "", text).rstrip("/")


def _repository_name(text: str) -> str:
    _check_login(text)
    name = without_scheme(text)
    if not name:
        raise Invalid(f"no remote in '{printable(text)}'", hint=_EXAMPLE)
    found = registry.parse_reference(_without_controls(name))
    if found.tag:
        raise Invalid(f"a remote's name holds no tag: '{name}'", hint=f"'{found.name}', and --tag {found.tag}")
    return found.name


def _check_login(text: str) -> None:
    # The text is kept out of the message: what stands before the @ may be a password.
    if "@" in text and not is_directory(text):
        raise Invalid("a remote's name holds no user name or password", hint="modelops-bundle login HOST")


def _without_controls(name: str) -> str:
    # Names stand in lines of logs and in YAML.
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name):
        raise Invalid(f"a remote's name holds control characters: '{printable(name)}'", hint=_EXAMPLE)
    return name


def _split_tag(text: str) -> tuple[str, str]:
    scheme = "oci:" if text.startswith("oci:") else ""
    head, colon, tail = text.removeprefix(scheme).rpartition(":")
    # Without a path in front, what follows the colon is the port of a host.
    if colon and head and "/" not in tail and (scheme or "/" in head):
        return scheme + head, check_tag(tail)
    return text, ""
