"""A program that a test needs is found, or named in the reason why the test cannot run."""

import pytest

from tests.support import programs

ABSENT = "no-such-program-anywhere"


def test_a_program_on_the_path_is_found() -> None:
    assert programs.require("sh").name == "sh"


def test_a_missing_program_skips_the_test_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "MISSING_IS_FAILURE", False)
    with pytest.raises(pytest.skip.Exception, match=ABSENT):
        programs.require(ABSENT)


def test_a_missing_program_fails_the_test_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "MISSING_IS_FAILURE", True)
    with pytest.raises(pytest.fail.Exception, match=ABSENT):
        programs.require(ABSENT)


def test_a_missing_module_skips_the_test_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "MISSING_IS_FAILURE", False)
    with pytest.raises(pytest.skip.Exception, match="no_such_module"):
        programs.require_module("no_such_module")


@pytest.mark.server("sh")
def test_a_marked_test_runs_where_the_program_is_there() -> None:
    assert programs.require("sh").is_file()
