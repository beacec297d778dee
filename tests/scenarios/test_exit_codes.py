"""Every exit code, provoked: with a message that says what failed and a hint how to go on, never a traceback."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import httpx
import pytest

from modelops_bundle.digest import digest_of
from modelops_bundle.lockfile import hold
from modelops_bundle.media_types import DOCKER_MANIFEST
from modelops_bundle.project import Project
from tests.support import cli
from tests.support.programs import require
from tests.support.registry_server import RegistryServer
from tests.support.stub_registry import StubRegistry, stub_registry
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
    Mistake("absent version", 1, ("pull", "--ref", "sha256:" + "0" * 64), "sha256:" + "0" * 64, "whole"),
    Mistake("absent environment", 1, ("push",), "no environment 'lab'", "env", env={"MODELOPS_BUNDLE_ENV": "lab"}),
    Mistake("unknown command", 2, ("stauts",), "no such command: 'stauts'", "'status'"),
    Mistake("unknown option", 2, ("push", "--forse"), "--forse", "push --help"),
    Mistake("no argument", 2, ("add",), "PATHS", "add --help"),
    Mistake("no such directory", 2, ("-C", "nowhere", "status"), "no such directory: 'nowhere'", "-C"),
    Mistake("bad tag to push", 2, ("push", "--tag", "no good"), "not a tag: 'no good'", "letters"),
    Mistake("bad tag to pull", 2, ("pull", "--tag", "-"), "not a tag: '-'", "letters"),
    Mistake("bad digest", 2, ("pull", "--ref", "sha256:12"), "not a digest: 'sha256:12'", "64"),
    Mistake("bad reference", 2, ("clone", "Hub.Example/Lab:v1"), "", "lab"),
    Mistake("empty reference", 2, ("clone", ""), "no remote in ''", "HOST/REPOSITORY"),
    Mistake("no repository", 2, ("clone", "localhost:5000"), "localhost:5000", "HOST/PATH"),
    Mistake("no remote", 2, ("push",), "no remote is configured", "config remote", without_remote),
    Mistake("no remote to pull", 2, ("pull",), "no remote is configured", "config remote", without_remote),
    Mistake("outside", 2, ("add", "../x"), "outside the project", "the project is"),
    Mistake("twice a project", 2, ("init",), "already a project", "status"),
    Mistake("no size", 2, ("init", "--threshold", "0", "x"), "threshold", "init --help"),
    Mistake("a pipe", 2, ("add", "."), "neither file nor symlink: 'pipe'", ".modelopsignore", with_pipe),
    Mistake("a link out", 2, ("add", "."), "points outside the project", ".modelopsignore", with_outward_link),
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


TITLE = "org.opencontainers.image.title"


def manifest_of(remote: Path) -> dict[str, str]:
    """Return the digests of the parts of what a layout's only tag names."""
    digest = json.loads((remote / "index.json").read_text())["manifests"][0]["digest"]
    manifest = json.loads((remote / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes())
    titles = {layer.get("annotations", {}).get(TITLE): layer for layer in manifest["layers"]}
    return {
        "manifest": digest,
        "config": manifest["config"]["digest"],
        "index": manifest["layers"][0]["digest"],
        "file": titles["data/cases.csv"]["digest"],
    }


def flip(file: Path) -> None:
    """Change one byte in the middle."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.chmod(0o644)
    file.write_bytes(data)


def shorten(file: Path) -> None:
    """Lose the last byte."""
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-1])


@pytest.mark.parametrize("harm", [flip, shorten])
@pytest.mark.parametrize("part", ["manifest", "config", "index", "file"])
def test_a_damaged_remote_is_refused(
    alice: Workspace, tmp_path: Path, part: str, harm: Callable[[Path], None]
) -> None:
    digest = manifest_of(tmp_path / "remote")[part]
    harm(tmp_path / "remote" / "blobs" / "sha256" / digest.removeprefix("sha256:"))
    said = Workspace(tmp_path).refused(5, "clone", f"oci:{tmp_path / 'remote'}", "copy")
    assert digest in said
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("harm", [flip, shorten])
@pytest.mark.parametrize("part", ["manifest", "config", "index", "file"])
def test_a_damaged_registry_is_refused(
    alice: Workspace, registry: RegistryServer, tmp_path: Path, part: str, harm: Callable[[Path], None]
) -> None:
    remote = f"{registry.host}/exit-codes/damaged-{part}-{harm.__name__}"
    alice.write("data/cases.csv", f"{part} {harm.__name__}\n")
    alice.write("only.txt", f"{part} {harm.__name__}\n")
    alice.ok("add", ".")
    alice.ok("push")
    alice.ok("push", "--remote", remote)
    digest = manifest_of(tmp_path / "remote")[part]
    harm(registry.blob_file(digest))
    copy = Workspace(tmp_path, env={"MODELOPS_HTTP_RETRY": "0"})
    done = copy.run("clone", remote, "copy")
    # A registry that notices by itself does not serve the blob at all.
    assert_refusal(done, 3 if done.code == 3 and "HTTP 5" in done.stderr else 5)
    assert not (tmp_path / "copy").exists() or done.code == 3


def test_a_command_waits_for_another_and_then_gives_up(alice: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Project, "lock_wait", 0.05)
    alice.write("new.csv", "new\n")
    with hold(alice.root / METADATA / "locks" / "project"):
        for command in (("add", "."), ("push",), ("pull",)):
            said = alice.refused(6, *command)
            assert f"process {os.getpid()}" in said
        alice.ok("status")
    alice.ok("add", ".")


@pytest.mark.parametrize("command", ["clone", "pull", "push", "fetch"])
def test_a_container_image_is_no_bundle(registry: RegistryServer, alice: Workspace, command: str) -> None:
    repository = f"exit-codes/image-{command}"
    push_container_image(registry, repository)
    remote = f"{registry.host}/{repository}"
    where = (remote, "copy") if command == "clone" else ("--remote", remote)
    said = alice.refused(10, command, *where)
    assert f"'{remote}" in said
    assert "not a bundle" in said
    assert not (alice.root / "copy").exists()


def push_container_image(registry: RegistryServer, repository: str) -> None:
    """Store an image as docker would."""
    with httpx.Client(base_url=registry.url) as client:
        blobs = {}
        for data in (b"{}", b"layer"):
            location = client.post(f"/v2/{repository}/blobs/uploads/").headers["Location"]
            target = httpx.URL(location).copy_merge_params({"digest": digest_of(data)})
            assert client.put(target, content=data).status_code == 201
            blobs[data] = {"digest": digest_of(data), "size": len(data)}
        config = blobs[b"{}"] | {"mediaType": "application/vnd.docker.container.image.v1+json"}
        layer = blobs[b"layer"] | {"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip"}
        manifest = {"schemaVersion": 2, "mediaType": DOCKER_MANIFEST, "config": config, "layers": [layer]}
        stored = client.put(
            f"/v2/{repository}/manifests/latest",
            content=json.dumps(manifest).encode(),
            headers={"Content-Type": DOCKER_MANIFEST},
        )
        assert stored.status_code == 201


def test_a_bug_of_ours_asks_to_be_reported(alice: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr("modelops_bundle.porcelain.status.look_at", broken)
    said = alice.refused(70, "status")
    assert "KeyError: 'surprise'" in said
    assert "--debug" in said
    debugged = alice.run("--debug", "status")
    assert debugged.code == 70
    assert "Traceback" in debugged.stderr


@pytest.mark.parametrize(("files", "size"), [(1, 5_000_000), (8, 5_000_000), (1, 9_000_000), (3, 50_000_000)])
def test_an_interrupted_push_ends_at_once_and_can_be_gone_on_with(alice: Workspace, files: int, size: int) -> None:
    """Small files travel as layers, larger ones in packs, which are sent while later ones are built."""
    silence = Event()
    with stub_registry() as registry, ended(silence):
        for number in range(files):
            alice.write(f"data/large-{number}.bin", random.Random(number).randbytes(size))
        alice.ok("add", ".")
        arrived = Event()

        def hang(_: StubRegistry) -> None:
            arrived.set()
            silence.wait()

        registry.fail("PUT", "/blobs/uploads/", times=100, before=hang)
        remote = f"{registry.host}/lab/model"
        with cli.start("push", "--remote", remote, cwd=alice.root) as process:
            assert arrived.wait(30)
            started = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=30)
        assert time.monotonic() - started < 10
        assert_refusal(cli.Result(process.returncode, b"", stderr.decode()), 130)
        assert "interrupted" in stderr.decode()
        assert "run the same command again" in stderr.decode()
        assert not registry.tags["lab/model"]
        silence.set()
        alice.ok("push", "--remote", remote)
        assert list(registry.tags["lab/model"]) == ["latest"]


@contextmanager
def ended(event: Event) -> Iterator[None]:
    """Set an event at the end, whatever happened: threads of a server wait for it."""
    try:
        yield
    finally:
        event.set()


def test_an_interrupted_clone_goes_on_when_the_same_command_is_run_again(alice: Workspace, tmp_path: Path) -> None:
    silence = Event()
    with stub_registry() as registry, ended(silence):
        remote = f"{registry.host}/lab/model"
        alice.ok("push", "--remote", remote)
        arrived = Event()

        def hang(_: StubRegistry) -> None:
            arrived.set()
            silence.wait()

        registry.fail("GET", f"/blobs/{manifest_of(tmp_path / 'remote')['file']}", before=hang)
        with cli.start("clone", remote, "copy", cwd=tmp_path) as process:
            assert arrived.wait(30)
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=30)
        assert_refusal(cli.Result(process.returncode, b"", stderr.decode()), 130)
        silence.set()
        Workspace(tmp_path).ok("clone", remote, "copy")
        assert Workspace(tmp_path / "copy").tree() == alice.tree()
        assert Workspace(tmp_path / "copy").ok("status", "--porcelain=v1") == ""


@pytest.mark.parametrize(
    "command",
    ["status", "status --json --files", "ls-files", "add .", "push", "pull", "fetch", "--help", "--version"],
)
def test_a_reader_that_went_away_is_no_error(alice: Workspace, command: str) -> None:
    alice.write("new.csv", "new\n")
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "modelops_bundle", *command.split()],
            cwd=alice.root,
            env=os.environ | {"PYTHONPATH": str(cli.CHECKOUT)},
            stdout=writer,
            stderr=subprocess.PIPE,
            timeout=60,
        )
    finally:
        os.close(writer)
    assert done.returncode == 141, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"error" not in done.stderr.lower()


def bound_by_permissions(workspace: Workspace, *args: str) -> cli.Result:
    """Run a command that file permissions bind, though root may run the tests."""
    drop = "-dac_override,-dac_read_search"
    prefix = [str(require("setpriv")), f"--bounding-set={drop}", f"--inh-caps={drop}"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "modelops_bundle", *args],
        cwd=workspace.root,
        env=os.environ | {"PYTHONPATH": str(cli.CHECKOUT)},
        capture_output=True,
        timeout=60,
    )
    return cli.Result(done.returncode, done.stdout, done.stderr.decode())


def test_an_unreadable_file_is_named(alice: Workspace) -> None:
    alice.write("data/cases.csv", "changed\n").chmod(0)
    for command in (("status",), ("add", "."), ("push",)):
        done = bound_by_permissions(alice, *command)
        assert_refusal(done, 2)
        assert "data/cases.csv': Permission denied" in done.stderr


def test_an_unreadable_directory_is_named(alice: Workspace) -> None:
    alice.write("private/notes.txt", "x").parent.chmod(0)
    done = bound_by_permissions(alice, "add", ".")
    assert_refusal(done, 3)
    assert "Permission denied: " in done.stderr
    assert "private" in done.stderr
    (alice.root / "private").chmod(0o755)


def test_a_read_only_project_can_be_looked_at(alice: Workspace) -> None:
    alice.write("new.csv", "new\n")
    folders = [alice.root, *(path for path in alice.root.rglob("*") if path.is_dir())]
    locks = list((alice.root / METADATA / "locks").iterdir())
    for path in (*locks, *folders):
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        assert bound_by_permissions(alice, "status").code == 0
        assert bound_by_permissions(alice, "ls-files").code == 0
        for command in (("add", "new.csv"), ("push",), ("pull",)):
            done = bound_by_permissions(alice, *command)
            assert_refusal(done, 3)
            assert str(alice.root) in done.stderr
    finally:
        for path in (*folders, *locks):
            path.chmod(path.stat().st_mode | 0o200)
    alice.ok("status")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 5 MB, which only root can make."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def assert_disk_full(said: str) -> None:
    assert "No space left on device" in said
    assert "make room on the disk" in said


def test_a_full_disk_stops_add_and_loses_nothing(small_disk: Path) -> None:
    work = Workspace(small_disk / "work")
    work.write("a.csv", "a\n")
    work.ok("init")
    work.ok("add", ".")
    for number in range(3):
        work.write(f"b{number}.bin", os.urandom(1 << 20))
    assert_disk_full(work.refused(3, "add", "."))
    assert "b0.bin" not in work.ok("ls-files")
    assert work.ok("status", "--porcelain=v1").count("added-local") == 4
    (work.root / "b2.bin").unlink()
    work.ok("add", "b0.bin")


def test_a_full_disk_stops_clone_and_pull(small_disk: Path, alice: Workspace, layout: str) -> None:
    mine = Workspace(small_disk / "mine")
    alice.ok("clone", layout, str(mine.root))
    before = mine.tree()
    for number in range(3):
        alice.write(f"b{number}.bin", os.urandom(1 << 20))
    alice.ok("add", ".")
    alice.ok("push")
    assert_disk_full(mine.refused(3, "pull"))
    assert mine.tree() == before
    assert_disk_full(alice.refused(3, "clone", layout, str(small_disk / "copy")))
    mine.ok("status")
    (alice.root / "b0.bin").unlink()
    (alice.root / "b1.bin").unlink()
    alice.ok("push")
    shutil.rmtree(small_disk / "copy")
    mine.ok("pull")
    assert mine.tree() == alice.tree()


def test_a_full_remote_keeps_its_tag(small_disk: Path, alice: Workspace, tmp_path: Path) -> None:
    remote = f"oci:{small_disk / 'remote'}"
    alice.ok("push", "--remote", remote)
    published = alice.tree()
    alice.write("large.bin", os.urandom(6 << 20))
    alice.ok("add", ".")
    assert_disk_full(alice.refused(3, "push", "--remote", remote))
    Workspace(tmp_path).ok("clone", remote, "copy")
    assert Workspace(tmp_path / "copy").tree() == published
