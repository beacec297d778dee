"""What is used is compared with what is declared, and the command to declare the rest is right."""

from dataclasses import replace
from pathlib import Path

import pytest

from modelops_bundle.models.discovery.declared_files import DeclaredFiles
from modelops_bundle.models.entries import ModelEntry, ModelRegistry
from modelops_bundle.models.preflight.audit import Usage
from modelops_bundle.models.preflight.undeclared import Undeclared, declaring, find_undeclared
from tests.modelops_bundle.source.projects import make_project, sources_of

ENTRY = ModelEntry(
    "seir_seir",
    "models/seir.py",
    "SEIR",
    "models.seir:SEIR",
    code=("lib/rates.py", "models/__init__.py"),
    data=("data/a.csv",),
)
FILES = {
    "models/__init__.py": "",
    "models/seir.py": "",
    "lib/rates.py": "",
    "lib/more.py": "",
    "data/a.csv": "",
    "data/b.csv": "",
    "data/c.csv": "",
    "run.py": "",
    "pyproject.toml": "",
    "latest": "-> data",
    "data/newest.csv": "-> b.csv",
}


@pytest.fixture
def declared(tmp_path: Path) -> DeclaredFiles:
    return DeclaredFiles(sources_of(make_project(tmp_path, FILES)))


def usage(**seen: tuple[str, ...]) -> Usage:
    return Usage(0, 1, True, **seen)


def found(declared: DeclaredFiles, entry: ModelEntry = ENTRY, **seen: tuple[str, ...]) -> Undeclared:
    return find_undeclared(usage(**seen), entry, {"lib/rates.py", "lib/more.py"}, {"run.py"}, declared)


def test_what_is_declared_is_no_finding(declared: DeclaredFiles) -> None:
    seen = found(declared, code=("models/seir.py", "lib/rates.py"), data=("data/a.csv",), aside=("lib/rates.py",))
    assert seen == Undeclared()
    assert seen.files == ()


def test_what_is_not_declared_is_sorted_by_how_it_was_used(declared: DeclaredFiles) -> None:
    seen = found(
        declared,
        code=("lib/more.py",),
        data=("data/b.csv", "data/a.csv"),
        unasked=("data/c.csv",),
        aside=("run.py",),
    )
    assert seen == Undeclared(("lib/more.py",), ("data/b.csv",), ("data/c.csv",), (), ("run.py",))
    assert seen.files == ("lib/more.py", "data/b.csv", "data/c.csv")


def test_a_module_that_the_model_imports_is_used_whoever_loaded_it_first(declared: DeclaredFiles) -> None:
    entry = replace(ENTRY, code=(), auto_code=False)
    assert found(declared, entry, aside=("lib/rates.py", "run.py")) == Undeclared(
        code=("lib/rates.py",), aside=("run.py",)
    )


def test_what_is_excluded_is_told_apart(declared: DeclaredFiles) -> None:
    entry = replace(ENTRY, exclude=("data/*",))
    assert found(declared, entry, data=("data/b.csv",)) == Undeclared(excluded=("data/b.csv",))


def test_what_starts_the_command_is_no_input(declared: DeclaredFiles) -> None:
    seen = found(declared, unasked=("run.py", "pyproject.toml", "models/seir.py", "data/a.csv"))
    assert seen == Undeclared(aside=("pyproject.toml", "run.py"))


@pytest.mark.parametrize("path", ["data/newest.csv", "latest/b.csv"])
def test_a_link_needs_to_be_declared_with_what_it_leads_to(declared: DeclaredFiles, path: str) -> None:
    assert found(declared, data=(path,)).data == (path,)
    target = replace(ENTRY, data=("data/b.csv",))
    assert found(declared, target, data=(path,)).data == (path,)
    both = replace(ENTRY, data=declared.files(path))
    assert found(declared, both, data=(path,)).data == ()


def test_the_command_counts_from_where_it_is_typed(tmp_path: Path) -> None:
    registry = ModelRegistry({ENTRY.id: ENTRY})
    undeclared = Undeclared(("lib/more.py",), ("data/b.csv",), ("-x",))
    root = ["modelops-bundle", "register-model"]
    assert declaring(registry, ENTRY, undeclared, tmp_path, tmp_path) == [
        *(*root, "models/seir.py", "--class", "SEIR"),
        *("--code", "lib/more.py", "--data", "data/b.csv", "--data", "./-x"),
    ]
    assert declaring(registry, ENTRY, Undeclared(data=("data/b.csv",)), tmp_path, tmp_path / "data") == [
        *(*root, "../models/seir.py", "--class", "SEIR", "--data", "b.csv")
    ]


def test_the_command_names_the_id_where_a_class_has_several(tmp_path: Path) -> None:
    registry = ModelRegistry({ENTRY.id: ENTRY, "other": replace(ENTRY, id="other")})
    words = declaring(registry, ENTRY, Undeclared(), tmp_path, tmp_path)
    assert words[-2:] == ["--id", "seir_seir"]
