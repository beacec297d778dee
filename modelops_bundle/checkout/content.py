"""Where the bytes of tracked files are: in the object store, or, if they are large, in the working tree."""

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import BinaryIO

from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.checkout.index import IndexEntry
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import NotFound
from modelops_bundle.files.hashing import FileChanged, open_regular
from modelops_bundle.objects import ObjectMissing
from modelops_bundle.packs.packing import Source


class ContentGone(NotFound):
    """The bytes that a version needs are neither an object nor in the working tree."""


def source_of(project: Project, entry: TreeEntry, index: Mapping[str, IndexEntry]) -> Source:
    """Return how to read a file's content; what is read must be checked against the entry."""
    tracked = index.get(entry.path)
    known = tracked.blake3 if tracked and tracked.digest == entry.digest else None

    def open_content() -> BinaryIO:
        with suppress(ObjectMissing):
            return project.objects.open(entry.digest)
        try:
            return open_regular(f"{project.root}/{entry.path}")
        except NotFound:
            raise ContentGone(
                f"the content of '{entry.path}' ({entry.digest}) is not here any more",
                hint="modelops-bundle status",
            ) from None

    def as_looked_at() -> bool:
        if tracked is None or entry.digest in project.objects:
            return True
        try:
            now = os.lstat(project.root / entry.path)
        except OSError:
            return False
        # Whoever writes to a file changes its ctime, even one so young that its mtime vouches for nothing.
        return (now.st_size, now.st_ctime_ns, now.st_ino) == (tracked.size, tracked.ctime_ns, tracked.inode)

    return Source(open_content, known, project.cuts.get(entry.digest), as_looked_at)


def link_target(project: Project, entry: TreeEntry) -> str:
    """Return where a tracked symlink points; raise FileChanged when it is not what was tracked."""
    if entry.digest in project.objects:
        raw = project.objects.read(entry.digest)
    else:
        raw = os.readlink(os.fsencode(project.root / entry.path))
        if digest_of(raw) != entry.digest:
            raise FileChanged(entry.path)
    return raw.decode("utf-8", "surrogateescape")
