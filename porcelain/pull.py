"""pull: bring the remote's changes into the working tree."""

from dataclasses import dataclass
from typing import Any

import click

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.tree_diff import State
from modelops_bundle.digest import short
from modelops_bundle.errors import Invalid
from modelops_bundle.fetching.contents import (
    Cost,
)
from modelops_bundle.plumbing._session import (
    Session,
    dry_run_option,
    json_option,
    pass_session,
    remote_option,
)
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._progress import shown_progress
from modelops_bundle.porcelain._render import print_json, say, talk
from modelops_bundle.porcelain._states import show_states, state_records, states_json
from modelops_bundle.pulling.pull import carry_out_pull, find_incoming, preview_pull
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.sync.merge import Merge, refuse_conflicts
from modelops_bundle.sync.plan import PullOptions


@click.command()
@click.option("--tag", default=None, help="Pull this tag instead of the project's.")
@click.option("--ref", default="", metavar="REF", help="Pull this version: a digest (sha256:…) or a tag.")
@click.option("--overwrite", is_flag=True, help="Take the remote's side of everything; yours are kept as objects.")
@click.option("--restore-deleted", is_flag=True, help="Bring back files that were deleted here.")
@remote_option
@dry_run_option
@json_option
@click.option("--porcelain", type=click.Choice(["v1"]), help="Print `state TAB path` records.")
@click.option("--role", default=None, help="With REF and DEST: take the layers of this role.")
@click.option("--prefetch-external", is_flag=True, help="With REF and DEST: fetch what lies in blob stores, too.")
@click.option("--no-cache", is_flag=True, help="With REF and DEST: neither use nor fill the user's cache.")
@click.option("--ci", is_flag=True, help="With REF and DEST: show no progress.")
@click.option("--verbose", is_flag=True, help="With REF and DEST: list what becomes of each file.")
@click.argument("into", nargs=-1, metavar="[REF DEST]")
@pass_session
def command(
    session: Session,
    tag: str | None,
    ref: str,
    overwrite: bool,
    restore_deleted: bool,
    remote: str,
    dry_run: bool,
    as_json: bool,
    porcelain: str | None,
    role: str | None,
    prefetch_external: bool,
    no_cache: bool,
    ci: bool,
    verbose: bool,
    into: tuple[str, ...],
) -> None:
    """Merge the remote's version into the working tree, file by file.

    What only the remote changed comes in, what only you changed stays. When both changed a file, nothing is
    written and the exit code is 12.

    A --tag, --ref or --remote that is not the project's own switches the working tree to that version; what you
    changed since the last push or pull stays.

    With REF and DEST, put what a role needs of a bundle into a directory instead, as `materialize` does.
    """
    if into or role or prefetch_external or no_cache or ci or verbose:
        if len(into) != 2 or tag or ref or remote or restore_deleted or porcelain:
            raise Invalid(
                "a role is pulled into a directory of its own, which is no project",
                hint="modelops-bundle pull REF DEST [--role ROLE] [--prefetch-external] [--overwrite]",
            )
        from modelops_bundle.materializing.plan import Options
        from modelops_bundle.porcelain._materializing import Request, materialize_for, report

        external = Options(overwrite, prefetch_external)
        request = Request(into[0], into[1], role, external, dry_run, no_cache, ci)
        report(session, request, materialize_for(session, request), as_json, verbose)
        return
    options = PullOptions(overwrite, restore_deleted)
    with session.remote(remote) as opened:
        incoming = find_incoming(session.project, opened, session.settings, tag, ref)
        if incoming.overtaken:
            ours = short(incoming.overtaken)
            talk(session, f"another push overtook yours, {ours}: its changes stay here; push again")
        cost = None
        if dry_run:
            work, cost = preview_pull(session.project, session.origin(opened), incoming, options)
        else:
            with shown_progress(session) as on_event:
                work = carry_out_pull(session.project, session.origin(opened, on_event), incoming, options)
        where = f"{opened.name}:{incoming.tag}" if incoming.tag else opened.name
    pulled = Pulled(incoming.bundle, work, where, cost)
    if as_json:
        print_json(_document(pulled))
    elif porcelain:
        state_records(work.plan.states)
    else:
        _show(session, pulled)
    if dry_run:
        refuse_conflicts(work.plan, options)


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came from where; of a dry run, what would come, at which cost."""

    bundle: Bundle
    work: Merge
    where: str
    cost: Cost | None


def _document(pulled: Pulled) -> dict[str, Any]:
    bundle, work, cost = pulled.bundle, pulled.work, pulled.cost
    plan = work.plan
    return {
        "digest": bundle.digest,
        "tree": bundle.config.tree,
        "from": pulled.where,
        "written": list(plan.write),
        "deleted": list(plan.delete),
        "adopted": list(plan.adopt),
        "untracked": list(plan.untrack),
        "merged": [REGISTRY_PATH] if work.registry is not None else [],
        "conflicts": dict(plan.blocked),
        "kept": dict(work.kept),
        "states": states_json(plan.states),
        "dry_run": cost is not None,
        **({"requests": cost.requests, "bytes": cost.size, "bytes_reused": cost.reused} if cost else {}),
    }


def _show(session: Session, pulled: Pulled) -> None:
    work, where = pulled.work, pulled.where
    plan = work.plan
    would = "would be " if pulled.cost else ""
    if plan.empty:
        say(f"Everything up to date with {where}")
    else:
        show_states({path: plan.states[path] for path in (*plan.write, *plan.delete, *plan.adopt)})
        say(f"{count_of(len(plan.write), 'file')} {would}written, {len(plan.delete)} {would}deleted ({where})")
    say(f"Digest: {pulled.bundle.digest}")
    stay = sum(state is State.DELETED_LOCAL and path not in plan.write for path, state in plan.states.items())
    if stay:
        files = f"{count_of(stay, 'file')} deleted here {'stays' if stay == 1 else 'stay'} deleted"
        talk(session, f"{files} (--restore-deleted brings back what you deleted)")
    if work.registry is not None:
        talk(session, f"{would}merged entry by entry: '{REGISTRY_PATH}'")
    for path in plan.untrack:
        talk(session, f"no longer tracked, left on disk: '{path}'")
    for path, digest in work.kept.items():
        talk(session, f"your '{path}' is kept: modelops-bundle cat-object -p {digest}")
