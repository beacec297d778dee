"""The index gives back what was put into it, whatever names and stats a file system has."""

import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from modelops_bundle.checkout.index import Index, IndexEntry, load_index, write_index
from tests.properties.strategies import raw_digests

LATER = 2**62
NAMES = st.binary(min_size=1, max_size=20).map(lambda raw: os.fsdecode(raw.replace(b"\0", b"/")))
I64 = st.integers(-(2**63), 2**63 - 1)
ENTRIES = st.builds(
    IndexEntry,
    mode=st.sampled_from([0o100644, 0o100755, 0o120000]),
    size=st.integers(0, 2**63 - 1),
    mtime_ns=st.integers(-(2**63), LATER - 1),
    ctime_ns=I64,
    inode=st.integers(0, 2**64 - 1),
    sha256=raw_digests(),
    blake3=raw_digests(),
)


@settings(max_examples=40)
@given(st.dictionaries(NAMES, ENTRIES, max_size=5), st.sampled_from(["", "sha256:" + "0" * 64]))
def test_an_index_is_read_back_as_it_was_written(entries: dict[str, IndexEntry], tree_digest: str) -> None:
    index = Index(entries)
    index.tree_digest = tree_digest
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "index")
        write_index(file, index)
        os.utime(file, ns=(0, LATER))
        found = load_index(file)
        again = Path(directory, "again")
        write_index(again, found)
        assert again.read_bytes() == file.read_bytes()
    assert found == index
    assert list(found) == sorted(index)
    assert found.tree_digest == tree_digest


@settings(max_examples=40)
@given(st.dictionaries(NAMES, ENTRIES, max_size=5), st.integers(-(2**62), LATER))
def test_no_entry_as_young_as_the_index_is_trusted(entries: dict[str, IndexEntry], written: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "index")
        write_index(file, Index(entries))
        os.utime(file, ns=(0, written))
        found = load_index(file)
        written = file.stat().st_mtime_ns
    for name, entry in found.items():
        assert entry == (entries[name] if entries[name].mtime_ns < written else entries[name]._replace(mtime_ns=0))
