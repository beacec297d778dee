"""Which remote a command talks to."""

from dataclasses import replace
from pathlib import Path

import pytest

from modelops_bundle.checkout.local_config import LocalConfig, write_local_config
from modelops_bundle.checkout.project import Project
from modelops_bundle.environments import Environment, write_pin
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.registry.credential_lookup import find_credential
from modelops_bundle.registry.reference import RegistryReference
from modelops_bundle.registry.remote import RegistryRemote
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.remotes.opening import (
    RemoteChoice,
    choose_remote,
    environment_of,
    open_remote,
    require_remote,
)
from modelops_bundle.settings import Settings

SETTINGS = {"registry": "ghcr.io/lab/from-variable"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the environments dev and prod."""
    directory = tmp_path / "home" / ".modelops" / "bundle-env"
    directory.mkdir(parents=True)
    for name in ("dev", "prod"):
        (directory / f"{name}.yaml").write_text(f"registry: {{login_server: {name}.azurecr.io/base/}}")
    return tmp_path / "home"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "SEIR model")


def test_nothing_names_a_remote(project: Project, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert choose_remote(project, settings) is None
    with pytest.raises(Invalid, match="no remote") as caught:
        require_remote(project, settings)
    assert "config remote" in caught.value.hint


def test_what_is_nearer_wins(project: Project, home: Path) -> None:
    quiet, loud = Settings(home=home), Settings(home=home, registry="ghcr.io/lab/from-variable")
    assert choose_remote(project, quiet) == RemoteChoice("dev.azurecr.io/base/seir-model", "environment 'dev'")
    write_pin(project.pin_path, "prod")
    assert require_remote(project, quiet) == "prod.azurecr.io/base/seir-model"
    write_local_config(project.local_path, LocalConfig(remote="oci:out"))
    assert choose_remote(project, quiet) == RemoteChoice(f"oci:{project.root}/out", str(project.local_path))
    assert choose_remote(project, loud) == RemoteChoice("ghcr.io/lab/from-variable", "environment variable")
    assert choose_remote(project, loud, "x.io/y") == RemoteChoice("x.io/y", "option --remote")


def test_a_registry_alone_gets_a_repository(project: Project, home: Path) -> None:
    settings = Settings(home=home, registry="localhost:5000")
    assert require_remote(project, settings) == "localhost:5000/seir-model"
    write_local_config(project.local_path, LocalConfig(repository="models/seir"))
    assert require_remote(project, settings) == "localhost:5000/models/seir"
    assert require_remote(project, Settings(home=home, registry="x.io", repository="y/z")) == "x.io/y/z"


@pytest.mark.parametrize(
    ("registry", "expected"),
    [
        ("https://LocalHost:5000/", "localhost:5000/seir-model"),
        ("https://GHCR.io/lab/seir", "ghcr.io/lab/seir"),
        ("docker.io", "docker.io/library/seir-model"),
        ("oci:out", "oci:{root}/out"),
        ("..", "oci:{above}"),
    ],
)
def test_a_remote_is_known_by_the_name_under_which_it_is_opened(
    project: Project, home: Path, registry: str, expected: str
) -> None:
    settings = Settings(home=home, registry=registry)
    name = require_remote(project, settings)
    assert name == expected.format(root=project.root, above=project.root.parent)
    remote = open_remote(name, settings)
    assert remote.name == name
    remote.close()


def test_a_variable_names_the_environment(project: Project, home: Path) -> None:
    found = environment_of(project, Settings(home=home, environment="prod"))
    assert found
    assert found.name == "prod"


def test_an_environment_that_is_named_must_exist(project: Project, home: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="'test'"):
        environment_of(project, Settings(home=home, environment="test"))
    write_pin(project.pin_path, "gone")
    with pytest.raises(NotFound, match="'gone'"):
        environment_of(project, Settings(home=home))
    project.pin_path.unlink()
    assert environment_of(project, Settings(home=tmp_path)) is None


def test_a_remote_is_opened_by_its_kind(tmp_path: Path) -> None:
    assert isinstance(open_remote(f"oci:{tmp_path}", Settings()), LayoutRemote)
    remote = open_remote("localhost:5000/seir", Settings(home=tmp_path))
    assert isinstance(remote, RegistryRemote)
    assert remote.name == "localhost:5000/seir"
    remote.close()


DEV = Environment("dev", "https://ACR.io/base", "me", "s3cret")


def login_of(
    monkeypatch: pytest.MonkeyPatch, name: str, settings: Settings, environment: Environment = DEV
) -> tuple[str, str, str] | None:
    """Return user, password and token that a remote is opened with, as far as its registry gets to see them."""
    given: list[Settings] = []

    def record(self: RegistryRemote, reference: RegistryReference, settings: Settings) -> None:
        given.append(settings)

    monkeypatch.setattr(RegistryRemote, "__init__", record)
    open_remote(name, settings, environment)
    login = find_credential(name.partition("/")[0], "seir", given[0])
    return (login.username, login.password, login.registry_token) if login else None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("acr.io/seir", ("me", "s3cret", "")),
        ("evil.io/seir", None),
        ("acr.io.evil.io/seir", None),
        ("acr.io:444/seir", None),
    ],
)
def test_an_environments_password_goes_to_its_own_registry_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, expected: tuple[str, str, str] | None
) -> None:
    assert login_of(monkeypatch, name, Settings(home=tmp_path)) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(username="you", password="pw"), ("you", "pw", "")),
        (Settings(token="t0ken"), ("", "", "t0ken")),
        (Settings(registry="acr.io/x", username="you", password="pw"), ("you", "pw", "")),
        (Settings(registry="ghcr.io", username="you", password="pw"), ("me", "s3cret", "")),
        (Settings(registry="ghcr.io", token="t0ken"), ("me", "s3cret", "")),
        (Settings(registry="oci:out"), ("me", "s3cret", "")),
        (Settings(username="you"), ("me", "s3cret", "")),
    ],
)
def test_variables_win_over_the_environments_login_where_they_are_for_that_registry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings, expected: tuple[str, str, str]
) -> None:
    assert login_of(monkeypatch, "acr.io/seir", replace(settings, home=tmp_path)) == expected


def test_a_token_for_another_registry_does_not_stand_in_for_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path, registry="ghcr.io", token="t0ken")
    assert login_of(monkeypatch, "acr.io/seir", settings, replace(DEV, password="")) is None
    assert login_of(monkeypatch, "acr.io/seir", settings, replace(DEV, login_server="")) is None
