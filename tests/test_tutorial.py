"""The tutorial is run, and must print what it shows."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.console_blocks import check_page
from tests.support.registry_server import RegistryServer

ROOT = Path(__file__).parent.parent
DEV_STACK = ROOT / "scripts" / "dev-stack"
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
_REGISTRY = "## 8. A real registry"


@pytest.fixture
def dev_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let scripts/dev-stack use a free port, and stop what it started even if the tutorial breaks off."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("MODELOPS_DEV_REGISTRY_PORT", str(port))
    yield f"localhost:{port}"
    subprocess.run([DEV_STACK, "stop"], check=True, stdout=subprocess.DEVNULL)


def test_the_tutorial_needs_no_server_before_its_last_section(tmp_path: Path) -> None:
    before, heading, _ = TUTORIAL.partition(_REGISTRY)
    assert heading
    check_page(before, tmp_path)


@pytest.mark.server("docker-registry")
def test_the_tutorial_prints_what_it_shows(
    dev_registry: str, registry_htpasswd: RegistryServer, tmp_path: Path
) -> None:
    (Path.home() / "password").write_text(f"{registry_htpasswd.password}\n")
    names = {
        "scripts/dev-stack": str(DEV_STACK),
        "localhost:5555": dev_registry,
        "registry.example.org": registry_htpasswd.host,
    }
    assert registry_htpasswd.username == "alice"
    check_page(TUTORIAL, tmp_path, names)
