"""update-index: change what is tracked, and bring the index up to date with the files on disk."""

import sys
from collections.abc import Iterable

import click

from modelops_bundle.checkout.adding import add_paths
from modelops_bundle.checkout.removal import remove_paths
from modelops_bundle.checkout.tracking import refresh
from modelops_bundle.errors import Invalid, joined
from modelops_bundle.plumbing._records import quote_path, read_paths
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, stdin_option


@click.command()
@click.option("--add", "add", is_flag=True, help="Track paths that are not tracked yet.")
@click.option("--remove", "remove", is_flag=True, help="Stop tracking the paths; their files stay.")
@click.option("--refresh", "only_refresh", is_flag=True, help="Look again at every tracked file that changed.")
@click.option("-v", "--verbose", is_flag=True, help="Name each path whose entry changed on stderr.")
@stdin_option
@nul_option
@click.argument("paths", nargs=-1)
@pass_session
def command(
    session: Session,
    add: bool,
    remove: bool,
    only_refresh: bool,
    verbose: bool,
    from_stdin: bool,
    nul: bool,
    paths: tuple[str, ...],
) -> None:
    """Update the entries of PATHS, ignored or not. Prints nothing on stdout."""
    if add + remove + only_refresh > 1 or (only_refresh and (paths or from_stdin)):
        raise Invalid(
            "--add and --remove take paths, --refresh takes none", hint="modelops-bundle update-index --help"
        )
    project = session.project
    names = [session.bundle_path(path) for path in paths]
    if from_stdin:
        names += [project.bundle_path(project.root / path) for path in read_paths(sys.stdin.buffer, nul=nul)]
    changed: Iterable[str] = ()
    if only_refresh:
        with project.lock():
            before = project.load_index()
            now = refresh(project)
            project.write_index(now.index)
        changed = [p for p, e in now.index.items() if (e.sha256, e.mode) != (before[p].sha256, before[p].mode)]
    elif remove:
        changed = remove_paths(project, names).paths if names else ()
    else:
        index = project.load_index()
        unknown = [
            Invalid(f"not tracked: '{name}'", hint="use --add to track it")
            for name in names
            if not add and name not in index
        ]
        if unknown:
            raise joined(unknown, f"{len(unknown)} paths are not tracked")
        changed = add_paths(project, names, force=True).tracked
    for path in changed if verbose else ():
        click.echo(quote_path(path), err=True)
