"""How a person names a version somewhere: `REMOTE[:TAG][@DIGEST]`.

REMOTE is `host[:port]/path` for a registry, or `oci:DIR` (also a path starting with `/`, `./` or `../`) for
an OCI image layout directory. A bare `TAG`, `sha256:…` or `@sha256:…` is a version of the project's remote.
"""

import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.digest import Digest, is_digest, parse_digest
from modelops_bundle.errors import Invalid
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

    Raises Invalid for what can be no remote, above all a name that holds a password: names are written down.
    """
    name = _canonical(text, directory)
    # Names stand in lines of logs and in YAML.
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name):
        raise Invalid(f"a remote's name holds control characters: '{printable(name)}'", hint=_EXAMPLE)
    return name


def _canonical(text: str, directory: Path) -> str:
    if text.startswith("oci:"):
        text = text[len("oci:") :]
    elif not text.startswith(("/", "./", "../")) and text not in (".", ".."):
        name = re.sub(r"^https?://", "", text).rstrip("/")
        if "@" in name:
            raise Invalid("a remote's name holds no user name or password", hint="modelops-bundle login HOST")
        if not name:
            raise Invalid(f"no remote in '{text}'", hint=_EXAMPLE)
        return name
    if not text:
        raise Invalid("no directory after 'oci:'", hint=_EXAMPLE)
    return "oci:" + os.path.normpath(directory / text)


def _split_tag(text: str) -> tuple[str, str]:
    scheme = "oci:" if text.startswith("oci:") else ""
    head, colon, tail = text.removeprefix(scheme).rpartition(":")
    # Without a path in front, what follows the colon is the port of a host.
    if colon and head and "/" not in tail and (scheme or "/" in head):
        return scheme + head, check_tag(tail)
    return text, ""
