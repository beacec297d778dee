"""Projects with models, as scientists have them: what the tests of models and targets read, change and publish.

write_models(alice.root)
alice.ok("register-model", "models/seir.py", "--class", "StarsimSIR", "--data", "data/demographics.csv")

`models/seir.py` imports `models/rates.py`; `models/network_model.py` reaches it through `models/contacts.py`.
"""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

SEIR = '''
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

NETWORK_MODEL = '''
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

RATES = '''
"""Rates and times."""

DAYS = 60


def daily_rate(weekly):
    """Return a rate per day."""
    return weekly / 7
'''

CONTACTS = '''
"""Contacts between age groups."""

from . import rates


def normalised(rows):
    """Return daily contacts of each age group with each other."""
    return [[rates.daily_rate(float(cell)) for cell in row[1:]] for row in rows[1:]]
'''

INCIDENCE = '''
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

PYPROJECT = """
[project]
name = "seir-model"
version = "0.1.0"
dependencies = ["modelops-calabaria", "starsim"]
"""

FILES: Mapping[str, str] = {
    "pyproject.toml": PYPROJECT,
    "models/__init__.py": "",
    "models/seir.py": SEIR,
    "models/network_model.py": NETWORK_MODEL,
    "models/contacts.py": CONTACTS,
    "models/rates.py": RATES,
    "targets/__init__.py": "",
    "targets/incidence.py": INCIDENCE,
    "data/demographics.csv": "age,people\n0-14,310\n15-64,1240\n65+,450\n",
    "data/contact_patterns.csv": "age,0-14,15-64,65+\n0-14,48,27,4\n15-64,21,56,11\n65+,5,18,13\n",
    "data/observed_incidence.csv": "day,infections\n1,3\n2,7\n3,12\n",
}


def write_models(root: Path) -> None:
    """Write a project with two models, their shared code, their data, and two targets; nothing is tracked."""
    write_sources(root, FILES)


def write_sources(root: Path, files: Mapping[str, str]) -> None:
    """Write files by path, without the indentation that they have in a test."""
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).removeprefix("\n"), encoding="utf-8")
