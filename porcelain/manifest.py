"""manifest: show what a published version holds, or which versions a remote has."""

from typing import Any

import click

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.digest import short
from modelops_bundle.plumbing._session import Session, json_option, pass_session, remote_option
from modelops_bundle.plumbing._version import published_version
from modelops_bundle.plumbing.ls_remote import ls_remote
from modelops_bundle.plumbing.read_manifest import place_of
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._completion import complete_version
from modelops_bundle.porcelain._render import human_size, print_json, say, table, talk
from modelops_bundle.remotes.published import Published, by_version, describe, sort_tags
from modelops_bundle.safe_path import printable


@click.command()
@click.option("--tags-only", is_flag=True, help="List all tags and nothing else.")
@click.option("--full", is_flag=True, help="Show whole digests.")
@click.option(
    "-n", "limit", type=click.IntRange(min=1), default=10, show_default=True, help="List at most N versions."
)
@click.option("--all", "every", is_flag=True, help="List all versions.")
@remote_option
@json_option
@click.argument("reference", metavar="[REF]", default="", shell_complete=complete_version)
@pass_session
def command(
    session: Session,
    tags_only: bool,
    full: bool,
    limit: int,
    every: bool,
    remote: str,
    as_json: bool,
    reference: str,
) -> None:
    """Show the files of the version REF, or without REF the versions that the remote has tags for.

    REF is a tag of the remote, as it is now, or else a local tag, a ref or a digest.
    """
    if reference:
        bundle = published_version(session, reference, remote)
        if as_json:
            print_json(_bundle_json(bundle))
        else:
            _show_bundle(bundle, full)
    elif tags_only:
        with session.remote(remote) as opened:
            tags = sort_tags(opened.list_tags())
        if as_json:
            print_json({"tags": tags})
        for tag in () if as_json else tags:
            say(printable(tag))
    else:
        _list(session, remote, 0 if every else limit, full, as_json)


def _list(session: Session, remote: str, limit: int, full: bool, as_json: bool) -> None:
    with session.remote(remote) as opened:
        versions = by_version(ls_remote(opened))
        shown = dict(list(versions.items())[: limit or None])
        found = describe(opened, shown)
        name = opened.name
    if as_json:
        print_json({"remote": name, "versions": [_published_json(one) for one in found], "of": len(versions)})
        return
    for one in found:
        digest = one.digest if full else short(one.digest)
        say(f"{digest} ({printable(', '.join(one.tags))})  {_contents(one)}")
    left = len(versions) - len(found)
    if left:
        talk(session, f"… and {count_of(left, 'version')} more: modelops-bundle manifest --all")
    if not versions:
        talk(session, f"'{name}' has no tags yet")


def _contents(one: Published) -> str:
    if one.problem:
        return f"cannot be read: {printable(one.problem)}"
    if one.files is None:
        return f"not a bundle: {printable(one.artifact_type)}"
    return f"files: {one.files} ({human_size(one.size or 0)})"


def _show_bundle(bundle: Bundle, full: bool) -> None:
    say(f"Digest: {bundle.digest}")
    say(f"Tree: {bundle.config.tree}")
    say(f"Files: {bundle.config.files} ({human_size(bundle.config.size)})")
    for key, text in sorted(bundle.manifest.annotations.items()):
        say(f"Annotation: {printable(key)}={printable(text)}")
    say()
    header = ("Path", "Size", "Digest", "Mode", "Layer", "Place")
    table(header, [_row(file, full) for file in bundle.index.files.values()])


def _row(file: BundleFile, full: bool) -> tuple[str, ...]:
    entry = file.entry
    digest = entry.digest if full else short(entry.digest)
    return printable(entry.path), human_size(entry.size), digest, entry.mode, file.layer, place_of(file.place)


def _bundle_json(bundle: Bundle) -> dict[str, Any]:
    return {
        "digest": bundle.digest,
        "tree": bundle.config.tree,
        "size": bundle.config.size,
        "annotations": dict(bundle.manifest.annotations),
        "files": [
            {
                "path": path,
                "mode": file.entry.mode,
                "size": file.entry.size,
                "digest": file.entry.digest,
                "layer": file.layer,
                "place": place_of(file.place),
            }
            for path, file in bundle.index.files.items()
        ],
    }


def _published_json(one: Published) -> dict[str, Any]:
    return {
        "digest": one.digest,
        "tags": list(one.tags),
        "artifact_type": one.artifact_type,
        "files": one.files,
        "size": one.size,
        "tree": one.tree,
        "problem": one.problem or None,
    }
