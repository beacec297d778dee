import json
import sys
from pathlib import Path

import pytest

from modelops_bundle.errors import AuthRefused, NotFound, TransferFailed
from modelops_bundle.registry.auth_file import AuthFile
from modelops_bundle.registry.login import login, logout
from modelops_bundle.settings import Settings
from tests.modelops_bundle.registry.conftest import Connect
from tests.modelops_bundle.registry.helper_program import HelperProgram
from tests.support.registry_server import RegistryServer
from tests.support.stub_registry import StubRegistry
from tests.support.stub_tokens import PASSWORD, USERNAME


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_a_login_is_checked_stored_used_and_forgotten(
    stub: StubRegistry, connect: Connect, settings: Settings, auth: str
) -> None:
    stub.quirks.auth = auth  # type: ignore[assignment]
    config = settings.home / ".docker" / "config.json"
    assert login(stub.host, USERNAME, PASSWORD, settings) == f"'{config}'"
    assert connect().resolve_tag("v1") is None
    assert logout(stub.host, settings)
    assert not logout(stub.host, settings)
    with pytest.raises(AuthRefused):
        connect().resolve_tag("v1")


@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_a_wrong_password_is_refused_and_not_stored(stub: StubRegistry, settings: Settings, auth: str) -> None:
    stub.quirks.auth = auth  # type: ignore[assignment]
    stub.quirks.public = True
    with pytest.raises(AuthRefused) as caught:
        login(stub.host, USERNAME, "hunter2", settings)
    assert "hunter2" not in f"{caught.value} {caught.value.hint}"
    assert not (settings.home / ".docker").exists()


def test_a_registry_without_logins_takes_any(stub: StubRegistry, settings: Settings) -> None:
    login(stub.host, USERNAME, "anything", settings)
    assert AuthFile.read(settings.home / ".docker" / "config.json").credential(stub.host, "m") is not None


def test_what_is_no_registry_is_told(stub: StubRegistry, settings: Settings) -> None:
    stub.fail("GET", "^/v2/$", status=404)
    with pytest.raises(NotFound, match="the login"):
        login(stub.host, USERNAME, PASSWORD, settings)


def test_nobody_there_is_told_at_once(settings: Settings) -> None:
    slept: list[float] = []
    with pytest.raises(TransferFailed, match=r"127\.0\.0\.1:9' refuses connections"):
        login("127.0.0.1:9", USERNAME, PASSWORD, settings, slept.append)
    assert slept == []


def test_a_helper_takes_the_login_and_the_file_loses_its_copy(
    stub: StubRegistry, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helpers = HelperProgram(tmp_path / "bin", monkeypatch, sys.executable)
    helpers.install("keychain")
    config = tmp_path / ".docker" / "config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"credsStore": "keychain"}))
    AuthFile.read(config).with_login(stub.host, "old", "old").write()
    assert login(stub.host, USERNAME, PASSWORD, settings) == "credential helper 'keychain'"
    assert json.loads(config.read_text()) == {"credsStore": "keychain", "auths": {}}
    assert logout(stub.host, settings)
    assert helpers.log("keychain") == [f"store {stub.host}", f"get {stub.host}", f"erase {stub.host}"]


def test_the_auth_file_of_podman_is_written_when_it_is_named(stub: StubRegistry, tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    settings = Settings(home=tmp_path, registry_auth_file=path)
    assert login(stub.host, USERNAME, PASSWORD, settings) == f"'{path}'"
    assert not (tmp_path / ".docker").exists()


def test_logout_forgets_the_login_wherever_it_is(settings: Settings) -> None:
    podman = settings.home / ".config" / "containers" / "auth.json"
    AuthFile.read(podman).with_login("reg.io", "alice", "pw").write()
    assert logout("https://reg.io/", settings)
    assert json.loads(podman.read_text()) == {"auths": {}}


@pytest.mark.server("docker-registry")
def test_real_registries_check_logins(
    registry_htpasswd: RegistryServer, registry_token: RegistryServer, settings: Settings
) -> None:
    for server in (registry_htpasswd, registry_token):
        login(server.host, server.username, server.password, settings)
        with pytest.raises(AuthRefused):
            login(server.host, server.username, "wrong", settings)
