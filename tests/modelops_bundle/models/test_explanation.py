"""Every dependency that is not as registered is a cause, with its contents compared."""

from dataclasses import replace
from pathlib import Path

import pytest

from modelops_bundle.changes.detail import Effect
from modelops_bundle.checkout.project import Project
from modelops_bundle.models.entries import ModelEntry, ModelRegistry
from modelops_bundle.models.explanation import Cause, Explanation, explain
from modelops_bundle.models.overview import assess
from modelops_bundle.models.readiness import Change, Condition, DependencyKind, How
from modelops_bundle.models.registering.surroundings import Surroundings
from tests.modelops_bundle.source.projects import make_project, sources_of, write_files

FILES = {
    "models/__init__.py": "",
    "models/seir.py": "from . import rates\n\nclass Seir:\n    pass\n",
    "models/rates.py": "BETA = 0.3\n",
    "data/a.csv": "day,cases\n1,2\n",
    "data/b.txt": "b\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = make_project(tmp_path / "project", FILES)
    for content in FILES.values():
        project.objects.put(content.encode())
    return project


@pytest.fixture
def entry(project: Project) -> ModelEntry:
    """The model as it is registered."""
    entry = ModelEntry("seir", "models/seir.py", "Seir", "models.seir:Seir", declared_data=("data",))
    registered = Surroundings(sources_of(project)).present(entry).entry
    assert isinstance(registered, ModelEntry)
    return registered


def explained(project: Project, entry: ModelEntry) -> Explanation:
    around = Surroundings(sources_of(project))
    return explain(project, assess(ModelRegistry(models={"seir": entry}), around).models["seir"], around)


def only_cause(project: Project, entry: ModelEntry) -> Cause:
    (cause,) = explained(project, entry).causes
    return cause


def test_a_ready_model_has_no_cause(project: Project, entry: ModelEntry) -> None:
    found = explained(project, entry)
    assert (found.causes, found.interface, found.assessed.condition) == ((), (), Condition.READY)


def test_a_modified_file(project: Project, entry: ModelEntry) -> None:
    write_files(project.root, {"models/rates.py": "BETA = 0.35\n"})
    cause = only_cause(project, entry)
    assert cause.change == Change("models/rates.py", DependencyKind.CODE, How.MODIFIED)
    assert cause.old and cause.comparison
    assert (cause.old.digest, cause.old.size, cause.new_size) == (entry.code_digests["models/rates.py"], 11, 12)
    assert cause.comparison.summary == "1 constant changed"
    assert [(edge.importer, edge.line) for edge in cause.chain] == [("models/seir.py", 1)]


def test_only_the_formatting_of_a_file(project: Project, entry: ModelEntry) -> None:
    write_files(project.root, {"models/rates.py": "BETA = 0.3  # note\n"})
    cause = only_cause(project, entry)
    assert cause.change.how is How.COSMETIC
    assert cause.comparison and cause.comparison.effect is Effect.FORMATTING


def test_a_new_file_has_no_old_content(project: Project, entry: ModelEntry) -> None:
    write_files(project.root, {"data/c.txt": "c\n"})
    cause = only_cause(project, entry)
    assert cause.change == Change("data/c.txt", DependencyKind.DATA, How.ADDED)
    assert (cause.old, cause.new_size, cause.comparison, cause.declared) == (None, 2, None, "data")


def test_a_missing_file_has_no_new_content(project: Project, entry: ModelEntry) -> None:
    (project.root / "data/b.txt").unlink()
    cause = only_cause(project, entry)
    assert cause.change.how is How.MISSING
    assert cause.old and (cause.old.size, cause.new, cause.new_size, cause.comparison) == (2, "", None, None)


def test_a_file_that_is_no_dependency_any_more(project: Project, entry: ModelEntry) -> None:
    write_files(project.root, {"models/seir.py": "class Seir:\n    pass\n"})
    causes = {cause.change.path: cause for cause in explained(project, entry).causes}
    assert causes["models/rates.py"].change.how is How.REMOVED
    assert (causes["models/rates.py"].chain, causes["models/rates.py"].comparison) == ((), None)
    assert causes["models/seir.py"].comparison


def test_a_file_that_became_empty(project: Project, entry: ModelEntry) -> None:
    write_files(project.root, {"data/b.txt": ""})
    cause = only_cause(project, entry)
    assert cause.comparison and cause.comparison.summary == "1 line removed"


def test_a_digest_that_was_edited_is_explained_by_no_file(project: Project, entry: ModelEntry) -> None:
    cause = only_cause(project, replace(entry, digest="sha256:" + "0" * 64))
    assert (cause.change.kind, cause.old, cause.comparison) == (DependencyKind.REGISTRY, None, None)


def test_a_data_file_that_became_code_is_the_same_content(project: Project, entry: ModelEntry) -> None:
    write_files(project.root, {"data/tool.py": "x = 1\n"})
    as_data = Surroundings(sources_of(project)).present(entry).entry
    assert isinstance(as_data, ModelEntry)
    cause = only_cause(project, replace(as_data, declared_code=("data/tool.py",)))
    assert (cause.change.path, cause.change.how, cause.comparison) == ("data/tool.py", How.MODIFIED, None)
