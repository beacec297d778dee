import base64
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.errors import Invalid
from modelops_bundle.registry.auth_file import AuthFile


def basic(text: str) -> dict[str, str]:
    return {"auth": base64.b64encode(text.encode()).decode()}


def write(path: Path, document: Any) -> AuthFile:
    path.write_text(json.dumps(document))
    return AuthFile.read(path)


@pytest.mark.parametrize(
    "key",
    [
        "reg.io",
        "REG.io",
        "https://reg.io",
        "https://reg.io/",
        "https://reg.io/v1/",
        "http://reg.io/v2/",
        "reg.io/v2/",
    ],
)
def test_a_host_is_found_however_its_key_is_written(tmp_path: Path, key: str) -> None:
    file = write(tmp_path / "config.json", {"auths": {key: basic("alice:pw")}})
    credential = file.credential("reg.io", "lab/model")
    assert credential is not None and (credential.username, credential.password) == ("alice", "pw")


@pytest.mark.parametrize(
    "key", ["https://index.docker.io/v1/", "docker.io", "registry-1.docker.io", "index.docker.io"]
)
def test_docker_hub_has_many_names(tmp_path: Path, key: str) -> None:
    file = write(tmp_path / "config.json", {"auths": {key: basic("alice:pw")}})
    assert file.credential("docker.io", "library/ubuntu") is not None


@pytest.mark.parametrize("key", ["reg.io:5000", "reg.io.evil.com", "sub.reg.io", "reg.io/other"])
def test_the_login_of_another_host_or_path_is_not_taken(tmp_path: Path, key: str) -> None:
    file = write(tmp_path / "config.json", {"auths": {key: basic("alice:pw")}})
    assert file.credential("reg.io", "lab/model") is None


def test_the_longest_path_wins(tmp_path: Path) -> None:
    auths = {
        "reg.io": basic("host:pw"),
        "reg.io/lab": basic("lab:pw"),
        "reg.io/lab/model": basic("model:pw"),
        "reg.io/lab/model/deep": basic("deep:pw"),
    }
    file = write(tmp_path / "auth.json", {"auths": auths})
    found = [file.credential("reg.io", name) for name in ("lab/model", "lab/modelling", "other")]
    assert [credential and credential.username for credential in found] == ["model", "lab", "host"]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (basic("alice:pass:with:colons"), ("alice", "pass:with:colons", "", "")),
        ({"auth": base64.b64encode(b"alice:pw").decode().rstrip("=")}, ("alice", "pw", "", "")),
        ({"auth": base64.b64encode(b"alice:pw\0\n").decode()}, ("alice", "pw", "", "")),
        ({"username": "alice", "password": "pw"}, ("alice", "pw", "", "")),
        (basic("alice:") | {"identitytoken": "idt"}, ("alice", "", "idt", "")),
        ({"registrytoken": "rt"}, ("", "", "", "rt")),
        ({}, None),
        ({"auth": "!!!"}, None),
        ({"auth": "//79"}, None),
        ({"auth": 7, "username": ["x"]}, None),
        (basic("nocolon"), None),
        ("text", None),
    ],
)
def test_entries_are_read(tmp_path: Path, entry: Any, expected: tuple[str, str, str, str] | None) -> None:
    credential = write(tmp_path / "config.json", {"auths": {"reg.io": entry}}).credential("reg.io", "m")
    found = credential and (
        credential.username,
        credential.password,
        credential.identity_token,
        credential.registry_token,
    )
    assert found == expected


def test_an_empty_entry_for_a_path_does_not_hide_that_of_the_host(tmp_path: Path) -> None:
    file = write(tmp_path / "auth.json", {"auths": {"reg.io/lab": {}, "reg.io": basic("alice:pw")}})
    assert file.credential("reg.io", "lab/model") is not None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"auths": []}', b'{"credHelpers": 3}'])
def test_a_broken_file_says_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config.json").write_bytes(content)
    file = AuthFile.read(tmp_path / "config.json")
    assert file.credential("reg.io", "m") is None and file.helpers("reg.io") == []


def test_a_missing_file_or_a_directory_says_nothing(tmp_path: Path) -> None:
    assert AuthFile.read(tmp_path / "none.json").document == {}
    assert AuthFile.read(tmp_path).document == {}


def test_a_file_that_would_fill_the_memory_says_nothing(tmp_path: Path) -> None:
    with (tmp_path / "config.json").open("wb") as stream:
        stream.truncate(1 << 40)
    assert AuthFile.read(tmp_path / "config.json").document == {}
    with pytest.raises(Invalid, match="is larger than"):
        AuthFile.read(tmp_path / "config.json", lenient=False)


@pytest.mark.parametrize("content", [b"{", b"[]"])
def test_a_broken_file_is_not_overwritten(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(Invalid, match=r"config\.json"):
        AuthFile.read(tmp_path / "config.json", lenient=False)


def test_helpers_of_the_host_come_before_the_store(tmp_path: Path) -> None:
    document = {"credHelpers": {"https://reg.io": "special", "other.io": "other"}, "credsStore": "desktop"}
    file = write(tmp_path / "config.json", document)
    assert file.helpers("reg.io") == [("special", "https://reg.io"), ("desktop", "reg.io")]
    assert file.helpers("docker.io") == [("desktop", "https://index.docker.io/v1/")]


def test_dockercfg_is_a_table_of_logins_only(tmp_path: Path) -> None:
    file = write(tmp_path / ".dockercfg", {"https://reg.io": basic("alice:pw")})
    assert file.credential("reg.io", "m") is not None
    file.without("reg.io").write()
    assert json.loads((tmp_path / ".dockercfg").read_text()) == {}


def test_writing_keeps_what_else_is_there_and_lets_nobody_else_read(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    file = write(path, {"auths": {"other.io": basic("bob:pw"), "https://reg.io/v1/": {}}, "psFormat": "table"})
    path.chmod(0o644)
    file.with_login("reg.io", "alice", "päss").write()
    document = json.loads(path.read_text())
    assert document["psFormat"] == "table"
    assert document["auths"] == {"other.io": basic("bob:pw"), "reg.io": basic("alice:päss")}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["config.json"]


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "dotfiles.json").write_text("{}")
    (tmp_path / "config.json").symlink_to("dotfiles.json")
    AuthFile.read(tmp_path / "config.json").with_login("reg.io", "alice", "pw").write()
    assert (tmp_path / "config.json").is_symlink()
    assert "reg.io" in (tmp_path / "dotfiles.json").read_text()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Invalid, match=r"file/config\.json"):
        AuthFile(tmp_path / "file" / "config.json", {}).write()
