"""What `register-target` asks for, and what becomes of the registry."""

from pathlib import Path

import pytest

from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.models.entries import ModelEntry, ModelRegistry
from modelops_bundle.models.registering.surroundings import Surroundings
from modelops_bundle.models.registering.target_registration import TargetRequest, register_targets
from tests.modelops_bundle.source.projects import make_project, sources_of
from tests.support.model_projects import FILES

FITS = "targets/fits.py"


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    files = {
        **FILES,
        "targets/more.py": FILES[FITS],
        "targets/far.py": FILES[FITS].replace("data/cases", "../cases"),
    }
    return Surroundings(sources_of(make_project(tmp_path, files)))


def test_targets_are_called_as_their_decorators_say(around: Surroundings) -> None:
    found = register_targets(ModelRegistry(), TargetRequest(FITS), around).registry.targets
    assert {id: entry.function for id, entry in found.items()} == {
        "weekly_cases": "weekly_cases",
        "deaths": "weekly_deaths",
    }


def test_no_id_is_ever_taken_from_another(around: Surroundings) -> None:
    before = ModelRegistry({"deaths": ModelEntry("deaths", "m/a.py", "A", "m.a:A")})
    first = register_targets(before, TargetRequest(FITS), around).registry
    found = register_targets(first, TargetRequest("targets/more.py"), around).registry
    assert set(found.targets) == {
        "weekly_cases",
        "targets.fits.deaths",
        "targets.more.weekly_cases",
        "targets.more.deaths",
    }
    assert register_targets(found, TargetRequest(FITS), around).registry == found


def test_a_target_that_is_called_otherwise_later_keeps_its_id(around: Surroundings, tmp_path: Path) -> None:
    before = register_targets(ModelRegistry(), TargetRequest(FITS, ("deaths",)), around).registry
    (tmp_path / FITS).write_text(FILES[FITS].replace('name="deaths"', 'name="dead"'))
    again = Surroundings(sources_of(make_project(tmp_path, {})))
    assert set(register_targets(before, TargetRequest(FITS, ("dead",)), again).registry.targets) == {"deaths"}


@pytest.mark.parametrize(
    ("request_", "error", "said"),
    [
        (TargetRequest(FITS, ("death",)), NotFound, "no target 'death'"),
        (TargetRequest(FITS, exclude=("weekly*",)), NotFound, "every target is excluded"),
        (TargetRequest("models/rates.py"), NotFound, "no calibration target"),
        (TargetRequest("targets/far.py"), Invalid, "outside the project"),
    ],
)
def test_what_makes_no_sense_is_refused(
    around: Surroundings, request_: TargetRequest, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        register_targets(ModelRegistry(), request_, around)
