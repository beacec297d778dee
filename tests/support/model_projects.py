"""Projects with models and targets, as scientists have them: what tests read, register, change and publish.

work = make_registered(tmp_path / "project")
edit(work, "models/rates.py", "0.3", "0.4")
assert models(work)["seir_seir"]["data"] == ["data/people.csv"]

That project, `FILES`, has a bit of everything in a few lines. `README_FILES` is the one that the README types of:
`models/seir.py` imports `models/rates.py`; `models/network_model.py` reaches it through `models/contacts.py`.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
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


README_SEIR = '''
"""An agent-based SIR model on a random network."""

import polars as pl
import starsim as ss
from modelops_calabaria import (
    BaseModel,
    ParameterSpace,
    ParameterSpec,
    ScenarioSpec,
    model_output,
    model_scenario,
)

from .rates import DAYS, daily_rate


class StarsimSIR(BaseModel):
    """People who are susceptible, infected or recovered."""

    PARAMS = ParameterSpace((
        ParameterSpec("beta", 0.01, 0.2, "float", doc="Chance of infection per contact and day"),
        ParameterSpec("dur_inf", lower=3, upper=10, kind="int", doc="Days of infectiousness"),
    ))

    def build_sim(self, params, config):
        """Return a simulation that has not run yet."""
        disease = ss.SIR(beta=daily_rate(params["beta"]), dur_inf=params["dur_inf"])
        return ss.Sim(diseases=disease, networks="random", n_agents=1000, dur=DAYS)

    def run_sim(self, state, seed):
        """Run it with one seed."""
        return state.run(rand_seed=seed)

    @model_output("incidence")
    def extract_incidence(self, raw, seed):
        """Return new infections per day."""
        return pl.DataFrame({"day": raw.t, "infections": raw.results.sir.new_infections})

    @model_output("prevalence")
    def extract_prevalence(self, raw, seed):
        """Return the share of people who are infected."""
        return pl.DataFrame({"day": raw.t, "share": raw.results.sir.prevalence})

    @model_scenario("lockdown")
    def lockdown(self):
        """Half as many infections per contact."""
        return ScenarioSpec("lockdown", doc="Contacts are halved", param_patches={"beta": 0.05})
'''

README_NETWORK_MODEL = '''
"""The same disease on a network of households."""

import csv
from pathlib import Path

import starsim as ss
from modelops_calabaria import BaseModel, ParameterSpace, ParameterSpec, model_output

from models import contacts

DATA = Path(__file__).parent.parent / "data"


class NetworkSEIR(BaseModel):
    """People meet those of their household, and some others."""

    PARAMS = ParameterSpace([ParameterSpec("beta", 0.05, 0.5)])

    def build_sim(self, params, config):
        """Return a simulation with the contacts that were observed."""
        with (DATA / "contact_patterns.csv").open(newline="") as file:
            matrix = contacts.normalised(list(csv.reader(file)))
        return ss.Sim(diseases=ss.SIR(beta=params["beta"]), networks=ss.StaticNet(), pars={"matrix": matrix})

    def run_sim(self, state, seed):
        """Run it with one seed."""
        return state.run(rand_seed=seed)

    @model_output("incidence")
    def extract_incidence(self, raw, seed):
        """Return new infections per day."""
        return raw.to_df()
'''

README_RATES = '''
"""Rates and times."""

DAYS = 60


def daily_rate(weekly):
    """Return a rate per day."""
    return weekly / 7
'''

README_CONTACTS = '''
"""Contacts between age groups."""

from . import rates


def normalised(rows):
    """Return daily contacts of each age group with each other."""
    return [[rates.daily_rate(float(cell)) for cell in row[1:]] for row in rows[1:]]
'''

README_INCIDENCE = '''
"""How well simulated incidence fits what was observed."""

import modelops_calabaria as cb
import polars as pl

OBSERVED = "data/observed_incidence.csv"


@cb.calibration_target(model_output="incidence", data={"observed": OBSERVED}, weight=2.0)
def incidence_per_replicate_target(data_paths):
    """Compare each replicate."""
    return cb.LossTarget(model_output="incidence", data=pl.read_csv(data_paths["observed"]))


@cb.calibration_target(model_output="incidence", data={"observed": OBSERVED})
def incidence_replicate_mean_target(data_paths):
    """Compare the mean of all replicates."""
    return cb.LossTarget(model_output="incidence", data=pl.read_csv(data_paths["observed"]))
'''

README_PYPROJECT = """
[project]
name = "seir-model"
version = "0.1.0"
dependencies = ["modelops-calabaria", "starsim"]
"""

README_FILES: Mapping[str, str] = {
    "pyproject.toml": README_PYPROJECT,
    "models/__init__.py": "",
    "models/seir.py": README_SEIR,
    "models/network_model.py": README_NETWORK_MODEL,
    "models/contacts.py": README_CONTACTS,
    "models/rates.py": README_RATES,
    "targets/__init__.py": "",
    "targets/incidence.py": README_INCIDENCE,
    "data/demographics.csv": "age,people\n0-14,310\n15-64,1240\n65+,450\n",
    "data/contact_patterns.csv": "age,0-14,15-64,65+\n0-14,48,27,4\n15-64,21,56,11\n65+,5,18,13\n",
    "data/observed_incidence.csv": "day,infections\n1,3\n2,7\n3,12\n",
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


def write_readme_project(root: Path) -> None:
    """Write the project of the README, with two models and two targets; nothing is tracked."""
    write_sources(root, README_FILES)


def write_sources(root: Path, files: Mapping[str, str]) -> None:
    """Write files by path, without the indentation that they have in a test."""
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).removeprefix("\n"), encoding="utf-8")
