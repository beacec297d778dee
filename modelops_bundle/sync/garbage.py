"""Objects that nothing needs any more: neither a version that a ref or the log names, nor a tracked file.

Young ones stay, whatever they are: another command may have just written them, and what `pull --overwrite` kept
for its owner is named by nothing.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from modelops_bundle.errors import BundleError, IntegrityError
from modelops_bundle.store.refs import HEAD
from modelops_bundle.sync.state import read_log


class CannotTell(IntegrityError):
    """A version cannot be read, so that nobody knows which objects it needs."""


@dataclass(frozen=True, slots=True)
class Garbage:
    """What can go, with its size in bytes: objects, and the cached indexes of packs."""

    objects: dict[Digest, int]
    pack_indexes: dict[Digest, int]
    kept: int

    @property
    def size(self) -> int:
        return sum(self.objects.values()) + sum(self.pack_indexes.values())


def collect_garbage(project: Project, older_than: float, *, dry_run: bool = False) -> Garbage:
    """Remove what nothing needs and was written more than `older_than` seconds ago; return it.

    Holds the project's lock throughout. Raises CannotTell, with nothing removed, and Busy.
    """
    with project.lock():
        needed = {*_needed_by_versions(project), *_tracked(project)}
        before = time.time() - older_than
        objects, kept = {}, 0
        for digest in project.objects:
            size = _size_if_old(project.objects.path(digest), before) if digest not in needed else None
            kept += size is None
            if size is not None:
                objects[digest] = size
        packs = {
            digest: size
            for digest in project.packs
            if digest not in needed and (size := _size_if_old(project.packs.path(digest), before)) is not None
        }
        if not dry_run:
            for digest in objects:
                project.objects.discard(digest)
            for digest in packs:
                project.packs.discard(digest)
            project.objects.remove_leftovers()
    return Garbage(objects, packs, kept)


def _tracked(project: Project) -> Iterator[Digest]:
    return (entry.digest for entry in project.load_index().values())


def _needed_by_versions(project: Project) -> Iterator[Digest]:
    """Yield what the versions that have a name here are made of: documents, files, layers."""
    refs = {project.refs.read(name) for name in (HEAD, *project.refs.names())}
    for digest in {*refs, *(entry.digest for entry in read_log(project))}:
        if digest is None or digest not in project.objects:
            continue  # seen at a remote, but never fetched
        yield digest
        try:
            bundle = project.bundle(digest)
        except BundleError as error:
            raise CannotTell(
                f"cannot tell which objects '{digest}' needs: {error.message}",
                hint="modelops-bundle verify-objects --connectivity",
            ) from error
        yield from bundle.documents()
        yield from (layer.digest for layer in bundle.manifest.layers)
        yield from (file.entry.digest for file in bundle.index.files.values())
        project.read_before.pop(digest, None)  # many versions do not fit into memory together


def _size_if_old(file: Path, before: float) -> int | None:
    found = file.stat()
    return found.st_size if found.st_mtime < before else None
