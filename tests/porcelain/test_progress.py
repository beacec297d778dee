"""Progress is for people on a terminal, for logs, or for programs; never on stdout."""

import json
from pathlib import Path

import pytest

from modelops_bundle.plumbing._session import Session
from modelops_bundle.porcelain._progress import shown_progress
from modelops_bundle.progress import Meter
from modelops_bundle.settings import Settings
from tests.support.cli import Result, run


def push(root: Path, progress: str) -> Result:
    """Publish a small project, showing progress in one way."""
    (root / "project").mkdir()
    (root / "project" / "data.csv").write_text("a,b\n1,2\n")
    assert run("init", "--remote", f"oci:{root / 'remote'}", cwd=root / "project").code == 0
    assert run("add", ".", cwd=root / "project").code == 0
    result = run("--progress", progress, "push", cwd=root / "project")
    assert result.code == 0, result.stderr
    assert b"sent" in result.stdout and b"phase" not in result.stdout
    return result


def test_events_are_lines_of_json(tmp_path: Path) -> None:
    events = [json.loads(line) for line in push(tmp_path, "json").stderr.splitlines()]
    last = events[-1]
    assert last["phase"] == "push" and last["finished"]
    assert (last["blobs_done"], last["bytes_done"]) == (last["blobs"], last["bytes"])


def test_plain_lines_tell_begin_and_end(tmp_path: Path) -> None:
    lines = push(tmp_path, "plain").stderr.splitlines()
    assert [line.split()[0] for line in lines] == ["sending", "sent"]


def test_nothing_is_shown_when_nothing_is_wanted(tmp_path: Path) -> None:
    assert push(tmp_path, "none").stderr == ""


def test_an_unknown_way_is_a_usage_error(tmp_path: Path) -> None:
    assert run("--progress", "loud", "status", cwd=tmp_path).code == 2


@pytest.mark.parametrize("progress", ["bar", "auto"])
def test_the_way_does_not_change_what_is_done(tmp_path: Path, progress: str) -> None:
    assert b"Digest: sha256:" in push(tmp_path, progress).stdout


@pytest.mark.parametrize(("no_color", "colourful"), [(False, True), (True, False)])
def test_a_bar_has_colours_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], no_color: bool, colourful: bool
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    session = Session(Settings(no_color=no_color), progress="bar")
    with shown_progress(session) as on_event, Meter("fetch", on_event, 1, 10) as meter:
        meter.advance(10, 1)
    shown = capsys.readouterr().err
    assert "fetching" in shown
    assert ("\x1b[38;" in shown or "\x1b[3" in shown) is colourful
