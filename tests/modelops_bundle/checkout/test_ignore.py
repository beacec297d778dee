"""What is not tracked: `.modelopsignore` means what `.gitignore` means."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.ignore import DEFAULTS, MAX_IGNORE_BYTES, TRACKABLE, IgnoreRules, Verdict
from modelops_bundle.errors import Invalid


def ignored(root: Path, *paths: str) -> list[str]:
    """Return those paths that are ignored; a slash at the end stands for a directory."""
    rules = IgnoreRules(root)
    return [path for path in paths if rules.verdict(path.rstrip("/"), directory=path.endswith("/")).ignored]


@pytest.mark.parametrize(
    "path",
    [
        *(".git/config", "sub/.git/config", ".modelops-bundle/index", "sub/.modelops-bundle/config.yaml"),
        *("a/__pycache__/b.pyc", "b.pyc", "x.egg-info/PKG-INFO", "venv/bin/python", ".venv/x", "env/x"),
        *("node_modules/x/y.js", ".DS_Store", "a/b~", ".x.swp", ".ipynb_checkpoints/a.ipynb", "dist/x.whl"),
    ],
)
def test_what_no_model_needs_is_ignored_by_default(tmp_path: Path, path: str) -> None:
    verdict = IgnoreRules(tmp_path).verdict(path)
    assert verdict.ignored
    assert (verdict.source, verdict.line) == ("built-in", 0)
    assert verdict.pattern in DEFAULTS


@pytest.mark.parametrize(
    "path", ["model.py", ".env", "environment.yml", "data/builds.csv", "distribution/x", ".github/x"]
)
def test_other_files_are_not(tmp_path: Path, path: str) -> None:
    assert IgnoreRules(tmp_path).verdict(path) == TRACKABLE


def test_what_travels_is_never_ignored(tmp_path: Path) -> None:
    (tmp_path / ".modelopsignore").write_text("*\n.modelops-bundle/\n")
    assert ignored(tmp_path, ".modelops-bundle/config.yaml", ".modelops-bundle/registry.yaml") == []
    assert ignored(tmp_path, ".modelops-bundle/local.yaml", "a") == [".modelops-bundle/local.yaml", "a"]


def test_a_verdict_names_its_rule(tmp_path: Path) -> None:
    (tmp_path / ".modelopsignore").write_text("# comment\n\n*.csv\n!keep.csv  \n")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / ".modelopsignore").write_text("\n/x\n")
    rules = IgnoreRules(tmp_path)
    assert rules.verdict("a.csv") == Verdict(True, ".modelopsignore", 3, "*.csv")
    assert rules.verdict("keep.csv") == Verdict(False, ".modelopsignore", 4, "!keep.csv  ")
    assert rules.verdict("d/x") == Verdict(True, "d/.modelopsignore", 2, "/x")
    assert rules.verdict("d/x/y") == Verdict(True, "d/.modelopsignore", 2, "/x")


@pytest.mark.parametrize(
    ("patterns", "taken", "left"),
    [
        ("data/**\n!data/keep.csv", ["data/a", "data/d/b"], ["data/keep.csv", "data/"]),
        ("/*\n!/src", ["a", "b/c"], ["src/", "src/a", "src/b/c"]),
        ("*\n!src", ["src/a", "a"], ["src/"]),
        ("build/\n!build/keep", ["build/keep", "build/"], ["a/build"]),
        ("a/\n", ["a/", "a/b", "c/a/d"], ["a", "c/a"]),
        ("/a\n", ["a", "a/b"], ["c/a"]),
        ("a/b\n", ["a/b", "a/b/c"], ["c/a/b"]),
        ("**/a/b\n", ["a/b", "c/a/b"], ["b"]),
        ("a/**/b\n", ["a/b", "a/x/y/b"], ["b", "x/a/b"]),
        ("*.x\n!a.x\n", ["b.x"], ["a.x", "d/a.x"]),
        ("?[0-9].csv\n", ["a1.csv"], ["ab.csv", "/1.csv"]),
        ("[[:digit:]]*\n", ["1a"], ["a1"]),
        ("\\#a\n\\!b\n", ["#a", "!b"], ["a", "b"]),
        ("größe\n", ["größe", "d/größe/x"], ["grösse"]),
        ("!dist/\n", [], ["dist/", "dist/x"]),
    ],
)
def test_patterns_mean_what_they_mean_to_git(
    tmp_path: Path, patterns: str, taken: list[str], left: list[str]
) -> None:
    (tmp_path / ".modelopsignore").write_text(patterns)
    assert ignored(tmp_path, *taken, *left) == taken


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf*.x\r\n*.y\r\n", b"*.x\n*.y", b"*.x  \n*.y\n\n"])
def test_a_file_of_any_editor_is_read(tmp_path: Path, data: bytes) -> None:
    (tmp_path / ".modelopsignore").write_bytes(data)
    assert ignored(tmp_path, "a.x", "a.y", "a.z") == ["a.x", "a.y"]


def test_a_deeper_file_wins_over_one_above(tmp_path: Path) -> None:
    (tmp_path / ".modelopsignore").write_text("*.csv\n")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / ".modelopsignore").write_text("!*.csv\n")
    assert ignored(tmp_path, "a.csv", "d/a.csv", "d/e/a.csv") == ["a.csv"]


@pytest.mark.parametrize("pattern", ["!", "a\\", "[1-.]"])
def test_a_bad_pattern_is_refused_by_file(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / ".modelopsignore").write_text(pattern)
    assert ignored(tmp_path, "a") == []
    with pytest.raises(Invalid, match=r"'d/\.modelopsignore'"):
        ignored(tmp_path, "d/a")


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".modelopsignore").write_bytes(b"#" * (MAX_IGNORE_BYTES + 1))
    with pytest.raises(Invalid, match="larger than"):
        ignored(tmp_path, "a")


def test_what_is_no_file_holds_no_patterns(tmp_path: Path) -> None:
    (tmp_path / ".modelopsignore").mkdir()
    (tmp_path / "d").write_bytes(b"")
    assert ignored(tmp_path, "a", "d/a") == []
