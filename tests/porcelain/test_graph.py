"""graph draws what is registered, or what is named, in three formats."""

from pathlib import Path

import pytest

from tests.support.model_projects import make_unregistered
from tests.support.workspace import Workspace


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    work = make_unregistered(tmp_path / "work")
    work.ok("register-model", "models/seir.py", "--id", "seir")
    work.ok("register-target", "targets/fits.py")
    return work


def test_all_that_is_registered_is_drawn(work: Workspace) -> None:
    text = work.ok("graph")
    for name in (
        "model:seir",
        "target:deaths",
        "target:weekly_cases",
        "code:models/rates.py",
        "data:data/cases.csv",
    ):
        assert f'"{name}" [' in text
    assert "models/sir.py" not in text


def test_only_what_is_named_is_drawn(work: Workspace) -> None:
    text = work.ok("graph", "deaths", "models/sir.py")
    assert '"target:deaths" [' in text and '"code:models/sir.py" [' in text
    assert "seir" not in text and "weekly_cases" not in text


def test_where_nothing_is_registered_all_tracked_sources_are_drawn(tmp_path: Path) -> None:
    work = make_unregistered(tmp_path / "work")
    work.ok("add", "models/seir.py", "models/sir.py")
    text = work.ok("graph")
    assert '"code:models/seir.py" -> "code:models/rates.py" [label="5"];' in text
    assert '"code:models/sir.py" [' in text
    assert "targets/" not in text and ".csv" not in text


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("a.html", "<!DOCTYPE html>"),
        ("a.HTM", "<!DOCTYPE html>"),
        ("a.mmd", "flowchart LR"),
        ("a.dot", "digraph"),
        ("a.gv", "digraph"),
        ("a.txt", "digraph"),
    ],
)
def test_a_file_is_drawn_as_its_name_says(work: Workspace, name: str, begin: str) -> None:
    done = work.run("graph", "-o", f"pictures/{name}")
    assert (done.code, done.stdout) == (0, b"")
    assert f"wrote 'pictures/{name}'" in done.stderr
    assert work.read(f"pictures/{name}").startswith(begin)


def test_no_text_is_written_under_the_name_of_a_picture(work: Workspace) -> None:
    assert "graph | dot -Tsvg -o 'my models.SVG'" in work.refused(2, "graph", "-o", "my models.SVG")
    assert not (work.root / "my models.SVG").exists()
    work.ok("graph", "--format", "dot", "-o", "my models.SVG")


@pytest.mark.parametrize(
    ("format", "begin"), [("html", "<!DOCTYPE html>"), ("mermaid", "flowchart LR"), ("dot", "digraph")]
)
def test_a_format_can_be_asked_for(work: Workspace, format: str, begin: str) -> None:
    text = work.ok("graph", "--format", format)
    assert text.startswith(begin)
    work.ok("graph", "--format", format, "-o", "a.txt")
    assert work.read("a.txt") == text


def test_the_name_of_the_directory_does_not_choose_the_format(work: Workspace) -> None:
    below = Workspace(work.root / "pictures.html")
    assert below.ok("graph").startswith("digraph")


def test_what_is_stale_is_coloured(work: Workspace) -> None:
    before = work.ok("graph", "--format", "mermaid")
    work.write("models/rates.py", "BETA = 1\n")
    after = work.ok("graph", "--format", "mermaid")
    stale = [line for line in after.splitlines() if line.endswith(":::stale")]
    assert [line.split('"')[1] for line in stale] == ["seir", "models/rates.py"]
    assert ":::stale" not in before


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("sier", "no such model or target: 'sier'", "'seir'"),
        ("models/sier.py", "no such file", "'models/seir.py'"),
    ],
)
def test_what_is_not_there_is_refused(work: Workspace, name: str, message: str, hint: str) -> None:
    said = work.refused(1, "graph", name, "-o", "a.html")
    assert message in said and hint in said
    assert not (work.root / "a.html").exists()
