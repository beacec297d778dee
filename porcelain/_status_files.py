"""The tracked files in `status --files`, each with its state and where a push puts it."""

from typing import Any

from modelops_bundle.bundles.tree_diff import State
from modelops_bundle.checkout.index import mode_text
from modelops_bundle.errors import BundleError
from modelops_bundle.plumbing._session import Session
from modelops_bundle.porcelain._places import decisions_of, places_json
from modelops_bundle.porcelain._render import human_size, say, table
from modelops_bundle.safe_path import printable
from modelops_bundle.storage.policy import Decision
from modelops_bundle.sync.status import Status


def show_files(session: Session, status: Status) -> None:
    """Print every tracked file with its state and its place."""
    decisions, problem = _decisions(session, status)
    rows = []
    for path, entry in status.index.items():
        decision = decisions.get(path)
        place = (decision.destination, decision.why) if decision else ("", "")
        state = _state_of(status, path)
        rows.append((printable(path), state, human_size(entry.size), mode_text(entry.mode), *place))
    gone = [path for path in status.states if path not in status.index]
    rows += [(printable(path), status.states[path], "", "", "", "") for path in gone]
    table(("File", "Status", "Size", "Mode", "Place", "Why"), sorted(rows))
    if problem:
        say(f"Places: {problem}")


def files_json(session: Session, status: Status) -> dict[str, Any]:
    """Return the tracked files for scripts, and `places_error` if nobody can tell where a push puts them."""
    decisions, problem = _decisions(session, status)
    places = places_json(decisions)
    files = [
        {
            "path": path,
            "state": _state_of(status, path),
            "size": entry.size,
            "mode": mode_text(entry.mode),
            "digest": entry.digest,
            **places.get(path, {}),
        }
        for path, entry in status.index.items()
    ]
    return {"files": files, **({"places_error": problem} if problem else {})}


def _decisions(session: Session, status: Status) -> tuple[dict[str, Decision], str]:
    """Return where a push puts each file, or nothing and what is wrong with the configuration."""
    try:
        return decisions_of(session, (entry.tree_entry(path) for path, entry in status.index.items())), ""
    except BundleError as error:  # the files can be shown all the same
        return {}, printable(error.message)


def _state_of(status: Status, path: str) -> str:
    return "unreadable" if path in status.unreadable else status.states.get(path, State.UNCHANGED)
