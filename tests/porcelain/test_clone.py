"""clone copies the version that was named into a new directory, and what is there stays."""

import json
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from tests.porcelain.conftest import FILES
from tests.support.workspace import Workspace, snapshot


@pytest.fixture
def bob(tmp_path: Path, work: Workspace) -> Workspace:
    """Somebody in a directory of their own, after `v1` and `latest` were pushed."""
    work.ok("push", "--tag", "v1")
    work.write("data/cases.csv", "day,cases\n1,4\n")
    work.ok("push")
    return Workspace(tmp_path / "bob", tmp_path / "home-of-bob")


def cases(bob: Workspace, directory: str) -> str:
    return bob.read(f"{directory}/data/cases.csv")


def test_the_directory_is_named_after_the_repository(bob: Workspace, layout: str) -> None:
    printed = bob.ok("clone", layout)
    head = Project(bob.root / "remote").head
    assert printed.splitlines() == [
        f"Cloned {layout}:latest into {bob.root / 'remote'}",
        printed.splitlines()[1],
        f"Digest: {head}",
    ]
    assert printed.splitlines()[1].startswith("5 files, ")
    assert cases(bob, "remote") == "day,cases\n1,4\n"


@pytest.mark.parametrize("named", ["option", "reference", "digest", "digest in the reference"])
def test_another_version_can_be_named(bob: Workspace, work: Workspace, layout: str, named: str) -> None:
    digest = next(line.split()[0] for line in work.ok("ls-remote").splitlines() if line.endswith("\tv1"))
    options = {
        "option": [layout, "--tag", "v1"],
        "reference": [f"{layout}:v1"],
        "digest": [layout, "--ref", digest.upper()],
        "digest in the reference": [f"{layout}@{digest}"],
    }[named]
    value = json.loads(bob.ok("clone", *options, "out", "--json"))
    assert (value["root"], value["digest"]) == (str(bob.root / "out"), digest)
    assert cases(bob, "out") == FILES["data/cases.csv"]


def test_a_clone_is_a_checkout_in_sync(bob: Workspace, layout: str) -> None:
    bob.ok("clone", layout, "out")
    checkout = Workspace(bob.root / "out", bob.home)
    assert json.loads(checkout.ok("status", "--json"))["standing"] == "synced"
    assert checkout.ok("config", "remote") == f"{layout}\n"


def test_the_directory_counts_from_where_the_command_runs(bob: Workspace, layout: str) -> None:
    (bob.root / "below").mkdir(parents=True)
    value = json.loads(bob.ok("-C", "below", "clone", layout, "../out/.", "--json"))
    assert value["root"] == str(bob.root / "out")
    assert cases(bob, "out") == "day,cases\n1,4\n"


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (1, ["--tag", "nope"]),
        (2, ["--tag", "a b"]),
        (2, ["--ref", "latest"]),
        (1, ["--ref", f"sha256:{'0' * 64}"]),
    ],
)
def test_what_is_not_there_makes_no_directory(
    bob: Workspace, layout: str, code: int, arguments: list[str]
) -> None:
    bob.refused(code, "clone", layout, "out", *arguments)
    assert snapshot(bob.root) == {}


def test_a_directory_with_files_in_it_stays_as_it_is(bob: Workspace, layout: str) -> None:
    bob.write("out/mine.txt", "mine\n")
    bob.refused(12, "clone", layout, "out")
    assert snapshot(bob.root) == {"out/mine.txt": "file b'mine\\n'"}
