import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import modelops_bundle.cli
from modelops_bundle.porcelain.commands import PORCELAIN
from tests.support.cli import CHECKOUT
from tests.support.model_projects import make_unregistered
from tests.support.workspace import Workspace

MODULE = [sys.executable, "-m", "modelops_bundle.cli"]


@pytest.fixture
def mops() -> typer.Typer:
    """The platform's application, as far as it mounts ours."""
    app = typer.Typer(no_args_is_help=True)

    @app.command()
    def version() -> None:
        typer.echo("platform")

    app.add_typer(modelops_bundle.cli.app, name="bundle")
    return app


def ask(app: typer.Typer, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.stdout, done.stderr


def test_mounted_commands_do_what_ours_do(
    mops: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Workspace(tmp_path / "seir")
    work.write("data.csv", "1\n")
    monkeypatch.chdir(work.root)
    code, printed, _ = ask(mops, "bundle", "init", "--remote", f"oci:{tmp_path}/layout")
    assert (code, printed.splitlines()[0]) == (0, f"Initialized project in {work.root}")
    assert ask(mops, "bundle", "add", ".")[0] == 0
    code, printed, _ = ask(mops, "bundle", "push", "--tag", "v1")
    assert code == 0
    assert "Digest: sha256:" in printed
    assert ask(mops, "bundle", "status", "--porcelain=v1") == (0, work.ok("status", "--porcelain=v1"), "")
    assert ask(mops, "version") == (0, "platform\n", "")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["status"], 1),
        (["stauts"], 2),
        (["add", "--nope"], 2),
        (["--version"], 0),
        (["push", "--help"], 0),
        ([], 2),
    ],
)
def test_exit_codes_and_messages_are_those_of_the_program(
    mops: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    alone = Workspace(tmp_path).run(*words)
    assert alone.code == code
    assert ask(mops, "bundle", *words) == (code, alone.text, alone.stderr)
    assert ask(modelops_bundle.cli.app, *words) == (code, alone.text, alone.stderr)


def test_the_platforms_help_names_us(mops: typer.Typer) -> None:
    code, printed, _ = ask(mops, "--help")
    assert code == 0
    assert "git for simulation models" in printed


def test_words_behind_the_mount_are_completed(mops: typer.Typer) -> None:
    environment = {"_MOPS_COMPLETE": "complete_bash", "COMP_WORDS": "mops bundle regis", "COMP_CWORD": "2"}
    done = CliRunner().invoke(mops, [], prog_name="mops", env=environment)
    expected = [name for name in PORCELAIN if name.startswith("regis")]
    assert done.stdout.split() == expected


def test_the_smoke_test_of_the_platform_finds_its_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = make_unregistered(tmp_path / "seir")
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    monkeypatch.setenv("MODELOPS_BUNDLE_REGISTRY", f"oci:{tmp_path}/layout")

    def module(*words: str) -> str:
        done = subprocess.run([*MODULE, *words], cwd=work.root, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    module("add", ".")
    (pushed,) = (line for line in module("push", "--tag", "smoke-test").splitlines() if line.startswith("Digest:"))
    assert pushed in module("manifest", "smoke-test", "--full").splitlines()


def test_typer_is_needed_only_by_who_mounts_us() -> None:
    probe = "import sys; sys.modules['typer'] = None; import modelops_bundle.cli as cli; cli.app"
    done = subprocess.run([sys.executable, "-c", probe], cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "typer" in done.stderr.splitlines()[-1]
    alone = f"import sys; sys.modules['typer'] = None; import runpy; sys.argv = ['cli', '--version']; {RUN}"
    assert subprocess.run([sys.executable, "-c", alone], cwd=CHECKOUT, capture_output=True).returncode == 0


RUN = "runpy.run_module('modelops_bundle.cli', run_name='__main__')"


def test_nothing_else_is_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = modelops_bundle.cli.nothing
