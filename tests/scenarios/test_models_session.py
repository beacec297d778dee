"""A scientist's session with models and targets, word for word as the platform's users type it."""

import json
import os
import shlex
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.cli import CHECKOUT
from tests.support.model_projects import write_readme_project
from tests.support.registry_server import RegistryServer

pytestmark = pytest.mark.server("docker-registry")


@dataclass(frozen=True, slots=True)
class Shell:
    """A shell in a directory, where `mops` is installed."""

    directory: Path
    path: str

    def types(self, line: str, code: int = 0) -> str:
        """Run one line; return what it printed on stdout."""
        environment = os.environ | {"PATH": self.path, "PYTHONPATH": str(CHECKOUT)}
        done = subprocess.run(
            line, shell=True, cwd=self.directory, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, f"{line} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        return done.stdout


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    program = tmp_path / "bin" / "mops"
    program.parent.mkdir()
    call = "from modelops_bundle.porcelain.mops import main; main()"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "{call}" "$@"\n')
    program.chmod(0o755)
    project = tmp_path / "seir"
    write_readme_project(project)
    (project / "data" / "contact_patterns.csv").write_text("a,b\n1,2\n")
    (project / "scratch").mkdir()
    (project / "scratch" / "notes.txt").write_text("by hand\n")
    return Shell(project, f"{program.parent}:{os.environ['PATH']}")


def test_the_session_of_the_readme(shell: Shell, registry: RegistryServer) -> None:
    remote = f"{registry.host}/session/{uuid.uuid4().hex}"
    shell.types("mops bundle init .")
    shell.types(f"mops bundle config remote {remote}")
    shell.types(
        "mops bundle register-model models/seir.py --class StarsimSIR "
        "--data data/demographics.csv --data data/contact_patterns.csv"
    )
    shell.types("mops bundle register-model models/network_model.py --data data/")
    lines = shell.types("mops bundle status").splitlines()
    assert lines[0] == f"Bundle: {remote}:latest"
    assert lines[1].startswith("Local changes: ")
    assert "Registered Models (2)" in lines
    assert lines[-1] == "Next: modelops-bundle push"
    rows = [line.split() for line in lines if "Ready" in line]
    assert sorted(row[0] for row in rows) == ["NetworkSEIR", "StarsimSIR"]
    assert all(row[-2:] == ["Not", "pushed"] for row in rows)

    first = shell.types("mops bundle push").splitlines()[-1].removeprefix("Digest: ")
    assert shell.types("mops bundle push --tag v1.0.0").splitlines()[-1] == f"Digest: {first}"
    shell.types("mops bundle register-target targets/incidence.py")
    registered = json.loads(shell.types("mops bundle list --json"))
    members = " ".join(f"--target {entry['id']}" for entry in registered["targets"])
    shell.types(f"mops bundle target-set set incidence {members}")
    assert "incidence" in shell.types("mops bundle target-set list")

    assert "targets/incidence.py" in shell.types("mops bundle diff")
    assert "targets/incidence.py" in shell.types("mops bundle diff --ref v1.0.0")
    assert "targets/incidence.py" in shell.types("mops bundle status --files")
    shell.types("mops bundle push")
    (shell.directory / "data" / "demographics.csv").write_text("spoiled\n")
    assert "Stale" in shell.types("mops bundle status")
    shell.types("mops bundle pull")
    assert (shell.directory / "data" / "demographics.csv").read_text() == "spoiled\n"
    shell.types("mops bundle pull --overwrite")
    assert (shell.directory / "data" / "demographics.csv").read_text() != "spoiled\n"
    shell.types("mops bundle pull --overwrite --ref " + first)
    assert not (shell.directory / "targets" / "incidence.py").exists()
    shell.types("mops bundle pull --overwrite")

    assert shell.types("mops bundle status --untracked-only").splitlines() == ["scratch/notes.txt"]
    shell.types("mops bundle add .")
    assert shell.types("mops bundle status --untracked-only") == ""
    shell.types("mops bundle remove scratch/notes.txt")
    assert (shell.directory / "scratch" / "notes.txt").exists()
    shell.types("mops bundle add scratch/")
    shell.types("mops bundle remove --rm scratch/")
    assert not (shell.directory / "scratch").exists()
