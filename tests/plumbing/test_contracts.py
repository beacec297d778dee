"""What every plumbing command promises: docs/scripting.md."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from modelops_bundle.errors import ExitCode
from modelops_bundle.porcelain.commands import PLUMBING
from tests.plumbing.contracts import CALLS, Scene, make_scene
from tests.plumbing.sample import GOLDEN, assert_refused
from tests.support.cli import CHECKOUT, Result, run, run_process

READERS = [command for command, call in CALLS.items() if call.reads]
WRITERS = [command for command, call in CALLS.items() if call.writes]
HEAVY = ("asyncio", "azure", "boto3", "google.cloud", "httpx", "pathspec", "rich", "ssl", "yaml")

every_command = pytest.mark.parametrize("command", CALLS)


@pytest.fixture
def scene(root: Path, layout: str) -> Scene:
    """The sample, published and edited."""
    return make_scene(root, layout)


def environment(*, buffered: bool) -> dict[str, str]:
    """Return the environment of a process that runs this checkout."""
    inherited = {name: text for name, text in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return inherited | {"PYTHONPATH": str(CHECKOUT)} | ({} if buffered else {"PYTHONUNBUFFERED": "1"})


def records(command: str, result: Result, *, nul: bool) -> list[str]:
    """Return what a command wrote as records; check that it wrote nothing else."""
    call = CALLS[command]
    assert result.code == call.code, result
    assert bool(result.stderr) == bool(call.code), result
    end = "\0" if nul else "\n"
    assert result.text == "" or result.text.endswith(end)
    found = result.text.split(end)[:-1]
    pattern = call.pattern(nul=nul)
    assert [record for record in found if not pattern.fullmatch(record)] == []
    return found


def test_the_table_the_files_the_tests_and_the_golden_files_name_the_same_commands() -> None:
    plumbing = {path.stem for path in (CHECKOUT / "plumbing").glob("[a-z]*.py")}
    tests = {path.stem.removeprefix("test_") for path in (CHECKOUT / "tests" / "plumbing").glob("test_*.py")}
    golden = {path.name.partition(".")[0] for path in GOLDEN.iterdir()}
    assert set(CALLS) == set(PLUMBING) == golden
    assert {name.replace("-", "_") for name in PLUMBING} == plumbing <= tests


def test_the_page_on_scripting_lists_every_command_and_exit_code() -> None:
    page = (CHECKOUT / "docs" / "scripting.md").read_text("utf-8")
    listed = re.findall(r"^\| \[([a-z-]+)\]\(commands/\1\.md\)", page, re.MULTILINE)
    assert list(dict.fromkeys(listed)) == list(PLUMBING)
    codes = page.partition("## Exit codes")[2].partition("##")[0]
    assert {int(code) for code in re.findall(r"\| (\d+) \|", codes)} == set(ExitCode)


@every_command
def test_standard_output_has_records_only(scene: Scene, command: str) -> None:
    result = run(*scene.arguments(command), cwd=scene.root, input=CALLS[command].input())
    assert bool(records(command, result, nul=False)) == (command in WRITERS)


@every_command
def test_nul_ends_records_that_are_read_and_written(scene: Scene, command: str) -> None:
    call = CALLS[command]
    plain = run(*scene.arguments(command), cwd=scene.root, input=call.input())
    with_nul = run(*scene.arguments(command), "-z", cwd=scene.root, input=call.input("\0"))
    found = records(command, with_nul, nul=True)
    assert len(found) == len(records(command, plain, nul=False))
    assert [record for record in found if '"' not in record] == [
        record for record in plain.text.splitlines() if '"' not in record
    ]


@every_command
def test_a_command_works_the_same_from_anywhere(scene: Scene, command: str, tmp_path: Path) -> None:
    call = CALLS[command]
    first = run(*scene.arguments(command), cwd=scene.root, input=call.input())
    below = run(*scene.arguments(command), cwd=scene.root / "data", input=call.input())
    from_elsewhere = run("-C", "project/src", *scene.arguments(command), cwd=tmp_path, input=call.input())
    assert records(command, below, nul=False) == records(command, first, nul=False)
    assert records(command, from_elsewhere, nul=False) == records(command, first, nul=False)


@every_command
def test_a_command_may_be_repeated(scene: Scene, command: str) -> None:
    for _ in range(2):
        result = run(*scene.arguments(command), cwd=scene.root, input=CALLS[command].input())
        records(command, result, nul=False)


@every_command
def test_neither_options_nor_surroundings_change_what_is_written(scene: Scene, command: str) -> None:
    call = CALLS[command]
    plain = run(*scene.arguments(command), cwd=scene.root, input=call.input())
    colourful = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TERM": "xterm-256color", "COLUMNS": "20"}
    result = run(*scene.arguments(command), cwd=scene.root, input=call.input(), env=colourful)
    assert (result.stdout, result.stderr) == (plain.stdout, plain.stderr)
    assert b"\x1b" not in result.stdout
    for option in (["-q"], ["--progress", "plain"], ["--progress", "bar"]):
        assert run(*option, *scene.arguments(command), cwd=scene.root, input=call.input()).stdout == plain.stdout


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "POSIX"])
def test_the_locale_does_not_change_what_is_written(scene: Scene, locale: str) -> None:
    plain = run("ls-files", cwd=scene.root).stdout
    for language in ({}, {"PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}):
        result = run_process("ls-files", cwd=scene.root, env={"LC_ALL": locale, **language})
        assert (result.code, result.stdout, result.stderr) == (0, plain, "")


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("option", [[], ["-z"]])
def test_nothing_to_read_is_nothing_to_write(scene: Scene, command: str, option: list[str]) -> None:
    result = run(*scene.arguments(command), *option, cwd=scene.root)
    assert (result.code, result.stderr) == (CALLS[command].empty_code, "")
    # Of no files a version can be made all the same: the empty one.
    assert bool(result.stdout) == (command == "write-manifest")


@every_command
@pytest.mark.parametrize("buffered", [True, False])
def test_a_reader_that_went_away_ends_the_command_quietly(scene: Scene, command: str, buffered: bool) -> None:
    call = CALLS[command]
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run(
            [sys.executable, "-m", "modelops_bundle", *scene.arguments(command)],
            cwd=scene.root,
            env=environment(buffered=buffered),
            input=call.input(),
            stdout=gone,
            stderr=subprocess.PIPE,
            timeout=60,
        )
    if call.code > 1 and buffered:
        # Nothing was sent yet when the error was found, so it is told. With 1, the records are the answer.
        assert (done.returncode, done.stderr[:7]) == (call.code, b"error: ")
    else:
        assert (done.returncode, done.stderr) == (141 if command in WRITERS else 0, b"")


@every_command
def test_help_names_options_and_what_the_command_does(tmp_path: Path, command: str) -> None:
    result = run(command, "--help", cwd=tmp_path)
    assert (result.code, result.stderr) == (0, "")
    assert result.text.startswith(f"Usage: modelops-bundle {command}")
    assert "-z" in result.text
    assert "Options:" in result.text


@every_command
def test_an_unknown_option_is_a_usage_error(tmp_path: Path, command: str) -> None:
    result = run(command, "--no-such-option", cwd=tmp_path)
    assert_refused(result, 2, "--no-such-option", f"modelops-bundle {command} --help")


@every_command
def test_outside_a_project_the_way_into_one_is_shown(scene: Scene, command: str, tmp_path: Path) -> None:
    call = CALLS[command]
    if command in ("ls-remote", "mount-blob"):
        assert run(*scene.arguments(command), cwd=tmp_path, input=call.input()).code == 0
    else:
        result = run(*scene.arguments(command), cwd=tmp_path, input=call.input())
        assert_refused(result, 1, "not in a project", "modelops-bundle init")


# Runs a command, then names every heavy module that came along.
PROBE = f"""
import sys
from modelops_bundle.porcelain.main import main
try:
    main(sys.argv[1:])
finally:
    print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""


@every_command
def test_a_command_imports_no_more_than_it_needs(scene: Scene, command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *scene.arguments(command)],
        cwd=scene.root,
        env={"PYTHONPATH": str(CHECKOUT), "HOME": str(scene.root)},
        input=CALLS[command].input(),
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == CALLS[command].code
    imported = set(done.stderr.decode().splitlines()[-1].split())
    assert imported <= CALLS[command].imports
