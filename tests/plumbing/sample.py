"""The fixed project that the golden files are about, and the check against them.

A golden file holds the exact bytes that a command writes: it is version 1 of that command's format, which
scripts rely on. `WRITE_GOLDEN=1 pytest tests/plumbing` writes them anew, for a deliberate change of a format
that nobody has been given yet.
"""

import os
from pathlib import Path

from modelops_bundle.checkout.project import Project
from tests.support.cli import Result, run

GOLDEN = Path(__file__).parent / "golden"

TRACKED = {
    ".modelopsignore": b"*.tmp\n\\#*\n",
    "README.md": b"# Model\n",
    "bin/run.sh": b"#!/bin/sh\n",
    "data/empty.csv": b"",
    "data/gr\u00f6\u00dfe.csv": b"cm\n180\n",
    "data/population.csv": b"age,count\n0,10\n",
    'data/say "hi".csv': b"hi\n",
    "src/model.py": b"class Model:\n    pass\n",
}
LINK, LINK_TARGET = "data/latest.csv", "population.csv"
UNTRACKED = {
    "notes/plain.txt": b"note\n",
    # A name with a control character can never be tracked, but a script must be able to see it.
    'notes/tab\there "now".txt': b"tab\n",
}
IGNORED = {"#draft.md": b"draft\n", "build/out.bin": b"\x00\n", "data/scratch.tmp": b"tmp\n"}


def make_project(root: Path) -> Path:
    """Write the sample project into an empty directory, with its files tracked, and return its root."""
    Project.create(root)
    for path, content in {**TRACKED, **UNTRACKED, **IGNORED}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (root / "bin/run.sh").chmod(0o755)
    (root / LINK).symlink_to(LINK_TARGET)
    succeed("update-index", "--add", *TRACKED, LINK, cwd=root)
    return root


def publish(root: Path, tag: str) -> str:
    """Make a version of the tracked files, name it by a local tag and HEAD, and return its digest."""
    version = succeed("write-manifest", cwd=root).strip()
    succeed("update-ref", f"tags/{tag}", version, cwd=root)
    succeed("update-ref", "HEAD", version, cwd=root)
    return version


def edit(root: Path) -> None:
    """Change the sample in every way: a content, a mode, a kind, a deletion and a new file."""
    (root / "README.md").write_bytes(b"# Model 2\n")
    (root / "bin/run.sh").chmod(0o644)
    (root / LINK).unlink()
    (root / LINK).write_bytes(b"age,count\n")
    (root / "data/empty.csv").unlink()
    (root / 'src/"new".py').write_bytes(b"new = 1\n")
    succeed("update-index", "--add", 'src/"new".py', cwd=root)


def tracked_paths() -> list[str]:
    """Return the paths that the sample tracks, sorted."""
    return sorted([*TRACKED, LINK])


def succeed(*args: str, cwd: Path, input: bytes = b"") -> str:
    """Run a command that must succeed and say nothing on standard error; return what it wrote."""
    result = run(*args, cwd=cwd, input=input)
    assert (result.code, result.stderr) == (0, ""), result
    return result.text


def golden(name: str, *args: str, cwd: Path, input: bytes = b"") -> None:
    """Run a command that must succeed, and compare the bytes that it writes with a golden file."""
    check_golden(name, succeed(*args, cwd=cwd, input=input).encode(errors="surrogateescape"))


def check_golden(name: str, written: bytes) -> None:
    """Compare bytes with a golden file."""
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        file.write_bytes(written)
    assert written == file.read_bytes()


def assert_refused(result: Result, code: int, message: str, hint: str, *, written: bytes = b"") -> None:
    """Check that a command ended with an error and a hint, and wrote nothing else but `written` before."""
    lines = result.stderr.splitlines()
    assert (result.code, result.stdout) == (code, written), result
    assert lines[0].startswith("error: ") and message in lines[0], result
    assert lines[-1].startswith("hint: ") and hint in lines[-1], result
