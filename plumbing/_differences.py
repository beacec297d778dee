"""The record of one difference, shared by diff-index and diff-manifest.

    :OLDMODE NEWMODE OLDDIGEST NEWDIGEST LETTER TAB path

LETTER is A (added), D (deleted), M (modified) or T (file became symlink or back); the mode and digest of a side
that has no such file are zeros.
"""

from collections.abc import Iterable

from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.bundles.tree_diff import Difference
from modelops_bundle.plumbing._records import NO_DIGEST, RecordWriter

NO_MODE = "000000"


def write_differences(differences: Iterable[Difference], out: RecordWriter) -> None:
    """Write one record for each difference."""
    for found in differences:
        old_mode, old_digest = _side(found.old)
        new_mode, new_digest = _side(found.new)
        out.record(f":{old_mode} {new_mode} {old_digest} {new_digest} {found.letter}", found.path)


def _side(entry: TreeEntry | None) -> tuple[str, str]:
    return (entry.mode, entry.digest) if entry else (NO_MODE, NO_DIGEST)
