"""materialize: put what a role needs of a bundle into a directory."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from modelops_bundle.bundle_ref import parse_bundle_ref
from modelops_bundle.materializing.materialize import MaterializeResult, materialize, plan_materialize
from modelops_bundle.materializing.plan import Action, Options
from modelops_bundle.plumbing._session import Session, dry_run_option, json_option, pass_session
from modelops_bundle.porcelain._bundle_source import store_of, surroundings_of
from modelops_bundle.porcelain._progress import shown_progress
from modelops_bundle.porcelain._render import count_of, human_size, print_json, say, talk
from modelops_bundle.progress import ignore_events
from modelops_bundle.resolving import resolved


@click.command()
@click.option("--role", default=None, help="Take the layers of this role in place of 'default'.")
@click.option("--overwrite", is_flag=True, help="Replace files that have other content.")
@click.option("--prefetch-external", is_flag=True, help="Fetch what lies in blob stores, too, not only pointers.")
@click.option("--no-cache", is_flag=True, help="Neither use nor fill the user's cache.")
@click.option("--ci", is_flag=True, help="Show no progress.")
@click.option("--verbose", is_flag=True, help="List what becomes of each file.")
@dry_run_option
@json_option
@click.argument("reference", metavar="REF")
@click.argument("destination", metavar="DEST")
@pass_session
def command(
    session: Session,
    role: str | None,
    overwrite: bool,
    prefetch_external: bool,
    no_cache: bool,
    ci: bool,
    verbose: bool,
    dry_run: bool,
    as_json: bool,
    reference: str,
    destination: str,
) -> None:
    """Put the files that a role needs of the bundle REF into the directory DEST, which need not exist.

    Files that are there with the same content stay, and nothing is removed. When one has other content, nothing is
    written and the exit code is 12. Files in blob stores become pointers, and fetch-external fetches them later.
    """
    ref, root = parse_bundle_ref(reference), session.file(destination).resolve()
    options = Options(overwrite, prefetch_external)
    with (
        store_of(session, f"materialize {root}", no_cache=no_cache) as store,
        resolved(store, ref, surroundings_of(session)) as (bundle, remote),
    ):
        if dry_run:
            result = plan_materialize(bundle, root, role, options)
        else:
            with nullcontext(ignore_events) if ci else shown_progress(session) as on_event:
                result = materialize(store, session.origin(remote, on_event), bundle, root, role, options)
    if as_json:
        print_json({**_document(result), "dry_run": dry_run})
        return
    would = "Would materialize" if dry_run else "Materialized"
    say(f"{would} {ref} to {destination}")
    say(f"Role: {result.selected_role}")
    say(f"Layers: {', '.join(result.layers)}")
    if verbose:
        for path, action in result.plan.actions.items():
            say(f"  {action:<9} {path}")
    _summary(session, result, destination)


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
