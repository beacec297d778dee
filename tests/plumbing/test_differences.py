"""A difference is one record, with zeros for a side that has no such file."""

import pytest

from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.bundles.tree_diff import Difference
from modelops_bundle.digest import digest_of
from modelops_bundle.plumbing._differences import NO_MODE, write_differences
from modelops_bundle.plumbing._records import NO_DIGEST, RecordWriter

OLD = TreeEntry("a", Mode.FILE, 1, digest_of(b"1"))
NEW = TreeEntry("a", Mode.EXECUTABLE, 1, digest_of(b"2"))
LINK = TreeEntry("a", Mode.LINK, 1, digest_of(b"3"))


def written(capfdbinary: pytest.CaptureFixture[bytes], *found: Difference, nul: bool = False) -> bytes:
    out = RecordWriter(nul=nul)
    write_differences(found, out)
    out.flush()
    return capfdbinary.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "record"),
    [
        (OLD, NEW, f":100644 100755 {OLD.digest} {NEW.digest} M"),
        (None, NEW, f":{NO_MODE} 100755 {NO_DIGEST} {NEW.digest} A"),
        (OLD, None, f":100644 {NO_MODE} {OLD.digest} {NO_DIGEST} D"),
        (OLD, LINK, f":100644 120000 {OLD.digest} {LINK.digest} T"),
    ],
)
def test_each_kind_of_difference_has_its_letter(
    capfdbinary: pytest.CaptureFixture[bytes], old: TreeEntry | None, new: TreeEntry | None, record: str
) -> None:
    assert written(capfdbinary, Difference("a", old, new)) == f"{record}\ta\n".encode()


def test_records_stay_in_order_and_paths_are_quoted(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    found = [Difference(path, OLD, NEW) for path in ("b", 'say "a"', "c")]
    lines = written(capfdbinary, *found).decode().splitlines()
    assert [line.partition("\t")[2] for line in lines] == ["b", '"say \\"a\\""', "c"]
    assert b'\tsay "a"\0' in written(capfdbinary, *found, nul=True)
