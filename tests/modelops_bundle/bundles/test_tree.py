"""The tree is pure content."""

import pytest

from modelops_bundle.bundles.tree import EMPTY, Mode, TreeEntry, tree_of
from modelops_bundle.safe_path import UnsafePath
from tests.modelops_bundle.samples import digest_number

ONE, TWO = digest_number(1), digest_number(2)
A = TreeEntry("a", Mode.FILE, 3, ONE)


def test_an_empty_tree_has_a_digest_for_ever() -> None:
    assert EMPTY.digest() == "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
    assert EMPTY.size() == 0


def test_paths_are_sorted_by_code_point() -> None:
    paths = ["b", "a/c", "a.b", "ä", "Z", "\U0001f600", "\uffee"]
    tree = tree_of(A._replace(path=path) for path in paths)
    assert list(tree) == ["Z", "a.b", "a/c", "b", "ä", "\uffee", "\U0001f600"]
    assert list(tree) == sorted(paths, key=str.encode)


def test_everything_in_an_entry_counts() -> None:
    others = [
        A._replace(path="b"),
        A._replace(mode=Mode.EXECUTABLE),
        A._replace(mode=Mode.LINK),
        A._replace(size=4),
        A._replace(digest=TWO),
    ]
    assert len({tree_of([entry]).digest() for entry in (A, *others)}) == 6


def test_the_size_is_the_sum() -> None:
    assert tree_of([A, A._replace(path="b", size=4)]).size() == 7


@pytest.mark.parametrize("paths", [("a", "A"), ("a", "a/b")])
def test_paths_that_cannot_stand_side_by_side_are_no_tree(paths: tuple[str, str]) -> None:
    with pytest.raises(UnsafePath):
        tree_of(A._replace(path=path) for path in paths)
