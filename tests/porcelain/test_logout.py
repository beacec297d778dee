"""logout forgets a login, wherever it is stored, and says when there was none."""

import base64
import json
from pathlib import Path

import pytest

from tests.support.cli import run
from tests.support.workspace import assert_refusal


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A file with the logins of two registries."""
    file = Path.home() / ".docker/config.json"
    file.parent.mkdir()
    auths = {host: {"auth": base64.b64encode(b"me:hunter2").decode()} for host in ("lab.example", "other.example")}
    file.write_text(json.dumps({"auths": auths, "detachKeys": "ctrl-e"}))
    return file


def test_only_the_login_of_that_registry_is_gone(config: Path, tmp_path: Path) -> None:
    assert run("logout", "lab.example", cwd=tmp_path).text == "Logged out of lab.example\n"
    left = json.loads(config.read_text())
    assert set(left["auths"]) == {"other.example"} and left["detachKeys"] == "ctrl-e"


def test_there_must_be_a_login(config: Path, tmp_path: Path) -> None:
    assert run("logout", "lab.example", cwd=tmp_path).code == 0
    before = config.read_text()
    done = run("logout", "lab.example", cwd=tmp_path)
    assert_refusal(done, 1)
    assert "modelops-bundle login lab.example" in done.stderr
    assert config.read_text() == before


def test_a_url_or_a_repository_stands_for_its_host(config: Path, tmp_path: Path) -> None:
    done = run("logout", "https://lab.example/models/seir", "--json", cwd=tmp_path)
    assert json.loads(done.text) == {"host": "lab.example"}


def test_what_is_no_host_is_refused(config: Path, tmp_path: Path) -> None:
    assert_refusal(run("logout", "not a host", cwd=tmp_path), 2)
