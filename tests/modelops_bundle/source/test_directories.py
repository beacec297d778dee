"""Directories are looked at once; symlinks count as what they lead to, inside the project."""

from pathlib import Path

import pytest

from modelops_bundle.source.directories import Directories, Listing
from tests.modelops_bundle.source.projects import write_files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.py").write_text("")
    root = tmp_path / "project"
    write_files(
        root,
        {
            "models/seir.py": "",
            "models/link.py": "-> ../lib/real.py",
            "models/again.py": "-> link.py",
            "lib/real.py": "",
            "linked": "-> models",
            "round": "-> .",
            "loop": "-> loop",
            "broken.py": "-> gone.py",
            "escape.py": "-> ../outside/secret.py",
            "away": "-> ../outside",
            "absolute": f"-> {root}/lib",
            ".modelops-bundle/config.yaml": "",
            "hidden": "-> .modelops-bundle",
        },
    )
    return root


def test_a_listing_says_where_everything_really_is(root: Path) -> None:
    listing = Directories(root)[""]
    assert listing.files == {}
    assert listing.directories == {
        "absolute": "lib",
        "lib": "lib",
        "linked": "models",
        "models": "models",
        "round": "",
    }
    assert Directories(root)["models"].files == {
        "again.py": "lib/real.py",
        "link.py": "lib/real.py",
        "seir.py": "models/seir.py",
    }


def test_what_is_reached_through_links_is_found(root: Path) -> None:
    directories = Directories(root)
    assert directories.real_file("linked/seir.py") == "models/seir.py"
    assert directories.real_file("round/round/linked/link.py") == "lib/real.py"
    assert directories.real_directory("round/linked") == "models"
    assert directories["round/linked"] == directories["models"]


def test_links_in_a_row_are_followed_one_by_one(root: Path) -> None:
    directories = Directories(root)
    assert directories.behind_link("models/again.py") == "models/link.py"
    assert directories.behind_link("models/link.py") == "lib/real.py"
    assert directories.behind_link("absolute/real.py") == "lib/real.py"
    (root / "models/far.py").symlink_to(root / "linked/seir.py")
    assert directories.behind_link("models/far.py") == ""
    assert Directories(root).behind_link("models/far.py") == "models/seir.py"
    for path in ("lib/real.py", "escape.py", "broken.py", "linked", "gone.py"):
        assert directories.behind_link(path) == ""


@pytest.mark.parametrize("path", ["escape.py", "away/secret.py", "broken.py", "loop", "loop/x.py", "gone.py"])
def test_what_leads_out_of_the_project_or_nowhere_is_not_there(root: Path, path: str) -> None:
    assert Directories(root).real_file(path) == ""


@pytest.mark.parametrize("path", [".modelops-bundle", "hidden", "models/seir.py", "away"])
def test_what_is_no_directory_of_the_working_tree_is_none(root: Path, path: str) -> None:
    assert Directories(root).real_directory(path) is None
    assert not Directories(root).is_directory(path)
    assert Directories(root)[path] == Listing()


def test_modules_are_known_by_their_files_on_every_platform(tmp_path: Path) -> None:
    names = [
        *("a.py", "a.cpython-311-x86_64-linux-gnu.so", "a.cp312-win_amd64.pyd", "a.abi3.so", "a.so", "a.pyd"),
        *("b.pyi", "b.pyc", "b.tar.so", "b.txt", "b", "c.pypy310-pp73-darwin.so", "__init__.py", ".py"),
    ]
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / "d.py").mkdir()
    modules = Directories(tmp_path)[""].modules
    assert modules["a"] == tuple(sorted(name for name in names if name.startswith("a.")))
    assert set(modules) == {"a", "c", "__init__"}


def test_a_root_that_is_itself_behind_a_link_is_no_obstacle(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    assert Directories(tmp_path / "alias").real_file("linked/link.py") == "lib/real.py"


def test_a_directory_is_looked_at_once(root: Path) -> None:
    directories = Directories(root)
    assert "seir.py" in directories["models"].files
    (root / "models/new.py").touch()
    assert "new.py" not in directories["models"].files
    assert "new.py" in Directories(root)["models"].files
