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
        sys.addaudithook(_Watch(root, set(own), began, record).hook)


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


class _Watch:
    """What one process does with the files of a project, as audit events tell it.

    `own` are the model's files, to which modules are added that those load; `began` is when the command began, in
    nanoseconds since the epoch.
    """

    def __init__(self, root: str, own: "set[str]", began: int, record: "Callable[[str, str], None]") -> None:
        self._root = os.path.join(root, "")
        self._metadata = os.path.join(root, ".modelops-bundle", "")
        self._own = own
        self._began = began
        self._record = record
        self._outside: dict[str, str] = {}
        self._belongs: dict[str, bool] = {}
        self._settled: set[str] = set()
        self._handlers: dict[str, Callable[..., None]] = {
            "open": self._opened,
            "exec": self._executed,
            "import": self._imported,
            "cpython.run_file": self._loaded,
            "ctypes.dlopen": self._linked,
            "sqlite3.connect": self._read,
            "os.rename": self._renamed,
        }

    def hook(self, event: str, args: "tuple[Any, ...]") -> None:
        """Note down what an event says of the project's files, if it does."""
        if event in self._handlers:
            try:
                self._handlers[event](*args)
            except _TROUBLE:
                return

    def _opened(self, path: "Any", mode: "Any", flags: int) -> None:
        replaces = flags & (os.O_TRUNC | os.O_EXCL)
        if flags & _ACCESS == os.O_WRONLY or replaces:
            self._wrote(path)
        else:
            self._read(path)
            if flags & _ACCESS == os.O_RDWR:
                self._wrote(path)

    def _executed(self, code: "Any") -> None:
        if getattr(code, "co_name", "") == "<module>":
            self._loaded(code.co_filename)

    def _imported(self, module: str, file: "Any", *_: "Any") -> None:
        # Of a module in Python, no file is named: its code is executed.
        if file:
            self._loaded(file)

    def _linked(self, name: "Any") -> None:
        if name:
            self._read(name)

    def _renamed(self, source: "Any", target: "Any", *_: "Any") -> None:
        self._wrote(target)

    def _wrote(self, path: "Any") -> None:
        full = self._find(path)
        if full:
            self._settled.add(full)
            self._record("W", full)

    def _read(self, path: "Any") -> None:
        full = self._find(path)
        if full and full not in self._own and full not in self._settled:
            now = os.stat(full)
            if stat.S_ISREG(now.st_mode) and now.st_mtime_ns <= self._began:
                if self._is_from_model():
                    self._settled.add(full)
                    self._record("R", full)
                else:
                    self._record("r", full)

    def _loaded(self, path: "Any") -> None:
        full = self._find(path)
        if full in self._own:
            self._record("M", full)
        elif full and self._is_from_model():
            self._own.add(full)
            self._belongs.clear()
            self._record("M", full)
        elif full:
            self._record("m", full)

    def _find(self, path: "Any") -> str:
        """Return the full path of a file of the project, '' for any other."""
        name = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
        if not name or name[0] == "<":
            return ""
        full = os.path.abspath(name)
        if not full.startswith(self._root):
            if full not in self._outside:
                if len(self._outside) > _OUTSIDE:
                    self._outside.clear()
                self._outside[full] = os.path.realpath(full)
            full = self._outside[full]
        return full if full.startswith(self._root) and not full.startswith(self._metadata) else ""

    def _is_from_model(self) -> bool:
        frame: Any = sys._getframe(1)
        while frame is not None:
            name = frame.f_code.co_filename
            if name not in self._belongs:
                self._belongs[name] = self._find(name) in self._own
            if self._belongs[name]:
                return True
            frame = frame.f_back
        return False


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
