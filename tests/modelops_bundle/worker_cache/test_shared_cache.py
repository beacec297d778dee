import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from modelops_bundle.worker_cache.layout import CacheLayout
from modelops_bundle.worker_cache.registered import RegistryMismatch
from tests.support.cli import CHECKOUT
from tests.support.model_projects import make_unregistered
from tests.support.stub_registry import StubRegistry, stub_registry
from tests.support.worker import REPOSITORY, publish, worker
from tests.support.workspace import Workspace, snapshot

# Sixteen processes ask at the same moment; the first line says so, and each prints what it was given.
SIXTEEN = """
import os, sys
from modelops_bundle.repository import ModelOpsBundleRepository
registry, cache, reference = sys.argv[1:]
reader, writer = os.pipe()
for _ in range(16):
    if not os.fork():
        os.close(writer)
        os.read(reader, 1)
        digest, directory = ModelOpsBundleRepository(registry, cache).ensure_local(reference)
        os.write(1, f"{digest} {len(list(directory.rglob('*')))}\\n".encode())
        os._exit(0)
os.close(writer)
for _ in range(16):
    assert os.wait()[1] == 0
"""

ONE = """
import sys
from modelops_bundle.repository import ModelOpsBundleRepository
registry, cache, reference = sys.argv[1:]
ModelOpsBundleRepository(registry, cache).ensure_local(reference)
"""


@pytest.fixture
def stub() -> Iterator[StubRegistry]:
    with stub_registry() as registry:
        yield registry


@pytest.fixture
def alice(tmp_path: Path) -> Workspace:
    work = Workspace(tmp_path / "seir", tmp_path / "home")
    work.write("models/seir.py", "BETA = 0.3\n")
    work.write("data/cases.csv", "day,cases\n1,3\n")
    work.write("run.sh", "#!/bin/sh\n", executable=True)
    (work.root / "latest").symlink_to("models/seir.py")
    return work


def published(stub: StubRegistry, work: Workspace) -> str:
    return f"{REPOSITORY}@{publish(work, f'{stub.host}/{REPOSITORY}')}"


def many_files(work: Workspace) -> None:
    """Give a workspace more small files than travel as layers, and one that is cut into chunks."""
    for number in range(200):
        work.write(f"data/sites/{number}.csv", f"site,cases\n{number},{number * 7919}\n")
    work.write("data/large.bin", b"".join(os.urandom(1 << 20) for _ in range(9)))


@pytest.mark.parametrize("packed", [False, True])
def test_sixteen_processes_cause_one_download(
    stub: StubRegistry, alice: Workspace, tmp_path: Path, packed: bool
) -> None:
    if packed:
        many_files(alice)
    reference = published(stub, alice)
    worker(stub.host, tmp_path / "alone").ensure_local(reference)
    before = len(stub.seen())
    worker(stub.host, tmp_path / "once").ensure_local(reference)
    once = len(stub.seen()) - before
    command = [sys.executable, "-c", SIXTEEN, stub.host, str(tmp_path / "cache"), reference]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 16
    assert len(set(lines)) == 1
    assert len(stub.seen()) - before - once == once
    assert snapshot(worker(stub.host, tmp_path / "cache").ensure_local(reference)[1]) == alice.tree()


def test_threads_of_one_process_share_a_download(stub: StubRegistry, alice: Workspace, tmp_path: Path) -> None:
    reference = published(stub, alice)
    repository = worker(stub.host, tmp_path / "cache")
    before = len(stub.seen("GET", "/manifests/"))
    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(lambda _: repository.ensure_local(reference), range(8)))
    assert len(answers) == 1
    assert len(stub.seen("GET", "/manifests/")) == before + 1


def test_different_bundles_are_fetched_side_by_side(stub: StubRegistry, alice: Workspace, tmp_path: Path) -> None:
    first = published(stub, alice)
    alice.write("data/cases.csv", "day,cases\n1,4\n")
    second = published(stub, alice)
    layout = CacheLayout(tmp_path / "cache")
    first_digest = first.rpartition("@")[2]
    with layout.lock(first_digest):  # type: ignore[arg-type]
        _, directory = worker(stub.host, tmp_path / "cache").ensure_local(second)
    assert (directory / "data/cases.csv").read_text() == "day,cases\n1,4\n"


def test_who_waits_takes_over_when_the_downloader_is_killed(
    stub: StubRegistry, alice: Workspace, tmp_path: Path
) -> None:
    reference = published(stub, alice)
    asked, go_on = Event(), Event()

    def hang(registry: StubRegistry) -> None:
        asked.set()
        go_on.wait(60)

    stub.fail("GET", "/blobs/", before=hang)
    command = [sys.executable, "-c", ONE, stub.host, str(tmp_path / "cache"), reference]
    with (
        subprocess.Popen(command, cwd=CHECKOUT) as downloader,
        ThreadPoolExecutor(2) as threads,
    ):
        assert asked.wait(60)
        waiting = [threads.submit(worker(stub.host, tmp_path / "cache").ensure_local, reference) for _ in range(2)]
        downloader.kill()
        answers = [future.result(60) for future in waiting]
        go_on.set()
    assert answers[0] == answers[1]
    assert snapshot(answers[0][1]) == alice.tree()
    assert len(stub.seen("GET", "/manifests/sha256")) == 2


@pytest.mark.parametrize("packed", [False, True])
def test_another_process_takes_over_from_one_that_was_killed(
    alice: Workspace, tmp_path: Path, packed: bool
) -> None:
    if packed:
        many_files(alice)
    layouts = f"oci:{tmp_path}/layouts"
    reference = f"{REPOSITORY}@{publish(alice, f'{layouts}/{REPOSITORY}')}"
    wanted = alice.tree()
    for moment in (1, 2, 5, 10, 20, 30, 40, 45, 50, 60, 80):
        cache = tmp_path / f"cache-{moment}"
        killed_at(moment, layouts, cache, reference)
        _, directory = worker(layouts, cache).ensure_local(reference)
        assert snapshot(directory) == wanted, moment
        assert os.listdir(cache / "tmp") == []


def killed_at(moment: int, registry: str, cache: Path, reference: str) -> None:
    """Ask for a bundle in a process that dies by SIGKILL before it opens its Nth file for writing, or renames."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    left = moment

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or event in ("os.rename", "os.mkdir"):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    try:
        sys.addaudithook(watch)
        worker(registry, cache).ensure_local(reference)
    finally:
        os._exit(0)


@pytest.mark.parametrize("packed", [False, True])
def test_what_a_model_damages_is_put_back(
    stub: StubRegistry, alice: Workspace, tmp_path: Path, packed: bool
) -> None:
    if packed:
        many_files(alice)
    reference = published(stub, alice)
    _, directory = worker(stub.host, tmp_path / "cache").ensure_local(reference)
    (directory / "data/cases.csv").write_text("day,cases\n9,9\n")
    (directory / "run.sh").chmod(0o644)
    (directory / "models/seir.py").unlink()
    (directory / "models/seir.py").mkdir()
    (directory / "latest").unlink()
    assert worker(stub.host, tmp_path / "cache").ensure_local(reference)[1] == directory
    assert snapshot(directory) == alice.tree()


@pytest.mark.parametrize("mode", [0, 0o600, 0o640, 0o755, 0o777])
def test_modes_are_put_back_without_a_request(
    stub: StubRegistry, alice: Workspace, tmp_path: Path, mode: int
) -> None:
    reference = published(stub, alice)
    _, directory = worker(stub.host, tmp_path / "cache").ensure_local(reference)
    before = {path: path.stat().st_mode for path in (directory, *directory.rglob("*"))}
    stub.manifests.clear()
    stub.blobs.clear()
    (directory / "data/cases.csv").chmod(mode)
    (directory / "run.sh").chmod(mode)
    (directory / "models").chmod(mode)
    assert worker(stub.host, tmp_path / "cache").ensure_local(reference)[1] == directory
    after = {path: path.stat().st_mode for path in before}
    after[directory / "models"] &= ~0o022  # what more is let in does no harm
    assert after == before


def test_what_travelled_as_layers_is_repaired_without_a_request(
    stub: StubRegistry, alice: Workspace, tmp_path: Path
) -> None:
    reference = published(stub, alice)
    repository = worker(stub.host, tmp_path / "cache")
    _, directory = repository.ensure_local(reference)
    before = len(stub.seen())
    (directory / "data/cases.csv").write_text("overwritten by the model")
    repository.ensure_local(reference)
    assert (directory / "data/cases.csv").read_text() == "day,cases\n1,3\n"
    assert len(stub.seen()) == before


def test_damage_of_files_and_objects_at_once_is_fetched_again(
    stub: StubRegistry, alice: Workspace, tmp_path: Path
) -> None:
    reference = published(stub, alice)
    _, directory = worker(stub.host, tmp_path / "cache").ensure_local(reference)
    for file in (tmp_path / "cache/objects").rglob("*"):
        if file.is_file():
            file.chmod(0o644)
            file.write_bytes(bytes(file.stat().st_size))
    (directory / "data/cases.csv").unlink()
    worker(stub.host, tmp_path / "cache").ensure_local(reference)
    assert snapshot(directory) == alice.tree()


def test_a_link_in_place_of_a_directory_is_not_followed(
    stub: StubRegistry, alice: Workspace, tmp_path: Path
) -> None:
    reference = published(stub, alice)
    _, directory = worker(stub.host, tmp_path / "cache").ensure_local(reference)
    elsewhere = tmp_path / "elsewhere"
    (directory / "data").rename(elsewhere)
    (directory / "data").symlink_to(elsewhere)
    (elsewhere / "cases.csv").write_text("mine")
    worker(stub.host, tmp_path / "cache").ensure_local(reference)
    assert snapshot(directory) == alice.tree()
    assert (elsewhere / "cases.csv").read_text() == "mine"


def test_what_was_only_touched_is_hashed_and_stays(stub: StubRegistry, alice: Workspace, tmp_path: Path) -> None:
    reference = published(stub, alice)
    _, directory = worker(stub.host, tmp_path / "cache").ensure_local(reference)
    file = directory / "data/cases.csv"
    inode = file.stat().st_ino
    os.utime(file, (1, 1))
    before = len(stub.seen())
    worker(stub.host, tmp_path / "cache").ensure_local(reference)
    assert file.stat().st_ino == inode
    assert len(stub.seen()) == before


def test_what_a_model_writes_beside_its_data_stays_and_harms_nobody(
    stub: StubRegistry, alice: Workspace, tmp_path: Path
) -> None:
    reference = published(stub, alice)
    _, directory = worker(stub.host, tmp_path / "cache").ensure_local(reference)
    (directory / "data/results.csv").write_text("day,cases\n")
    with (directory / "data/cases.csv").open("a") as stream:
        stream.write("2,4\n")
    alice.write("README.md", "# Another version\n")
    _, other = worker(stub.host, tmp_path / "cache").ensure_local(published(stub, alice))
    assert snapshot(other) == alice.tree()
    worker(stub.host, tmp_path / "cache").ensure_local(reference)
    assert (directory / "data/cases.csv").read_text() == "day,cases\n1,3\n"
    assert (directory / "data/results.csv").exists()


def test_another_version_costs_only_what_changed(stub: StubRegistry, alice: Workspace, tmp_path: Path) -> None:
    many_files(alice)
    worker(stub.host, tmp_path / "cache").ensure_local(published(stub, alice))
    alice.write("data/sites/7.csv", "site,cases\n7,0\n")
    with (alice.root / "data/large.bin").open("r+b") as stream:
        stream.seek(5 << 20)
        stream.write(b"changed")
    reference = published(stub, alice)
    before = stub.sent_bytes
    _, directory = worker(stub.host, tmp_path / "cache").ensure_local(reference)
    assert snapshot(directory) == alice.tree()
    assert stub.sent_bytes - before < 1 << 20


def test_what_the_earlier_tool_left_in_the_cache_is_not_trusted(
    stub: StubRegistry, alice: Workspace, tmp_path: Path
) -> None:
    reference = published(stub, alice)
    left = tmp_path / "cache/bundles" / reference.rpartition(":")[2][:12]
    left.mkdir(parents=True)
    (left / ".complete").write_text("")
    (left / "models").write_text("half of it")
    assert worker(stub.host, tmp_path / "cache").ensure_local(reference)[1] == left
    assert snapshot(left) == alice.tree()


def test_two_bundles_with_one_short_name_have_two_directories(
    stub: StubRegistry, alice: Workspace, tmp_path: Path
) -> None:
    first = published(stub, alice)
    _, directory = worker(stub.host, tmp_path / "cache").ensure_local(first)
    alice.write("README.md", "# Another version\n")
    second = published(stub, alice)
    # As if the first one's digest began with the same twelve digits.
    name = second.rpartition(":")[2]
    layout = CacheLayout(tmp_path / "cache")
    directory.rename(layout.tree(name[:12]))
    layout.record(directory.name).rename(layout.record(name[:12]))
    for _ in range(2):
        _, other = worker(stub.host, tmp_path / "cache").ensure_local(second)
        assert other == layout.tree(name)
        assert snapshot(other) == alice.tree()


def test_a_record_that_speaks_of_other_files_than_its_bundle_has_is_put_right(
    stub: StubRegistry, alice: Workspace, tmp_path: Path
) -> None:
    reference = published(stub, alice)
    _, directory = worker(stub.host, tmp_path / "cache").ensure_local(reference)
    record = CacheLayout(tmp_path / "cache").record(directory.name)
    document = json.loads(record.read_bytes())
    del document["files"]["run.sh"]
    record.write_text(json.dumps({**document, "files": {**document["files"], "no/such": None}}))
    (directory / "run.sh").write_text("changed")
    assert worker(stub.host, tmp_path / "cache").ensure_local(reference)[1] == directory
    assert snapshot(directory) == alice.tree()


def test_whole_digests_name_directories_where_that_is_wanted(
    stub: StubRegistry, alice: Workspace, tmp_path: Path
) -> None:
    reference = published(stub, alice)
    _, directory = worker(stub.host, tmp_path / "cache", "digest").ensure_local(reference)
    assert directory.name == reference.rpartition(":")[2]


def test_a_bundle_that_holds_other_files_than_its_registry_says_is_refused_before_it_is_fetched(
    stub: StubRegistry, tmp_path: Path
) -> None:
    work = make_unregistered(tmp_path / "seir")
    many_files(work)
    work.ok("config", "remote", f"{stub.host}/{REPOSITORY}")
    work.ok("register-model", "models/seir.py", "--data", "data/people.csv")
    work.ok("add", ".")
    work.write("data/people.csv", "age,count\n2,2\n")
    work.ok("update-index", "data/people.csv")
    # A push would register it anew; whoever puts a version together by hand can publish what does not fit.
    digest = work.ok("write-manifest").split()[0]
    work.ok("push-blob", "--manifest", digest)
    work.ok("push-manifest", digest)
    before = stub.sent_bytes
    with pytest.raises(RegistryMismatch, match=r"'data/people.csv', which 'seir_seir' needs, is not"):
        worker(stub.host, tmp_path / "cache").ensure_local(f"{REPOSITORY}@{digest}")
    assert stub.sent_bytes - before < 1 << 20
    assert not (tmp_path / "cache/bundles").exists()
