"""How a person names a version somewhere: `REMOTE[:TAG][@DIGEST]`.

REMOTE is `HOST[:PORT]/PATH` for a registry, or `oci:DIR` (also a path starting with `/`, `./` or `../`) for an OCI
image layout directory. A bare `TAG`, `sha256:…` or `@sha256:…` is a version of the project's remote.
"""

import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.digest import Digest, parse_digest
from modelops_bundle.errors import Invalid
from modelops_bundle.registry.reference import parse_repository
from modelops_bundle.remotes.reference_syntax import is_directory, is_of_windows, split_reference
from modelops_bundle.safe_path import printable
from modelops_bundle.tags import check_tag

_EXAMPLE = "name one: HOST/REPOSITORY:TAG, or oci:DIRECTORY"


@dataclass(frozen=True, slots=True)
class RemoteReference:
    """A remote ('' when it is the project's own), a tag and a digest, either of which may be absent."""

    remote: str
    tag: str = ""
    digest: Digest | None = None

    def __str__(self) -> str:
        return self.remote + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def parse_remote_reference(text: str, directory: Path) -> RemoteReference:
    """Parse a reference to a remote; relative layout directories are resolved against `directory`.

    Raises Invalid.
    """
    name, tag, digest = split_reference(text)
    return RemoteReference(remote_name(name, directory), tag or "", digest)


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
    if is_directory(text):
        return _directory_name(text, directory)
    name, tag, digest = split_reference(text)
    if not name:
        raise Invalid(f"no remote in '{printable(text)}'", hint=_EXAMPLE)
    found = parse_repository(name).name
    if tag or digest:
        told = f"'{found}', and --tag {tag}" if tag else f"'{found}'"
        raise Invalid(f"a remote's name holds no tag and no digest: '{text}'", hint=told)
    return found


def _directory_name(text: str, directory: Path) -> str:
    if text == "oci:":
        raise Invalid("no directory after 'oci:'", hint=_EXAMPLE)
    path = text.removeprefix("oci:")
    if is_of_windows(path) and os.name != "nt":
        raise Invalid(
            f"'{printable(path)}' is a directory of Windows, and this is another system",
            hint="name a directory of this one: /DIRECTORY or ./DIRECTORY",
        )
    name = "oci:" + os.path.normpath(directory / path)
    # Names stand in lines of logs and in YAML.
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name):
        raise Invalid(f"a remote's name holds control characters: '{printable(name)}'", hint=_EXAMPLE)
    return name
