"""list shows what is registered."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import CHECKOUT
from tests.support.model_projects import make_unregistered
from tests.support.workspace import METADATA, Workspace


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    work = make_unregistered(tmp_path / "work")
    work.ok("register-model", "models/seir.py", "--class", "Seir")
    work.ok("register-target", "targets/fits.py")
    work.ok("target-set", "set", "fit")
    return work


def test_everything_is_listed(work: Workspace) -> None:
    assert work.ok("list").splitlines() == [
        "Model      Entry point       Outputs            Scenarios           Parameters  Dependencies",
        "seir_seir  models.seir:Seir  incidence, deaths  baseline, lockdown  1           3 files",
        "",
        "Target        Entry point                 Model output  Weight  Labels        Dependencies",
        "deaths        targets.fits:weekly_deaths  deaths        -       -             3 files",
        "weekly_cases  targets.fits:weekly_cases   incidence     2       region=north  3 files",
        "",
        "Target set  Targets",
        "fit         deaths, weekly_cases",
    ]


def test_targets_are_chosen_by_label(work: Workspace) -> None:
    chosen = json.loads(work.ok("list", "--json", "--target-label", "region=north"))["targets"]
    assert [entry["id"] for entry in chosen] == ["weekly_cases"]
    assert "deaths        targets" not in work.ok("list", "--target-label", "region=north")


def test_json_has_every_field(work: Workspace) -> None:
    value = json.loads(work.ok("list", "--json"))
    (model,) = value["models"]
    assert model["parameters"] == [{"name": "beta", "lower": 0.1, "upper": 1.0, "kind": "float", "doc": "per day"}]
    assert model["digest"].startswith("sha256:")
    assert value["target_sets"]["fit"]["targets"] == ["deaths", "weekly_cases"]


def test_unknown_fields_are_kept_and_shown_as_json_can(work: Workspace) -> None:
    file = work.root / METADATA / "registry.yaml"
    file.write_text(file.read_text() + "reviews: {2020: {when: 2024-01-02}}\n")
    work.ok("refresh")
    assert "reviews:\n  2020:\n    when: 2024-01-02\n" in file.read_text()
    document = json.loads(work.ok("list", "--json"))
    assert document["extra"] == {"reviews": {"2020": {"when": "2024-01-02"}}}


def test_what_was_read_before_is_read_without_yaml(work: Workspace) -> None:
    probe = (
        "import sys\nfrom modelops_bundle.porcelain.main import main\n"
        "try:\n    main(['list'])\nfinally:\n    print('yaml' in sys.modules, file=sys.stderr)\n"
    )
    environment = {"PYTHONPATH": str(CHECKOUT), "HOME": str(work.root)}
    for known in (True, False):
        if not known:
            (work.root / METADATA / "cache/registry").unlink()
        done = subprocess.run([sys.executable, "-c", probe], cwd=work.root, env=environment, capture_output=True)
        assert (done.returncode, done.stderr) == (0, b"False\n" if known else b"True\n")


def test_there_may_be_nothing(tmp_path: Path) -> None:
    done = make_unregistered(tmp_path / "other").run("list")
    assert (done.code, done.text) == (0, "")
    assert "register-model FILE" in done.stderr
