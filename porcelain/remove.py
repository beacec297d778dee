"""remove: stop tracking files."""

import click

from modelops_bundle.checkout.removal import preview_remove, remove_paths
from modelops_bundle.plumbing._session import Session, dry_run_option, json_option, pass_session
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._completion import complete_tracked
from modelops_bundle.porcelain._render import print_json, say, talk
from modelops_bundle.safe_path import printable


@click.command()
@click.option("--rm", "delete", is_flag=True, help="Delete the files from disk too.")
@click.option("-f", "--force", is_flag=True, help="With --rm: delete content that exists nowhere else.")
@dry_run_option
@json_option
@click.argument("paths", nargs=-1, required=True, shell_complete=complete_tracked)
@pass_session
def command(
    session: Session, delete: bool, force: bool, dry_run: bool, as_json: bool, paths: tuple[str, ...]
) -> None:
    """Stop tracking PATHS: files, directories with all tracked files below them, or '.' for everything.

    The files stay on disk; the next push leaves them out of the bundle. With --rm they are deleted, unless
    that would lose content that was never added or published: then nothing is done and the exit code is 12.
    """
    names = [session.bundle_path(path) for path in paths]
    work = preview_remove if dry_run else remove_paths
    removed = work(session.project, names, delete=delete, force=force)
    if as_json:
        print_json(
            {
                "removed": list(removed.paths),
                "deleted": delete,
                "kept": dict(removed.kept),
                "dry_run": dry_run,
            }
        )
        return
    for path in removed.paths:
        say(printable(path))
    files = count_of(len(removed.paths), "file")
    done = f"untracked and deleted {files}" if delete else f"untracked {files}"
    talk(session, f"{done} (dry run: nothing was changed)" if dry_run else done)
    for path, digest in removed.kept.items():
        talk(session, f"unpublished '{path}' is kept: modelops-bundle cat-object -p {digest}")
