"""The one gate for paths."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle import safe_path
from modelops_bundle.safe_path import (
    MAX_COMPONENT_BYTES,
    MAX_DEPTH,
    MAX_PATH_BYTES,
    MAX_TARGET_BYTES,
    UnsafePath,
    check_collisions,
    check_link,
    check_path,
    printable,
)

SAFE = [
    "a",
    "a.b/c_d/e-f",
    "data/größe/β.csv",
    "日本語/ファイル",
    " leading and trailing ",
    "-rf",
    "...",
    "..a",
    "~",
    "a:b",
    "*?<>|\"'$`&;",
    ".gitignore",
    ".github/workflows/ci.yml",
    "git/config",
    "x.git",
    ".modelopsignore",
    ".modelops-bundle/config.yaml",
    ".modelops-bundle/registry.yaml",
    "nul",
    "emoji/\U0001f600",
    "x" * MAX_COMPONENT_BYTES,
    "/".join("d" * MAX_DEPTH),
]

UNSAFE = [
    "",
    ".",
    "..",
    "./a",
    "a/.",
    "a/..",
    "../a",
    "a/../b",
    "a/../../b",
    "/",
    "/a",
    "//a",
    "a/",
    "a//b",
    "a\\b",
    "..\\a",
    "C:/a",
    "c:\\a",
    "a\0b",
    "a\nb",
    "a\x7fb",
    "\x1b[31m",
    "a\x85b",
    "a\udcffb",
    "\ud800",
    "o\u0308",
    "\u212b",
    ".git",
    ".git/config",
    "sub/.git/hooks/post-checkout",
    ".GIT/config",
    ".Git",
    ".git.",
    ".git ",
    ".git . .",
    "git~1",
    "GIT~1/config",
    ".g\u200cit",
    ".\ufeffgit/x",
    ".gi\u202et",
    ".modelops-bundle",
    ".modelops-bundle/index",
    ".modelops-bundle/local.yaml",
    ".modelops-bundle/objects/00/0",
    ".modelops-bundle/config.yaml/x",
    ".MODELOPS-BUNDLE/config.yaml",
    "sub/.modelops-bundle/config.yaml",
    ".mops",
    ".mop\u017f/x",
    "x" * (MAX_COMPONENT_BYTES + 1),
    "é" * 128,
    "/".join("d" * (MAX_DEPTH + 1)),
    "/".join(["d" * 200] * 21),
]


@pytest.mark.parametrize("path", SAFE)
def test_a_safe_path_is_returned(path: str) -> None:
    assert check_path(path) == path


@pytest.mark.parametrize("path", UNSAFE)
def test_an_unsafe_path_is_refused_in_one_printable_line(path: str) -> None:
    with pytest.raises(UnsafePath) as caught:
        check_path(path)
    assert caught.value.message.isprintable()
    assert caught.value.hint


@given(st.text(st.sampled_from("aA0_.+=@-~/ g it:\\\u200c")) | st.text())
def test_the_shortcut_for_ordinary_paths_changes_no_answer(path: str) -> None:
    def answer() -> bool:
        try:
            return check_path(path) == path
        except UnsafePath:
            return False

    quick = answer()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(safe_path, "_ORDINARY", _Nothing())
        assert answer() == quick


class _Nothing:
    """A pattern that matches nothing."""

    def fullmatch(self, text: str) -> None:
        return None


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("l", "a"),
        ("l", "a/b/c"),
        ("l", "./a/./b//c"),
        ("l", "."),
        ("l", "a/"),
        ("d/l", ".."),
        ("d/l", "../a"),
        ("d/e/l", "../../a/b"),
        ("d/e/l", "./../x"),
        ("l", "no/such/file"),
        ("l", "größe"),
    ],
)
def test_a_link_that_stays_inside_is_returned(path: str, target: str) -> None:
    assert check_link(path, target) == target


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("l", ""),
        ("l", "/"),
        ("l", "/etc/passwd"),
        ("l", ".."),
        ("l", "../a"),
        ("l", "./../a"),
        ("d/l", "../../a"),
        ("d/l", "../..//a"),
        ("d/l", "a/.."),
        ("d/l", "../a/../../.."),
        ("l", "a/./../b"),
        ("l", ".git/config"),
        ("l", "sub/.GIT"),
        ("d/l", "../.git"),
        ("l", ".g\u200cit"),
        ("l", ".modelops-bundle"),
        ("l", ".modelops-bundle/config.yaml"),
        ("l", "a\\..\\b"),
        ("l", "a\nb"),
        ("l", "a\0"),
        ("l", "\udcff"),
        ("l", "o\u0308"),
        ("l", "./" * (MAX_TARGET_BYTES // 2) + "ab"),
    ],
)
def test_a_link_that_may_lead_outside_is_refused_in_one_printable_line(path: str, target: str) -> None:
    with pytest.raises(UnsafePath) as caught:
        check_link(path, target)
    assert caught.value.message.isprintable()


def test_the_longest_target_can_be_made(tmp_path: Path) -> None:
    target = check_link("l", "./" * ((MAX_TARGET_BYTES - 1) // 2) + "a")
    (tmp_path / "l").symlink_to(target)
    assert os.readlink(tmp_path / "l") == target


@pytest.mark.parametrize(
    "paths",
    [
        ["a", "A"],
        ["readme.md", "README.md"],
        ["data/x", "Data/y"],
        ["a", "a/b"],
        ["a/b", "a/b/c/d"],
        ["a", "A/b"],
        ["straße", "STRASSE"],
        ["ﬁ", "fi"],
        ["é", "É"],
        ["ŉ", "ʼn"],
    ],
)
def test_paths_that_are_one_name_somewhere_collide_in_any_order(paths: list[str]) -> None:
    for order in (paths, paths[::-1]):
        with pytest.raises(UnsafePath):
            check_collisions(order)


@pytest.mark.parametrize(
    "paths", [[], ["a"], ["a", "a.b", "a-b/c", "ab"], ["a/b/c", "a/b/d", "a/c"], ["a/b", "b/a"]]
)
def test_paths_that_can_stand_side_by_side_do_not_collide(paths: list[str]) -> None:
    check_collisions(paths)


def test_what_is_printed_disturbs_no_terminal() -> None:
    assert printable("a b/größe") == "a b/größe"
    assert printable("\x1b[31m\n\udcff\u202e") == "\\x1b[31m\\n\\udcff\\u202e"


def test_a_path_of_the_greatest_length_is_safe() -> None:
    components = ["d" * 255] * 15 + ["d" * 255]
    path = "/".join(components)
    assert len(path) == MAX_PATH_BYTES - 1
    assert check_path(path) == path
