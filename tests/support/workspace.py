"""A person's checkout in a test: write files, run commands there, look at what is on disk.

alice = Workspace(tmp_path / "model", home=tmp_path / "alice")
alice.write("data/cases.csv", "day,cases\\n1,3\\n")
alice.ok("push")
assert "pull" in bob.refused(7, "push")
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import cli
from tests.support.cli import Result

METADATA = ".modelops-bundle"
CACHES = ("cache", "objects", "tmp", "locks")
"""What a refused command may add to: content by its digest, and files that mean nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A directory, the home and other variables of the person who works there, and the program that they type."""

    root: Path
    home: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    program: str = "modelops-bundle"

    @property
    def variables(self) -> dict[str, str]:
        """The environment of this person's commands, beside that of the test."""
        home = {"HOME": str(self.home), "USERPROFILE": str(self.home)} if self.home else {}
        return home | dict(self.env)

    def run(self, *args: str, input: bytes = b"") -> Result:
        """Run a command in the directory, whatever becomes of it."""
        self.root.mkdir(parents=True, exist_ok=True)
        return cli.run(*args, cwd=self.root, env=self.variables, input=input, program=self.program)

    def ok(self, *args: str) -> str:
        """Run a command that must succeed, and return what it printed."""
        done = self.run(*args)
        assert done.code == 0, f"{' '.join(args)} ended with {done.code}:\n{done.text}{done.stderr}"
        return done.text

    def refused(self, code: int, *args: str) -> str:
        """Run a command that must fail with an exit code, an error, a hint and no traceback; return stderr."""
        done = self.run(*args)
        assert_refusal(done, code)
        return done.stderr

    def write(self, path: str, content: str | bytes, *, executable: bool = False) -> Path:
        """Write a file and the directories above it."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        if executable:
            file.chmod(0o755)
        return file

    def read(self, path: str) -> str:
        """Return a file's text."""
        return (self.root / path).read_text()

    def tree(self) -> dict[str, str]:
        """Return what the working tree holds, as `snapshot` has it, without what is machine-local."""
        found = snapshot(self.root)
        travelling = (f"{METADATA}/config.yaml", f"{METADATA}/registry.yaml")
        return {path: held for path, held in found.items() if path in travelling or METADATA not in path}

    def everything(self) -> dict[str, str]:
        """Return working tree and metadata, but for caches: what a refused command must leave as it is."""
        caches = tuple(f"{METADATA}/{name}" for name in CACHES)
        return {path: held for path, held in snapshot(self.root).items() if not path.startswith(caches)}


def assert_refusal(done: Result, code: int) -> None:
    """Check that a command failed as users' mistakes must: with this code, an error, a hint, no traceback."""
    assert done.code == code, f"ended with {done.code}, not {code}:\n{done.text}{done.stderr}"
    assert "Traceback" not in done.stderr, done.stderr
    lines = done.stderr.splitlines()
    assert any(line.startswith("error: ") for line in lines), done.stderr
    assert lines[-1].startswith("hint: ") and len(lines[-1]) > len("hint: "), done.stderr


def snapshot(root: Path) -> dict[str, str]:
    """Return every file below a directory by path: its executable bit and content, or its target as a link."""
    found = {}
    for folder, directories, files in os.walk(root):
        for name in (*directories, *files):
            file = Path(folder, name)
            path = file.relative_to(root).as_posix()
            mode = file.lstat().st_mode
            if stat.S_ISLNK(mode):
                found[path] = f"link {file.readlink()}"
            elif stat.S_ISREG(mode):
                kind = "executable" if mode & stat.S_IXUSR else "file"
                found[path] = f"{kind} {file.read_bytes()!r}"
    return found
