"""A project with models and targets of which nothing is registered yet, and what its registry says."""

from pathlib import Path
from typing import Any

import yaml

from tests.support.workspace import Workspace

REGISTRY = ".modelops-bundle/registry.yaml"

SEIR = """\
from abc import ABC, abstractmethod

from modelops_calabaria import BaseModel, ParameterSpace, ParameterSpec, model_output, model_scenario

from .rates import BETA


class Common(BaseModel, ABC):
    PARAMS = ParameterSpace([ParameterSpec("beta", lower=0.1, upper=1.0, kind="float", doc="per day")])

    @abstractmethod
    def compartments(self):
        ...

    @model_output("incidence")
    def incidence(self, raw, seed):
        return raw


class Seir(Common):
    def compartments(self):
        return "SEIR"

    @model_output("deaths")
    def deaths(self, raw, seed):
        return raw * BETA

    @model_scenario("lockdown")
    def lockdown(self):
        return None
"""
SIR = """\
import pydantic
import starsim as ss


class StarsimSIR(ss.SIR):
    pass


class Settings(pydantic.BaseModel):
    pass


class Plain:
    pass
"""
TARGETS = """\
from modelops_calabaria import calibration_target


@calibration_target(
    model_output="incidence", data={"cases": "data/cases.csv"}, weight=2.0, labels={"region": "north"}
)
def weekly_cases(paths):
    return paths


@calibration_target(model_output="deaths", name="deaths", data={"deaths": "data/deaths.csv"})
def weekly_deaths(paths):
    return paths
"""
FILES = {
    "pyproject.toml": "[project]\nname = 'x'\n",
    "README.md": "# Models\n",
    "models/__init__.py": "",
    "models/seir.py": SEIR,
    "models/rates.py": "BETA = 0.3\n",
    "models/sir.py": SIR,
    "targets/__init__.py": "",
    "targets/fits.py": TARGETS,
    "data/people.csv": "age,count\n",
    "data/deep/contacts.csv": "age,contacts\n",
    "data/cases.csv": "day,cases\n",
    "data/deaths.csv": "day,deaths\n",
}


def make_unregistered(root: Path) -> Workspace:
    """Make the project, in which nothing is tracked."""
    work = Workspace(root)
    for path, content in FILES.items():
        work.write(path, content)
    work.ok("init")
    return work


def registry(work: Workspace) -> dict[str, Any]:
    """Return what the registry holds."""
    document = yaml.safe_load(work.read(REGISTRY))
    assert isinstance(document, dict)
    return document


def models(work: Workspace) -> dict[str, Any]:
    """Return the registered models by id."""
    found = registry(work)["models"]
    assert isinstance(found, dict)
    return found
