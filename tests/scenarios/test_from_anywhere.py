"""Every command does the same from the top of the project, from a directory inside it, and with -C."""

import re
import shutil
from pathlib import Path

import pytest

from tests.support.cli import Result
from tests.support.workspace import Workspace, snapshot

# A command line at the top of the project, and in its directory `data` where that is another one.
COMMANDS = [
    ("status", ""),
    ("status --porcelain=v1 --untracked", ""),
    ("status --json --files", ""),
    ("status --untracked-only", ""),
    ("add data/new.csv", "add new.csv"),
    ("add data", "add ."),
    ("add .", "add .."),
    ("add models/../data/new.csv", "add ../models/../data/new.csv"),
    ("add --dry-run models", "add --dry-run ../models"),
    ("remove data/cases.csv", "remove cases.csv"),
    ("remove data", "remove ."),
    ("remove --rm --force models", "remove --rm --force ../models"),
    ("diff", ""),
    ("diff --stat", ""),
    ("diff -p", ""),
    ("push", ""),
    ("push --json", ""),
    ("push --dry-run --porcelain=v1", ""),
    ("push --tag v2", ""),
    ("push --remote oci:../other", "push --remote oci:../../other"),
    ("push --remote ../other", "push --remote ../../other"),
    ("pull", ""),
    ("pull --json --overwrite", ""),
    ("pull --tag v1", ""),
    ("pull --remote oci:../remote --restore-deleted", "pull --remote oci:../../remote --restore-deleted"),
    ("fetch --all", ""),
    ("log", ""),
    ("tag", ""),
    ("tag mine", ""),
    ("manifest", ""),
    ("manifest --json", ""),
    ("resolve v1 --verbose", ""),
    ("config", ""),
    ("config remote oci:../other", "config remote oci:../../other"),
    ("env list", ""),
    ("clone oci:../remote ../copy", "clone oci:../../remote ../../copy"),
    ("clone ../remote:v1 ../copy", "clone ../../remote:v1 ../../copy"),
    ("init ../another", "init ../../another"),
    ("completion bash", ""),
    ("ls-files -s", ""),
    ("ls-files --others", ""),
    ("ls-remote", ""),
    ("hash-object data/new.csv", "hash-object new.csv"),
    ("update-index --add data/new.csv", "update-index --add new.csv"),
    ("check-ignore -v data/x.log", "check-ignore -v x.log"),
    ("diff-index HEAD", ""),
    ("read-manifest HEAD", ""),
    ("checkout-index --force HEAD data/cases.csv", "checkout-index --force HEAD cases.csv"),
    ("write-manifest", ""),
    ("for-each-ref", ""),
    ("verify-objects", ""),
]


@pytest.fixture
def world(alice: Workspace, tmp_path: Path) -> Path:
    """A directory with a remote and Alice's checkout `alice`, in which something of everything is changed."""
    alice.ok("push", "--tag", "v1")
    alice.write("data/cases.csv", "changed\n")
    alice.write("data/new.csv", "new\n")
    alice.write("other.csv", "new\n")
    (alice.root / "README.md").unlink()
    return tmp_path


def at_top(world: Path, top: str, inside: str) -> Result:
    return Workspace(world / "alice").run(*top.split())


def in_a_directory(world: Path, top: str, inside: str) -> Result:
    return Workspace(world / "alice" / "data").run(*(inside or top).split())


def from_outside(world: Path, top: str, inside: str) -> Result:
    return Workspace(world).run("-C", "alice", *top.split())


def from_outside_into_a_directory(world: Path, top: str, inside: str) -> Result:
    return Workspace(world / "elsewhere").run("-C", str(world / "alice" / "data"), *(inside or top).split())


def by_a_winding_way(world: Path, top: str, inside: str) -> Result:
    return Workspace(world / "alice" / "data").run("-C", "../models/..", *top.split())


def through_a_link(world: Path, top: str, inside: str) -> Result:
    (world / "elsewhere").mkdir()
    (world / "elsewhere" / "link").symlink_to(world / "alice" / "data")
    return Workspace(world / "elsewhere").run("-C", "link", *(inside or top).split())


WAYS = [in_a_directory, from_outside, from_outside_into_a_directory, by_a_winding_way, through_a_link]


@pytest.mark.parametrize(("top", "inside"), COMMANDS, ids=[top for top, _ in COMMANDS])
def test_a_command_does_the_same_from_anywhere(
    world: Path, tmp_path_factory: pytest.TempPathFactory, top: str, inside: str
) -> None:
    saved = tmp_path_factory.mktemp("saved") / "world"
    shutil.copytree(world, saved, symlinks=True)
    expected = outcome(at_top(world, top, inside), world)
    assert expected[0] == (1 if top.startswith("check-ignore") and not expected[1] else 0), expected
    for way in WAYS:
        restore(saved, world)
        assert outcome(way(world, top, inside), world) == expected, way.__name__


def restore(saved: Path, world: Path) -> None:
    """Put everything back, with its times, since the index knows them."""
    for path in world.iterdir():
        shutil.rmtree(path)
    shutil.copytree(saved, world, symlinks=True, dirs_exist_ok=True)


def outcome(done: Result, world: Path) -> tuple[int, str, str, str, dict[str, str]]:
    """Return exit code, output without times, what is tracked, and all files but the machine's own."""
    timeless = re.compile(r"\d+ (?:second|minute)s? ago|in \d+\.\d s|\"time\": \d+| +")
    machines_own = re.compile(r"elsewhere|.*/(index|logs/HEAD|locks/.*|tmp/.*)$")
    files = {path: held for path, held in snapshot(world).items() if not machines_own.match(path)}
    tracked = Workspace(world / "alice").run("ls-files", "--stage").text
    return done.code, timeless.sub("T", done.text), timeless.sub("T", done.stderr), tracked, files


def test_a_neighbour_of_a_project_is_no_project(world: Path) -> None:
    (world / "neighbour").mkdir()
    said = Workspace(world / "alice" / "data").refused(1, "-C", "../../neighbour", "status")
    assert "not in a project" in said


def test_the_innermost_project_counts(world: Path) -> None:
    inner = Workspace(world / "alice" / "data" / "inner")
    inner.ok("init")
    assert "no remote" in Workspace(inner.root / "deep").ok("status")
