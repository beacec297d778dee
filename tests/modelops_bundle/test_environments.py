"""Environments belong to the platform: we read what we need of them, and keep their secrets to ourselves."""

import os
from pathlib import Path

import pytest

from modelops_bundle.environments import Environment, Environments, read_pin, write_pin
from modelops_bundle.errors import Invalid, NotFound

DOCUMENT = """
environment: dev
registry: {login_server: "localhost:5555/", username: me, password: s3cret, provider: docker}
storage: {provider: azure, connection_string: "AccountKey=k3y", container: null}
later: {anything: [1, 2]}
"""


@pytest.fixture
def environments(tmp_path: Path) -> Environments:
    (tmp_path / "dev.yaml").write_text(DOCUMENT)
    (tmp_path / "bare.yaml").write_text("environment: bare\n")
    (tmp_path / "not a name.yaml").write_text("")
    (tmp_path / "notes.txt").write_text("")
    return Environments(tmp_path)


def test_names_are_those_of_the_documents(environments: Environments, tmp_path: Path) -> None:
    assert environments.names() == ["bare", "dev"]
    assert Environments(tmp_path / "none").names() == []


def test_what_we_need_is_read_and_the_rest_left(environments: Environments) -> None:
    assert environments.load("dev") == Environment(
        "dev",
        "localhost:5555",
        "me",
        "s3cret",
        {"provider": "azure", "connection_string": "AccountKey=k3y"},
    )
    assert environments.load("bare") == Environment("bare")


def test_no_representation_holds_a_secret(environments: Environments) -> None:
    shown = f"{environments.load('dev')!r} {environments.load('dev')}"
    assert "s3cret" not in shown
    assert "k3y" not in shown


def test_a_missing_one_is_not_found_and_the_others_are_named(environments: Environments) -> None:
    with pytest.raises(NotFound, match="'prod'") as caught:
        environments.load("prod")
    assert "bare, dev" in caught.value.hint
    assert environments.find("prod") is None


@pytest.mark.parametrize("name", ["../dev", "a/b", "", ".hidden", "x" * 65, "a\nb"])
def test_a_name_never_leaves_the_directory(environments: Environments, name: str) -> None:
    with pytest.raises(Invalid):
        environments.load(name)
    with pytest.raises(Invalid):
        environments.find(name)


@pytest.mark.parametrize("text", ["registry: text", "storage: [1]", "- a"])
def test_a_malformed_document_is_refused(environments: Environments, tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(Invalid, match=r"bad\.yaml"):
        environments.load("bad")


def test_a_pin_is_read_back_and_absent_without_one(tmp_path: Path) -> None:
    assert read_pin(tmp_path / "env") == ""
    write_pin(tmp_path / "env", "dev")
    assert read_pin(tmp_path / "env") == "dev"


@pytest.mark.parametrize("data", [b"../x", b"\xff\xfe", b"a\nb", b"\x1b[31m"])
def test_a_damaged_pin_is_refused_in_one_printable_line(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "env").write_bytes(data)
    with pytest.raises(Invalid) as caught:
        read_pin(tmp_path / "env")
    assert caught.value.message.isprintable()


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o604, 0o620, 0o400])
@pytest.mark.parametrize(
    ("storage", "secret"),
    [
        ("{connection_string: x}", True),
        ("{secret_key: x}", True),
        ("{sas_token: x}", True),
        ("{endpoint: 'https://h.io/?sig=x'}", True),
        ("{endpoint: 'https://h.io', container: models}", False),
    ],
)
def test_a_file_with_secrets_that_others_can_read_is_found(
    environments: Environments, storage: str, secret: bool, mode: int
) -> None:
    path = environments.path("dev")
    path.write_text(f"registry: {{login_server: h.io}}\nstorage: {storage}\n")
    path.chmod(mode)
    found = environments.exposed(environments.load("dev"))
    assert found == (path if secret and mode not in (0o600, 0o400) else None)
