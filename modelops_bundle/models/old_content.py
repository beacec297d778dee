"""The content that dependencies had: where it is, if it is anywhere, and which version has it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.changes.side import Side
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.objects import ObjectMissing

_EMPTY = digest_of(b"")


@dataclass(frozen=True, slots=True)
class OldContent:
    """Content by its digest: its size in bytes, if that is known, and how to read it, if it is here.

    `version` is a version known here that has it, for content that is not here.
    """

    digest: str
    size: int | None = None
    side: Side | None = None
    version: Digest | None = None


def find_old(project: Project, digest: str, version: Bundle | None = None) -> OldContent:
    """Look for content here, and in the `version` that is asked about before others.

    Raises ObjectCorrupt when it is here and damaged.
    """
    known = Digest(digest)
    if digest == _EMPTY:
        return OldContent(digest, 0, Side.of(b""))
    try:
        size = project.objects.verify(known)
    except ObjectMissing:
        for bundle in (*([version] if version else ()), *versions_known(project)):
            for entry in bundle.tree.values():
                if entry.digest == digest:
                    return OldContent(digest, entry.size, version=bundle.digest)
        return OldContent(digest)
    return OldContent(digest, size, Side(size, lambda: project.objects.open(known)))


def versions_known(project: Project) -> Iterator[Bundle]:
    """Yield the versions that HEAD and refs name, as far as their documents are here."""
    named = [digest for digest in (project.head, *dict(project.refs).values()) if digest]
    for digest in dict.fromkeys(named):
        with suppress(ObjectMissing):
            yield project.bundle(digest)
