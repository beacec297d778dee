"""diff: show what differs from a version."""

from collections.abc import Sequence
from typing import Any

import click

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.tree import EMPTY, TreeEntry
from modelops_bundle.bundles.tree_diff import Difference
from modelops_bundle.digest import short
from modelops_bundle.errors import ExitCode, Invalid, NotFound
from modelops_bundle.fetching.contents import fetch_contents
from modelops_bundle.plumbing._differences import write_differences
from modelops_bundle.plumbing._patch import patch, wanted_content
from modelops_bundle.plumbing._records import RecordWriter
from modelops_bundle.plumbing._session import (
    Session,
    exit_code_option,
    json_option,
    nul_option,
    pass_session,
    remote_option,
)
from modelops_bundle.plumbing._version import base_version, version_of
from modelops_bundle.plumbing.diff_index import diff_index
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._completion import complete_tracked, complete_version
from modelops_bundle.porcelain._render import human_size, listing, print_json, say, table
from modelops_bundle.safe_path import is_below, printable

_GROUPS = {"A": ("added", "+"), "M": ("modified", "~"), "T": ("type-changed", "~"), "D": ("deleted", "-")}


@click.command()
@click.option(
    "--ref",
    default="",
    metavar="REF",
    shell_complete=complete_version,
    help="Compare with this version: a digest, a local tag, or a tag of the remote.",
)
@click.option("--stat", is_flag=True, help="Show sizes.")
@click.option("-p", "--patch", "as_patch", is_flag=True, help="Show what differs inside text files.")
@remote_option
@exit_code_option
@json_option
@click.option("--porcelain", type=click.Choice(["v1"]), help="Print the records of diff-index.")
@nul_option
@click.argument("paths", nargs=-1, shell_complete=complete_tracked)
@pass_session
def command(
    session: Session,
    ref: str,
    stat: bool,
    as_patch: bool,
    remote: str,
    exit_code: bool,
    as_json: bool,
    porcelain: str | None,
    nul: bool,
    paths: tuple[str, ...],
) -> int:
    """Show what a push would publish, or with --ref how the tracked files differ from any version.

    The network is used only for a version, or with -p for old content, that is not known here.
    """
    if stat + as_patch + as_json + bool(porcelain) > 1:
        raise Invalid("--stat, --patch, --json and --porcelain exclude each other", hint="give one of them")
    old = version_of(session, ref, remote) if ref else base_version(session)
    found = diff_index(session.project, old.tree if old else EMPTY)
    found = _below(session, found, paths, old)
    if as_json:
        print_json(_as_json(old, found))
    elif porcelain:
        write_differences(found, RecordWriter(nul=nul))
    elif as_patch:
        _show_patch(session, old, found, remote)
    else:
        _show(old, ref, found, stat)
    return ExitCode.NOT_FOUND if found and exit_code else ExitCode.DONE


def _below(
    session: Session, found: list[Difference], paths: Sequence[str], old: Bundle | None
) -> list[Difference]:
    """Return the differences at PATHS; raise NotFound for one that neither side has."""
    names = {session.bundle_path(path): path for path in paths}
    known = {*session.project.load_index(), *(old.tree if old else ())} if names else set()
    for name, path in names.items():
        if not any(is_below(each, [name]) for each in known):
            raise NotFound(f"neither tracked nor in that version: '{path}'", hint="modelops-bundle ls-files")
    return [item for item in found if is_below(item.path, names)] if names else found


def _show(old: Bundle | None, ref: str, found: list[Difference], stat: bool) -> None:
    if stat:
        rows = [(printable(item.path), item.letter, _size(item.old), _size(item.new)) for item in found]
        table(("File", "", "Was", "Is"), rows)
    else:
        for letter, (title, mark) in _GROUPS.items():
            paths = [item.path for item in found if item.letter == letter]
            if paths:
                say(f"{title.capitalize()}:")
                listing(mark, paths, all_of_them=True)
    say(_summary(old, ref, found))


def _summary(old: Bundle | None, ref: str, found: list[Difference]) -> str:
    name = f"{ref} ({short(old.digest)})" if old and ref else short(old.digest) if old else "no version yet"
    letters = [item.letter for item in found]
    counts = [f"{letters.count(letter)} {title}" for letter, (title, _) in _GROUPS.items() if letter in letters]
    what = f"{count_of(len(found), 'file')}: {', '.join(counts)}" if found else "no differences"
    return f"Compared with {name}: {what}"


def _show_patch(session: Session, old: Bundle | None, found: list[Difference], remote: str) -> None:
    project, out = session.project, RecordWriter()
    missing = wanted_content(project, found)
    if old and missing:
        with session.remote(remote) as opened:
            fetch_contents(project, session.origin(opened), old, missing)
    for item in found:
        for line in patch(project, old, item):
            out.raw(line)


def _as_json(old: Bundle | None, found: list[Difference]) -> dict[str, Any]:
    return {
        "digest": old.digest if old else None,
        "tree": old.config.tree if old else None,
        "files": [
            {
                "path": item.path,
                "status": _GROUPS[item.letter][0],
                "old": _entry(item.old),
                "new": _entry(item.new),
            }
            for item in found
        ],
    }


def _entry(entry: TreeEntry | None) -> dict[str, Any] | None:
    return {"mode": entry.mode, "size": entry.size, "digest": entry.digest} if entry else None


def _size(entry: TreeEntry | None) -> str:
    return human_size(entry.size) if entry else "-"
