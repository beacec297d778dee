"""What a published version says of a model or target: the entry that is compared with the present."""

import posixpath
from collections.abc import Iterable
from dataclasses import replace

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.places import LinkTarget
from modelops_bundle.digest import Digest
from modelops_bundle.models.entries import Entry, ModelEntry, ModelRegistry, digests_of
from modelops_bundle.objects import ObjectStore
from modelops_bundle.source.normal_form import semantic_digest
from modelops_bundle.source.syntax import is_source, parse_source

_MAX_LINKS = 40


def entry_in(bundle: Bundle, registry: ModelRegistry, present: Entry) -> Entry:
    """Return the entry of a version by the id of a present one, with digests that are those of its files.

    Where it was not registered yet, it is the present one with the files that were there. The composite digest is
    left out, and so are semantic ones: see `with_meaning`.
    """
    entries = registry.models if isinstance(present, ModelEntry) else registry.targets
    entry: Entry = entries.get(present.id, present)
    code = tuple(path for path in entry.code if path in bundle.tree)
    data = tuple(path for path in entry.data if path in bundle.tree)
    entry = replace(
        entry,
        code=code,
        code_digests={path: digest_in(bundle, path) for path in code},
        data=data,
        data_digests={path: digest_in(bundle, path) for path in data},
        digest="",
        semantic_digests={},
    )
    own = digest_in(bundle, entry.path)
    if isinstance(entry, ModelEntry):
        return replace(entry, model_digest=own)
    return replace(entry, target_digest=own)


def path_in(bundle: Bundle, path: str) -> str:
    """Return the path of the file that a path of a version leads to; of a symlink that leads to none, its own."""
    at = path
    for _ in range(_MAX_LINKS):
        file = bundle.index.files.get(at)
        if file is None:
            return path
        if not isinstance(file.place, LinkTarget):
            return at
        at = posixpath.normpath(posixpath.join(posixpath.dirname(at), file.place.target))
    return path


def digest_in(bundle: Bundle, path: str) -> str:
    """Return the sha256 of what a file of a version holds, through symlinks; '' where there is no file."""
    entry = bundle.tree.get(path_in(bundle, path))
    return entry.digest if entry else ""


def with_meaning(entry: Entry, paths: Iterable[str], objects: ObjectStore) -> Entry:
    """Return an entry with the semantic digests of those sources among `paths` whose content is here."""
    digests = digests_of(entry)
    found = {}
    for path in paths:
        digest = Digest(digests[path])
        if is_source(path) and digest in objects:
            data = objects.read(digest)
            found[path] = semantic_digest(parse_source(data, path), data)
    return replace(entry, semantic_digests=found)
