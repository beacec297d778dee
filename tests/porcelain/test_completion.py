"""What bash completes, by really asking it, and that the script for every shell asks the program."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import CHECKOUT, run
from tests.support.model_projects import make_unregistered
from tests.support.workspace import Workspace, assert_refusal

# Completes the last argument, and prints what bash would offer, one a line.
ASK = r"""
eval "$SCRIPT"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_modelops_bundle_completion modelops-bundle
printf '%s\n' "${COMPREPLY[@]}"
"""


def complete(work: Workspace, *words: str, cwd: Path | None = None) -> list[str]:
    """Return what bash offers for the last of the words."""
    program = work.root.parent / "bin/modelops-bundle"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m modelops_bundle "$@"\n')
    program.chmod(0o755)
    search = os.pathsep.join([str(program.parent), os.environ["PATH"]])
    script = run("completion", "bash", cwd=work.root).text
    done = subprocess.run(
        ["bash", "-c", ASK, "bash", "modelops-bundle", *words],
        cwd=cwd or work.root,
        env=os.environ | {"PATH": search, "PYTHONPATH": str(CHECKOUT), "SCRIPT": script},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [line for line in done.stdout.splitlines() if line]


@pytest.mark.server("bash")
def test_commands_and_their_options(work: Workspace) -> None:
    offered = complete(work, "")
    assert {"add", "push", "hash-object"} <= set(offered)
    assert complete(work, "verify") == ["verify", "verify-objects"]
    assert complete(work, "env", "") == ["create", "list", "show", "use"]
    assert "--untracked-only" in complete(work, "status", "--")


@pytest.mark.server("bash")
def test_tracked_paths_level_by_level(work: Workspace) -> None:
    work.write("data/new file.csv", "1\n")
    work.write("data/untracked.csv", "1\n")
    work.ok("add", "data/new file.csv")
    assert "data/" in complete(work, "remove", "")
    assert complete(work, "remove", "d") == ["data/cases.csv", "data/new file.csv"]
    assert complete(work, "diff", "data/n") == ["data/new file.csv"]
    assert complete(work, "remove", "c", cwd=work.root / "data") == ["cases.csv"]
    assert complete(work, "-C", "data", "remove", "c") == ["cases.csv"]


@pytest.mark.server("bash")
def test_tags_and_environments(work: Workspace) -> None:
    work.ok("tag", "good")
    work.ok("env", "create", "lab", "--login-server", "h.io")
    assert complete(work, "diff", "--ref", "") == ["HEAD", "good", "latest"]
    assert complete(work, "manifest", "g") == ["good"]
    assert complete(work, "env", "use", "") == ["lab"]


@pytest.mark.server("bash")
def test_outside_a_project_nothing_is_offered(work: Workspace) -> None:
    assert complete(work, "remove", "", cwd=work.root.parent) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_script_serves_both_names(tmp_path: Path, shell: str) -> None:
    script = run("completion", shell, cwd=tmp_path).text
    assert "_MODELOPS_BUNDLE_COMPLETE" in script
    for program in ("modelops-bundle", "mops-bundle"):
        assert program in script


def test_other_shells_are_refused(tmp_path: Path) -> None:
    assert_refusal(run("completion", "csh", cwd=tmp_path), 2)


@pytest.mark.server("bash")
def test_what_is_registered(tmp_path: Path) -> None:
    work = make_unregistered(tmp_path / "work")
    assert complete(work, "refresh", "") == []
    work.ok("register-model", "models/seir.py")
    work.ok("register-target", "targets/fits.py")
    work.ok("target-set", "set", "fit")
    assert complete(work, "unregister", "") == ["seir_seir", "deaths", "weekly_cases"]
    assert complete(work, "refresh", "se") == ["seir_seir"]
    assert complete(work, "target-set", "delete", "f") == ["fit"]
