"""What people declare stands for files: one, or all below a directory."""

from pathlib import Path

import pytest

from modelops_bundle.models.discovery.declared_files import DeclaredFiles, is_excluded
from tests.modelops_bundle.source.projects import make_project, sources_of

FILES = {
    ".modelopsignore": "*.tmp\nkept.tmp.csv\n",
    "data/a.csv": "a",
    "data/deep/b.csv": "b",
    "data/x.tmp": "x",
    "data/__pycache__/x.pyc": "x",
    "pkg/__init__.py": "",
    "pkg/a.py": "",
    "pkg/sub/__init__.py": "",
    "pkg/sub/table.csv": "",
    "alone.py": "",
}


def declared(root: Path, more: dict[str, str] | None = None, *, track: bool = False) -> DeclaredFiles:
    return DeclaredFiles(sources_of(make_project(root, {**FILES, **(more or {})}, track=track)))


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("data/a.csv", ("data/a.csv",)),
        ("data", ("data/a.csv", "data/deep/b.csv")),
        ("data/x.tmp", ("data/x.tmp",)),
        ("data/none.csv", ()),
        ("none", ()),
        ("data/a.csv/b", ()),
    ],
)
def test_a_name_stands_for_files_that_are_not_ignored(tmp_path: Path, name: str, files: tuple[str, ...]) -> None:
    assert declared(tmp_path).files(name) == files


def test_the_root_stands_for_everything_but_metadata(tmp_path: Path) -> None:
    found = declared(tmp_path).files(".")
    assert found == tuple(sorted(set(FILES) - {"data/x.tmp", "data/__pycache__/x.pyc"}))


def test_what_is_tracked_counts_though_a_rule_ignores_it(tmp_path: Path) -> None:
    assert "data/x.tmp" in declared(tmp_path, track=True).files("data")
    assert not any(path.startswith(".modelops-bundle") for path in declared(tmp_path / "b", track=True).files("."))


@pytest.mark.parametrize("name", ["data", ".", "link"])
def test_what_was_registered_counts_though_a_rule_ignores_it(tmp_path: Path, name: str) -> None:
    before = frozenset({"data/x.tmp", "data/none.tmp", "alone.py", "database"})
    found = declared(tmp_path, {"link": "-> data"})
    assert set(found.files(name, before)) == {*found.files(name), "data/x.tmp"}
    assert "data/x.tmp" not in found.files(name)


def test_a_tracked_file_that_is_gone_does_not_count(tmp_path: Path) -> None:
    project = make_project(tmp_path, FILES, track=True)
    (tmp_path / "data/a.csv").unlink()
    assert DeclaredFiles(sources_of(project)).files("data/a.csv") == ()
    assert "data/a.csv" not in DeclaredFiles(sources_of(project)).files("data")


@pytest.mark.parametrize(
    ("link", "name", "files"),
    [
        ({"l.csv": "-> data/a.csv"}, "l.csv", ("data/a.csv", "l.csv")),
        ({"l.csv": "-> m.csv", "m.csv": "-> data/a.csv"}, "l.csv", ("data/a.csv", "l.csv", "m.csv")),
        ({"d": "-> data"}, "d", ("d", "data/a.csv", "data/deep/b.csv")),
        ({"d": "-> data"}, "d/deep/b.csv", ("d", "data/deep/b.csv")),
        ({"in/l.csv": "-> ../data/a.csv"}, "in", ("data/a.csv", "in/l.csv")),
        ({"l.csv": "-> gone.csv"}, "l.csv", ("l.csv",)),
        ({"l.csv": "-> ../outside"}, "l.csv", ("l.csv",)),
        ({"in/round": "-> ../in"}, "in", ("in/round",)),
    ],
)
def test_a_link_counts_together_with_what_it_leads_to(
    tmp_path: Path, link: dict[str, str], name: str, files: tuple[str, ...]
) -> None:
    assert declared(tmp_path, link).files(name) == files


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("pkg/a.py", ("pkg/__init__.py", "pkg/a.py", "pkg/sub/__init__.py", "pkg/sub/table.csv")),
        ("pkg/sub/__init__.py", ("pkg/__init__.py", "pkg/a.py", "pkg/sub/__init__.py", "pkg/sub/table.csv")),
        ("pkg/__init__.py", ("pkg/__init__.py", "pkg/a.py", "pkg/sub/__init__.py", "pkg/sub/table.csv")),
        ("alone.py", ()),
    ],
)
def test_a_package_is_the_outermost_one_with_all_its_files(
    tmp_path: Path, path: str, files: tuple[str, ...]
) -> None:
    assert declared(tmp_path).package_files(path) == files
    kept = frozenset({"pkg/old.tmp", "data/x.tmp"} if files else ())
    ignored = declared(tmp_path / "b", {"pkg/old.tmp": ""})
    assert set(ignored.package_files(path, kept)) == {*files, *(kept - {"data/x.tmp"})}


@pytest.mark.parametrize(
    ("path", "pattern", "excluded"),
    [
        ("data/a.csv", "data/a.csv", True),
        ("data/a.csv", "data", True),
        ("data/deep/a.csv", "data/*.csv", True),
        ("data/a.csv", "dat", False),
        ("data/a.csv", "a.csv", False),
        ("data/a.csv", "*/a.csv", True),
        ("Data/a.csv", "data", False),
    ],
)
def test_a_pattern_excludes_paths_and_what_is_below_them(path: str, pattern: str, excluded: bool) -> None:
    assert is_excluded(path, (pattern,)) is excluded
