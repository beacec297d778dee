"""A worker's whole way: a real Starsim model, published, fetched by digest, and run where it was put."""

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.test_starsim import MODEL, OBSERVED, PARAMETERS, result_of, start
from tests.support.cli import CHECKOUT
from tests.support.programs import require_module
from tests.support.registry_server import RegistryServer
from tests.support.worker import publish, worker
from tests.support.workspace import Workspace

REPOSITORY = "worker/starsim"


def author(directory: Path) -> Workspace:
    """Make a project with a Starsim model and the data that it reads."""
    work = Workspace(directory / "sir-model", directory / "author")
    work.write("models/sir.py", MODEL)
    work.write("models/__init__.py", "")
    work.write("data/parameters.csv", PARAMETERS)
    work.write("data/observed.csv", OBSERVED)
    return work


def downloads(registry: RegistryServer, digest: str) -> int:
    """Return how often the manifest of a bundle was fetched."""
    return registry.log.count(f'"GET /v2/{REPOSITORY}/manifests/{digest} ')


def test_a_starsim_model_runs_from_the_directory_that_a_worker_is_given(
    registry: RegistryServer, tmp_path: Path
) -> None:
    require_module("starsim")
    alice = author(tmp_path)
    digest = publish(alice, f"{registry.host}/{REPOSITORY}")
    _, directory = worker(registry.host, tmp_path / "cache").ensure_local(f"{REPOSITORY}@{digest}")
    original, fetched = start(alice), start(Workspace(directory))
    assert result_of(fetched) == result_of(original)


def simulate(registry: str, cache: str, reference: str) -> tuple[int, str, Any]:
    """Ask for the bundle and run its model, in the process of a Dask worker."""
    _, directory = worker(registry, Path(cache)).ensure_local(reference)
    sys.path.insert(0, str(directory))
    model = importlib.import_module("models.sir")
    return os.getpid(), str(directory), model.run()


def test_two_dask_workers_run_it_after_one_download(
    registry: RegistryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_module("starsim")
    distributed = require_module("distributed")
    alice = author(tmp_path)
    alice.write("README.md", "# For Dask\n")
    digest = publish(alice, f"{registry.host}/{REPOSITORY}")
    reference, cache = f"{REPOSITORY}@{digest}", tmp_path / "cache"
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    monkeypatch.setenv("STARSIM_INSTALL_FONTS", "0")
    before = downloads(registry, digest)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path / "dask")
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        answers = client.run(simulate, registry.host, str(cache), reference)
    results = list(answers.values())
    assert len({process for process, _, _ in results}) == 2
    assert {directory for _, directory, _ in results} == {str(cache / "bundles" / digest[7:19])}
    assert downloads(registry, digest) == before + 1
    assert [run for _, _, run in results] == [result_of(start(alice))] * 2
