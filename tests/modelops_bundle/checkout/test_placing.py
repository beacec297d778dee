"""What is put onto another file system is there whole or not at all, and nothing else stays there."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from modelops_bundle.checkout.placing import put, remove_leftover
from tests.modelops_bundle.faults import failing_at
from tests.modelops_bundle.samples import everything_below

# As `put` does it where `os.replace` tells that the target is on another file system; killed half way.
KILLED = """
import errno, os, shutil, sys
from pathlib import Path
from modelops_bundle.checkout.placing import put

def replace(source, target):
    raise OSError(errno.EXDEV, "Invalid cross-device link")

def copy_half(source, target, **options):
    Path(target).write_text("hal")
    os._exit(9)

os.replace, shutil.copy2 = replace, copy_half
put(Path(sys.argv[1]), sys.argv[2])
"""


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    """A staged file; beside it is a tree with a mounted directory."""
    (tmp_path / "tmp" / "checkout-1").mkdir(parents=True)
    (tmp_path / "tree" / "mounted").mkdir(parents=True)
    (tmp_path / "tmp" / "checkout-1" / "1").write_bytes(b"whole")
    return tmp_path / "tmp" / "checkout-1" / "1"


@pytest.fixture
def target(tmp_path: Path, staged: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A path in the mounted directory."""
    real = os.replace

    def replace(source: str | Path, target: str) -> None:
        if os.fspath(source) == os.fspath(staged):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    return str(tmp_path / "tree" / "mounted" / ("x" * 255))


def test_a_name_of_any_length_is_put_there(tmp_path: Path, staged: Path, target: str) -> None:
    put(staged, target)
    assert everything_below(tmp_path / "tree") == {"mounted": "", f"mounted/{'x' * 255}": b"whole"}
    assert everything_below(staged.parent) == {"1": b"whole"}


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("function", ["copystat", "copyfile"])
def test_a_failure_leaves_no_copy(
    tmp_path: Path,
    staged: Path,
    target: str,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    function: str,
) -> None:
    monkeypatch.setattr(shutil, function, failing_at(1, getattr(shutil, function), error))
    with pytest.raises(type(error)):
        put(staged, target)
    assert everything_below(tmp_path / "tree") == {"mounted": ""}


def test_what_a_killed_one_left_is_removed_and_nothing_else(tmp_path: Path, staged: Path) -> None:
    mine = {"checkout-1": b"", ".checkout-2": b"", "x.checkout-1": b""}
    for name, data in mine.items():
        (tmp_path / "tree" / "mounted" / name).write_bytes(data)
    command = [sys.executable, "-c", KILLED, str(staged), str(tmp_path / "tree" / "mounted" / "x")]
    assert subprocess.run(command, cwd=Path(__file__).parents[3]).returncode == 9
    assert len(everything_below(tmp_path / "tree")) == 2 + len(mine)
    remove_leftover(staged.parent)
    assert {path.name: b"" for path in (tmp_path / "tree" / "mounted").iterdir()} == mine
    assert everything_below(tmp_path / "tmp") == {}


@pytest.mark.parametrize("name", ["precious", "x.checkout-1", "../.checkout-1/precious"])
def test_a_note_of_something_else_removes_nothing(tmp_path: Path, staged: Path, name: str) -> None:
    precious = tmp_path / "tree" / "mounted" / name
    precious.parent.mkdir(exist_ok=True)
    precious.write_bytes(b"")
    (staged.parent / "copied").write_text(str(precious))
    remove_leftover(staged.parent)
    assert precious.exists()
