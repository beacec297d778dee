"""A user's mistakes: each is told by its exit code, a message and a hint, never by a traceback."""

import json
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.registry_server import RegistryServer
from tests.support.workspace import METADATA, Workspace, assert_refusal

CONFIG = f"{METADATA}/config.yaml"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A command line that must fail in Alice's checkout, after `arrange`."""

    name: str
    code: int
    args: tuple[str, ...]
    says: str
    hint: str
    arrange: Callable[[Workspace], object] = lambda workspace: None
    env: dict[str, str] = field(default_factory=dict)


def without_remote(workspace: Workspace) -> None:
    (workspace.root / METADATA / "local.yaml").write_text("version: 1\n")


def with_pipe(workspace: Workspace) -> None:
    os.mkfifo(workspace.root / "pipe")


def with_outward_link(workspace: Workspace) -> None:
    (workspace.root / "passwd").symlink_to("/etc/passwd")


def with_foreign_layout(workspace: Workspace) -> None:
    (workspace.root.parent / "photos").mkdir()
    (workspace.root.parent / "photos" / "cat.jpg").write_bytes(b"cat")


def with_two_spellings(workspace: Workspace) -> None:
    workspace.write("Notes.md", "a")
    workspace.write("NOTES.md", "b")


def with_bytes_for_a_name(workspace: Workspace) -> None:
    Path(os.fsdecode(os.fsencode(workspace.root) + b"/caf\xe9.csv")).write_text("x\n")


def with_link_to_directory(workspace: Workspace) -> None:
    (workspace.root / "inputs").symlink_to("data")


def truncated(path: str) -> Callable[[Workspace], object]:
    """Cut the last byte off a file of the metadata directory."""

    def cut(workspace: Workspace) -> None:
        file = workspace.root / METADATA / path
        file.write_bytes(file.read_bytes()[:-2])

    return cut


def head_of(workspace: Workspace) -> Path:
    """Return the file of the manifest that HEAD names."""
    digest = (workspace.root / METADATA / "HEAD").read_text().strip().removeprefix("sha256:")
    return workspace.root / METADATA / "objects" / digest[:2] / digest[2:]


def damage_head(workspace: Workspace) -> None:
    file = head_of(workspace)
    file.chmod(0o644)
    file.write_bytes(file.read_bytes().replace(b"schemaVersion", b"schemaversion"))


def edited_on_both_sides(workspace: Workspace) -> None:
    """Publish an edit of a file from a clone, and edit the same file here."""
    clone = Workspace(workspace.root.parent / "other")
    local = json.loads(workspace.ok("status", "--json"))
    workspace.ok("clone", local["remote"], str(clone.root))
    clone.write("data/cases.csv", "theirs\n")
    clone.ok("push")
    workspace.write("data/cases.csv", "ours\n")


MISTAKES = [
    Mistake("absent file", 1, ("add", "no.csv"), "no such file: 'no.csv'", "status --untracked"),
    Mistake("absent tag", 1, ("pull", "--tag", "v9"), "no tag 'v9' at 'oci:", "ls-remote"),
    Mistake("absent tag to fetch", 1, ("fetch", "--tag", "v9"), "no tag 'v9' at 'oci:", "push"),
    Mistake("absent layout", 1, ("clone", "oci:nowhere", "x"), "no tag 'latest' at 'oci:", "ls-remote"),
    Mistake("absent version", 1, ("pull", "--ref", "sha256:" + "0" * 64), "sha256:" + "0" * 64, "ls-remote"),
    Mistake("absent environment", 1, ("push",), "no environment 'lab'", "env", env={"MODELOPS_BUNDLE_ENV": "lab"}),
    Mistake("unknown command", 2, ("stauts",), "no such command: 'stauts'", "'status'"),
    Mistake("unknown option", 2, ("push", "--forse"), "--forse", "push --help"),
    Mistake("no argument", 2, ("add",), "PATHS", "add --help"),
    Mistake("no such directory", 2, ("-C", "nowhere", "status"), "no such directory: 'nowhere'", "-C"),
    Mistake("bad tag to push", 2, ("push", "--tag", "no good"), "not a tag: 'no good'", "letters"),
    Mistake("bad tag to pull", 2, ("pull", "--tag", "-"), "not a tag: '-'", "letters"),
    Mistake("bad digest", 2, ("pull", "--ref", "sha256:12"), "not a digest: 'sha256:12'", "64"),
    Mistake("bad reference", 2, ("clone", "hub.example/a..b:v1"), "not a repository name: 'a..b'", "letters"),
    Mistake("no registry", 2, ("clone", "lab/seir:v1"), "'lab/seir' names no registry", "HOST/PATH"),
    Mistake("empty reference", 2, ("clone", ""), "no remote in ''", "HOST/REPOSITORY"),
    Mistake("no repository", 2, ("clone", "localhost:5000"), "no repository", "HOST/PATH"),
    Mistake("no remote", 2, ("push",), "no remote is configured", "config remote", without_remote),
    Mistake("no remote to pull", 2, ("pull",), "no remote is configured", "config remote", without_remote),
    Mistake("outside", 2, ("add", "../x"), "outside the project", "the project is"),
    Mistake("twice a project", 2, ("init",), "already a project", "status"),
    Mistake("no size", 2, ("init", "--threshold", "0", "x"), "threshold", "init --help"),
    Mistake("a pipe", 2, ("add", "."), "neither file nor symlink: 'pipe'", ".modelopsignore", with_pipe),
    Mistake("a link out", 2, ("add", "."), "points outside the project", ".modelopsignore", with_outward_link),
    Mistake("not UTF-8", 2, ("add", "."), "its name is not UTF-8", "rename", with_bytes_for_a_name),
    Mistake(
        "beyond a link", 2, ("add", "inputs/cases.csv"), "beyond a symlink", "leads to", with_link_to_directory
    ),
    Mistake("two spellings", 2, ("add", "."), "one name", "rename", with_two_spellings),
    Mistake("reserved", 2, ("add", "-f", f"{METADATA}/HEAD"), "is reserved", "rename"),
    Mistake("bad number", 2, ("status",), "MODELOPS_HTTP_RETRY", "unset", env={"MODELOPS_HTTP_RETRY": "many"}),
    Mistake(
        "unknown key", 2, ("push",), "unknown key", "'storage'", lambda alice: alice.write(CONFIG, "storagee: 1\n")
    ),
    Mistake("bad YAML", 2, ("push",), "not valid YAML", "correct", lambda alice: alice.write(CONFIG, "a: [\n")),
    Mistake(
        "not a layout",
        3,
        ("push", "--remote", "oci:../photos"),
        "not an OCI image layout",
        "new",
        with_foreign_layout,
    ),
    Mistake("damaged index", 5, ("status",), "index is damaged", "add .", truncated("index")),
    Mistake(
        "damaged ref", 5, ("resolve-ref", "HEAD"), "ref 'HEAD' holds no digest", "update-ref", truncated("HEAD")
    ),
    Mistake("damaged object", 5, ("status", "--exit-code"), "is damaged", "fetch", damage_head),
    Mistake("remote moved", 7, ("push",), "holds changes that you do not have", "pull", edited_on_both_sides),
    Mistake("conflict", 12, ("pull",), "1 path is in conflict", "--overwrite", edited_on_both_sides),
    Mistake("a file there", 12, ("clone", "oci:../remote", "README.md"), "README.md", "another"),
    Mistake("not empty", 12, ("clone", "oci:../remote", "data"), "is not empty", "another"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_told_with_its_code_and_a_hint(mistake: Mistake, alice: Workspace) -> None:
    mistake.arrange(alice)
    before = alice.tree()
    done = Workspace(alice.root, alice.home, mistake.env).run(*mistake.args)
    assert_refusal(done, mistake.code)
    *said, hint = done.stderr.splitlines()
    assert mistake.says in "\n".join(said)
    assert mistake.hint in hint
    assert alice.tree() == before


@pytest.mark.parametrize("command", ["add .", "status", "push", "pull", "fetch", "ls-files"])
def test_outside_a_project_the_code_is_1(command: str, tmp_path: Path) -> None:
    said = Workspace(tmp_path).refused(1, *command.split())
    assert "not in a project" in said
    assert "modelops-bundle init" in said


def test_success_says_nothing_of_errors(alice: Workspace) -> None:
    done = alice.run("status", "--exit-code")
    assert (done.code, done.stderr) == (0, "")


def test_a_difference_is_a_code_and_no_error(alice: Workspace) -> None:
    alice.write("data/cases.csv", "changed\n")
    done = alice.run("status", "--exit-code")
    assert (done.code, done.stderr) == (1, "")


@pytest.mark.parametrize("command", ["push", "pull", "fetch", "clone"])
def test_a_registry_that_is_not_there_is_told_at_once(command: str, alice: Workspace) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"
        where = (f"{host}/lab/model", "copy") if command == "clone" else ("--remote", f"{host}/lab/model")
        started = time.monotonic()
        said = alice.refused(3, command, *where)
    assert f"'{host}' refuses connections" in said
    assert time.monotonic() - started < 5
    assert not (alice.root / "copy").exists()


def test_an_unknown_host_is_told_by_name(alice: Workspace) -> None:
    hurried = Workspace(alice.root, env={"MODELOPS_HTTP_RETRY": "0"})
    said = hurried.refused(3, "clone", "no-such-host.invalid/lab/m")
    assert "no-such-host.invalid" in said


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_is_refused(registry_htpasswd: RegistryServer, alice: Workspace, password: str) -> None:
    login = {"MODELOPS_REGISTRY_USERNAME": "alice", "MODELOPS_REGISTRY_PASSWORD": password} if password else {}
    stranger = Workspace(alice.root, env=login)
    for command in ("push", "pull", "fetch"):
        said = stranger.refused(4, command, "--remote", f"{registry_htpasswd.host}/lab/secret")
        assert f"modelops-bundle login {registry_htpasswd.host}" in said
        assert not password or password not in said


def test_a_password_in_a_reference_is_never_repeated(alice: Workspace) -> None:
    said = alice.refused(2, "clone", "https://alice:s3cret@127.0.0.1:1/lab/model:v1", "copy")
    assert "s3cret" not in said
