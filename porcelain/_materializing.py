"""Materialize for people: what `materialize` and `pull REF DEST` do, and what they print."""

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelops_bundle.materializing.materialize import MaterializeResult
from modelops_bundle.materializing.plan import Action, Options
from modelops_bundle.materializing.wanted import Wanted, materialize_wanted
from modelops_bundle.plumbing._session import Session
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._bundle_source import destination_of, source_of, store_of
from modelops_bundle.porcelain._progress import shown_progress
from modelops_bundle.porcelain._render import human_size, print_json, say, talk
from modelops_bundle.progress import ignore_events
from modelops_bundle.resolving.bundle_ref import parse_bundle_ref
from modelops_bundle.safe_path import printable


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    reference: str
    destination: str
    role: str | None
    options: Options
    dry_run: bool
    no_cache: bool = False
    ci: bool = False


def materialize_for(session: Session, request: Request) -> MaterializeResult:
    """Put what was asked for where it was asked for, or plan it."""
    root = destination_of(session, request.destination)
    wanted = Wanted(parse_bundle_ref(request.reference), root, request.role, request.options, request.dry_run)
    with (
        store_of(session, f"materialize {root}", no_cache=request.no_cache) as store,
        nullcontext(ignore_events) if request.ci or request.dry_run else shown_progress(session) as on_event,
    ):
        return materialize_wanted(store, wanted, source_of(session), on_event)


def report(session: Session, request: Request, result: MaterializeResult, as_json: bool, verbose: bool) -> None:
    """Print what became of it."""
    if as_json:
        print_json({**_document(result), "dry_run": request.dry_run})
        return
    would = "Would materialize" if request.dry_run else "Materialized"
    say(f"{would} {result.bundle.ref} to {request.destination}")
    say(f"Role: {result.selected_role}")
    say(f"Layers: {', '.join(result.layers)}")
    if verbose:
        for path, action in result.plan.actions.items():
            say(f"  {action:<9} {printable(path)}")
    _summary(session, result, request.destination)


def _summary(session: Session, result: MaterializeResult, destination: str) -> None:
    plan = result.plan
    shown = (Action.CREATED, Action.REPLACED, Action.UNCHANGED)
    counts = ", ".join(f"{len(plan.paths(action))} {action}" for action in shown)
    say(f"Files: {counts} ({human_size(result.bytes_written)} written)")
    pointers = plan.paths(Action.POINTER)
    if pointers:
        size = human_size(sum(plan.pointers[path].size for path in pointers))
        files = count_of(len(pointers), "file")
        say(f"Pointers: {files} in a blob store ({size})")
        talk(session, f"fetch them with: modelops-bundle fetch-external {Path(destination)}")


def _document(result: MaterializeResult) -> dict[str, Any]:
    plan = result.plan
    return {
        "digest": result.bundle.manifest_digest,
        "tree": result.bundle.bundle.config.tree,
        "from": result.bundle.remote,
        "destination": str(result.dest_path),
        "role": result.selected_role,
        "layers": list(result.layers),
        "created": plan.paths(Action.CREATED),
        "replaced": plan.paths(Action.REPLACED),
        "unchanged": plan.paths(Action.UNCHANGED),
        "pointers": {path: {"uri": it.uri, "fulfilled": it.fulfilled} for path, it in plan.pointers.items()},
        "bytes_written": result.bytes_written,
    }
