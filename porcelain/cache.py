"""cache: list, check and prune the bundles that workers fetched."""

import tempfile
from pathlib import Path

import click

from modelops_bundle.digest import short
from modelops_bundle.errors import IntegrityError, Invalid, NotFound, shortened
from modelops_bundle.plumbing._session import Session, dry_run_option, json_option, pass_session
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._render import human_age, human_size, print_json, say, table, talk
from modelops_bundle.safe_path import printable
from modelops_bundle.worker_cache.cache_mark import check_marked
from modelops_bundle.worker_cache.layout import CacheLayout
from modelops_bundle.worker_cache.upkeep import CachedBundle, cached_bundles, prune, verify_cache

_DAY = 86400.0
_DAYS = 7
"""After a week without a question, a bundle may go; the earlier tool had the same."""

dir_option = click.option(
    "--dir", "directory", metavar="DIR", help="The cache, in place of MODELOPS_BUNDLES_CACHE_DIR."
)


@click.group(invoke_without_command=True)
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session) -> None:
    """List, check and prune the bundles that workers on this machine fetched.

    The cache is the platform's: MODELOPS_BUNDLES_CACHE_DIR, or modelops/bundles in the system's directory for
    temporary files. Without a subcommand the bundles are listed.
    """
    if ctx.invoked_subcommand is None:
        _list(session, None, as_json=False)


@command.command("list")
@dir_option
@json_option
@pass_session
def list_command(session: Session, directory: str | None, as_json: bool) -> None:
    """List the bundles in the cache, the one used last first."""
    _list(session, directory, as_json)


def _list(session: Session, directory: str | None, as_json: bool) -> None:
    layout = _layout(session, directory)
    bundles = cached_bundles(layout)
    if as_json:
        print_json({"directory": str(layout.root), "bundles": [_json(bundle) for bundle in bundles]})
    elif bundles:
        header = ("Digest", "Files", "Size", "Used", "Remote")
        table(header, [_row(bundle) for bundle in bundles])
    else:
        talk(session, f"no bundles in '{layout.root}'")


@command.command("prune")
@click.option(
    "--older-than",
    "days",
    type=click.FloatRange(min=0),
    metavar="DAYS",
    default=_DAYS,
    show_default=True,
    help="Remove bundles that nobody asked for in so many days.",
)
@dir_option
@dry_run_option
@json_option
@pass_session
def prune_command(session: Session, days: float, directory: str | None, dry_run: bool, as_json: bool) -> None:
    """Remove bundles that are not used any more, and what only they needed; tell all that goes.

    A bundle that a running worker was given stays, however long ago that was.
    """
    layout = _layout(session, directory)
    gone = prune(layout, days * _DAY, dry_run=dry_run)
    others = [(other.path.relative_to(layout.root).as_posix(), other.size) for other in gone.others]
    if as_json:
        print_json(
            {
                "removed": [_json(bundle) for bundle in gone.bundles],
                "others": [{"path": path, "size": size} for path, size in others],
                "dry_run": dry_run,
            }
        )
        return
    for name, size in [*((bundle.digest, bundle.size) for bundle in gone.bundles), *others]:
        say(f"{'would remove' if dry_run else 'removed'} {name}  {human_size(size)}")
    if not gone.bundles and not others:
        talk(session, f"nothing to remove in '{layout.root}'")


@command.command("verify")
@dir_option
@json_option
@click.argument("digests", nargs=-1, metavar="[DIGEST]...")
@pass_session
def verify_command(session: Session, directory: str | None, as_json: bool, digests: tuple[str, ...]) -> None:
    """Hash every file of the bundles in the cache, or of those that DIGESTs begin.

    What is damaged is repaired when a worker next asks for the bundle. Exit code 5 when there is any.
    """
    layout = _layout(session, directory)
    bundles = _chosen(cached_bundles(layout), digests)
    damage = list(verify_cache(layout, bundles))
    if as_json:
        found = [{"digest": each.digest, "path": each.path or None} for each in damage]
        print_json({"verified": [bundle.digest for bundle in bundles], "damaged": found})
    elif not damage:
        say(f"{count_of(len(bundles), 'bundle')} verified in {layout.root}")
    if damage:
        lines = [f"{each.digest} {printable(each.path)}".rstrip() for each in damage]
        raise IntegrityError(
            f"{count_of(len(damage), 'file')} damaged in the cache '{layout.root}'",
            hint="nothing to do: what is damaged is repaired when a worker next asks for it",
            details=shortened(lines),
        )


def _chosen(bundles: list[CachedBundle], digests: tuple[str, ...]) -> list[CachedBundle]:
    wanted = {digest.removeprefix("sha256:").lower(): digest for digest in digests}
    for beginning, given in wanted.items():
        if not any(bundle.digest.removeprefix("sha256:").startswith(beginning) for bundle in bundles):
            raise NotFound(f"no bundle in the cache: '{printable(given)}'", hint="modelops-bundle cache list")
    return [
        bundle
        for bundle in bundles
        if not wanted or bundle.digest.removeprefix("sha256:").startswith(tuple(wanted))
    ]


def _layout(session: Session, directory: str | None) -> CacheLayout:
    usual = session.settings.bundles_cache or Path(tempfile.gettempdir(), "modelops", "bundles")
    if directory == "":  # what a shell makes of a variable that is not set
        raise Invalid("--dir is empty", hint="name the cache, or leave --dir out")
    root = session.file(directory) if directory else usual.absolute()
    if directory or (root.exists() and any(root.iterdir())):  # the usual one may wait for its first worker
        check_marked(root)
    return CacheLayout(root)


def _row(bundle: CachedBundle) -> tuple[str, ...]:
    size, used = human_size(bundle.size), human_age(bundle.used)
    return short(bundle.digest), str(bundle.files), size, used, printable(bundle.remote)


def _json(bundle: CachedBundle) -> dict[str, object]:
    return {
        "digest": bundle.digest,
        "directory": str(bundle.directory),
        "remote": bundle.remote,
        "files": bundle.files,
        "size": bundle.size,
        "used": bundle.used,
    }
