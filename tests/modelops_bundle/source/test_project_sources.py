"""Source files are read once, and known by what is on disk."""

import hashlib
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.tracking import refresh
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.files.hashing import FileChanged
from modelops_bundle.source import project_sources
from modelops_bundle.source.facts import ImportStatement, SourceFacts
from modelops_bundle.source.project_sources import ProjectSources
from modelops_bundle.source.reading import read_source
from tests.modelops_bundle.source.projects import make_project, notebook, sources_of, write_files

FILES = {
    "models/seir.py": "import models.util\n",
    "models/util.py": "import numpy\n",
    "models/same.py": "import numpy\n",
    "notes/a.ipynb": notebook("import models.seir"),
    "data/cases.csv": "day,cases\n",
}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the files that were parsed."""
    paths: list[str] = []

    def reading(data: bytes, path: str) -> SourceFacts:
        paths.append(path)
        return read_source(data, path)

    monkeypatch.setattr(project_sources, "read_source", reading)
    return paths


def sha256(content: str) -> str:
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


@pytest.mark.parametrize("track", [False, True])
def test_a_file_says_what_it_imports_tracked_or_not(tmp_path: Path, track: bool) -> None:
    sources = sources_of(make_project(tmp_path, FILES, track=track))
    assert sources.facts("models/seir.py").imports == (ImportStatement("models.util", 1),)
    assert sources.facts("notes/a.ipynb").imports == (ImportStatement("models.seir", 1, cell=1),)


@pytest.mark.parametrize("track", [False, True])
def test_each_content_is_parsed_once_ever(tmp_path: Path, read: list[str], track: bool) -> None:
    project = make_project(tmp_path, FILES, track=track)
    sources = sources_of(project)
    for _ in range(2):
        for path in ("models/seir.py", "models/util.py", "models/same.py"):
            sources.facts(path)
    sources.save()
    sources_of(project).facts("models/same.py")
    assert read == ["models/seir.py", "models/util.py"]
    (tmp_path / "models/util.py").write_text("import scipy\n")
    changed = sources_of(project)
    assert changed.facts("models/util.py").imports == (ImportStatement("scipy", 1),)
    assert changed.facts("models/same.py").imports == (ImportStatement("numpy", 1),)
    assert read == ["models/seir.py", "models/util.py", "models/util.py"]


def test_the_same_bytes_are_read_as_what_their_name_says(tmp_path: Path) -> None:
    sources = sources_of(make_project(tmp_path, {"a.py": notebook("x = 1"), "a.ipynb": notebook("x = 1")}))
    assert sources.facts("a.py").semantic != sources.facts("a.ipynb").semantic


def test_a_hook_on_one_file_keeps_what_is_known_of_the_others(tmp_path: Path, read: list[str]) -> None:
    project = make_project(tmp_path, FILES, track=True)
    first = sources_of(project)
    first.facts("models/seir.py")
    first.save()
    second = sources_of(project)
    second.facts("models/util.py")
    second.save()
    read.clear()
    third = sources_of(project)
    third.facts("models/seir.py")
    third.facts("models/util.py")
    assert read == []


def test_nothing_is_written_when_nothing_was_read(tmp_path: Path) -> None:
    project = make_project(tmp_path, FILES)
    sources_of(project).save()
    assert not (project.directory / "cache").exists()


def test_a_directory_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    project = make_project(tmp_path, FILES)
    (project.directory / "cache").write_text("in the way")
    sources = sources_of(project)
    sources.facts("models/seir.py")
    sources.save()


@pytest.mark.parametrize("track", [False, True])
def test_a_digest_is_that_of_what_is_on_disk(tmp_path: Path, track: bool) -> None:
    project = make_project(tmp_path, FILES, track=track)
    (tmp_path / "data/cases.csv").write_text("changed")
    (tmp_path / "models/same.py").unlink()
    sources = sources_of(project)
    assert sources.digest("data/cases.csv") == sha256("changed")
    assert sources.digest("models/util.py") == sha256("import numpy\n")
    assert sources.digest("models/same.py") == sources.digest("gone.py") == sources.digest("models") == ""


@pytest.mark.parametrize("track", [False, True])
def test_a_link_says_what_the_file_behind_it_says(tmp_path: Path, track: bool) -> None:
    links = {"models/link.py": "-> util.py", "lib": "-> models"}
    sources = sources_of(make_project(tmp_path, {**FILES, **links}, track=track))
    assert sources.facts("models/link.py") == sources.facts("lib/link.py") == sources.facts("models/util.py")
    assert sources.digest("models/link.py") == sources.digest("models/util.py")
    assert sources.digest("lib") == sha256("models")


def test_what_lies_outside_the_project_is_not_read(tmp_path: Path) -> None:
    write_files(tmp_path, {"secret.py": "import a"})
    sources = sources_of(make_project(tmp_path / "project", {"a.py": "-> ../secret.py", "up": "-> .."}))
    for path in ("a.py", "up/secret.py"):
        with pytest.raises(NotFound):
            sources.facts(path)
    assert sources.digest("up/secret.py") == ""


@pytest.mark.parametrize("track", [False, True])
def test_a_file_that_is_gone_is_not_found(tmp_path: Path, track: bool) -> None:
    project = make_project(tmp_path, FILES, track=track)
    (tmp_path / "models/util.py").unlink()
    with pytest.raises(NotFound, match=r"'models/util\.py'") as caught:
        sources_of(project).facts("models/util.py")
    assert caught.value.hint


def test_what_is_no_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"'data/cases\.csv'") as caught:
        sources_of(make_project(tmp_path, FILES)).facts("data/cases.csv")
    assert caught.value.hint


def test_a_file_that_changes_under_us_is_told(tmp_path: Path) -> None:
    project = make_project(tmp_path, FILES, track=True)
    sources = ProjectSources(project, refresh(project).index)
    (tmp_path / "models/util.py").write_text("import scipy\n")
    with pytest.raises(FileChanged, match=r"'models/util\.py'"):
        sources.facts("models/util.py")


def test_a_file_that_does_not_parse_says_so_and_has_a_digest(tmp_path: Path) -> None:
    sources = sources_of(make_project(tmp_path, {"a.py": "import a\ndef", "b.py": "import a\ndeg"}))
    first, second = sources.facts("a.py"), sources.facts("b.py")
    assert first.fault and first.fault.line == 2
    assert first.imports == () and first.semantic.startswith("blake3:")
    assert first.semantic != second.semantic


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_sources, "MAX_NOTEBOOK", 10)
    sources = sources_of(make_project(tmp_path, {"a.py": "x = 1", "b.py": "x = 1 # long", "c.py": "x = 2 # long"}))
    assert sources.facts("a.py").fault is None
    fault = sources.facts("b.py").fault
    assert fault and "MiB" in fault.message
    assert sources.facts("b.py").semantic != sources.facts("c.py").semantic


def test_the_configured_roots_are_searched(tmp_path: Path) -> None:
    project = make_project(tmp_path, {"lib/a.py": "", ".modelops-bundle/config.yaml": "code:\n  roots: [lib]\n"})
    assert sources_of(Project(project.root)).modules.module_name("lib/a.py") == "a"
