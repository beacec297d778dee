"""Check a bundle's files against the digests that its own registry has of them."""

import posixpath
from pathlib import Path

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.places import LinkTarget
from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.errors import IntegrityError, shortened
from modelops_bundle.models.entries import Entry, ModelRegistry, digests_of
from modelops_bundle.models.registry_yaml.file import parse_registry
from modelops_bundle.safe_path import REGISTRY_PATH, printable

_MAX_LINKS = 40
"""What Linux follows in one path."""


class RegistryMismatch(IntegrityError):
    """A bundle does not hold what its registry says that its models and targets depend on."""


def check_registered(bundle: Bundle, registry: Path) -> None:
    """Check every dependency in a bundle's registry, given as a file; raise RegistryMismatch naming each.

    The files themselves need not be here: their digests in the tree are compared.
    """
    what = f"{bundle.digest}:{REGISTRY_PATH}"
    wrong = _mismatches(bundle, parse_registry(registry.read_bytes(), what))
    if wrong:
        raise RegistryMismatch(
            f"'{bundle.digest}' does not hold what its registry says: {wrong[0]}",
            hint="whoever published it: modelops-bundle refresh, then modelops-bundle push",
            details=shortened(wrong[1:]),
        )


def _mismatches(bundle: Bundle, registry: ModelRegistry) -> list[str]:
    found = []
    entries: list[tuple[str, Entry]] = [*registry.models.items(), *registry.targets.items()]
    for id, entry in entries:
        for path, digest in digests_of(entry).items():
            held = _followed(bundle, path)
            if held is None:
                found.append(f"'{printable(path)}', which '{printable(id)}' needs, is missing")
            # The earlier tool leaves digests out, and then there is nothing to compare.
            elif digest and held.digest != digest:
                found.append(f"'{printable(path)}', which '{printable(id)}' needs, is not '{digest}'")
    return found


def _followed(bundle: Bundle, path: str) -> TreeEntry | None:
    """Return the file that a path leads to, through symlinks of the bundle, also in place of directories."""
    for _ in range(_MAX_LINKS):
        parts = path.split("/")
        heads = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
        link = next((head for head in heads if _target(bundle, head)), None)
        if link is None:
            return bundle.tree.get(path)
        there = posixpath.join(posixpath.dirname(link), _target(bundle, link))
        path = posixpath.normpath(there + path[len(link) :])
    return None


def _target(bundle: Bundle, path: str) -> str:
    file = bundle.index.files.get(path)
    return file.place.target if file and isinstance(file.place, LinkTarget) else ""
