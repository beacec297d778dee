"""The index: a cache that is never trusted beyond what it can know."""

import os
import struct
from pathlib import Path

import pytest
from blake3 import blake3

from modelops_bundle.bundles.tree import Mode
from modelops_bundle.checkout.index import Index, IndexDamaged, IndexEntry, load_index, mode_bits, write_index
from modelops_bundle.errors import ExitCode, Invalid
from modelops_bundle.files.canonical_json import encode
from tests.modelops_bundle.faults import failing_at
from tests.modelops_bundle.samples import everything_below

ENTRY = IndexEntry(0o100644, 3, 1_000, 2_000, 7, b"s" * 32, b"b" * 32)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where an index of two files lies."""
    write_index(tmp_path / "index", Index({"b": ENTRY, "a": ENTRY._replace(mode=0o120000)}))
    return tmp_path / "index"


def test_no_file_is_an_empty_index(tmp_path: Path) -> None:
    assert load_index(tmp_path / "index") == {}


def test_an_index_is_read_back_sorted(file: Path) -> None:
    index = load_index(file)
    assert list(index.items()) == [("a", ENTRY._replace(mode=0o120000)), ("b", ENTRY)]


def test_the_bytes_do_not_depend_on_the_order(tmp_path: Path) -> None:
    write_index(tmp_path / "one", Index({"b": ENTRY, "a": ENTRY}))
    write_index(tmp_path / "other", Index({"a": ENTRY, "b": ENTRY}))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


@pytest.mark.parametrize(
    "entry",
    [
        ENTRY._replace(inode=2**64 - 1),
        ENTRY._replace(mtime_ns=-1, ctime_ns=-(2**63)),
        ENTRY._replace(size=2**63 - 1),
    ],
)
def test_every_stat_that_a_file_system_may_give_is_kept(tmp_path: Path, entry: IndexEntry) -> None:
    write_index(tmp_path / "index", Index({"a": entry}))
    assert load_index(tmp_path / "index") == {"a": entry}


def test_an_entry_as_young_as_the_index_is_not_trusted(file: Path) -> None:
    for age, trusted in ((-1, False), (0, False), (1, True)):
        os.utime(file, ns=(0, ENTRY.mtime_ns + age))
        assert (load_index(file)["b"].mtime_ns != 0) is trusted


def test_what_a_stat_is_compared_with_is_the_same_packed_and_unpacked(file: Path) -> None:
    os.utime(file, ns=(0, ENTRY.mtime_ns + 1))
    packed = load_index(file)
    found = list(packed.stats())
    assert [(path, ENTRY.size, ENTRY.mtime_ns) for path in ("a", "b")] == [(path, *it[:2]) for path, it in found]
    assert (len(packed), list(packed), packed.vouching_before) == (2, ["a", "b"], ENTRY.mtime_ns + 1)
    assert packed["b"] == ENTRY
    assert list(packed.stats()) == found


def test_only_the_very_same_stat_is_vouched_for(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abc")
    now = os.stat(tmp_path / "f")
    entry = ENTRY._replace(mtime_ns=now.st_mtime_ns, ctime_ns=now.st_ctime_ns, inode=now.st_ino)
    assert entry.vouches_for(now)
    others = (
        entry._replace(size=4),
        entry._replace(mtime_ns=1),
        entry._replace(mtime_ns=0),
        entry._replace(ctime_ns=1),
        entry._replace(inode=0),
    )
    assert not any(other.vouches_for(now) for other in others)


def test_a_racy_entry_vouches_for_nothing_not_even_a_file_from_1970(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abc")
    os.utime(tmp_path / "f", ns=(0, 0))
    now = os.stat(tmp_path / "f")
    entry = IndexEntry(0o100644, 3, 0, now.st_ctime_ns, now.st_ino, b"s" * 32, b"b" * 32)
    assert now.st_mtime_ns == 0
    assert not entry.vouches_for(now)


def test_a_change_forgets_the_tree_digest_and_a_new_stat_does_not(tmp_path: Path) -> None:
    index = Index({"a": ENTRY, "b": ENTRY})
    index.tree_digest = "sha256:" + "0" * 64
    index.restat({"a": ENTRY._replace(mtime_ns=5)})
    write_index(tmp_path / "index", index)
    assert load_index(tmp_path / "index").tree_digest == index.tree_digest
    del index["a"]
    assert index.tree_digest == ""
    index.tree_digest = "known"
    index["c"] = ENTRY
    assert index.tree_digest == ""


def test_the_tree_is_that_of_the_entries(file: Path) -> None:
    tree = load_index(file).tree()
    assert [(e.path, e.mode, e.size, e.digest) for e in tree.values()] == [
        ("a", Mode.LINK, 3, ENTRY.digest),
        ("b", Mode.FILE, 3, ENTRY.digest),
    ]


def test_damage_at_any_byte_is_noticed(file: Path) -> None:
    data = file.read_bytes()
    for at in range(len(data)):
        file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(IndexDamaged):
            load_index(file)


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 100])
def test_an_index_cut_short_is_damaged(file: Path, size: int) -> None:
    file.write_bytes(file.read_bytes()[:size])
    with pytest.raises(IndexDamaged) as caught:
        load_index(file)
    assert caught.value.exit_code is ExitCode.INTEGRITY
    assert str(file) in caught.value.hint


HEADER: dict[str, object] = {"count": 1, "paths": 2, "tree": "", "version": 1}
ROW = struct.pack("<IqqqQ32s32s", *ENTRY)


@pytest.mark.parametrize(
    ("header", "rest"),
    [
        (b"[]", b"a\0" + ROW),
        (b"{}", b"a\0" + ROW),
        (b"not json", b""),
        (encode(HEADER | {"count": 2}), b"a\0" + ROW),
        (encode(HEADER | {"count": "1"}), b"a\0" + ROW),
        (encode(HEADER | {"paths": 3}), b"a\0" + ROW),
        (encode(HEADER | {"paths": -1}), b"a\0" + ROW),
        (encode(HEADER | {"paths": None}), b"a\0" + ROW),
        (encode(HEADER), b"a\0" + ROW[:-1]),
        (encode(HEADER), b"a\0" + ROW + ROW),
    ],
)
def test_an_index_that_somebody_forged_is_damaged(tmp_path: Path, header: bytes, rest: bytes) -> None:
    body = header + b"\n" + rest
    (tmp_path / "index").write_bytes(body + blake3(body).digest())
    with pytest.raises(IndexDamaged):
        load_index(tmp_path / "index")


def test_an_index_of_a_newer_version_is_refused_as_such(tmp_path: Path) -> None:
    body = encode({"version": 2, "anything": []}) + b"\nmore"
    (tmp_path / "index").write_bytes(body + blake3(body).digest())
    with pytest.raises(Invalid, match="version 2") as caught:
        load_index(tmp_path / "index")
    assert "upgrade" in caught.value.hint


@pytest.mark.parametrize("function", ["fchmod", "fsync", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_index_and_nothing_else(
    file: Path, monkeypatch: pytest.MonkeyPatch, function: str, error: BaseException
) -> None:
    before = everything_below(file.parent)
    with monkeypatch.context() as patch:
        patch.setattr(os, function, failing_at(1, getattr(os, function), error))
        with pytest.raises(type(error)):
            write_index(file, Index({"new": ENTRY}))
    assert everything_below(file.parent) == before


def test_modes_are_those_of_git(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"")
    (tmp_path / "l").symlink_to("f")
    os.mkfifo(tmp_path / "p")
    bits = {name: mode_bits(os.lstat(tmp_path / name)) for name in ("f", "l", "p", ".")}
    assert bits == {"f": 0o100644, "l": 0o120000, "p": 0, ".": 0}
    (tmp_path / "f").chmod(0o700)
    assert mode_bits(os.lstat(tmp_path / "f")) == 0o100755
    (tmp_path / "f").chmod(0o655)
    assert mode_bits(os.lstat(tmp_path / "f")) == 0o100644
