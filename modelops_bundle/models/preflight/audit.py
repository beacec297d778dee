"""Watch a command: which files and modules of the project it uses.

`audit_hook` runs in each of its Python processes, as the `sitecustomize` of a directory that stands first in
PYTHONPATH. What is used outside the model's own code is told apart: a script that runs the model is no dependency
of it. What other programs read, and libraries without asking Python, is seen by `file_watch`.
"""

import os
import signal
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.models.preflight.file_watch import Sightings, sightings
from modelops_bundle.safe_path import METADATA_DIR

MAX_RECORD_BYTES = 64 << 20
_HOOK = "audit_hook.py"
_ENVIRONMENT = "pyvenv.cfg"
_FOREIGN = frozenset({METADATA_DIR, ".git", "__pycache__", "site-packages", "dist-packages", "node_modules"})
_FOREIGN_SUFFIXES = (".pyc", ".pyo", ".egg-info", ".dist-info")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command used of the project: bundle paths, sorted.

    `code` are modules of the model and those that they loaded, `data` other files that they read; `aside` are
    modules and files that other Python code used. `unasked` are files that were read without asking Python, by a
    library or another program. What the command itself wrote before is none of these. `processes` counts the
    Pythons that were watched, and `complete` says whether `unasked` has all that it should.
    """

    exit_code: int
    processes: int
    complete: bool
    code: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    written: tuple[str, ...] = ()


def watch(
    project: Project,
    own: Collection[str],
    command: Sequence[str],
    directory: Path,
    variables: Mapping[str, str],
    stdout: int | None = None,
) -> Usage:
    """Run a command in a directory and return what it used; `own` are the model's files.

    Its exit code is 128 and the number of a signal that ended it. Raises NotFound when there is no such command,
    and Invalid when it cannot be run.
    """
    if os.pathsep in str(project.root):
        raise Invalid(f"PYTHONPATH cannot hold the project's path: '{project.root}'", hint="move the project")
    project.tmp.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=project.tmp, prefix="doctor-", ignore_cleanup_errors=True) as folder:
        hook = resources.files("modelops_bundle.models.preflight").joinpath(_HOOK)
        Path(folder, "sitecustomize.py").write_bytes(hook.read_bytes())
        files = {f"{project.root}/{path}" for path in own}
        watched = [str(project.root), *sorted(files | set(map(os.path.realpath, files)))]
        Path(folder, "watched").write_bytes(b"".join(os.fsencode(each) + b"\0" for each in watched))
        path = os.pathsep.join(filter(None, [folder, variables.get("PYTHONPATH")]))
        with sightings(_directories(project.root)) as seen:
            code = _run(command, directory, {**variables, "PYTHONPATH": path}, stdout)
        began = Path(folder, "watched").stat().st_mtime_ns
        return _usage(project.root, code, _records(Path(folder)), seen, began)


def _directories(root: Path) -> Iterator[str]:
    """Yield the directories whose files may belong to a model."""
    for folder, below, files in os.walk(root):
        if folder != str(root) and _ENVIRONMENT in files:
            below.clear()
            continue
        below[:] = [name for name in below if not _is_foreign(name)]
        yield folder


def _run(command: Sequence[str], directory: Path, variables: Mapping[str, str], stdout: int | None) -> int:
    try:
        process = subprocess.Popen(command, cwd=directory, env=variables, stdout=stdout)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"no such command: '{command[0]}'", hint="check its name and PATH") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise Invalid(f"cannot run '{command[0]}': {reason}", hint="check its permissions") from error
    with _interrupts_left_to(process):
        code = process.wait()
    return 128 - code if code < 0 else code


@contextmanager
def _interrupts_left_to(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Let Ctrl-C, which the terminal sends to both, end the command only: what it used until then is told."""

    def ignore(*_: object) -> None:
        pass

    try:
        before = signal.signal(signal.SIGINT, ignore)
    except ValueError:  # not the main thread, which alone gets signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _records(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield kind and path of each record, up to a bound; half a one, of a process that was killed, is left out."""
    left = MAX_RECORD_BYTES
    for file in sorted(folder.glob("records-*")):
        with file.open("rb") as stream:
            data = stream.read(left)
        left -= len(data)
        for record in data.split(b"\0")[:-1]:
            text = os.fsdecode(record)
            yield text[:1], text[1:]


def _usage(root: Path, exit_code: int, records: Iterable[tuple[str, str]], seen: Sightings, began: int) -> Usage:
    """Sort out what was noted; `began` is when the command was started, in ns since the epoch."""
    locate = _Locator(root)
    processes = 0
    found: dict[str, set[str]] = {kind: set() for kind in "MRmrW"}
    for kind, full in records:
        if kind not in found:
            processes += 1
        elif path := locate(full):
            found[kind].add(path)
    asked = {os.path.realpath(root / path) for path in set().union(*found.values())}
    unasked = {path for full in seen.paths if full not in asked and (path := locate(full))}
    code = found["M"]
    data = found["R"] - code
    return Usage(
        exit_code,
        processes,
        seen.complete,
        tuple(sorted(code)),
        tuple(sorted(data)),
        tuple(sorted((found["m"] | found["r"]) - code - data)),
        tuple(sorted(path for path in unasked if os.lstat(root / path).st_mtime_ns <= began)),
        tuple(sorted(found["W"])),
    )


class _Locator:
    """Gives the bundle path of a file that may belong to a model, as it was named if that was inside the project.

    It is empty for what lies outside the project, in an environment, or is not there any more.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._directories: dict[str, str | None] = {}

    def __call__(self, full: str) -> str:
        directory, name = os.path.split(full)
        if directory not in self._directories:
            self._directories[directory] = self._locate(Path(directory))
        place = self._directories[directory]
        if place is None or _is_foreign(name) or not os.path.lexists(full):
            return ""
        return f"{place}/{name}" if place else name

    def _locate(self, directory: Path) -> str | None:
        real = Path(os.path.realpath(directory))
        if not real.is_relative_to(self._root):
            return None
        inside = real.relative_to(self._root)
        if any(map(_is_foreign, inside.parts)) or any(map(self._is_environment, (inside, *inside.parents))):
            return None
        named = directory.relative_to(self._root) if directory.is_relative_to(self._root) else inside
        return "/".join(named.parts)

    def _is_environment(self, inside: Path) -> bool:
        return bool(inside.name) and (self._root / inside / _ENVIRONMENT).is_file()


def _is_foreign(name: str) -> bool:
    """Tell whether a file or directory of this name belongs to Python, to a package manager, or to us."""
    return name in _FOREIGN or name.endswith(_FOREIGN_SUFFIXES)
