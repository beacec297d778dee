"""The tracked files in `status --files`, each with its state and where a push puts it."""

from typing import Any

from modelops_bundle.errors import BundleError
from modelops_bundle.plumbing._session import Session
from modelops_bundle.porcelain._places import place_json, place_text
from modelops_bundle.porcelain._render import human_size, say, table
from modelops_bundle.remotes.opening import choose_remote
from modelops_bundle.safe_path import printable
from modelops_bundle.sync.published import published_at
from modelops_bundle.sync.scanning import ScannedFile, scanned_files
from modelops_bundle.sync.status import Status


def show_files(session: Session, status: Status) -> None:
    """Print every tracked file with its state and its place."""
    files, problem = _scan(session, status)
    table(("File", "Status", "Size", "Mode", "Place", "Why"), (_row(file) for file in files))
    if problem:
        say(f"Places: {problem}")


def files_json(session: Session, status: Status) -> dict[str, Any]:
    """Return the tracked files for scripts, and `places_error` if nobody can tell where a push puts them."""
    found, problem = _scan(session, status)
    files = [
        {
            "path": file.path,
            "state": file.state,
            "size": file.size,
            "mode": file.mode,
            "digest": file.digest,
            **(place_json(file.place, file.why, file.tier) if file.place else {}),
        }
        for file in found
        if file.digest
    ]
    return {"files": files, **({"places_error": problem} if problem else {})}


def _scan(session: Session, status: Status) -> tuple[list[ScannedFile], str]:
    """Return the files, and what is wrong with a configuration that does not tell their places."""
    try:
        remote = choose_remote(session.project, session.settings)
        published = published_at(session.project, remote.name if remote else "", status.seen)
        policy = session.storage.policy(session.project.config.storage, published)
    except BundleError as error:  # the files can be shown all the same
        return list(scanned_files(status, None)), printable(error.message)
    return list(scanned_files(status, policy.decide)), ""


def _row(file: ScannedFile) -> tuple[str, ...]:
    size = "" if file.size is None else human_size(file.size)
    place = place_text(file.place, file.tier) if file.place else ""
    return printable(file.path), file.state, size, file.mode or "", place, file.why
