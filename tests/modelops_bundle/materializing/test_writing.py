"""A change of a destination is made whole or not at all, and made again it changes nothing."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import TITLED
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.checkout.index import IndexEntry
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import WorkingTreeConflict
from modelops_bundle.materializing.destination import Destination, InTheWay
from modelops_bundle.materializing.writing import Writing, writing
from tests.modelops_bundle.samples import everything_below

DOCUMENT = ".mops/ptr/a.json"


def put(root: Path, files: Mapping[str, bytes], documents: Mapping[str, bytes] | None = None) -> None:
    """Write files and documents of the area, going by what is there now."""
    target = Destination(root)
    found = {path: target.find(path) for path in files}
    with writing(target) as change:
        stage(change, files, root.parent)
        for path, data in (documents or {}).items():
            change.add(path, data)
        change.commit(found)


def stage(change: Writing, files: Mapping[str, bytes], beside: Path) -> None:
    for path, data in files.items():
        source = beside / "source"
        source.write_bytes(data)
        entry = TreeEntry(path, Mode.FILE, len(data), digest_of(data))
        change.work.stage(BundleFile(entry, "data", TITLED), lambda digest, source=source: source)  # type: ignore[misc]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "out"


CONTENTS = st.dictionaries(st.sampled_from(["a", "d/b", "d/e/c"]), st.binary(max_size=3), max_size=3)


@settings(max_examples=25)
@given(files=CONTENTS, documents=CONTENTS.map(lambda made: {f".mops/{path}": made[path] for path in made}))
def test_what_is_written_twice_is_the_same_to_the_last_byte(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], documents: dict[str, bytes]
) -> None:
    root = tmp_path_factory.mktemp("writing") / "out"
    put(root, files, documents)
    once = everything_below(root)
    assert {path: data for path, data in once.items() if data != "" or path in files} == files | documents
    put(root, files, documents)
    assert everything_below(root) == once


def test_a_document_that_is_there_is_not_written_again(root: Path) -> None:
    put(root, {}, {DOCUMENT: b"1"})
    inode = (root / DOCUMENT).stat().st_ino
    put(root, {}, {DOCUMENT: b"1"})
    assert (root / DOCUMENT).stat().st_ino == inode
    put(root, {}, {DOCUMENT: b"2"})
    assert (root / DOCUMENT).read_bytes() == b"2"


def test_a_document_is_removed_with_the_directories_that_it_leaves_empty(root: Path) -> None:
    put(root, {"a": b"1"}, {DOCUMENT: b"1"})
    with writing(Destination(root)) as change:
        change.remove(DOCUMENT)
        change.remove(".mops/ptr/nowhere.json")
        change.commit({})
    assert everything_below(root) == {"a": b"1"}


def test_what_was_staged_and_not_committed_is_gone(root: Path) -> None:
    with writing(Destination(root)) as change:
        stage(change, {"a": b"1"}, root.parent)
        change.add(DOCUMENT, b"1")
    assert not root.exists()


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file that was planned": lambda root: (root / "a").write_bytes(b"mine"),
    "a new file": lambda root: (root / "new").write_bytes(b"mine"),
    "a document": lambda root: (root / DOCUMENT).write_bytes(b"mine"),
    "a document to be removed": lambda root: (root / ".mops/gone").write_bytes(b"mine"),
}


@pytest.mark.parametrize("change_of", CHANGES)
def test_what_changed_meanwhile_stops_everything(root: Path, change_of: str) -> None:
    put(root, {"a": b"1", "b": b"1"}, {DOCUMENT: b"1", ".mops/gone": b"1"})
    target = Destination(root)
    found: dict[str, IndexEntry | None] = {path: target.find(path) for path in ("a", "b", "new")}
    with writing(target) as change:
        stage(change, {"a": b"2", "b": b"2", "new": b"2"}, root.parent)
        change.add(DOCUMENT, b"2")
        change.remove(".mops/gone")
        CHANGES[change_of](root)
        before = everything_below(root)
        with pytest.raises(WorkingTreeConflict, match="changed meanwhile"):
            change.commit(found)
        assert everything_below(root) == before


def test_a_document_is_not_written_through_what_is_in_its_way(root: Path) -> None:
    put(root, {}, {".mops/ptr": b"a file"})
    with writing(Destination(root)) as change:
        with pytest.raises(InTheWay, match=r"lies beyond '\.mops/ptr'"):
            change.add(DOCUMENT, b"1")
        with pytest.raises(InTheWay, match=r"lies beyond '\.mops/ptr'"):
            change.remove(DOCUMENT)
