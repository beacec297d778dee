"""Stand in for the contracts that the README of the earlier modelops-bundles imports, which were never published.

Their reference is a type of its own: it has the parts of ours, and no other form.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class BundleRef:
    """A reference as those contracts had it: one of a local path, a digest, or a name with a version."""

    name: str | None = None
    version: str | None = None
    digest: str | None = None
    local_path: str | None = None
    role: str | None = None

    def __post_init__(self) -> None:
        if sum(map(bool, (self.local_path, self.digest, self.name and self.version))) != 1:
            raise ValueError("exactly one of local_path, digest, and name with version")

    def __str__(self) -> str:
        return "<a reference>"
