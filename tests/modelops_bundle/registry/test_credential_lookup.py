import base64
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.registry.credential_lookup import find_credential
from modelops_bundle.settings import Settings
from tests.modelops_bundle.registry.helper_program import HelperProgram


def login_of(name: str, host: str = "reg.io") -> dict[str, Any]:
    return {"auths": {host: {"auth": base64.b64encode(f"{name}:pw".encode()).decode()}}}


def write(path: Path, document: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    return path


def user_of(settings: Settings, host: str = "reg.io") -> str | None:
    credential = find_credential(host, "lab/model", settings)
    return credential.username if credential else None


@pytest.fixture
def everything(tmp_path: Path) -> Settings:
    """A machine where each place has a login of another name."""
    home = tmp_path / "home"
    write(home / ".docker" / "config.json", login_of("docker-home"))
    write(tmp_path / "docker" / "config.json", login_of("docker-config"))
    write(tmp_path / "run" / "containers" / "auth.json", login_of("runtime"))
    write(tmp_path / "xdg" / "containers" / "auth.json", login_of("xdg"))
    write(home / ".config" / "containers" / "auth.json", login_of("home-config"))
    write(home / ".dockercfg", {"reg.io": {"username": "dockercfg", "password": "pw"}})
    return Settings(home=home)


def test_the_places_are_asked_in_order(everything: Settings, tmp_path: Path) -> None:
    home = everything.home
    given = replace(
        everything, docker_config=tmp_path / "docker", runtime_dir=tmp_path / "run", config_home=tmp_path / "xdg"
    )
    assert user_of(everything) == "docker-home"
    assert user_of(Settings(home=home, docker_config=tmp_path / "docker")) == "docker-config"
    auth_file = write(tmp_path / "only.json", login_of("auth-file"))
    assert user_of(Settings(home=home, registry_auth_file=auth_file)) == "auth-file"
    (tmp_path / "docker" / "config.json").unlink()
    assert user_of(given) == "runtime"
    (tmp_path / "run" / "containers" / "auth.json").write_text("{ broken")
    assert user_of(given) == "xdg"
    (home / ".docker" / "config.json").unlink()
    assert user_of(Settings(home=home)) == "home-config"
    (home / ".config" / "containers" / "auth.json").unlink()
    assert user_of(Settings(home=home)) == "dockercfg"
    (home / ".dockercfg").unlink()
    assert user_of(Settings(home=home)) is None


def test_the_auth_file_is_the_only_file_even_when_it_is_missing(everything: Settings, tmp_path: Path) -> None:
    assert user_of(Settings(home=everything.home, registry_auth_file=tmp_path / "none.json")) is None


def test_the_environment_comes_first_for_the_registry_that_it_names(everything: Settings) -> None:
    def settings(registry: str) -> Settings:
        return Settings(home=everything.home, username="env", password="pw", registry=registry)

    for registry in ("", "reg.io", "https://REG.io/v2/", "reg.io/lab"):
        assert user_of(settings(registry)) == "env"
    for registry in ("other.io", "reg.io:5000", "oci:directory", "./directory"):
        assert user_of(settings(registry)) == "docker-home"


def test_a_token_of_the_environment_is_a_password_with_a_user_name_and_else_a_bearer(tmp_path: Path) -> None:
    with_name = find_credential("reg.io", "m", Settings(home=tmp_path, username="alice", token="t"))
    assert with_name is not None and (with_name.password, with_name.registry_token) == ("t", "")
    alone = find_credential("reg.io", "m", Settings(home=tmp_path, token="t"))
    assert alone is not None and alone.registry_token == "t" and not alone.stored
    assert find_credential("reg.io", "m", Settings(home=tmp_path, username="alice")) is None


def test_a_helper_that_knows_nothing_leaves_it_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helpers = HelperProgram(tmp_path / "bin", monkeypatch, sys.executable)
    helpers.install("store")
    document = {
        "credHelpers": {"reg.io": "absent"},
        "credsStore": "store",
        "auths": {"reg.io": {}, "other.io": login_of("plain")["auths"]["reg.io"]},
    }
    write(tmp_path / ".docker" / "config.json", document)
    write(tmp_path / ".dockercfg", {"reg.io": {"username": "last", "password": "pw"}})
    settings = Settings(home=tmp_path)
    assert user_of(settings, "other.io") == "plain"
    assert user_of(settings) == "last"
    assert helpers.log("store") == ["get other.io", "get reg.io"]


def test_the_log_names_where_a_login_came_from_and_no_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(tmp_path / ".docker" / "config.json", login_of("alice"))
    with caplog.at_level("DEBUG"):
        find_credential("reg.io", "m", Settings(home=tmp_path))
    assert str(path) in caplog.text
    assert "pw" not in caplog.text.replace(str(tmp_path), "")
