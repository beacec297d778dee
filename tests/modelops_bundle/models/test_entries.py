"""Entries are values: equal when they say the same, and of files they know the digests."""

from dataclasses import FrozenInstanceError

import pytest

from modelops_bundle.models.entries import (
    CODE_MODES,
    Entry,
    ModelEntry,
    ModelRegistry,
    TargetEntry,
    TargetSet,
    digests_of,
)
from tests.modelops_bundle.models.samples import MODEL, TARGET


def test_a_model_knows_the_digest_of_each_file_its_own_first() -> None:
    digests = digests_of(MODEL)
    assert list(digests) == ["models/seir.py", "models/__init__.py", "data/a.csv", "data/yes"]
    assert digests["models/seir.py"] == MODEL.model_digest
    assert digests["data/a.csv"] == MODEL.data_digests["data/a.csv"]
    assert digests["models/__init__.py"] == MODEL.code_digests["models/__init__.py"]


def test_a_target_knows_the_digest_of_each_file_its_own_first() -> None:
    digests = digests_of(TARGET)
    assert list(digests) == ["targets/fit.py", "targets/__init__.py", "data/a.csv"]
    assert digests["targets/fit.py"] == TARGET.target_digest


@pytest.mark.parametrize(
    "entry", [ModelEntry("a", "m/a.py", "A", "m.a:A"), TargetEntry("a", "m/a.py", "f", "m.a:f", "")]
)
def test_of_an_entry_of_the_earlier_tool_its_own_file_has_no_digest_yet(entry: Entry) -> None:
    assert digests_of(entry) == {"m/a.py": ""}


def test_a_model_follows_imports_file_by_file_unless_said_otherwise() -> None:
    entry = ModelEntry("a", "m/a.py", "A", "m.a:A")
    assert (entry.auto_code, entry.code_mode) == (True, CODE_MODES[0]) == (True, "files")


def test_a_registry_with_anything_in_it_is_true() -> None:
    assert not ModelRegistry()
    # What nobody here knows is no reason to look at models.
    assert not ModelRegistry(extra={"note": "x"})
    assert ModelRegistry(models={"a": MODEL})
    assert ModelRegistry(targets={"a": TARGET})
    assert ModelRegistry(target_sets={"a": TargetSet()})


@pytest.mark.parametrize("value", [MODEL, TARGET, TargetSet(), ModelRegistry()])
def test_nothing_changes_an_entry(value: object) -> None:
    with pytest.raises(FrozenInstanceError):
        value.extra = {}  # type: ignore[attr-defined]
