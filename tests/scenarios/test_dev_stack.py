"""scripts/dev-stack starts a registry and blob stores, says where they are, and stops those only."""

import io
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from modelops_bundle.blob_stores.location import container_of
from modelops_bundle.blob_stores.opening import open_blob_store
from modelops_bundle.digest import digest_of
from modelops_bundle.environments import Environment, Environments
from modelops_bundle.remote import BlobStatus
from modelops_bundle.settings import Settings
from tests.support.server_process import free_ports

SCRIPT = Path(__file__).parents[2] / "scripts" / "dev-stack"

STORES = ("AZURE", "S3", "GCS")

# An engine that answers and has our container, but cannot start it.
FAKE_DOCKER = """#!/bin/sh
echo "$* port=$MODELOPS_DEV_REGISTRY_PORT" >>"$DOCKER_CALLS"
case "$*" in
*" ps "*) echo 0123456789ab ;;
*" up "*) echo "no space left" >&2; exit 1 ;;
esac
"""


@dataclass(frozen=True, slots=True)
class DevStack:
    """The script with a home, a port and a PATH of its own."""

    home: Path
    port: int
    path: str
    store_ports: tuple[int, ...] = ()

    def run(self, command: str, *names: str) -> subprocess.CompletedProcess[str]:
        """Run it for the registry, unless other servers are named."""
        variables = {
            "HOME": str(self.home),
            "PATH": self.path,
            "MODELOPS_DEV_REGISTRY_PORT": str(self.port),
            "DOCKER_CALLS": str(self.home / "docker-calls"),
            **{
                f"MODELOPS_DEV_{name}_PORT": str(port)
                for name, port in zip(STORES, self.store_ports, strict=False)
            },
        }
        return subprocess.run(
            [sys.executable, str(SCRIPT), command, *(names or ["registry"])],
            env=variables,
            capture_output=True,
            text=True,
        )

    def answers(self) -> bool:
        try:
            return httpx.get(f"http://localhost:{self.port}/v2/").is_success
        except httpx.ConnectError:
            return False

    @property
    def environment_file(self) -> Path:
        return self.home / ".modelops" / "bundle-env" / "local.yaml"

    @property
    def pid_file(self) -> Path:
        return self.home / ".local" / "state" / "modelops-bundle" / "dev-stack" / "registry.pid"

    @property
    def pid(self) -> int:
        return int(self.pid_file.read_text().split()[0])


def fake_docker(directory: Path) -> str:
    """Return a PATH where `docker` is the only program."""
    program = directory / "programs" / "docker"
    program.parent.mkdir()
    program.write_text(FAKE_DOCKER)
    program.chmod(0o755)
    return str(program.parent)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def dev_stack(tmp_path: Path, port: int) -> Iterator[DevStack]:
    stack = DevStack(tmp_path, port, os.environ["PATH"])
    yield stack
    stack.run("stop")


@pytest.fixture
def store_stack(tmp_path: Path, port: int) -> Iterator[DevStack]:
    stack = DevStack(tmp_path, port, os.environ["PATH"], tuple(free_ports(len(STORES))))
    yield stack
    stack.run("stop", "azure", "s3", "gcs")


@pytest.mark.server("docker-registry")
def test_start_runs_a_registry_and_writes_the_environment(dev_stack: DevStack) -> None:
    started = dev_stack.run("start")
    assert (started.returncode, started.stderr) == (0, "")
    assert str(dev_stack.environment_file) in started.stdout
    assert dev_stack.answers()
    assert dev_stack.run("status").returncode == 0
    assert stat.S_IMODE(dev_stack.environment_file.stat().st_mode) == 0o600
    assert dev_stack.environment_file.read_text().splitlines()[1:] == [
        "environment: local",
        "registry:",
        "  provider: docker",
        f"  login_server: localhost:{dev_stack.port}",
        "  requires_auth: false",
    ]


@pytest.mark.server("docker-registry")
def test_a_second_start_changes_nothing(dev_stack: DevStack) -> None:
    dev_stack.run("start")
    pid, written = dev_stack.pid, dev_stack.environment_file.stat().st_mtime_ns
    again = dev_stack.run("start")
    assert (again.returncode, again.stderr) == (0, "")
    assert (dev_stack.pid, dev_stack.environment_file.stat().st_mtime_ns) == (pid, written)


@pytest.mark.server("docker-registry")
def test_stop_ends_the_registry_and_keeps_its_data(dev_stack: DevStack) -> None:
    dev_stack.run("start")
    url = f"http://localhost:{dev_stack.port}/v2/kept/blobs/uploads/"
    location = httpx.URL(httpx.post(url).headers["Location"])
    empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert httpx.put(location.copy_merge_params({"digest": empty})).is_success
    assert dev_stack.run("stop").returncode == 0
    assert not dev_stack.answers()
    assert dev_stack.run("status").returncode == 1
    assert dev_stack.run("stop").returncode == 0
    dev_stack.run("start")
    assert httpx.head(f"http://localhost:{dev_stack.port}/v2/kept/blobs/{empty}").is_success


@pytest.mark.server("docker-registry")
def test_start_after_a_crash_starts_anew(dev_stack: DevStack) -> None:
    dev_stack.run("start")
    crashed = dev_stack.pid
    os.kill(crashed, signal.SIGKILL)
    for _ in range(1000):
        if dev_stack.run("status").returncode == 1:
            break
        time.sleep(0.01)
    assert dev_stack.run("start").returncode == 0
    assert dev_stack.pid != crashed
    assert dev_stack.answers()


def test_stop_spares_a_program_that_got_the_pid_of_a_dead_registry(dev_stack: DevStack) -> None:
    dev_stack.pid_file.parent.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as bystander:
        dev_stack.pid_file.write_text(f"{bystander.pid} {dev_stack.port}\n")
        assert "not running" in dev_stack.run("stop").stdout
        assert bystander.poll() is None
        bystander.communicate(b"\n")
    assert bystander.returncode == 0


@pytest.mark.server("docker-registry")
def test_start_leaves_an_environment_that_a_person_wrote(dev_stack: DevStack) -> None:
    dev_stack.environment_file.parent.mkdir(parents=True)
    dev_stack.environment_file.write_text("environment: local\n")
    started = dev_stack.run("start")
    assert started.returncode == 0
    assert str(dev_stack.environment_file) in started.stdout
    assert dev_stack.environment_file.read_text() == "environment: local\n"


@pytest.mark.server("docker-registry")
def test_start_names_a_port_that_another_program_has(dev_stack: DevStack) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", dev_stack.port))
        started = dev_stack.run("start")
    assert started.returncode == 1
    assert f"127.0.0.1:{dev_stack.port}: bind: address already in use" in started.stderr
    assert not dev_stack.environment_file.exists()


def test_without_registry_and_engine_start_says_what_to_install(tmp_path: Path, port: int) -> None:
    started = DevStack(tmp_path, port, path=str(tmp_path)).run("start")
    assert started.returncode == 1
    assert "install the package docker-registry, or start docker" in started.stderr


def test_without_docker_registry_a_container_is_asked_for(tmp_path: Path, port: int) -> None:
    stack = DevStack(tmp_path, port, path=fake_docker(tmp_path))
    started = stack.run("start")
    assert started.returncode == 1
    assert "'docker compose up --detach' failed: no space left" in started.stderr
    assert stack.run("stop").returncode == 0
    calls = (tmp_path / "docker-calls").read_text()
    assert f"dev/compose.yaml up --detach port={port}\n" in calls
    assert f"dev/compose.yaml down port={port}\n" in calls


@pytest.mark.server("azurite-blob")
def test_blob_stores_are_started_and_take_blobs(store_stack: DevStack) -> None:
    started = store_stack.run("start", "azure", "s3", "gcs")
    assert (started.returncode, started.stderr) == (0, "")
    assert store_stack.run("status", "azure", "s3", "gcs").returncode == 0
    environment = Environments(store_stack.environment_file.parent).load("local")
    assert (environment.storage["provider"], environment.storage["container"]) == ("azurite", "bundle-blobs")
    keys = {"access_key": "any", "secret_key": "any"}
    data, digest = b"cases", digest_of(b"cases")
    for provider, port in zip(("azure", "s3", "gcs"), store_stack.store_ports, strict=True):
        section = {"provider": provider, "endpoint": f"http://127.0.0.1:{port}", **keys}
        there = environment if provider == "azure" else Environment("local", storage=section)
        store = open_blob_store(container_of(provider, "bundle-blobs"), Settings(retries=0), there)
        assert store.put("cases", 5, lambda: io.BytesIO(data), digest) is BlobStatus.PUSHED
        assert b"".join(store.read("cases", 5)) == data
    assert store_stack.run("stop", "azure", "s3", "gcs").returncode == 0
    assert store_stack.run("status", "azure").returncode == 1


def test_a_blob_store_that_cannot_be_had_is_named_and_left_out(tmp_path: Path, port: int) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("bash", "env"):
        (programs / name).symlink_to(str(shutil.which(name)))
    started = DevStack(tmp_path, port, str(programs)).run("start", "azure")
    assert started.returncode == 0
    assert "no Azure emulator: install npm" in started.stdout


def test_a_server_that_there_is_not_is_refused(tmp_path: Path, port: int) -> None:
    started = DevStack(tmp_path, port, str(tmp_path)).run("start", "azur")
    assert started.returncode == 2
    assert "registry, azure, s3, gcs" in started.stderr
