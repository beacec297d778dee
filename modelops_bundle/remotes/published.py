"""What a remote publishes: the versions that its tags name, described by their small documents alone."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from modelops_bundle.bundles.foreign import read_foreign
from modelops_bundle.bundles.manifest import MAX_CONFIG_BYTES, NotABundle, parse_bundle_config, parse_manifest
from modelops_bundle.bundles.media_types import BUNDLE, DOCKER_MANIFEST_LIST, OCI_INDEX
from modelops_bundle.digest import Digest
from modelops_bundle.errors import IntegrityError, NotFound, UnsupportedMediaType
from modelops_bundle.fetching.documents import RemoteDocuments
from modelops_bundle.remote import Remote, RemoteManifest
from modelops_bundle.transfer import fetch_document, in_parallel

_JOBS = 8
_MAX_EARLIER_INDEX = 64 << 20
"""Several are held in memory at a time; one that is larger is listed with that as its problem."""


@dataclass(frozen=True, slots=True)
class Published:
    """One manifest of a remote and the tags that name it; `size` in bytes.

    `artifact_type` says what it is; files, size and tree are known of what can be read as a bundle only.
    `problem` says why one cannot be read.
    """

    digest: Digest
    tags: tuple[str, ...]
    artifact_type: str
    files: int | None = None
    size: int | None = None
    tree: Digest | None = None
    problem: str = ""


def by_version(tags: Mapping[str, Digest]) -> dict[Digest, tuple[str, ...]]:
    """Return the tags of each version, the highest tag first: v10 stands before v9."""
    versions: dict[Digest, tuple[str, ...]] = {}
    for tag in sort_tags(tags):
        versions[tags[tag]] = (*versions.get(tags[tag], ()), tag)
    return versions


def sort_tags(tags: Iterable[str]) -> list[str]:
    """Sort tags, numbers in them by value, the highest first."""
    return sorted(tags, key=lambda tag: (_natural(tag), tag), reverse=True)


def describe(remote: Remote, versions: Mapping[Digest, tuple[str, ...]]) -> list[Published]:
    """Look at the manifest and the config of each version, in that order; the index of ours is not read."""

    def look(digest: Digest) -> Published:
        try:
            return _describe(remote, digest, versions[digest])
        except (NotFound, IntegrityError, UnsupportedMediaType) as error:
            # One that is damaged, or newer than us, is no reason to hide the others.
            return Published(digest, versions[digest], "", problem=error.message)

    return in_parallel(look, list(versions), _JOBS)


def _describe(remote: Remote, digest: Digest, tags: tuple[str, ...]) -> Published:
    found = remote.fetch_manifest(digest)
    if found.media_type in (OCI_INDEX, DOCKER_MANIFEST_LIST):
        return Published(digest, tags, found.media_type)
    what = f"'{remote.name}@{digest}'"
    manifest = parse_manifest(found.data, what)
    if manifest.foreign:
        return _describe_foreign(remote, found, tags, what)
    if manifest.artifact_type != BUNDLE:
        return Published(digest, tags, manifest.artifact_type)
    config = parse_bundle_config(fetch_document(remote, manifest.config, MAX_CONFIG_BYTES), what)
    return Published(digest, tags, BUNDLE, config.files, config.size, config.tree)


def _describe_foreign(remote: Remote, found: RemoteManifest, tags: tuple[str, ...], what: str) -> Published:
    """Look at what another tool made: its config, which is small, or the index of an earlier bundle."""
    manifest = parse_manifest(found.data, what)
    try:
        documents = RemoteDocuments(remote, limit=_MAX_EARLIER_INDEX)
        bundle = read_foreign(found.data, manifest, documents, what)
    except NotABundle:
        return Published(found.digest, tags, manifest.artifact_type)
    config = bundle.config
    return Published(found.digest, tags, manifest.artifact_type, config.files, config.size, config.tree)


def _natural(tag: str) -> list[tuple[int, int, str]]:
    """Return a sort key in which runs of digits count as numbers, after all text."""
    parts = [part for part in re.split("([0-9]+)", tag) if part]
    bare = [part.lstrip("0") for part in parts]
    return [
        (1, len(number), number) if "0" <= part[0] <= "9" else (0, 0, part)
        for part, number in zip(parts, bare, strict=True)
    ]
