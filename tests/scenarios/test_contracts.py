"""The platform reads registry.yaml with its own classes: their fields, their order and types are pinned here.

Its package is used, too, where that can be imported.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.model_projects import REGISTRY, edit, make_registered, models
from tests.support.workspace import Workspace

SECTIONS = ("version", "models", "targets", "target_sets")
MODEL = {
    "entrypoint": str,
    "path": str,
    "class_name": str,
    "scenarios": list,
    "parameters": list,
    "outputs": list,
    "data": list,
    "data_digests": dict,
    "code": list,
    "code_digests": dict,
    "model_digest": str,
}
TARGET = {"path": str, "entrypoint": str, "model_output": str, "data": list, "target_digest": str}
TARGET_SET = {"targets": list, "weights": dict}
DIGEST = re.compile("sha256:[0-9a-f]{64}")


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    """A project with models, targets and a target set."""
    work = make_registered(tmp_path / "work")
    work.ok("target-set", "set", "fit", "-t", "deaths", "-t", "weekly_cases", "-w", "deaths=0.5")
    return work


def of_the_contract(entry: dict[str, Any], fields: Mapping[str, type]) -> dict[str, Any]:
    """Return the part of an entry that the platform knows, which comes first, in its order and of its types."""
    assert list(entry)[: len(fields)] == list(fields)
    assert {name: type(entry[name]) for name in fields} == fields
    return {name: entry[name] for name in fields}


def document(work: Workspace) -> dict[str, Any]:
    """Return what the platform's reader gets of a project, after checking it."""
    found = yaml.safe_load(work.read(REGISTRY))
    assert tuple(found) == SECTIONS
    fields: dict[str, Mapping[str, type]] = {"models": MODEL, "targets": TARGET, "target_sets": TARGET_SET}
    known = {
        section: {name: of_the_contract(entry, fields[section]) for name, entry in found[section].items()}
        for section in fields
    }
    return {"version": found["version"], **known}


def test_the_fields_of_the_platform_have_its_order_and_types(work: Workspace) -> None:
    found = document(work)
    assert found["version"] == "1.0"
    assert len(found["models"]) > 1 and len(found["targets"]) > 1
    for model in found["models"].values():
        assert DIGEST.fullmatch(model["model_digest"])
        for kind in ("data", "code"):
            assert sorted(model[f"{kind}_digests"]) == model[kind]
            assert all(DIGEST.fullmatch(digest) for digest in model[f"{kind}_digests"].values())
        lists = ("scenarios", "parameters", "outputs", "data", "code")
        assert {type(item) for key in lists for item in model[key]} == {str}
    assert all(DIGEST.fullmatch(target["target_digest"]) for target in found["targets"].values())
    assert found["target_sets"] == {"fit": {"targets": ["deaths", "weekly_cases"], "weights": {"deaths": 0.5}}}


def test_the_platform_loads_it_and_what_the_platform_saves_is_read_here(
    work: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    contracts = pytest.importorskip("modelops_contracts.registry")
    file = work.root / REGISTRY
    loaded = contracts.BundleRegistry.load(file)
    assert loaded.to_dict() == document(work)
    monkeypatch.chdir(work.root)
    assert loaded.validate() == []
    assert [entry.check_invalidation() for entry in loaded.models.values()] == [[] for _ in loaded.models]
    loaded.save(file)
    assert document(work) == loaded.to_dict()
    assert "Ready" in work.ok("status")
    edit(work, "models/rates.py", "0.3", "0.4")
    work.ok("refresh")
    assert loaded.models.keys() == models(work).keys()
