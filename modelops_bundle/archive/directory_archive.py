"""Export a directory: the same archive for the same names, modes and bytes, whatever else differs.

Every file is read twice: the archive begins with the digest of its content, by which an import verifies it.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.archive.compression import ArchiveFile
from modelops_bundle.archive.external_data import external_paths, pointers_below, require_present, settled
from modelops_bundle.archive.source_directory import Listing, list_directory
from modelops_bundle.archive.tar_writer import TarWriter, writing_archive
from modelops_bundle.bundles.tree import Mode, Tree, TreeEntry, tree_of
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.files.hashing import FileChanged, open_regular, read_content, same_moment
from modelops_bundle.progress import Meter, OnEvent, ignore_events
from modelops_bundle.safe_path import parents_of

COMMENT = "modelops-bundle tree "
"""What stands in front of the digest at the beginning of an archive."""
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Exported:
    """What an archive of a directory holds; sizes in bytes, `external` are files that lie in a blob store."""

    tree: Digest
    files: int
    size: int
    external: tuple[str, ...]
    left_out: tuple[str, ...]


def export_directory(
    source: Path,
    out: ArchiveFile,
    *,
    include_external: bool = False,
    on_event: OnEvent = ignore_events,
) -> Exported:
    """Write an archive of a directory; external files take part on demand, their pointers always.

    Raises Invalid for what an archive cannot hold, and FileChanged when somebody writes to a file meanwhile.
    """
    listing = list_directory(source, out.path)
    pointers = pointers_below(listing.root)
    external = external_paths(pointers)
    if include_external:
        require_present(pointers, listing.files)
    entries: dict[str, TreeEntry] = {}
    stats: dict[str, os.stat_result] = {}
    for path in listing.files.keys() - pointers.keys():
        entries[path], stats[path] = _entry_of(listing, path)
    documents = {
        path: settled(pointer, entries.get(pointer.path), include=include_external).to_bytes()
        for path, pointer in pointers.items()
    }
    if not include_external:
        entries = {path: entry for path, entry in entries.items() if path not in external}
        listing.directories[:] = _without_emptied(listing, external, entries)
    for path, data in documents.items():
        entries[path] = TreeEntry(path, Mode.FILE, len(data), digest_of(data))
    tree = tree_of(entries.values())
    with (
        Meter("write", on_event, len(tree), tree.size()) as meter,
        writing_archive(out) as writer,
    ):
        _write(writer, listing, tree, documents, stats, meter)
    return Exported(
        tree.digest(), len(tree), tree.size(), tuple(sorted(external)), tuple(sorted(listing.left_out))
    )


def _without_emptied(listing: Listing, external: frozenset[str], entries: Mapping[str, object]) -> list[str]:
    """Return the directories but those in which only external files are: without those they would not be there."""
    emptied = {above for path in external & listing.files.keys() for above in parents_of(path)}
    others = [path for path in listing.directories if path not in emptied]
    kept = {above for path in (*entries, *others) for above in parents_of(path)}
    return [path for path in listing.directories if path not in emptied or path in kept]


def _entry_of(listing: Listing, path: str) -> tuple[TreeEntry, os.stat_result]:
    content, now = read_content(f"{listing.root}/{path}")
    mode = Mode.EXECUTABLE if now.st_mode & 0o100 else Mode.FILE
    return TreeEntry(path, mode, content.size, content.digest), now


def _write(
    writer: TarWriter,
    listing: Listing,
    tree: Tree,
    documents: dict[str, bytes],
    stats: dict[str, os.stat_result],
    meter: Meter,
) -> None:
    writer.comment(COMMENT + tree.digest())
    for path in sorted([*listing.directories, *tree]):
        entry = tree.get(path)
        if entry is None:
            writer.directory(path)
        else:
            read = [documents[path]] if path in documents else _read(f"{listing.root}/{path}", stats[path])
            writer.file(path, entry.mode, entry.size, entry.digest, meter.counted(read))
            meter.advance(0, 1)


def _read(file: str, seen: os.stat_result) -> Iterator[bytes]:
    """Yield the bytes of a file that is still what it was when its digest was taken."""
    left = seen.st_size
    with open_regular(file) as stream:
        while left and (block := stream.read(min(left, _BLOCK))):
            left -= len(block)
            yield block
        if left or not same_moment(seen, os.fstat(stream.fileno())):
            raise FileChanged(file)
