"""Ten thousand records at once: in the order that they came in, and stopped when nobody reads on."""

import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from modelops_bundle.checkout.index import IndexEntry
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import digest_of
from modelops_bundle.files.hashing import content_of
from tests.plumbing.sample import succeed
from tests.plumbing.test_contracts import environment
from tests.support.cli import run

COUNT = 10_000
CONTENT = b"content\n"
DIGEST = digest_of(CONTENT)
PATHS = [f"d{number // 100:02d}/file {number:05d}" for number in range(COUNT)]
ABSENT = [f"sha256:{number:064x}" for number in range(COUNT)]
FILES = [f"file {number}" for number in range(100)]
FILE_DIGESTS = [digest_of(name.encode()) for name in FILES]
ORDER = random.Random(1).sample(range(COUNT), COUNT)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with ten thousand tracked files of one content, objects, refs, and a version of the files."""
    project = Project.create(tmp_path_factory.mktemp("many"))
    project.objects.put(CONTENT)
    content = content_of(CONTENT)
    index = project.load_index()
    for path in PATHS:
        index[path] = IndexEntry(0o100644, len(CONTENT), 0, 0, 0, content.sha256, content.blake3)
    project.write_index(index)
    for number in range(COUNT):
        project.objects.put(str(number).encode())
    records = "".join(f"100644 {DIGEST} {len(CONTENT)}\t{path}\n" for path in PATHS)
    version = succeed("write-manifest", "--stdin", cwd=project.root, input=records.encode()).strip()
    succeed("update-ref", "tags/v1", version, cwd=project.root)
    empty = succeed("write-manifest", "--stdin", cwd=project.root).strip()
    succeed("update-ref", "tags/v0", empty, cwd=project.root)
    for name in FILES:
        (project.root / name).write_text(name)
    for number in range(COUNT):
        (project.directory / "refs" / "tags" / f"t{number}").write_text(f"{version}\n")
    return project.root


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory, many: Path) -> str:
    """A remote that holds the one content."""
    remote = f"oci:{tmp_path_factory.mktemp('remote') / 'layout'}"
    succeed("push-blob", "--remote", remote, DIGEST, cwd=many)
    return remote


STREAMS: dict[str, tuple[list[str], list[str], list[str]]] = {
    "hash-object": (["--stdin-paths"], [FILES[n % 100] for n in ORDER], [FILE_DIGESTS[n % 100] for n in ORDER]),
    "cat-object": (["--batch-check"], [ABSENT[n] for n in ORDER], [f"{ABSENT[n]} missing" for n in ORDER]),
    "check-ignore": (["--stdin"], [f"{PATHS[n]}.pyc" for n in ORDER], [f"{PATHS[n]}.pyc" for n in ORDER]),
    "checkout-index": (["v1", "--stdin"], [PATHS[n] for n in ORDER], [PATHS[n] for n in ORDER]),
    "push-blob": (["--stdin"], [f"{DIGEST} 8"] * COUNT, [f"{DIGEST} exists"] * COUNT),
    "fetch-blob": (["--stdin"], [f"{DIGEST} 8"] * COUNT, [f"{DIGEST} exists"] * COUNT),
    "mount-blob": (
        ["--from", "x", "--stdin"],
        [ABSENT[n] for n in ORDER],
        [f"{ABSENT[n]} refused" for n in ORDER],
    ),
    "verify-objects": (
        ["--stdin"],
        [ABSENT[n] for n in ORDER],
        [f"error missing-object {ABSENT[n]}\tnot in the object store" for n in ORDER],
    ),
}
LISTINGS: dict[str, list[str]] = {
    "ls-objects": [],
    "ls-files": [],
    "diff-index": ["--cached", "v0"],
    "diff-manifest": ["v0", "v1"],
    "read-manifest": ["v1"],
    "resolve-ref": ["v1"] * COUNT,
    "for-each-ref": [],
}


def arguments_of(command: str, arguments: list[str], many: Path, remote: str) -> list[str]:
    """Return a command line, and prepare the project for it."""
    if command == "checkout-index":
        for directory in many.glob("d[0-9]*"):
            shutil.rmtree(directory)
    named = ["--remote", remote] if command.endswith("-blob") else []
    return [command, *named, *arguments]


@pytest.mark.parametrize("command", STREAMS)
@pytest.mark.parametrize("end", ["\n", "\0"])
def test_records_come_out_in_the_order_that_they_went_in(many: Path, layout: str, command: str, end: str) -> None:
    arguments, given, expected = STREAMS[command]
    option = ["-z"] if end == "\0" else []
    result = run(
        *arguments_of(command, arguments, many, layout), *option, cwd=many, input=(end.join(given) + end).encode()
    )
    assert result.code == (5 if command == "verify-objects" else 0)
    assert result.text.split(end) == [*expected, ""]


@pytest.mark.parametrize("command", [*STREAMS, *LISTINGS])
def test_a_command_stops_when_nobody_reads_on(many: Path, layout: str, command: str) -> None:
    arguments, given, _ = STREAMS[command] if command in STREAMS else (LISTINGS[command], [], [])
    with tempfile.TemporaryFile() as records:
        records.write("\n".join(given).encode())
        records.seek(0)
        with subprocess.Popen(
            [sys.executable, "-m", "modelops_bundle", *arguments_of(command, arguments, many, layout)],
            cwd=many,
            env=environment(buffered=True),
            stdin=records,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout and process.stderr
            assert process.stdout.readline().endswith(b"\n")
            process.stdout.close()
            said = process.stderr.read()
            assert (process.wait(60), said) == (141, b"")


@pytest.mark.parametrize("command", LISTINGS)
def test_listings_are_complete_and_sorted(many: Path, command: str) -> None:
    found = succeed(command, *LISTINGS[command], cwd=many).splitlines()
    if command != "resolve-ref":
        keys = [line.rpartition("\t")[2] for line in found]
        assert keys == sorted(keys)
    assert len(found) >= COUNT


def test_a_version_does_not_depend_on_the_order_of_its_records(many: Path) -> None:
    records = [f"100644 {DIGEST} {len(CONTENT)}\t{PATHS[n]}" for n in ORDER]
    shuffled = succeed("write-manifest", "--stdin", cwd=many, input="\n".join(records).encode())
    assert shuffled == succeed("resolve-ref", "v1", cwd=many)


def test_many_paths_are_tracked_and_forgotten_and_each_may_occur_often(root: Path) -> None:
    before = succeed("ls-files", cwd=root)
    for name in FILES:
        (root / name).write_text(name)
    given = "\n".join(FILES[n % 100] for n in ORDER).encode()
    succeed("update-index", "--add", "--stdin", cwd=root, input=given)
    assert set(succeed("ls-files", cwd=root).splitlines()) == {*before.splitlines(), *FILES}
    succeed("update-index", "--remove", "--stdin", cwd=root, input=given)
    assert succeed("ls-files", cwd=root) == before
