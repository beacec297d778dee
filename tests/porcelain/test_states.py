"""States are shown in groups, and written as records and JSON, without what is unchanged."""

import pytest

from modelops_bundle.bundles.tree_diff import State
from modelops_bundle.porcelain._states import TITLES, only, show_states, state_records, states_json

STATES = {
    "a": State.MODIFIED_LOCAL,
    "b": State.UNCHANGED,
    "c": State.ADDED_REMOTE,
    "d": State.MODIFIED_LOCAL,
}


def test_people_see_groups(capsys: pytest.CaptureFixture[str]) -> None:
    show_states(STATES)
    assert capsys.readouterr().out.splitlines() == [
        "Modified here:",
        "  ~ a",
        "  ~ d",
        "Added at the remote:",
        "  + c",
    ]


def test_every_state_but_unchanged_has_a_title() -> None:
    assert set(TITLES) == set(State) - {State.UNCHANGED}


@pytest.mark.parametrize(("nul", "end"), [(False, "\n"), (True, "\0")])
def test_scripts_get_records(capfdbinary: pytest.CaptureFixture[bytes], nul: bool, end: str) -> None:
    state_records(STATES, nul=nul)
    records = ("modified-local\ta", "added-remote\tc", "modified-local\td")
    assert capfdbinary.readouterr().out == "".join(f"{record}{end}" for record in records).encode()


def test_json_has_the_paths_of_each_state() -> None:
    assert states_json(STATES) == {"modified-local": ["a", "d"], "added-remote": ["c"]}


def test_some_states_can_be_chosen() -> None:
    assert only(STATES, [State.ADDED_REMOTE]) == {"c": State.ADDED_REMOTE}
