"""What the interpreter really loads: a process of its own imports a module and tells every file that it ran.

That is more than `sys.modules` shows, which a module may be taken out of again.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROGRAM = """
import importlib, importlib.machinery, json, sys
loaded, error = [], ""
loaders = (
    (importlib.machinery.SourceFileLoader, "exec_module"),
    (importlib.machinery.ExtensionFileLoader, "create_module"),
)
for loader, method in loaders:
    def record(self, given, original=getattr(loader, method)):
        loaded.append(self.path)
        return original(self, given)
    setattr(loader, method, record)
*roots, name = sys.argv[1:]
sys.path[:0] = roots
try:
    importlib.import_module(name)
except Exception as raised:
    error = repr(raised)
print(json.dumps({"loaded": loaded, "error": error}))
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The bundle paths of the files of a project that were run, and why the import failed if it did."""

    files: frozenset[str]
    error: str


def load(root: Path, module: str, roots: Sequence[str] = (".",), *, bare: bool = False) -> Loaded:
    """Import a module with `roots`, as from the project, at the head of `sys.path`.

    A `bare` interpreter sees the standard library and nothing else.
    """
    options = ["-I", "-S", "-B"] if bare else ["-B"]
    done = subprocess.run(
        [sys.executable, *options, "-c", PROGRAM, *(str(root / path) for path in roots), module],
        cwd=root,
        env=os.environ | {"MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    files = (os.path.relpath(file, root).replace(os.sep, "/") for file in told["loaded"])
    return Loaded(frozenset(file for file in files if not file.startswith("..")), told["error"])
