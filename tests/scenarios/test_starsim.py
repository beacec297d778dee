"""A real scientific project: a Starsim SIR model with its data, published, cloned elsewhere and run there."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.programs import require_module
from tests.support.registry_server import RegistryServer
from tests.support.workspace import Workspace

MODEL = '''\
"""SIR on a random network: parameters and observed cases come from data files beside the code."""

import csv
import json
from pathlib import Path

import starsim as ss

DATA = Path(__file__).parent.parent / "data"


def rows(name):
    with open(DATA / name, newline="") as stream:
        return list(csv.DictReader(stream))


def run():
    value = {row["name"]: float(row["value"]) for row in rows("parameters.csv")}
    sir = ss.SIR(
        beta=ss.perday(value["beta"]), init_prev=value["init_prev"], dur_inf=ss.days(value["dur_inf"])
    )
    sim = ss.Sim(
        n_agents=int(value["n_agents"]),
        start=ss.date("2020-01-01"),
        stop=ss.date("2020-03-01"),
        dt=ss.days(1),
        diseases=sir,
        networks=ss.RandomNet(n_contacts=int(value["n_contacts"])),
        rand_seed=int(value["seed"]),
        verbose=0,
    )
    sim.run()
    infected = [float(count) for count in sim.results.sir.n_infected]
    misfit = sum((infected[int(row["day"])] - float(row["infected"])) ** 2 for row in rows("observed.csv"))
    return {"infected": infected, "total": float(sim.results.sir.cum_infections[-1]), "misfit": misfit}


if __name__ == "__main__":
    print(json.dumps(run()))
'''

PARAMETERS = """\
name,value
beta,0.05
init_prev,0.01
dur_inf,10
n_agents,1000
n_contacts,4
seed,1
"""

OBSERVED = "day,infected\n0,10\n10,41\n20,118\n30,215\n40,180\n"


def start(workspace: Workspace) -> subprocess.Popen[bytes]:
    """Run the model from the top of a project, with nothing of ours."""
    return subprocess.Popen(
        [sys.executable, "models/sir.py"],
        cwd=workspace.root,
        env=os.environ | {"STARSIM_INSTALL_FONTS": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def result_of(process: subprocess.Popen[bytes]) -> Any:
    stdout, stderr = process.communicate(timeout=180)
    assert process.returncode == 0, stderr.decode()
    return json.loads(stdout.splitlines()[-1])


def test_a_model_gives_the_same_result_where_it_is_cloned(registry: RegistryServer, tmp_path: Path) -> None:
    require_module("starsim")
    remote = f"{registry.host}/scenarios/starsim"
    author = Workspace(tmp_path / "sir-model", tmp_path / "author")
    author.write("models/sir.py", MODEL)
    author.write("models/__init__.py", "")
    author.write("data/parameters.csv", PARAMETERS)
    author.write("data/observed.csv", OBSERVED)
    author.ok("init", "--remote", remote)
    author.ok("add", ".")
    author.ok("push")

    reader = Workspace(tmp_path / "elsewhere", tmp_path / "reader")
    reader.root.mkdir()
    reader.ok("clone", remote, ".")
    assert reader.tree() == author.tree()

    curious = Workspace(tmp_path / "what-if", tmp_path / "reader")
    reader.ok("clone", remote, str(curious.root))
    curious.write("data/parameters.csv", PARAMETERS.replace("beta,0.05", "beta,0.02"))

    processes = [start(workspace) for workspace in (author, reader, curious)]
    original, cloned, changed = (result_of(process) for process in processes)
    assert cloned == original
    assert original["total"] > 100
    assert changed["total"] < original["total"]
    assert reader.ok("status", "--porcelain=v1", "--untracked") == ""
