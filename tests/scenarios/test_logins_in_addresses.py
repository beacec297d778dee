"""Whoever writes a password into an address does not find it in messages, where others read it."""

from pathlib import Path

import pytest

from tests.modelops_bundle.samples import digest_number
from tests.support.workspace import Workspace

ADDRESSES = [
    "https://u:SECRET1@host.invalid",
    "u:SECRET1@localhost:1",
    "https://u:SECRET1@localhost:1/path:tag",
    "https://SECRET1@localhost:1/path",
    "SECRET1@localhost:1/path",
    "u:SE/CRET/SECRET1@localhost:1/path",
    "u:SECRET1!@localhost",
    f"u:SECRET1@localhost:1/path@{digest_number(1)}",
    "docker://u:SECRET1@localhost:1/path",
    "https://localhost:1/path?sig=SECRET1",
    "localhost:1?sig=SECRET1",
]
COMMANDS = [
    ("login", "ADDRESS", "-u", "me", "--password-stdin"),
    ("logout", "ADDRESS"),
    ("env", "create", "lab", "--login-server", "ADDRESS"),
    ("init", "elsewhere", "--remote", "ADDRESS"),
    ("config", "remote", "ADDRESS"),
    ("clone", "ADDRESS", "copy"),
    ("fetch", "--remote", "ADDRESS"),
    ("push", "--remote", "ADDRESS"),
    ("resolve", "ADDRESS"),
    ("materialize", "ADDRESS", "copy"),
    ("mount-blob", "--remote", "localhost:1/a", "--from", "ADDRESS", digest_number(1)),
]
# What takes no address is given one all the same.
OTHERS = [("tag", "v1", "ADDRESS"), ("env", "use", "ADDRESS"), ("log", "ADDRESS"), ("read-manifest", "ADDRESS")]


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("MODELOPS_HTTP_RETRY", "0")
    work = Workspace(tmp_path / "work", tmp_path / "home")
    work.ok("init", "--remote", f"oci:{tmp_path}/layout")
    return work


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_no_command_repeats_a_password(work: Workspace, command: tuple[str, ...]) -> None:
    for address in ADDRESSES:
        done = work.run(*(address if word == "ADDRESS" else word for word in command), input=b"pw\n")
        assert done.code, address
        assert "SECRET1" not in done.text + done.stderr, (address, done)


@pytest.mark.parametrize("command", OTHERS, ids=lambda command: command[0])
def test_an_address_in_the_wrong_place_is_not_repeated_either(work: Workspace, command: tuple[str, ...]) -> None:
    for address in ADDRESSES[:3]:
        done = work.run(*(address if word == "ADDRESS" else word for word in command))
        assert done.code, address
        assert "SECRET1" not in done.text + done.stderr, (address, done)


@pytest.mark.parametrize("name", ["MODELOPS_BUNDLE_REGISTRY", "REGISTRY_REPO", "local.yaml", "dev.yaml"])
def test_no_setting_is_repeated_with_its_password(
    work: Workspace, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ADDRESSES:
        if name.isupper():
            monkeypatch.setenv("MODELOPS_BUNDLE_REGISTRY", "localhost:1")
            monkeypatch.setenv(name, address)
        elif name == "local.yaml":
            work.write(".modelops-bundle/local.yaml", f"version: 1\nremote: '{address}'\n")
        else:
            work.write(".modelops-bundle/local.yaml", "version: 1\n")
            Workspace(work.home or work.root).write(
                ".modelops/bundle-env/dev.yaml", f"registry:\n  login_server: '{address}'\n"
            )
        for command in ("status",), ("config", "--list"), ("fetch",), ("resolve", "seir:v1"):
            done = work.run(*command)
            assert "SECRET1" not in done.text + done.stderr, (address, command, done)
