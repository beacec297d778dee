"""The hook of `.pre-commit-hooks.yaml` under the real pre-commit, in a git repository."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import CHECKOUT
from tests.support.model_projects import RATES, edit, make_registered
from tests.support.programs import require_module
from tests.support.workspace import Workspace

pytestmark = pytest.mark.server("git")

# The hook is taken from its manifest; only that no environment is made for it, which would need the network.
CONFIG = """\
repos:
- repo: {repository}
  rev: {revision}
  hooks:
  - id: modelops-bundle-check
    language: system
"""
BELOW = """\
    entry: modelops-bundle -C studies/north check
    pass_filenames: false
"""

Done = subprocess.CompletedProcess[str]
IDENTITY = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")


class Repository:
    """A git repository with a project in it, in which pre-commit is installed."""

    def __init__(self, directory: Path, project: str = ".", config: str = CONFIG) -> None:
        require_module("pre_commit")
        self.root = directory / "repository"
        self.work = make_registered(self.root / project)
        self.environment = {
            **os.environ,
            **{f"GIT_{role}": "me@example.org" for role in IDENTITY},
            "PATH": f"{self._program(directory / 'bin')}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(CHECKOUT),
            "PRE_COMMIT_HOME": str(directory / "pre-commit"),
        }
        manifest = directory / "hooks"
        manifest.mkdir()
        shutil.copy(CHECKOUT / ".pre-commit-hooks.yaml", manifest)
        for root in (manifest, self.root):
            self.git("init", "--quiet", root=root)
        self.git("add", ".", root=manifest)
        self.git("commit", "--quiet", "-m", "hooks", root=manifest)
        revision = self.git("rev-parse", "HEAD", root=manifest).stdout.strip()
        written = config.format(repository=manifest, revision=revision)
        (self.root / ".pre-commit-config.yaml").write_text(written)
        self._run(sys.executable, "-m", "pre_commit", "install")

    def _program(self, directory: Path) -> Path:
        """Make the program of this checkout, to be found by its name."""
        directory.mkdir()
        script = directory / "modelops-bundle"
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m modelops_bundle "$@"\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        return directory

    def git(self, *words: str, root: Path | None = None) -> Done:
        return self._run("git", *words, root=root)

    def commit(self) -> Done:
        """Commit everything; the hook decides what comes of it."""
        self.git("add", "--all")
        return self.commit_staged()

    def commit_staged(self) -> Done:
        return self._run("git", "commit", "-m", "change", may_fail=True)

    def _run(self, *words: str, root: Path | None = None, may_fail: bool = False) -> Done:
        done = subprocess.run(
            words, cwd=root or self.root, env=self.environment, capture_output=True, text=True, timeout=120
        )
        assert may_fail or done.returncode == 0, done
        return done


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository whose first commit passed the hook."""
    repository = Repository(tmp_path)
    done = repository.commit()
    assert done.returncode == 0, done
    assert "modelops-bundle check" in done.stderr and "Passed" in done.stderr
    return repository


def test_a_stale_model_is_not_committed_until_it_is_refreshed(repository: Repository) -> None:
    work = repository.work
    edit(work, "models/rates.py", "0.3", "0.4")
    done = repository.commit()
    assert done.returncode == 1
    assert "modelops-bundle-check" in done.stderr
    assert "error stale model\tseir_seir\tmodels/rates.py:0\t" in done.stderr
    assert "network_networkseir" not in done.stderr
    work.ok("refresh", "seir_seir")
    assert repository.commit().returncode == 0


def test_a_broken_model_is_not_committed(repository: Repository) -> None:
    edit(repository.work, "models/network.py", "return raw", "return (raw")
    done = repository.commit()
    assert (done.returncode, "models/network.py:7" in done.stderr) == (1, True)


def test_formatting_and_files_that_no_model_needs_are_committed(repository: Repository) -> None:
    repository.work.write("models/rates.py", "# Rates.\n" + RATES)
    repository.work.write("README.md", "# Other\n")
    assert repository.commit().returncode == 0


def test_a_commit_that_only_deletes_is_checked(repository: Repository) -> None:
    (repository.work.root / "data/people.csv").unlink()
    done = repository.commit()
    assert done.returncode == 1
    assert "error missing-file model\tseir_seir\tdata/people.csv:0\t" in done.stderr


def test_what_is_not_staged_is_not_checked(repository: Repository) -> None:
    work: Workspace = repository.work
    edit(work, "models/rates.py", "0.3", "0.4")
    work.write("README.md", "# Other\n")
    repository.git("add", "README.md")
    done = repository.commit_staged()
    assert done.returncode == 0, done
    assert "0.4" in work.read("models/rates.py")


def test_a_project_in_a_directory_of_the_repository_is_checked_where_it_is(tmp_path: Path) -> None:
    repository = Repository(tmp_path, "studies/north", CONFIG + BELOW)
    assert repository.commit().returncode == 0
    work = repository.work
    edit(work, "models/rates.py", "0.3", "0.4")
    done = repository.commit()
    assert done.returncode == 1
    assert "error stale model\tseir_seir\tmodels/rates.py:0\t" in done.stderr
    work.ok("refresh")
    assert repository.commit().returncode == 0


def test_without_its_directory_the_hook_of_such_a_project_fails_and_says_so(tmp_path: Path) -> None:
    done = Repository(tmp_path, "studies/north").commit()
    assert (done.returncode, "not in a project" in done.stderr) == (1, True)
