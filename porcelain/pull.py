"""pull: bring the remote's changes into the working tree."""

from collections.abc import Sequence

import click

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.bundles.tree_diff import State, same
from modelops_bundle.checkout.local_config import read_local_config
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.writing import Checkout
from modelops_bundle.digest import Digest, short
from modelops_bundle.errors import Invalid
from modelops_bundle.fetching.contents import (
    Cost,
    Origin,
    Seeds,
    cost_of,
    fetch_contents,
    seeds_for,
    stage_contents,
)
from modelops_bundle.fetching.remote_version import fetch_version, require_tag
from modelops_bundle.plumbing._session import (
    Session,
    dry_run_option,
    json_option,
    pass_session,
    remote_option,
)
from modelops_bundle.porcelain._progress import shown_progress
from modelops_bundle.porcelain._render import count_of, print_json, say, talk
from modelops_bundle.porcelain._states import show_states, state_records, states_json
from modelops_bundle.remote import Remote
from modelops_bundle.remotes.bundle_reference import parse_version
from modelops_bundle.remotes.opening import choose_remote
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.store.refs import base_ref
from modelops_bundle.sync.ancestor import Ancestor
from modelops_bundle.sync.merge import Merge, ReadContent, merge, plan_merge, refuse_conflicts
from modelops_bundle.sync.overtaken import base_before_overtaken_push
from modelops_bundle.sync.plan import PullOptions
from modelops_bundle.sync.state import base_of, record_seen, record_sync
from modelops_bundle.tags import check_tag


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
    into: tuple[str, ...],
) -> None:
    """Merge the remote's version into the working tree, file by file.

    What only the remote changed comes in, what only you changed stays. When both changed a file, nothing is
    written and the exit code is 12.

    A --tag, --ref or --remote that is not the project's own switches the working tree to that version; what you
    changed since the last push or pull stays.

    With REF and DEST, put what a role needs of a bundle into a directory instead, as `materialize` does.
    """
    if into or role or prefetch_external:
        if len(into) != 2 or tag or ref or remote or restore_deleted or porcelain:
            raise Invalid(
                "a role is pulled into a directory of its own, which is no project",
                hint="modelops-bundle pull REF DEST [--role ROLE] [--prefetch-external] [--overwrite]",
            )
        _materialize(session, into, role, overwrite, prefetch_external, dry_run, as_json)
        return
    project = session.project
    options = PullOptions(overwrite, restore_deleted)
    with session.remote(remote) as opened:
        bundle, named = _find(project, opened, tag, ref)
        elsewhere = not _is_own(session, opened.name, named)
        base = project.head if elsewhere else base_of(project, opened.name, named, bundle.digest)
        ancestor = Ancestor(fetch_version(project, opened, base) if base else None)
        if not elsewhere and bundle.digest != base:
            before = base_before_overtaken_push(project, opened.name, named, bundle.tree)
            if before is not None:
                ancestor = before
                talk(
                    session, f"another push overtook yours, {short(base or '')}: its changes stay here; push again"
                )
        seeds = _seeds(project, base)
        read = _reader(project, session.origin(opened), bundle, ancestor)
        if dry_run:
            work = plan_merge(project, bundle, ancestor.tree, options, read)
            cost = cost_of(project, opened, bundle, work.from_remote, seeds)
        else:
            with project.lock():
                project.objects.remove_leftovers()
            switched = overwrite or elsewhere or project.refs.read(base_ref(opened.name, named)) is None
            with shown_progress(session) as on_event:
                origin = session.origin(opened, on_event)

                def stage(staging: Checkout, paths: Sequence[str]) -> None:
                    stage_contents(project, origin, bundle, paths, staging, seeds)

                work = merge(project, bundle, ancestor.tree, options, stage, read)
            with project.lock():
                record_sync(project, opened.name, named, bundle.digest, "pull", switched=switched)
        name = opened.name
    where = f"{name}:{named}" if named else name
    _report(session, bundle, work, where, cost if dry_run else None, as_json, porcelain)
    if dry_run:
        refuse_conflicts(work.plan, options)


def _materialize(
    session: Session,
    into: tuple[str, ...],
    role: str | None,
    overwrite: bool,
    prefetch_external: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    from modelops_bundle.materializing.plan import Options
    from modelops_bundle.porcelain._materializing import Request, materialize_for, report

    reference, destination = into
    request = Request(reference, destination, role, Options(overwrite, prefetch_external), dry_run)
    report(session, request, materialize_for(session, request), as_json, verbose=False)


def _is_own(session: Session, remote: str, tag: str) -> bool:
    choice = choose_remote(session.project, session.settings)
    own = read_local_config(session.project.local_path).tag
    return (remote, tag) == (choice.name if choice else remote, own)


def _find(project: Project, remote: Remote, tag: str | None, ref: str) -> tuple[Bundle, str]:
    """Return the version to pull, and its tag unless it was named by digest."""
    version = (
        parse_version(ref) if ref else read_local_config(project.local_path).tag if tag is None else check_tag(tag)
    )
    if version.startswith("sha256:"):
        return fetch_version(project, remote, version), ""
    bundle = require_tag(project, remote, version)
    record_seen(project, remote.name, version, bundle.digest)
    return bundle, version


def _seeds(project: Project, base: Digest | None) -> Seeds:
    """Return the chunks that files here hold which are as they were in the version that we come from."""
    if base is None:
        return {}
    tree, index = project.bundle(base).tree, project.load_index()

    def unchanged(path: str) -> bool:
        entry = index.get(path)
        return bool(entry and entry.digest == tree[path].digest and (project.root / path).is_file())

    return seeds_for(project, project.root, project.bundle(base), unchanged)


def _reader(project: Project, origin: Origin, bundle: Bundle, ancestor: Ancestor) -> ReadContent:
    """Return what reads a file of the version that is pulled, or of the one it is merged from."""

    def read(entry: TreeEntry) -> bytes:
        if not entry.size:
            return b""
        if not project.objects.holds(entry.digest, entry.size):
            theirs = same(bundle.tree.get(entry.path), entry)
            version = bundle if theirs or ancestor.version is None else ancestor.version
            fetch_contents(project, origin, version, [entry.path])
        return project.objects.read(entry.digest)

    return read


def _report(
    session: Session,
    bundle: Bundle,
    work: Merge,
    where: str,
    cost: Cost | None,
    as_json: bool,
    porcelain: str | None,
) -> None:
    plan = work.plan
    if as_json:
        print_json(
            {
                "digest": bundle.digest,
                "tree": bundle.config.tree,
                "from": where,
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
        )
        return
    if porcelain:
        state_records(plan.states)
        return
    would = "would be " if cost else ""
    if plan.empty:
        say(f"Everything up to date with {where}")
    else:
        show_states({path: plan.states[path] for path in (*plan.write, *plan.delete, *plan.adopt)})
        say(f"{count_of(len(plan.write), 'file')} {would}written, {len(plan.delete)} {would}deleted ({where})")
    say(f"Digest: {bundle.digest}")
    stay = sum(state is State.DELETED_LOCAL and path not in plan.write for path, state in plan.states.items())
    if stay:
        talk(session, f"{count_of(stay, 'file')} deleted here stay deleted (--restore-deleted brings them back)")
    if work.registry is not None:
        talk(session, f"{would}merged entry by entry: '{REGISTRY_PATH}'")
    for path in plan.untrack:
        talk(session, f"no longer tracked, left on disk: '{path}'")
    for path, digest in work.kept.items():
        talk(session, f"your '{path}' is kept: modelops-bundle cat-object -p {digest}")
