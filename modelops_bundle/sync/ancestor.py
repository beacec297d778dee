"""What two sides of a merge have in common."""

from dataclasses import dataclass

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.tree import EMPTY, Tree


@dataclass(frozen=True, slots=True)
class Ancestor:
    """The version that both sides come from; without one, they have no file in common."""

    version: Bundle | None = None

    @property
    def tree(self) -> Tree:
        return self.version.tree if self.version else EMPTY
