"""The classes that models derive from."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelops_bundle.models.discovery.frameworks import is_framework_class
from modelops_bundle.models.discovery.lineage import Lineage
from tests.support.folder_sources import FolderSources


@pytest.mark.parametrize(
    "dotted",
    [
        *("modelops_calabaria.BaseModel", "modelops_calabaria.base_model.BaseModel", "calabaria.BaseModel"),
        *("modelops.BaseModel", "modelops_contracts.BaseModel"),
        *("starsim.Sim", "starsim.Module", "starsim.Disease", "starsim.Infection", "starsim.SIR", "starsim.NCD"),
        *("starsim.Network", "starsim.Intervention", "starsim.Demographics", "starsim.Analyzer"),
        *("starsim.Connector", "starsim.diseases.SIS", "starsim.library.diseases.HIV", "starsim.routine_vx"),
    ],
)
def test_what_derives_from_these_is_a_model(dotted: str) -> None:
    assert is_framework_class(dotted)


@pytest.mark.parametrize(
    "dotted",
    [
        *(
            "pydantic.BaseModel",
            "pydantic.main.BaseModel",
            "BaseModel",
            "models.BaseModel",
            "modelops_bundle.BaseModel",
        ),
        *("modelops_calabaria.MyBaseModelThing", "modelops_calabaria.ParameterSpace", "calabarian.BaseModel"),
        *(
            "starsim.Pars",
            "starsim.bernoulli",
            "starsim.Dist",
            "starsim.Result",
            "starsim.Results",
            "starsim.years",
        ),
        *("starsim.People", "starsim.Calibration", "starsimilar.Sim", "models.starsim.Sim", "Sim", "starsim", ""),
    ],
)
def test_what_derives_from_others_is_none(dotted: str) -> None:
    assert not is_framework_class(dotted)


def starsim_classes(root: Path) -> Iterator[tuple[str, bool]]:
    """Yield the classes of the installed Starsim, each with whether it derives from `Sim` or `Module`."""
    sources = FolderSources(root, (".",))
    for file in sorted(root.glob("starsim/**/*.py")):
        path = file.relative_to(root).as_posix()
        for each in sources.facts(path).classes:
            if each.importable:
                names = {definition.name for _, definition in Lineage(sources, path, each).known}
                yield each.name, bool(names & {"Sim", "Module"})


@pytest.mark.skipif(importlib.util.find_spec("starsim") is None, reason="starsim is not installed")
def test_the_installed_starsim_derives_nothing_else_from_sim_and_module() -> None:
    spec = importlib.util.find_spec("starsim")
    assert spec is not None and spec.origin is not None
    found = dict(starsim_classes(Path(spec.origin).parent.parent))
    assert len(found) > 100
    assert {name: is_framework_class(f"starsim.{name}") for name in found} == found
