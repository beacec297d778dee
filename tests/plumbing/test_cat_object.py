"""cat-object prints objects, one at a time or in answer to a stream of requests."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest, digest_of
from tests.plumbing.sample import TRACKED, assert_refused, golden, publish, succeed
from tests.support.cli import run, start

README = digest_of(TRACKED["README.md"])
ABSENT = "sha256:" + "0" * 64


def requests(root: Path) -> list[str]:
    """Return names of one object of each type, of an absent one, of a ref, and of nothing at all."""
    bundle = Project(root).bundle(Digest(publish(root, "v1")))
    return [bundle.digest, bundle.manifest.config.digest, bundle.config.index, README, ABSENT, "v1", "no such"]


def test_output_format(root: Path) -> None:
    lines = "".join(f"{name}\n" for name in requests(root)).encode()
    golden("cat-object.batch-check", "cat-object", "--batch-check", cwd=root, input=lines)
    golden("cat-object.batch", "cat-object", "--batch", cwd=root, input=f"{README}\n{ABSENT}\n".encode())
    golden("cat-object.batch.z", "cat-object", "--batch", "-z", cwd=root, input=f"{README}\0{ABSENT}\0".encode())
    golden("cat-object.type", "cat-object", "-t", README, cwd=root)
    golden("cat-object.size", "cat-object", "-s", README, cwd=root)
    golden("cat-object.content", "cat-object", "-p", README, cwd=root)


def test_each_document_has_its_type(root: Path) -> None:
    names = requests(root)
    types = [succeed("cat-object", "-t", name, cwd=root) for name in names[:4]]
    assert types == ["manifest\n", "config\n", "index\n", "blob\n"]


def test_existence_is_an_exit_code(root: Path) -> None:
    for name, code in ((README, 0), (ABSENT, 1), ("no-such-tag", 1), ("not a name", 1)):
        result = run("cat-object", "-e", name, cwd=root)
        assert (result.code, result.stdout, result.stderr) == (code, b"", "")


def test_large_content_comes_out_as_it_went_in(root: Path) -> None:
    content = bytes(range(256)) * (3 << 12) + b"\n\0end"
    digest = succeed("hash-object", "-w", "--stdin", cwd=root, input=content).strip()
    assert run("cat-object", "-p", digest, cwd=root).stdout == content
    header = f"{digest} blob {len(content)}\n".encode()
    assert run("cat-object", "--batch", cwd=root, input=digest.encode()).stdout == header + content + b"\n"


@pytest.mark.parametrize("arguments", [["-p", README], ["--batch"]])
def test_of_a_damaged_object_nothing_is_printed(root: Path, arguments: list[str]) -> None:
    file = Project(root).objects.path(README)
    file.chmod(0o644)
    file.write_bytes(b"# Modem\n")
    result = run("cat-object", *arguments, cwd=root, input=README.encode())
    assert_refused(result, 5, f"object '{README}' is damaged", "delete that file")


@pytest.mark.parametrize("option", ["-t", "-s", "-p"])
def test_an_absent_object_is_an_error(root: Path, option: str) -> None:
    assert_refused(run("cat-object", option, ABSENT, cwd=root), 1, f"no such object: '{ABSENT}'", "fetch")


@pytest.mark.parametrize("arguments", [[], [README], ["-t"], ["--batch", README], ["--batch-check", README]])
def test_a_senseless_request_is_a_usage_error(root: Path, arguments: list[str]) -> None:
    assert_refused(run("cat-object", *arguments, cwd=root), 2, "give one of", "cat-object --help")


def test_each_request_is_answered_before_the_next_one_is_asked(root: Path) -> None:
    with start("cat-object", "--batch-check", cwd=root) as process:
        assert process.stdin and process.stdout
        for name in (README, ABSENT, README):
            process.stdin.write(f"{name}\n".encode())
            process.stdin.flush()
            answer = process.stdout.readline().decode()
            assert answer == (f"{name} missing\n" if name == ABSENT else f"{name} blob 8\n")
        process.stdin.close()
        assert process.wait(30) == 0
