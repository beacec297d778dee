"""check-ignore: tell which paths are ignored, and by which rule."""

import sys
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING

import click

from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import ExitCode
from modelops_bundle.plumbing._records import RecordWriter, quote_path, read_paths
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, stdin_option

if TYPE_CHECKING:
    from modelops_bundle.checkout.ignore import Verdict


def check_ignore(project: Project, name: str, tracked: Container[str] = ()) -> "Verdict | None":
    """Return the rule that ignores a path, or None; a `/` at its end says that it is a directory.

    The path need not exist. Rules do not apply to what is tracked, nor to the root. Raises Invalid for a path
    outside the project.
    """
    path = project.bundle_path(project.root / name)
    if path == "." or path in tracked:
        return None
    file = project.root / path
    directory = name.endswith("/") or (file.is_dir() and not file.is_symlink())
    verdict = project.ignore.verdict(path, directory=directory)
    return verdict if verdict.ignored else None


def show_rule(verdict: "Verdict") -> str:
    """Return `source:line:pattern`; both ends are quoted like paths, so that it never holds a TAB."""
    return f"{quote_path(verdict.source)}:{verdict.line}:{quote_path(verdict.pattern)}"


@click.command()
@click.option("-v", "--verbose", is_flag=True, help="Print the rule too: `source:line:pattern TAB path`.")
@click.option("--no-index", is_flag=True, help="Look at tracked files too, as if they were not tracked.")
@stdin_option
@nul_option
@click.argument("names", nargs=-1, metavar="[PATHS]...")
@pass_session
def command(
    session: Session, verbose: bool, no_index: bool, from_stdin: bool, nul: bool, names: tuple[str, ...]
) -> int:
    """Print those of PATHS that are ignored. Exit code 1 when none is.

    With -v, line 0 of `built-in` stands for the default rules.
    """
    project, out = session.project, RecordWriter(nul=nul)
    tracked: Container[str] = () if no_index else project.load_index()
    found = False
    for name in _requests(session, from_stdin, nul, names):
        verdict = check_ignore(project, name, tracked)
        if verdict:
            found = True
            out.record(show_rule(verdict) if verbose else "", name)
            if from_stdin:
                out.flush()
    return ExitCode.DONE if found else ExitCode.NOT_FOUND


def _requests(session: Session, from_stdin: bool, nul: bool, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield session.bundle_path(name) + ("/" if name.endswith("/") else "")
    if from_stdin:
        yield from read_paths(sys.stdin.buffer, nul=nul)
