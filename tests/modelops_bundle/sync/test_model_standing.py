"""Where a model stands is told by its own files, whatever else changed."""

import pytest

from modelops_bundle.bundles.tree_diff import State
from modelops_bundle.sync.model_standing import standing_of
from modelops_bundle.sync.status import Standing

FILES = ("models/seir.py", "data/people.csv")


@pytest.mark.parametrize(
    ("states", "standing"),
    [
        ({}, Standing.SYNCED),
        ({"README.md": State.CONFLICT}, Standing.SYNCED),
        ({"data/people.csv": State.MODIFIED_LOCAL}, Standing.AHEAD),
        ({"data/people.csv": State.DELETED_LOCAL}, Standing.AHEAD),
        ({"data/people.csv": State.MODIFIED_REMOTE}, Standing.BEHIND),
        ({"data/people.csv": State.CONFLICT}, Standing.DIVERGED),
        ({"data/people.csv": State.ADDED_LOCAL, "models/seir.py": State.MODIFIED_REMOTE}, Standing.DIVERGED),
    ],
)
def test_standing(states: dict[str, State], standing: Standing) -> None:
    assert standing_of(FILES, states, set(FILES)) is standing


def test_a_file_that_is_not_tracked_yet_is_ahead() -> None:
    assert standing_of(FILES, {}, {"models/seir.py"}) is Standing.AHEAD


def test_a_file_that_only_the_remote_has_is_behind() -> None:
    assert standing_of(FILES, {"data/people.csv": State.ADDED_REMOTE}, {"models/seir.py"}) is Standing.BEHIND
