"""Files come into the working tree whole or not at all, and never land anywhere else."""

import errno
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import NOWHERE, TITLED, LinkTarget
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.checkout import writing as checkout
from modelops_bundle.checkout.index import Index, IndexEntry
from modelops_bundle.checkout.placing import NOTE
from modelops_bundle.checkout.working_tree import observe
from modelops_bundle.checkout.writing import Checkout
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import IntegrityError, WorkingTreeConflict
from modelops_bundle.files.hashing import SMALL, content_of
from modelops_bundle.objects import ObjectMissing, ObjectStore
from tests.modelops_bundle.faults import failing_at
from tests.modelops_bundle.samples import everything_below


def anything(path: str) -> bool:
    """Say that a path is as the plan expects it."""
    return True


class Bench:
    """A working tree, an object store, and bundle files made from literal content."""

    def __init__(self, directory: Path) -> None:
        self.outside = directory / "outside"
        self.root = directory / "root"
        for folder in (self.outside, self.root):
            folder.mkdir()
        self.objects = ObjectStore(directory / "store" / "objects", directory / "store" / "tmp")

    def file(self, path: str, data: bytes = b"new", mode: Mode = Mode.FILE) -> BundleFile:
        """Return a file whose content is in the store."""
        place = TITLED if data else NOWHERE
        return BundleFile(TreeEntry(path, mode, len(data), self.objects.put(data)), "data", place)

    def link(self, path: str, target: str) -> BundleFile:
        """Return a symlink."""
        raw = target.encode()
        return BundleFile(TreeEntry(path, Mode.LINK, len(raw), digest_of(raw)), "data", LinkTarget(target))

    def commit(
        self,
        files: Iterable[BundleFile],
        delete: Iterable[str] = (),
        unchanged: Callable[[str], bool] = anything,
    ) -> dict[str, IndexEntry]:
        """Check out files and delete others."""
        with Checkout(self.root, self.objects.tmp) as work:
            for file in files:
                work.stage(file, self.objects.path)
            return work.commit(delete, unchanged)

    def refused(self, files: Iterable[BundleFile], delete: Iterable[str] = ()) -> tuple[str, ...]:
        """Check that nothing anywhere changes, and return the paths that are told."""
        before = everything_below(self.root), everything_below(self.outside)
        with pytest.raises(WorkingTreeConflict) as caught:
            self.commit(files, delete)
        assert (everything_below(self.root), everything_below(self.outside)) == before
        assert everything_below(self.objects.tmp) == {}
        return caught.value.details


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_files_of_every_kind_are_written(bench: Bench) -> None:
    files = [
        bench.file("a"),
        bench.file("d/e/empty", b""),
        bench.file("run.sh", b"#!", Mode.EXECUTABLE),
        bench.file("empty.sh", b"", Mode.EXECUTABLE),
        bench.file("large", b"x" * (2 * SMALL)),
        bench.file("large.sh", b"y" * SMALL, Mode.EXECUTABLE),
        bench.link("d/l", "../a"),
    ]
    entries = bench.commit(files)
    assert everything_below(bench.root) == {
        "a": b"new",
        "d": "",
        "d/e": "",
        "d/e/empty": b"",
        "d/l": "-> ../a",
        "empty.sh": b"",
        "large": b"x" * (2 * SMALL),
        "large.sh": b"y" * SMALL,
        "run.sh": b"#!",
    }
    found = {path: entry.tree_entry(path) for path, entry in entries.items()}
    assert found == {file.entry.path: file.entry for file in files}
    assert observe(bench.root, Index(entries)).changed == {}
    assert everything_below(bench.objects.tmp) == {}


@pytest.mark.parametrize("umask", [0o000, 0o002, 0o022, 0o027, 0o077])
def test_the_umask_is_respected(bench: Bench, umask: int) -> None:
    private = bench.objects.tmp / "private"
    content = b"z" * SMALL
    private.write_bytes(content)
    before = os.umask(umask)
    try:
        with Checkout(bench.root, bench.objects.tmp) as work:
            for size in (0, 5, SMALL):
                work.stage(bench.file(f"f{size}", b"x" * size), bench.objects.path)
                work.stage(bench.file(f"x{size}", b"x" * size, Mode.EXECUTABLE), bench.objects.path)
            work.stage_verified(bench.file("verified", content), private, content_of(content))
            work.commit((), anything)
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in bench.root.iterdir()}
    assert modes == {
        **{f"f{size}": 0o666 & ~umask for size in (0, 5, SMALL)},
        **{f"x{size}": 0o777 & ~umask for size in (0, 5, SMALL)},
        "verified": 0o666 & ~umask,
    }


def test_the_umask_of_the_process_is_left_alone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    # There is one for all threads: who sets it, if only for a moment, changes the files of the others.
    monkeypatch.setattr(os, "umask", None)
    private = bench.objects.tmp / "private"
    private.write_bytes(b"new")
    with Checkout(bench.root, bench.objects.tmp) as work:
        work.stage_verified(bench.file("f"), private, content_of(b"new"))
        work.commit((), anything)


def test_old_files_are_replaced_and_others_deleted(bench: Bench) -> None:
    bench.commit([bench.file("a", b"old"), bench.file("d/e/b", b"old"), bench.file("d/c", b"old")])
    bench.commit([bench.file("a")], ["d/e/b", "never-there"])
    assert everything_below(bench.root) == {"a": b"new", "d": "", "d/c": b"old"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a", "a/b"),
        ("a", "a/b/c/d"),
        ("a/b", "a"),
        ("a/b/c/d", "a"),
        ("d/a", "d/a/b"),
        ("d/a/b", "d/a"),
    ],
)
def test_a_file_becomes_a_directory_and_back(bench: Bench, old: str, new: str) -> None:
    for make in (bench.file(old, b"old"), bench.link(old, "x")):
        bench.commit([make])
        bench.commit([bench.file(new)], [old])
        assert {path for path, data in everything_below(bench.root).items() if data != ""} == {new}
        bench.commit([], [new])
        assert everything_below(bench.root) == {}


def test_files_and_links_swap_places(bench: Bench) -> None:
    bench.commit([bench.file("a", b"a"), bench.link("b", "a")])
    bench.commit([bench.link("a", "b"), bench.file("b", b"b")])
    assert everything_below(bench.root) == {"a": "-> b", "b": b"b"}


def test_a_link_to_a_directory_becomes_one_whatever_it_led_to(bench: Bench) -> None:
    (bench.outside / "sub").mkdir()
    (bench.outside / "sub" / "f").write_bytes(b"theirs")
    (bench.root / "data").symlink_to(bench.outside)
    bench.commit([bench.file("data/sub/f")], ["data"])
    assert everything_below(bench.root) == {"data": "", "data/sub": "", "data/sub/f": b"new"}
    assert (bench.outside / "sub" / "f").read_bytes() == b"theirs"


def test_a_directory_becomes_a_link_when_all_in_it_goes(bench: Bench) -> None:
    bench.commit([bench.file("d/a"), bench.file("d/e/b")])
    (bench.root / "d" / "empty" / "er").mkdir(parents=True)
    bench.commit([bench.link("d", "elsewhere")], ["d/a", "d/e/b"])
    assert everything_below(bench.root) == {"d": "-> elsewhere"}


@pytest.mark.parametrize("target", ["../outside", "/nowhere", "sub"])
@pytest.mark.parametrize("path", ["d/f", "d/e/f", "x/d/f"])
def test_nothing_is_written_through_a_link(bench: Bench, target: str, path: str) -> None:
    (bench.root / "x").mkdir()
    (bench.root / "sub").mkdir()
    (bench.root / ("x/d" if path.startswith("x") else "d")).symlink_to(target)
    assert bench.refused([bench.file("a"), bench.file(path)]) == (path,)


@pytest.mark.parametrize("path", ["d/f", "d/e/f"])
def test_nothing_is_deleted_through_a_link(bench: Bench, path: str) -> None:
    (bench.outside / "e").mkdir()
    (bench.outside / "f").write_bytes(b"theirs")
    (bench.outside / "e" / "f").write_bytes(b"theirs")
    (bench.root / "d").symlink_to(bench.outside)
    assert bench.refused([bench.file("a")], [path]) == (path,)


def test_an_untracked_file_is_not_turned_into_a_directory(bench: Bench) -> None:
    (bench.root / "d").write_bytes(b"mine")
    assert bench.refused([bench.file("a"), bench.file("d/f")]) == ("d/f",)


@pytest.mark.parametrize(
    "mine",
    [
        "d/untracked",
        "d/e/untracked",
        "d/.modelops-bundle/config.yaml",
        "d/e/.modelops-bundle/index",
        "d/.git/config",
    ],
)
def test_a_directory_with_anything_untracked_in_it_stays(bench: Bench, mine: str) -> None:
    bench.commit([bench.file("d/tracked", b"old")])
    (bench.root / mine).parent.mkdir(parents=True, exist_ok=True)
    (bench.root / mine).write_bytes(b"mine")
    assert bench.refused([bench.file("a"), bench.file("d")], ["d/tracked"]) == ("d",)


def test_a_directory_with_an_untracked_link_in_it_stays(bench: Bench) -> None:
    bench.commit([bench.file("d/tracked", b"old")])
    (bench.root / "d" / "link").symlink_to(bench.outside)
    assert bench.refused([bench.file("d")], ["d/tracked"]) == ("d",)


def test_what_changed_since_the_plan_stays(bench: Bench) -> None:
    bench.commit([bench.file("a", b"old"), bench.file("b", b"old")])
    with pytest.raises(WorkingTreeConflict) as caught:
        bench.commit([bench.file("a"), bench.file("c")], ["b"], lambda path: path == "c")
    assert caught.value.details == ("a", "b")
    assert everything_below(bench.root) == {"a": b"old", "b": b"old"}


@pytest.mark.parametrize("size", [3, SMALL])
def test_content_that_is_not_right_is_refused(bench: Bench, size: int) -> None:
    file = bench.file("a", b"x" * size)
    path = bench.objects.path(file.entry.digest)
    path.chmod(0o644)
    path.write_bytes(b"y" * size)
    with pytest.raises(IntegrityError, match="'a'"):
        bench.commit([bench.file("b"), file])
    assert everything_below(bench.root) == {}
    assert everything_below(bench.objects.tmp) == {}


def test_content_that_is_not_here_is_told(bench: Bench) -> None:
    file = bench.file("a")
    bench.objects.discard(file.entry.digest)
    with pytest.raises(ObjectMissing, match=file.entry.digest):
        bench.commit([file])
    assert everything_below(bench.objects.tmp) == {}


def test_content_that_was_verified_as_another_is_refused(bench: Bench) -> None:
    (bench.objects.tmp / "private").write_bytes(b"other")
    with Checkout(bench.root, bench.objects.tmp) as work, pytest.raises(IntegrityError):
        work.stage_verified(bench.file("a"), bench.objects.tmp / "private", content_of(b"other"))
    assert everything_below(bench.objects.tmp) == {}


def test_one_verified_file_may_lie_at_several_paths(bench: Bench) -> None:
    content = b"z" * SMALL
    (bench.objects.tmp / "private").write_bytes(content)
    with Checkout(bench.root, bench.objects.tmp) as work:
        one, two = bench.file("one", content), bench.file("two", content)
        staged = work.stage_verified(one, bench.objects.tmp / "private", content_of(content))
        work.stage(two, lambda digest: staged)
        work.commit((), anything)
    assert everything_below(bench.root) == {"one": content, "two": content}


def test_a_verified_file_may_come_from_another_file_system(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    private = bench.objects.tmp / "private"
    private.write_bytes(b"#!")
    real = os.rename

    def rename(source: Path, target: Path, **_: object) -> None:
        if os.fspath(source) == os.fspath(private):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real(source, target)

    monkeypatch.setattr(os, "rename", rename)
    with Checkout(bench.root, bench.objects.tmp) as work:
        work.stage_verified(bench.file("a", b"#!", Mode.EXECUTABLE), private, content_of(b"#!"))
        work.commit((), anything)
    assert everything_below(bench.root) == {"a": b"#!"}
    assert os.access(bench.root / "a", os.X_OK)
    assert everything_below(bench.objects.tmp) == {}


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_failure_between_two_renames_leaves_old_or_new_files(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, call: int, error: BaseException
) -> None:
    names = ["a", "b", "c"]
    bench.commit(bench.file(name, b"old") for name in names)
    files = [bench.file(name) for name in names]
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing_at(call, os.replace, error))
        with pytest.raises(type(error)):
            bench.commit(files)
    found = everything_below(bench.root)
    assert found == {name: b"new" if number < call else b"old" for number, name in enumerate(names, 1)}
    assert everything_below(bench.objects.tmp) == {}
    bench.commit(files)
    assert everything_below(bench.root) == dict.fromkeys(names, b"new")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_full_disk_while_staging_changes_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    bench.commit([bench.file("a", b"old")])
    files = [bench.file(name) for name in ("a", "b")]
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", failing_at(2, os.write, error))
        with pytest.raises(type(error)):
            bench.commit(files)
    assert everything_below(bench.root) == {"a": b"old"}
    assert everything_below(bench.objects.tmp) == {}


def test_a_directory_of_another_file_system_gets_its_files(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (bench.root / "mounted").mkdir()
    real = os.replace

    def replace(source: Path, target: Path) -> None:
        if "/mounted/" in os.fspath(target) and not os.fspath(source).startswith(str(bench.root)):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    files = [
        bench.file("mounted/f"),
        bench.file("mounted/d/x", b"#!", Mode.EXECUTABLE),
        bench.link("mounted/l", "f"),
    ]
    entries = bench.commit(files)
    found = {"mounted": "", "mounted/d": "", "mounted/d/x": b"#!", "mounted/f": b"new", "mounted/l": "-> f"}
    assert everything_below(bench.root) == found
    assert [entry.tree_entry(path) for path, entry in entries.items()] == [file.entry for file in files]


def test_leftovers_of_a_killed_checkout_are_removed(bench: Bench) -> None:
    left = bench.objects.tmp / f"{checkout.PREFIX}killed"
    left.mkdir()
    (left / "1").write_bytes(b"x")
    copy = bench.root / f".{left.name}"
    copy.write_bytes(b"half")
    (left / NOTE).write_text(str(copy))
    bench.commit([bench.file("a")])
    assert everything_below(bench.objects.tmp) == {}
    assert everything_below(bench.root) == {"a": b"new"}


def test_what_someone_writes_right_after_the_rename_is_noticed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def replace(source: Path, target: Path) -> None:
        real(source, target)
        Path(target).write_bytes(b"NEW")

    file = bench.file("a")
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        entries = bench.commit([file])
    assert list(observe(bench.root, Index(entries)).changed) == ["a"]


def test_a_large_file_need_not_be_read_again_after_it_was_written(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkout, "_LARGE", SMALL)
    entries = bench.commit([bench.file("large", os.urandom(SMALL))])
    assert entries["large"].vouches_for(os.lstat(bench.root / "large"))
    assert observe(bench.root, Index(entries)).changed == {}
