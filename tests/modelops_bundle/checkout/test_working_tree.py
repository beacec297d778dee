"""What changed on disk since the index last looked: nothing is missed, and nothing is read in vain."""

import errno
import os
import time
from pathlib import Path

import pytest

from modelops_bundle.checkout import working_tree
from modelops_bundle.checkout.ignore import IgnoreRules
from modelops_bundle.checkout.index import Index, IndexEntry, load_index, write_index
from modelops_bundle.checkout.working_tree import Observation, entry_of, is_real_directory, look, observe, walk
from modelops_bundle.files.hashing import FileChanged, content_of, open_regular

LONG_AGO = 1_600_000_000_123_456_789


def tracked(root: Path, *paths: str) -> Index:
    """Return an index that trusts what is on disk."""
    index = Index()
    for path in paths:
        fresh = look(root, path, os.lstat(root / path))
        index[path] = fresh._replace(mtime_ns=os.lstat(root / path).st_mtime_ns)
    return index


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree of a few old files."""
    for path in ("a", "d/b", "d/e/c"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(path.encode())
        os.utime(tmp_path / path, ns=(LONG_AGO, LONG_AGO))
    (tmp_path / "l").symlink_to("a")
    return tmp_path


ALL = ("a", "d/b", "d/e/c", "l")


def test_nothing_changed(root: Path) -> None:
    assert observe(root, tracked(root, *ALL)) == Observation()


def test_what_did_not_change_is_not_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = tracked(root, *ALL)
    monkeypatch.setattr(working_tree, "look", None)
    assert observe(root, index) == Observation()


def test_new_content_is_a_change(root: Path) -> None:
    index = tracked(root, *ALL)
    (root / "a").write_bytes(b"A")
    seen = observe(root, index)
    assert list(seen.changed) == ["a"]
    assert seen.changed["a"].sha256 == content_of(b"A").sha256
    assert seen.touched == {}
    assert seen.missing == ()


def test_new_content_with_the_old_size_and_times_is_a_change(root: Path) -> None:
    index = tracked(root, *ALL)
    (root / "a").write_bytes(b"A")
    os.utime(root / "a", ns=(LONG_AGO, LONG_AGO))
    assert list(observe(root, index).changed) == ["a"]


def test_a_file_that_was_swapped_for_another_of_its_size_and_time_is_a_change(root: Path) -> None:
    index = tracked(root, *ALL)
    (root / "new").write_bytes(b"A")
    os.utime(root / "new", ns=(LONG_AGO, LONG_AGO))
    os.replace(root / "new", root / "a")
    assert list(observe(root, index).changed) == ["a"]


def test_a_touched_file_with_its_old_content_is_no_change(root: Path) -> None:
    index = tracked(root, *ALL)
    index.tree_digest = "known"
    os.utime(root / "d/b")
    (root / "a").write_bytes(b"a")
    seen = observe(root, index)
    assert seen.changed == {}
    assert sorted(seen.touched) == ["a", "d/b"]
    assert seen.apply(index)
    assert index.tree_digest == "known"


def test_the_executable_bit_is_a_change(root: Path) -> None:
    index = tracked(root, *ALL)
    (root / "a").chmod(0o755)
    assert observe(root, index).changed["a"].mode == 0o100755
    index = tracked(root, *ALL)
    (root / "a").chmod(0o600)
    assert observe(root, index).changed["a"].mode == 0o100644


def test_other_permissions_are_no_change(root: Path) -> None:
    index = tracked(root, *ALL)
    (root / "a").chmod(0o600)
    assert list(observe(root, index).touched) == ["a"]


def test_a_link_is_its_target(root: Path) -> None:
    index = tracked(root, *ALL)
    (root / "a").write_bytes(b"what a link leads to is not its content")
    assert list(observe(root, index).changed) == ["a"]
    (root / "l").unlink()
    (root / "l").symlink_to("b")
    seen = observe(root, index)
    assert seen.changed["l"].sha256 == content_of(b"b").sha256


def test_a_file_that_became_a_link_to_its_content_is_a_change(root: Path) -> None:
    index = tracked(root, *ALL)
    os.rename(root / "a", root / "elsewhere")
    (root / "a").symlink_to("elsewhere")
    assert observe(root, index).changed["a"].mode == 0o120000


@pytest.mark.parametrize("what", ["nothing", "directory", "fifo"])
def test_a_file_that_is_none_any_more_is_missing(root: Path, what: str) -> None:
    index = tracked(root, *ALL)
    (root / "a").unlink()
    if what == "directory":
        (root / "a").mkdir()
    elif what == "fifo":
        os.mkfifo(root / "a")
    assert observe(root, index) == Observation(missing=("a",))


@pytest.mark.parametrize("target", ["moved", "../outside", "nowhere"])
def test_a_directory_that_became_a_link_counts_as_missing(root: Path, target: str) -> None:
    index = tracked(root, *ALL)
    os.rename(root / "d", root / "moved")
    (root / "d").symlink_to(target)
    assert observe(root, index) == Observation(missing=("d/b", "d/e/c"))
    assert not is_real_directory(root, "d")
    assert not is_real_directory(root, "d/e")


def test_a_directory_that_became_a_file_counts_as_missing(root: Path) -> None:
    index = tracked(root, *ALL)
    os.rename(root / "d", root / "moved")
    (root / "d").write_bytes(b"")
    assert observe(root, index) == Observation(missing=("d/b", "d/e/c"))


def test_names_that_are_no_utf8_are_seen(root: Path) -> None:
    name = os.fsdecode(b"caf\xe9")
    (root / name).write_bytes(b"1")
    index = tracked(root, name)
    write_index(root / "index", index)
    assert load_index(root / "index").keys() == {name}
    (root / name).write_bytes(b"2")
    assert list(observe(root, index).changed) == [name]


# The racy rule: a stat must not vouch for a file that may change again under the same stat.


def test_a_file_rewritten_at_once_with_its_size_is_never_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "f"
    for turn in range(200):
        file.write_bytes(b"%03d" % turn)
        index = Index(f=look(tmp_path, "f", os.lstat(file)))
        file.write_bytes(b"%03d" % (turn + 500))
        assert list(observe(tmp_path, index).changed) == ["f"]


def test_a_young_file_is_not_trusted_and_an_old_one_is(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    now = os.lstat(tmp_path / "f")
    content = content_of(b"x")
    written = max(now.st_mtime_ns, now.st_ctime_ns)
    coarse = written % 1_000_000_000 == 0
    assert entry_of(now, content, written).mtime_ns == 0
    assert entry_of(now, content, written + 19_000_000).mtime_ns == 0
    assert coarse or entry_of(now, content, written + 21_000_000).mtime_ns == now.st_mtime_ns


def test_an_old_modification_time_does_not_hide_a_young_change(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    os.utime(tmp_path / "f", ns=(LONG_AGO, LONG_AGO))
    assert look(tmp_path, "f", os.lstat(tmp_path / "f")).mtime_ns == 0


def test_a_file_of_our_own_is_trusted_once_its_content_is_old_enough(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"x")
    os.utime(tmp_path / "new", ns=(LONG_AGO + 7, LONG_AGO + 7))
    (tmp_path / "new").rename(tmp_path / "f")
    now, content = os.lstat(tmp_path / "f"), content_of(b"x")
    assert entry_of(now, content, now.st_ctime_ns).mtime_ns == 0
    assert entry_of(now, content, now.st_ctime_ns, own=True).mtime_ns == LONG_AGO + 7
    assert entry_of(now, content, LONG_AGO, own=True).mtime_ns == 0
    # Whoever writes into it, be it in the same tick, changes the time that the entry has.
    (tmp_path / "f").write_bytes(b"y")
    assert not entry_of(now, content, now.st_ctime_ns, own=True).vouches_for(os.lstat(tmp_path / "f"))


def test_whole_seconds_count_as_a_coarse_clock(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    now = os.lstat(tmp_path / "f")
    second = 1_600_000_000 * 1_000_000_000
    fields = {name: getattr(now, name) for name in dir(now) if name.startswith("st_")}
    coarse = os.stat_result(tuple(now), fields | {"st_mtime_ns": second, "st_ctime_ns": second})
    content = content_of(b"x")
    assert entry_of(coarse, content, second + 1_999_999_999).mtime_ns == 0
    assert entry_of(coarse, content, second + 2_000_000_001).mtime_ns == second


def test_a_racy_entry_is_read_again_and_then_trusted(root: Path) -> None:
    index = tracked(root, *ALL)
    index["a"] = index["a"]._replace(mtime_ns=0)
    seen = observe(root, index)
    assert list(seen.touched) == ["a"]


def test_a_loaded_entry_as_young_as_the_index_is_read_again(root: Path) -> None:
    file = root / "index"
    write_index(file, tracked(root, *ALL))
    os.utime(file, ns=(0, LONG_AGO))
    assert list(observe(root, load_index(file)).touched) == ["a", "d/b", "d/e/c", "l"]
    os.utime(file, ns=(0, time.time_ns()))
    assert observe(root, load_index(file)) == Observation()


@pytest.mark.parametrize("by_descriptor", [True, False])
def test_directories_need_not_be_opened(root: Path, monkeypatch: pytest.MonkeyPatch, by_descriptor: bool) -> None:
    if not by_descriptor:
        monkeypatch.setattr(working_tree, "_DIRECTORY", -1)  # which the system refuses
    index = tracked(root, *ALL)
    (root / "d/b").unlink()
    (root / "d/e/c").write_bytes(b"new")
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    seen = observe(root, index)
    assert (list(seen.changed), list(seen.touched), seen.missing) == (["d/e/c"], [], ("d/b",))
    assert (len(os.listdir("/proc/self/fd")) if before else 0) == before


def test_a_file_that_changes_while_it_is_looked_at_does_not_hide_the_others(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tracked(root, *ALL)
    (root / "d/b").write_bytes(b"new")
    look_at = os.fstat
    stamps = iter(range(1, 1000))

    def fstat(handle: int) -> os.stat_result:
        found = look_at(handle)
        if found.st_ino == os.stat(root / "a").st_ino:
            os.utime(root / "a", ns=(0, next(stamps)))
        return found

    os.utime(root / "a")
    monkeypatch.setattr(os, "fstat", fstat)
    seen = observe(root, index)
    assert list(seen.changed) == ["d/b"]
    assert list(seen.unreadable) == ["a"]
    assert isinstance(seen.unreadable["a"], FileChanged)
    assert seen.missing == ()


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
def test_a_file_that_the_system_keeps_from_us_is_neither_missing_nor_unchanged(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    index = tracked(root, *ALL)
    lstat = os.lstat

    def failing(path: str, *, dir_fd: int | None = None) -> os.stat_result:
        if path.endswith("b"):
            raise OSError(number, os.strerror(number))
        return lstat(path, dir_fd=dir_fd)

    monkeypatch.setattr(os, "lstat", failing)
    seen = observe(root, index)
    assert list(seen.unreadable) == ["d/b"]
    assert seen.unreadable["d/b"].message == f"cannot read '{root}/d/b': {os.strerror(number)}"
    assert (seen.missing, seen.changed) == ((), {})
    assert not seen.apply(index)


def test_a_file_that_goes_while_it_is_looked_at_is_missing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = tracked(root, *ALL)
    os.utime(root / "a")

    def gone(path: str) -> object:
        os.unlink(path)
        return open_regular(path)

    monkeypatch.setattr("modelops_bundle.checkout.working_tree.open_regular", gone)
    assert observe(root, index).missing == ("a",)


def test_a_link_that_goes_while_it_is_looked_at_is_refused(root: Path) -> None:
    now = os.lstat(root / "l")
    (root / "l").unlink()
    with pytest.raises(FileChanged, match="l"):
        look(root, "l", now)


def test_a_touched_file_is_recognised_by_its_blake3_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = tracked(root, "a")["a"]
    monkeypatch.setattr(working_tree, "read_content", None)
    assert look(root, "a", os.lstat(root / "a"), known).sha256 == known.sha256


def test_what_was_seen_is_applied_and_missing_entries_stay(root: Path) -> None:
    index = tracked(root, *ALL)
    (root / "a").unlink()
    (root / "d/b").write_bytes(b"new")
    seen = observe(root, index)
    assert seen.apply(index)
    assert sorted(index) == sorted(ALL)
    assert index["d/b"].sha256 == content_of(b"new").sha256
    assert not Observation().apply(index)


def test_a_walk_finds_files_and_links_sorted_and_never_our_own_directory(root: Path) -> None:
    (root / ".modelops-bundle").mkdir()
    (root / ".modelops-bundle" / "index").write_bytes(b"")
    (root / "d" / ".modelops-bundle").mkdir()
    (root / "d" / ".modelops-bundle" / "index").write_bytes(b"")
    (root / "out").symlink_to("d")
    os.mkfifo(root / "p")
    assert [path for path, _ in walk(root, None)] == ["a", "d/b", "d/e/c", "l", "out", "p"]
    assert [path for path, _ in walk(root, None, "d")] == ["d/b", "d/e/c"]
    assert list(walk(root, None, "none")) == []


def test_a_walk_leaves_out_what_is_ignored(root: Path) -> None:
    (root / ".modelopsignore").write_text("e/\na\n")
    assert [path for path, _ in walk(root, IgnoreRules(root))] == [".modelopsignore", "d/b", "l"]


def test_a_file_that_goes_during_a_walk_is_not_found(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = walk(root, None)
    assert next(found)[0] == "a"
    (root / "d" / "e" / "c").unlink()
    (root / "d" / "e").rmdir()
    (root / "l").unlink()
    assert [path for path, _ in found] == ["d/b"]


def test_an_entry_says_when_it_was_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    entry = look(tmp_path, "f", os.lstat(tmp_path / "f"))
    assert isinstance(entry, IndexEntry)
    assert entry.ctime_ns > time.time_ns() - 3_600 * 10**9
