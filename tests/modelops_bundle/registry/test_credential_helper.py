import sys
from pathlib import Path

import pytest

from modelops_bundle.registry import credential_helper
from modelops_bundle.registry.credential import Credential
from tests.modelops_bundle.registry.helper_program import HelperProgram


@pytest.fixture
def helpers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HelperProgram:
    return HelperProgram(tmp_path / "bin", monkeypatch, sys.executable)


def test_a_login_is_stored_found_and_erased(helpers: HelperProgram) -> None:
    helpers.install("memory")
    assert credential_helper.ask("memory", "reg.io") is None
    credential_helper.store("memory", "reg.io", "alice", "p:w")
    expected = Credential("alice", "p:w", source="credential helper 'memory'")
    assert credential_helper.ask("memory", "reg.io") == expected
    assert credential_helper.erase("memory", "reg.io")
    assert not credential_helper.erase("memory", "reg.io")


def test_an_identity_token_is_known_by_its_user_name(helpers: HelperProgram) -> None:
    helpers.install("memory")
    credential_helper.store("memory", "reg.io", "<token>", "idt")
    credential = credential_helper.ask("memory", "reg.io")
    assert credential is not None and (credential.identity_token, credential.password) == ("idt", "")


@pytest.mark.parametrize(
    "script",
    [
        "#!/bin/sh\nexit 1\n",
        "#!/bin/sh\necho credentials not found >&2; exit 1\n",
        "#!/bin/sh\necho not json\n",
        "#!/bin/sh\necho '[]'\n",
        '#!/bin/sh\necho \'{"Username": "alice"}\'\n',
        '#!/bin/sh\necho \'{"Username": "alice", "Secret": ""}\'\n',
    ],
)
def test_a_helper_that_fails_or_talks_nonsense_knows_nothing(helpers: HelperProgram, script: str) -> None:
    helpers.install_script("bad", script)
    assert credential_helper.ask("bad", "reg.io") is None


def test_a_missing_helper_knows_nothing_but_cannot_store(helpers: HelperProgram) -> None:
    assert credential_helper.ask("absent", "reg.io") is None
    with pytest.raises(credential_helper.HelperFailed, match="docker-credential-absent"):
        credential_helper.store("absent", "reg.io", "alice", "pw")


def test_a_helper_that_hangs_is_given_up(helpers: HelperProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credential_helper, "TIMEOUT", 0.02)
    helpers.install_script("slow", "#!/bin/sh\nexec sleep 60\n")
    assert credential_helper.ask("slow", "reg.io") is None
    with pytest.raises(credential_helper.HelperFailed, match="no answer"):
        credential_helper.store("slow", "reg.io", "alice", "pw")


@pytest.mark.parametrize("name", ["../evil", "a b", "a;b", "", "-x", "a/b"])
def test_a_name_that_is_no_program_name_is_not_run(helpers: HelperProgram, name: str) -> None:
    assert credential_helper.ask(name, "reg.io") is None
    with pytest.raises(credential_helper.HelperFailed, match="not the name"):
        credential_helper.store(name, "reg.io", "alice", "pw")


def test_what_a_helper_prints_when_it_fails_is_not_repeated(helpers: HelperProgram) -> None:
    helpers.install_script("leaky", "#!/bin/sh\ncat\ncat >&2\nexit 3\n")
    with pytest.raises(credential_helper.HelperFailed, match="exit code 3") as caught:
        credential_helper.store("leaky", "reg.io", "alice", "hunter2")
    assert "hunter2" not in repr(caught.value)


def test_a_credential_shows_no_secret() -> None:
    credential = Credential("alice", "hunter2", "hunter2", "hunter2", "a file")
    assert "hunter2" not in repr(credential)
