"""A small project of models and targets, for tests of commands that are about them."""

import os
from pathlib import Path

from tests.support.workspace import Workspace

SEIR = """\
from modelops_calabaria import BaseModel, ParameterSpace, ParameterSpec, model_output

from .rates import beta


class Seir(BaseModel):
    PARAMS = ParameterSpace((ParameterSpec("beta", 0.1, 0.9, "float", doc="transmission"),))

    @model_output("incidence")
    def incidence(self, raw, seed):
        return raw * beta()
"""
RATES = "def beta():\n    return 0.3\n"
NETWORK = """\
from modelops_calabaria import BaseModel, model_output


class NetworkSeir(BaseModel):
    @model_output("prevalence")
    def prevalence(self, raw, seed):
        return raw
"""
TARGET = """\
from modelops_calabaria import calibration_target


@calibration_target(model_output="incidence", data={"observed": "data/observed.csv"})
def fit_incidence(paths):
    return paths["observed"]
"""
PYPROJECT = '[project]\nname = "seir"\nversion = "0.1.0"\ndependencies = ["modelops-calabaria"]\n'
FILES = {
    "pyproject.toml": PYPROJECT,
    "README.md": "# Models\n",
    "models/__init__.py": "",
    "models/seir.py": SEIR,
    "models/rates.py": RATES,
    "models/network.py": NETWORK,
    "targets/__init__.py": "",
    "targets/incidence.py": TARGET,
    "data/people.csv": "age,count\n0,10\n",
    "data/observed.csv": "day,cases\n0,1\n",
}


def make_models(root: Path, remote: str = "") -> Workspace:
    """Make a project with the models `seir_seir` and `network_networkseir` and the target `fit_incidence`."""
    work = Workspace(root)
    for path, content in FILES.items():
        work.write(path, content)
    work.ok("init", *(("--remote", remote) if remote else ()))
    work.ok("register-model", "models/seir.py", "--data", "data/people.csv")
    work.ok("register-model", "models/network.py")
    work.ok("register-target", "targets/incidence.py")
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
