"""What differs inside files: unified diffs that `git apply` and `patch` understand.

The old content comes from the object store, the new content from the working tree. Both are shown as they
are, byte for byte; what holds a NUL in its first bytes counts as binary, as in git.
"""

import difflib
import os
from collections import Counter
from collections.abc import Iterable, Iterator

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.places import LinkTarget
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.bundles.tree_diff import Difference
from modelops_bundle.checkout.project import Project
from modelops_bundle.files.hashing import open_regular
from modelops_bundle.plumbing._records import quote_path

MAX_BYTES = 1 << 20
"""Larger files are not compared line by line."""
MAX_WORK = 25_000_000
"""difflib takes time in proportion to changed lines times all lines: about a second for this many."""
_BINARY_PROBE = 8000
_NO_FILE = b"/dev/null"
_NO_NEWLINE = b"\n\\ No newline at end of file\n"


def wanted_content(project: Project, differences: Iterable[Difference]) -> list[str]:
    """Return the paths whose old content must be fetched before `patch` can show it."""
    return [
        item.path
        for item in differences
        if item.old
        and not _too_large(item)
        and item.old.size
        and item.old.mode is not Mode.LINK
        and item.old.digest not in project.objects
    ]


def patch(project: Project, bundle: Bundle | None, item: Difference) -> Iterator[bytes]:
    """Yield the lines of the diff of one file, `bundle` having the old side.

    Raises ObjectMissing when old content is not in the object store, and NotFound when the file has gone.
    """
    if item.letter == "T":
        yield from patch(project, bundle, Difference(item.path, item.old, None))
        yield from patch(project, bundle, Difference(item.path, None, item.new))
        return
    names = [quote_path(f"{side}/{item.path}").encode("utf-8", "surrogateescape") for side in "ab"]
    yield b"diff --git %b %b\n" % tuple(names)
    yield from _mode_lines(item.old, item.new)
    if _too_large(item):
        yield f"File is too large to show: {_sizes(item)}\n".encode()
        return
    old, new = _old_content(project, bundle, item.old), _new_content(project, item.new)
    if old != new:
        yield from unified(old, new, names[0] if item.old else _NO_FILE, names[1] if item.new else _NO_FILE)


def unified(old: bytes, new: bytes, old_name: bytes, new_name: bytes) -> Iterator[bytes]:
    """Yield the lines of a unified diff, or one line that says why there is none."""
    if b"\0" in old[:_BINARY_PROBE] or b"\0" in new[:_BINARY_PROBE]:
        yield b"Binary files %b and %b differ\n" % (old_name, new_name)
        return
    before, after = _lines(old), _lines(new)
    if _work(before, after) > MAX_WORK:
        yield b"Too many lines of %b and %b differ to show them\n" % (old_name, new_name)
        return
    # A TAB ends a name that holds spaces: without it, patch would cut the name at the first one.
    old_end, new_end = (name + b"\t" if b" " in name else name for name in (old_name, new_name))
    for line in difflib.diff_bytes(difflib.unified_diff, before, after, old_end, new_end):
        yield line if line.endswith(b"\n") else line + _NO_NEWLINE


def _lines(data: bytes) -> list[bytes]:
    """Split into lines that keep their end; only a line feed ends one."""
    *whole, rest = data.split(b"\n")
    return [line + b"\n" for line in whole] + ([rest] if rest else [])


def _work(before: list[bytes], after: list[bytes]) -> int:
    ours, theirs = Counter(before), Counter(after)
    return ((ours - theirs).total() + (theirs - ours).total()) * max(len(before), len(after))


def _mode_lines(old: TreeEntry | None, new: TreeEntry | None) -> Iterator[bytes]:
    if old is None and new:
        yield f"new file mode {new.mode}\n".encode()
    elif new is None and old:
        yield f"deleted file mode {old.mode}\n".encode()
    elif old and new and old.mode != new.mode:
        yield f"old mode {old.mode}\nnew mode {new.mode}\n".encode()


def _too_large(item: Difference) -> bool:
    return any(entry and entry.size > MAX_BYTES for entry in (item.old, item.new))


def _sizes(item: Difference) -> str:
    sizes = [str(entry.size) for entry in (item.old, item.new) if entry]
    return " -> ".join(sizes) + " bytes"


def _old_content(project: Project, bundle: Bundle | None, entry: TreeEntry | None) -> bytes:
    if entry is None or bundle is None or not entry.size:
        return b""
    place = bundle.index.files[entry.path].place
    if isinstance(place, LinkTarget):
        return place.target.encode()
    return project.objects.read(entry.digest)


def _new_content(project: Project, entry: TreeEntry | None) -> bytes:
    if entry is None:
        return b""
    full = f"{project.root}/{entry.path}"
    if entry.mode is Mode.LINK:
        return os.readlink(os.fsencode(full))
    with open_regular(full) as stream:
        return stream.read(MAX_BYTES + 1)
