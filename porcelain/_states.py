"""Three-way states as people and scripts see them, the same in status, diff, push and pull."""

from collections.abc import Iterable, Mapping

from modelops_bundle.bundles.tree_diff import State
from modelops_bundle.plumbing._records import RecordWriter
from modelops_bundle.porcelain._render import listing, say

TITLES = {
    State.ADDED_LOCAL: ("+", "Added here"),
    State.MODIFIED_LOCAL: ("~", "Modified here"),
    State.DELETED_LOCAL: ("-", "Deleted here"),
    State.ADDED_REMOTE: ("+", "Added at the remote"),
    State.MODIFIED_REMOTE: ("~", "Modified at the remote"),
    State.DELETED_REMOTE: ("-", "Deleted at the remote"),
    State.CONFLICT: ("!", "In conflict"),
}


def show_states(states: Mapping[str, State], *, all_of_them: bool = False) -> None:
    """Print paths grouped by state; unchanged ones are only counted."""
    for state, (mark, title) in TITLES.items():
        paths = [path for path, found in states.items() if found is state]
        if paths:
            say(f"{title}:")
            listing(mark, paths, all_of_them=all_of_them)


def state_records(states: Mapping[str, State], *, nul: bool = False) -> None:
    """Print `state TAB path` for every path that is not unchanged."""
    out = RecordWriter(nul=nul)
    for path, state in states.items():
        if state is not State.UNCHANGED:
            out.record(state, path)


def states_json(states: Mapping[str, State]) -> dict[str, list[str]]:
    """Return the paths of each state that occurs, without the unchanged ones."""
    result: dict[str, list[str]] = {}
    for path, state in states.items():
        if state is not State.UNCHANGED:
            result.setdefault(state, []).append(path)
    return result


def only(states: Mapping[str, State], wanted: Iterable[State]) -> dict[str, State]:
    """Return the paths in certain states, with their state."""
    chosen = set(wanted)
    return {path: state for path, state in states.items() if state in chosen}
