"""add: track files."""

import click

from modelops_bundle.checkout.adding import add_paths, preview_add
from modelops_bundle.plumbing._session import Session, dry_run_option, json_option, pass_session
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._render import print_json, say, talk
from modelops_bundle.safe_path import printable


@click.command()
@click.option("-f", "--force", is_flag=True, help="Track ignored files too.")
@dry_run_option
@json_option
@click.argument("paths", nargs=-1, required=True)
@pass_session
def command(session: Session, force: bool, dry_run: bool, as_json: bool, paths: tuple[str, ...]) -> None:
    """Track PATHS: files, directories with all files below them, or '.' for everything.

    Ignored files are left out; a file that is tracked stays tracked even when a rule ignores it later.
    """
    names = [session.bundle_path(path) for path in paths]
    work = preview_add if dry_run else add_paths
    added = work(session.project, names, force=force)
    if as_json:
        print_json({"tracked": list(added.tracked), "ignored": list(added.ignored), "dry_run": dry_run})
        return
    for path in added.tracked:
        say(printable(path))
    files = count_of(len(added.tracked), "new or changed file")
    talk(session, f"would track {files}" if dry_run else f"tracked {files}")
    for path in added.ignored:
        talk(session, f"ignored: '{path}' (--force tracks it; 'check-ignore -v' names the rule)")
