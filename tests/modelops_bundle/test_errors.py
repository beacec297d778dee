"""Exit codes are a promise to scripts."""

import pytest

from modelops_bundle import errors
from modelops_bundle.errors import MANY, BundleError, ExitCode, Invalid, NotFound, joined, shortened
from modelops_bundle.files.hashing import FileChanged


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("BundleError", 3),
        ("NotFound", 1),
        ("Invalid", 2),
        ("TransferFailed", 3),
        ("AuthRefused", 4),
        ("IntegrityError", 5),
        ("Busy", 6),
        ("RemoteMoved", 7),
        ("UnsupportedMediaType", 10),
        ("LayerMismatch", 11),
        ("WorkingTreeConflict", 12),
    ],
)
def test_every_family_has_its_exit_code(name: str, code: int) -> None:
    kind = getattr(errors, name)
    assert issubclass(kind, BundleError)
    assert kind.exit_code == code


def test_the_other_codes_are_those_of_the_shell() -> None:
    others = {ExitCode.DONE: 0, ExitCode.BUG: 70, ExitCode.INTERRUPTED: 130, ExitCode.BROKEN_PIPE: 141}
    assert all(code == number for code, number in others.items())


def test_an_error_says_what_failed_and_how_to_go_on() -> None:
    error = BundleError("it failed", hint="try again", details=("a", "b"))
    assert (str(error), error.message, error.hint, error.details) == (
        "it failed",
        "it failed",
        "try again",
        ("a", "b"),
    )
    assert BundleError("it failed").details == ()


def test_one_error_stands_for_itself_and_several_for_each_other() -> None:
    one, other = NotFound("no such file: 'a'", hint="look"), Invalid("unsafe path 'b'", hint="rename")
    assert joined([one], "1 path is bad") is one
    both = joined([one, other], "2 paths are bad")
    assert (type(both), both.exit_code) == (NotFound, ExitCode.NOT_FOUND)
    assert (both.message, both.hint, both.details) == ("2 paths are bad", "look", (one.message, other.message))


def test_an_error_of_a_concrete_kind_is_joined_in_its_family() -> None:
    both = joined([FileChanged("a"), FileChanged("b")], "2 files changed")
    assert type(both) is errors.TransferFailed


def test_many_lines_are_counted_not_listed() -> None:
    lines = [f"path {number}" for number in range(MANY + 3)]
    assert shortened(lines[:MANY]) == tuple(lines[:MANY])
    assert shortened(lines) == (*lines[:MANY], "… and 3 more")
