"""Notes down which files of a project a Python process uses: `doctor` puts it in the way as `sitecustomize`.

It stands alone, in the Python of the user's command, which may be another one than ours, and older: it imports
nothing that the start of Python has not imported, and touches nothing of the program. Beside it lie `watched`
(the project's directory, then the model's files, each ended by NUL) and what it notes, one file a process:
records of a letter and a path, each ended by NUL.

    S  a Python that was watched     W  a file that was written, or replaced
    M  a module that was loaded      R  a file that was read, as it was before the command
    m, r  the same, but by code that is none of the model's; of the model's own modules it is always M

See https://docs.python.org/3/library/audit_events.html.
"""

import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_ACCESS = os.O_RDONLY | os.O_WRONLY | os.O_RDWR
_TROUBLE = OSError, ValueError, TypeError, RecursionError
"""What may be wrong with a path that the program uses; it finds out by itself."""
_OUTSIDE = 100_000
"""So many paths outside the project are remembered at once."""


def begin(directory: str) -> None:
    """Watch this process from now on; `directory` is that of the file `watched`."""
    with open(os.path.join(directory, "watched"), "rb") as stream:
        root, *own = stream.read().decode("utf-8", "surrogateescape").split("\0")[:-1]
        began = os.fstat(stream.fileno()).st_mtime_ns
    record = _recorder(directory)
    record("S", sys.executable or "")
    if hasattr(sys, "addaudithook"):  # Python 3.8 and later
        sys.addaudithook(_hook(root + os.sep, set(own), began, record))


def _recorder(directory: str) -> "Callable[[str, str], None]":
    noted = set()

    def record(kind: str, path: str) -> None:
        if (kind, path) in noted:
            return
        noted.add((kind, path))
        # Opened each time: a program may close files that it does not know, and get their numbers for its own.
        name = os.path.join(directory, "records-%d" % os.getpid())  # noqa: UP031 - for any Python 3
        handle = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, (kind + path + "\0").encode("utf-8", "surrogateescape"))
        finally:
            os.close(handle)

    return record


def _hook(root: str, own: "set[str]", began: int, record: "Callable[[str, str], None]") -> "Callable[..., None]":
    """Return the hook; `own` are the model's files, to which modules are added that those load."""
    metadata = os.path.join(root, ".modelops-bundle", "")
    outside: dict[str, str] = {}
    belongs: dict[str, bool] = {}
    settled: set[str] = set()

    def find(path: "Any") -> str:
        """Return the full path of a file of the project, '' for any other."""
        name = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
        if not name or name[0] == "<":
            return ""
        full = os.path.abspath(name)
        if not full.startswith(root):
            if full not in outside:
                if len(outside) > _OUTSIDE:
                    outside.clear()
                outside[full] = os.path.realpath(full)
            full = outside[full]
        return full if full.startswith(root) and not full.startswith(metadata) else ""

    def is_from_model() -> bool:
        frame: Any = sys._getframe(1)
        while frame is not None:
            name = frame.f_code.co_filename
            if name not in belongs:
                belongs[name] = find(name) in own
            if belongs[name]:
                return True
            frame = frame.f_back
        return False

    def wrote(path: "Any") -> None:
        full = find(path)
        if full:
            settled.add(full)
            record("W", full)

    def read(path: "Any") -> None:
        full = find(path)
        if full and full not in own and full not in settled:
            now = os.stat(full)
            if stat.S_ISREG(now.st_mode) and now.st_mtime_ns <= began:
                if is_from_model():
                    settled.add(full)
                    record("R", full)
                else:
                    record("r", full)

    def loaded(path: "Any") -> None:
        full = find(path)
        if full in own:
            record("M", full)
        elif full and is_from_model():
            own.add(full)
            belongs.clear()
            record("M", full)
        elif full:
            record("m", full)

    def opened(path: "Any", mode: "Any", flags: int) -> None:
        replaces = flags & (os.O_TRUNC | os.O_EXCL)
        if flags & _ACCESS == os.O_WRONLY or replaces:
            wrote(path)
        else:
            read(path)
            if flags & _ACCESS == os.O_RDWR:
                wrote(path)

    def executed(code: "Any") -> None:
        if getattr(code, "co_name", "") == "<module>":
            loaded(code.co_filename)

    handlers: dict[str, Callable[..., None]] = {
        "open": opened,
        "exec": executed,
        # Of a module in Python, no file is named: its code is executed.
        "import": lambda module, file, *_: loaded(file) if file else None,
        "cpython.run_file": loaded,
        "ctypes.dlopen": lambda name: read(name) if name else None,
        "sqlite3.connect": read,
        "os.rename": lambda source, target, *_: wrote(target),
    }

    def hook(event: str, args: "tuple[Any, ...]") -> None:
        if event in handlers:
            try:
                handlers[event](*args)
            except _TROUBLE:
                return

    return hook


def _give_way(directory: str) -> None:
    """Leave no trace in `sys.path`, and run the `sitecustomize` that there would be without us."""
    sys.path[:] = [entry for entry in sys.path if entry != directory]
    this = sys.modules.pop("sitecustomize")
    try:
        __import__("sitecustomize")
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
        sys.modules["sitecustomize"] = this


def _start() -> None:
    directory = os.path.dirname(os.path.abspath(__file__))
    try:
        begin(directory)
    except OSError:  # the command outlives `doctor`, which has taken its files away
        return
    finally:
        _give_way(directory)


if __name__ == "sitecustomize":
    _start()
