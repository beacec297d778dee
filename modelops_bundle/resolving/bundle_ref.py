"""What a person calls a bundle, before it is known where it is: the grammar of `resolve` and `materialize`.

    NAME:VERSION  NAME@sha256:…  NAME:VERSION@sha256:…     below the registry that the settings name
    HOST/PATH[:TAG][@sha256:…]                              a repository of any registry
    oci:DIR  /DIR  ./DIR  ../DIR  [:TAG][@sha256:…]         an OCI image layout directory
    sha256:…  @sha256:…  TAG                                a version of the project's remote, or of that registry

`bundle_lookup` finds it. Hexadecimal digits and names may be written with capitals.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from modelops_bundle.arguments import WrongArgument, kind_of, text_argument
from modelops_bundle.checkout.local_config import DEFAULT_TAG
from modelops_bundle.errors import Invalid
from modelops_bundle.registry.reference import check_repository, has_host, parse_repository
from modelops_bundle.remotes.reference_syntax import is_directory, split_reference
from modelops_bundle.safe_path import printable
from modelops_bundle.tags import is_tag

_EXAMPLE = "write NAME:VERSION, NAME@sha256:…, sha256:…, HOST/PATH:TAG or oci:DIRECTORY:TAG"


@dataclass(frozen=True, slots=True)
class BundleRef:
    """A name with a version or digest, a local layout directory, or a version alone; `role` is what it is for.

    `name` is a repository: with a host in front it is a whole one, without it is below the settings' registry.
    A path as `local_path` becomes text. Raises Invalid for parts that are none.
    """

    name: str | None = None
    version: str | None = None
    digest: str | None = None
    local_path: str | None = None
    role: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.local_path, Path):
            object.__setattr__(self, "local_path", str(self.local_path))
        for name in ("name", "version", "digest", "local_path", "role"):
            if getattr(self, name) is not None:
                text_argument(name, getattr(self, name))

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


def bundle_ref_of(ref: NamesBundle | str | Path) -> BundleRef:
    """Return a reference in its usual form: names and digits may come with capitals. Raises Invalid.

    A path is that of a layout directory.
    """
    if isinstance(ref, str):
        return parse_bundle_ref(ref)
    if isinstance(ref, Path):
        return BundleRef(local_path=str(ref))
    try:
        parts = BundleRef(ref.name, ref.version, ref.digest, ref.local_path, ref.role)
    except AttributeError:
        raise WrongArgument(f"'ref' is {kind_of(ref)}, no reference to a bundle", hint=_EXAMPLE) from None
    if parts.local_path:
        return parts
    if parts.name and not (parts.digest or parts.version) and split_reference(parts.name)[1:] == (None, None):
        parts = replace(parts, version=DEFAULT_TAG)  # as text, it might be a version itself
    return replace(parse_bundle_ref(str(parts)), role=parts.role)


def parse_bundle_ref(text: str) -> BundleRef:
    """Read a reference to a bundle; raise Invalid saying which part of it is wrong."""
    name, tag, digest = split_reference(text)
    if not name:
        if digest and not tag:
            return BundleRef(digest=digest)
        raise Invalid("the reference to a bundle is empty", hint=_EXAMPLE)
    if is_directory(name):
        return BundleRef(version=tag, digest=digest, local_path=name)
    if has_host(name):
        return BundleRef(parse_repository(name).name, tag, digest)
    if tag or digest:
        return BundleRef(check_repository(name), tag, digest)
    if not is_tag(name):
        raise Invalid(f"'{printable(name[:200])}' names no version of a bundle", hint=_EXAMPLE)
    return BundleRef(version=name)
