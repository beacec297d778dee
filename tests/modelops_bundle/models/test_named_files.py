"""Named files concern the models that depend on them, and all that lack a file."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.index import Index
from modelops_bundle.checkout.project import Project
from modelops_bundle.models.dependencies import Present
from modelops_bundle.models.named_files import NamedFiles
from modelops_bundle.source.project_sources import ProjectSources
from tests.modelops_bundle.models.registered import assessed, model, overview, target

SEIR = model()
FIT = target()
REGISTRY = overview(assessed(SEIR), assessed(FIT)).registry


@pytest.fixture
def sources(tmp_path: Path) -> ProjectSources:
    """A project that has every registered file."""
    for entry in (SEIR, FIT):
        for path in (entry.path, *entry.code, *entry.data):
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text("")
    return ProjectSources(Project.create(tmp_path), Index())


def concerned(sources: ProjectSources, *names: str) -> list[str]:
    wanted = NamedFiles(sources.root, names).may_concern(REGISTRY, sources)
    return [entry.id for entry in (SEIR, FIT) if wanted(entry)]


def test_a_file_concerns_what_depends_on_it(tmp_path: Path) -> None:
    named = NamedFiles(tmp_path, ["data/people.csv"])
    assert named.concern(assessed(SEIR)) and not named.concern(assessed(FIT))


def test_a_file_concerns_what_will_depend_on_it(tmp_path: Path) -> None:
    named = NamedFiles(tmp_path, ["models/util.py"])
    assert not named.concern(assessed(SEIR))
    assert named.concern(assessed(SEIR, Present(model(code=["models/__init__.py", "models/util.py"]))))


def test_what_lacks_a_file_is_always_concerned(tmp_path: Path) -> None:
    lacking = assessed(SEIR, Present(SEIR, ("data/people.csv",)))
    assert NamedFiles(tmp_path, ["README.md"]).concern(lacking)
    special = assessed(SEIR, Present(SEIR, special={"data/people.csv": "a socket"}))
    assert NamedFiles(tmp_path, ["README.md"]).concern(special)


@pytest.mark.parametrize(
    "name",
    [
        ".",
        ".modelops-bundle/config.yaml",
        ".modelops-bundle/registry.yaml",
        ".modelopsignore",
        "data/.modelopsignore",
    ],
)
def test_the_root_and_what_any_entry_may_hang_on_stand_for_everything(tmp_path: Path, name: str) -> None:
    assert NamedFiles(tmp_path, [name]).concern(assessed(FIT))


def test_a_directory_stands_for_what_is_below_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    named = NamedFiles(tmp_path, ["data"])
    assert "data/x" in named and "data.csv" not in named and "database/x" not in named


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("here.txt", True),
        ("here", True),
        ("leads/nowhere", True),
        ("old.txt", True),
        ("old", True),
        ("data/people.csv", True),
        ("data", True),
        ("models/util.py", True),
        ("declared", True),
        ("none.txt", False),
        ("dat", False),
        ("data/people.csv/x", False),
    ],
)
def test_a_name_is_known_if_it_stands_for_anything_that_is_or_was_there(
    tmp_path: Path, name: str, known: bool
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here.txt").touch()
    (tmp_path / "leads").mkdir()
    (tmp_path / "leads/nowhere").symlink_to("gone")
    now = Present(model(code=["models/util.py"]), missing=("declared/x.csv",))
    unknown = NamedFiles(tmp_path, [name]).unknown(overview(assessed(SEIR, now)), ["old.txt", "old/a"])
    assert list(unknown) == ([] if known else [name])


def test_only_what_was_registered_with_a_file_needs_a_closer_look(sources: ProjectSources) -> None:
    assert concerned(sources, "models/seir.py") == ["seir"]
    assert concerned(sources, "targets/fit.py", "data/people.csv") == ["seir", "fit"]


@pytest.mark.parametrize("name", ["models/new.py", "data", ".", ".modelops-bundle/registry.yaml"])
def test_what_may_be_new_to_any_needs_a_look_at_all(sources: ProjectSources, name: str) -> None:
    assert concerned(sources, name) == ["seir", "fit"]


def test_what_lacks_a_file_needs_a_look(sources: ProjectSources) -> None:
    (sources.root / "data/observed.csv").unlink()
    assert concerned(sources, "models/seir.py") == ["seir", "fit"]
