"""What a person calls a bundle, before it is known where it is: the grammar of `resolve` and `materialize`.

    NAME:VERSION  NAME@sha256:…  NAME:VERSION@sha256:…     below the registry that the settings name
    HOST/PATH[:TAG][@sha256:…]                              a repository of any registry
    oci:DIR  /DIR  ./DIR  ../DIR  [:TAG][@sha256:…]         an OCI image layout directory
    sha256:…  @sha256:…  TAG                                a version of the project's remote, or of that registry

`bundle_lookup` finds it. Hexadecimal digits and names may be written with capitals.
"""

import re
from dataclasses import dataclass, replace
from typing import Protocol

from modelops_bundle.digest import Digest, parse_digest
from modelops_bundle.errors import Invalid
from modelops_bundle.remotes.bundle_reference import is_directory, without_scheme
from modelops_bundle.safe_path import printable
from modelops_bundle.tags import check_tag, is_tag

_NAME = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*")
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")
_EXAMPLE = "write NAME:VERSION, NAME@sha256:…, sha256:…, HOST/PATH:TAG or oci:DIRECTORY:TAG"


@dataclass(frozen=True, slots=True)
class BundleRef:
    """A name with a version or digest, a local layout directory, or a version alone; `role` is what it is for.

    `name` is a repository: with a host in front it is a whole one, without it is below the settings' registry.
    """

    name: str | None = None
    version: str | None = None
    digest: str | None = None
    local_path: str | None = None
    role: str | None = None

    def __str__(self) -> str:
        named = ":".join(part for part in (self.local_path or self.name, self.version) if part)
        return "@".join(part for part in (named, self.digest) if part)


class NamesBundle(Protocol):
    """What has the parts of a reference, such as a `BundleRef` of the platform's contracts."""

    @property
    def name(self) -> str | None: ...
    @property
    def version(self) -> str | None: ...
    @property
    def digest(self) -> str | None: ...
    @property
    def local_path(self) -> str | None: ...
    @property
    def role(self) -> str | None: ...


def bundle_ref_of(ref: NamesBundle | str) -> BundleRef:
    """Return a reference in its usual form: names and digits may come with capitals. Raises Invalid."""
    if isinstance(ref, str):
        return parse_bundle_ref(ref)
    parts = BundleRef(ref.name, ref.version, ref.digest, ref.local_path, ref.role)
    return parts if parts.local_path else replace(parse_bundle_ref(str(parts)), role=parts.role)


def parse_bundle_ref(text: str) -> BundleRef:
    """Read a reference to a bundle; raise Invalid saying which part of it is wrong."""
    text = text.strip()
    rest, at, tail = text.rpartition("@")
    digest: Digest | None = None
    if tail.lower().startswith("sha256:"):
        digest = parse_digest(tail.lower())
        if not at or not rest:
            return BundleRef(digest=digest)
        text = rest
    if not text:
        raise Invalid("the reference to a bundle is empty", hint=_EXAMPLE)
    if is_local(text):
        path, tag = _split(text)
        return BundleRef(version=tag, digest=digest, local_path=path)
    if "@" in text or "?" in text:
        # What stands before an @ may be a password, and what stands behind a ? a signature.
        raise Invalid("a reference holds no login, no query, and no digest but sha256", hint=_EXAMPLE)
    return _named(text, digest)


def is_local(text: str) -> bool:
    """Tell whether a reference names a directory."""
    return is_directory(text) or text.startswith((".\\", "..\\", "\\")) or _DRIVE.match(text) is not None


def has_host(name: str) -> bool:
    """Tell whether the name of a repository begins with the host of a registry, as docker tells it."""
    first, slash, _ = without_scheme(name).partition("/")
    return bool(slash) and ("." in first or ":" in first or first.lower() == "localhost")


def _named(text: str, digest: Digest | None) -> BundleRef:
    if has_host(text):
        name, tag = _split(without_scheme(text))
        return BundleRef(name, tag, digest)
    name, colon, version = text.partition(":")
    if not colon and not digest:
        if not is_tag(text):
            raise Invalid(f"'{printable(text[:200])}' names no version of a bundle", hint=_EXAMPLE)
        return BundleRef(version=text)
    if not _NAME.fullmatch(name.lower()):
        raise Invalid(f"not a name of a bundle: '{printable(name[:200])}'", hint=_EXAMPLE)
    return BundleRef(name.lower(), check_tag(version) if colon else None, digest)


def _split(text: str) -> tuple[str, str | None]:
    """Split a tag from a repository or directory; what follows the colon of a host or drive is none."""
    head, colon, tail = text.rpartition(":")
    if not colon or "/" in tail or "\\" in tail or head in ("", "oci"):
        return text, None
    return head, check_tag(tail)
