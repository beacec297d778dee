"""A small project with models and targets, of which all or nothing is registered, and what its registry says."""

import os
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
RATES = "BETA = 0.3\n"
NETWORK = """\
from modelops_calabaria import BaseModel, model_output


class NetworkSeir(BaseModel):
    @model_output("prevalence")
    def prevalence(self, raw, seed):
        return raw
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
PYPROJECT = '[project]\nname = "seir"\nversion = "0.1.0"\ndependencies = ["modelops-calabaria"]\n'
FILES = {
    "pyproject.toml": PYPROJECT,
    "README.md": "# Models\n",
    "models/__init__.py": "",
    "models/seir.py": SEIR,
    "models/rates.py": RATES,
    "models/network.py": NETWORK,
    "models/sir.py": SIR,
    "targets/__init__.py": "",
    "targets/fits.py": TARGETS,
    "data/people.csv": "age,count\n0,10\n",
    "data/deep/contacts.csv": "age,contacts\n",
    "data/cases.csv": "day,cases\n0,1\n",
    "data/deaths.csv": "day,deaths\n",
}


def make_unregistered(root: Path, remote: str = "") -> Workspace:
    """Make the project, in which nothing is tracked."""
    work = Workspace(root)
    for path, content in FILES.items():
        work.write(path, content)
    work.ok("init", *(("--remote", remote) if remote else ()))
    return work


def make_registered(root: Path, remote: str = "") -> Workspace:
    """Make the project with the models `seir_seir` and `network_networkseir` and both targets; all is tracked."""
    work = make_unregistered(root, remote)
    work.ok("register-model", "models/seir.py", "--data", "data/people.csv")
    work.ok("register-model", "models/network.py")
    work.ok("register-target", "targets/fits.py")
    work.ok("add", ".")
    return work


def edit(work: Workspace, path: str, old: str, new: str) -> None:
    """Replace a text in a file, once; its time becomes another one whatever the clock says."""
    file = work.root / path
    text = file.read_text()
    assert text.count(old) == 1, text
    file.write_text(text.replace(old, new))
    stat = file.stat()
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))


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
