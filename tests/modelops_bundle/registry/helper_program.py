"""A credential helper for tests: a script that keeps logins in a file beside it."""

import os
import stat
from pathlib import Path

import pytest

_SCRIPT = """#!{python}
import json, os, sys
store = {store!r}
logins = json.load(open(store)) if os.path.exists(store) else {{}}
text, action = sys.stdin.read(), sys.argv[1]
with open(store + ".log", "a") as log:
    log.write(action + " " + (text if action != "store" else json.loads(text)["ServerURL"]) + "\\n")
if action == "store":
    login = json.loads(text)
    logins[login["ServerURL"]] = login
elif text not in logins:
    sys.exit(print("credentials not found in native keychain") or 1)
elif action == "get":
    print(json.dumps(logins[text]))
else:
    del logins[text]
json.dump(logins, open(store, "w"))
"""


class HelperProgram:
    """A directory of PATH that holds credential helpers."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch, python: str) -> None:
        self._directory = directory
        self._python = python
        directory.mkdir()
        monkeypatch.setenv("PATH", f"{directory}{os.pathsep}{os.environ['PATH']}")

    def install(self, name: str) -> None:
        """Add a helper that works."""
        self.install_script(name, _SCRIPT.format(python=self._python, store=str(self._directory / f"{name}.json")))

    def install_script(self, name: str, script: str) -> None:
        """Add a helper that does what a script says."""
        program = self._directory / f"docker-credential-{name}"
        program.write_text(script)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def log(self, name: str) -> list[str]:
        """Return what a helper was asked: action and server."""
        path = self._directory / f"{name}.json.log"
        return path.read_text().splitlines() if path.exists() else []
