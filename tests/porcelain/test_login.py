"""login checks a login before it stores it, and logout forgets it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.modelops_bundle.registry.helper_program import HelperProgram
from tests.support.cli import CHECKOUT, Result, run
from tests.support.stub_registry import StubRegistry, stub_registry
from tests.support.stub_tokens import PASSWORD, USERNAME
from tests.support.workspace import assert_refusal


@pytest.fixture
def stub() -> Iterator[StubRegistry]:
    """A registry that wants a login."""
    with stub_registry() as registry:
        registry.quirks.auth = "basic"
        yield registry


def login(host: str, cwd: Path, *args: str, password: str = PASSWORD) -> Result:
    return run("login", host, "-u", USERNAME, "--password-stdin", *args, cwd=cwd, input=f"{password}\n".encode())


def config_file() -> Path:
    return Path.home() / ".docker/config.json"


def test_a_login_is_stored_and_used(stub: StubRegistry, tmp_path: Path) -> None:
    assert_refusal(run("ls-remote", "--remote", f"{stub.host}/lab/seir", cwd=tmp_path), 4)
    done = login(stub.host, tmp_path)
    assert (done.code, done.text) == (0, f"Logged in to {stub.host} as {USERNAME}\nStored in '{config_file()}'\n")
    assert run("ls-remote", "--remote", f"{stub.host}/lab/seir", cwd=tmp_path).code == 0


def test_a_password_in_plain_text_is_warned_about(stub: StubRegistry, tmp_path: Path) -> None:
    assert "plain text" in login(stub.host, tmp_path).stderr


def test_a_credential_helper_is_not(stub: StubRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    HelperProgram(tmp_path / "bin", monkeypatch, sys.executable).install("keychain")
    config_file().parent.mkdir()
    config_file().write_text('{"credsStore": "keychain"}')
    done = login(stub.host, tmp_path, "--json")
    assert json.loads(done.text) == {
        "host": stub.host,
        "username": USERNAME,
        "stored": "credential helper 'keychain'",
        "plain_text": False,
    }
    assert done.stderr == ""


def test_a_wrong_password_is_not_stored_nor_shown(stub: StubRegistry, tmp_path: Path) -> None:
    done = login(stub.host, tmp_path, password="hunter2")
    assert_refusal(done, 4)
    assert stub.host in done.stderr
    assert "hunter2" not in done.stderr
    assert not config_file().exists()


def test_a_url_or_a_repository_stands_for_its_host(stub: StubRegistry, tmp_path: Path) -> None:
    assert login(f"http://{stub.host}/lab/seir", tmp_path).text.startswith(f"Logged in to {stub.host} ")


def test_without_a_terminal_nothing_is_asked(stub: StubRegistry, tmp_path: Path) -> None:
    done = run("login", stub.host, cwd=tmp_path)
    assert_refusal(done, 2)
    assert "--username" in done.stderr
    done = run("login", stub.host, "-u", USERNAME, cwd=tmp_path)
    assert_refusal(done, 2)
    assert "--password-stdin" in done.stderr


def test_an_empty_password_is_refused(stub: StubRegistry, tmp_path: Path) -> None:
    assert_refusal(login(stub.host, tmp_path, password=""), 2)


@pytest.mark.parametrize("command", ["login", "logout"])
def test_what_is_no_host_is_refused(tmp_path: Path, command: str) -> None:
    assert_refusal(run(command, "not a host", cwd=tmp_path), 2)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
def test_on_a_terminal_user_and_password_are_asked_for(stub: StubRegistry, tmp_path: Path) -> None:
    terminal, inside = os.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "modelops_bundle", "login", stub.host],
            stdin=inside,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
            start_new_session=True,
        )
        with process:
            assert process.stderr
            for question, answer in (("Username", USERNAME), ("Password", PASSWORD)):
                assert read_question(process.stderr) == f"{question} for {stub.host}: "
                os.write(terminal, f"{answer}\n".encode())
            out, _ = process.communicate(timeout=30)
    finally:
        os.close(terminal)
        os.close(inside)
    assert out.decode().startswith(f"Logged in to {stub.host} as {USERNAME}\n")


def read_question(stream: IO[bytes]) -> str:
    """Read up to the end of a question, without the line end that closed the one before."""
    text = b""
    while not text.endswith(b": "):
        byte = stream.read(1)
        assert byte, text
        text += byte
    return text.decode().lstrip("\n")
