"""clone: copy a published bundle into a new directory."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import click

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.tree import EMPTY
from modelops_bundle.checkout.local_config import DEFAULT_TAG, LocalConfig, repository_name, write_local_config
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.writing import Checkout
from modelops_bundle.digest import Digest, parse_digest
from modelops_bundle.errors import AuthRefused, BundleError, TransferFailed, WorkingTreeConflict
from modelops_bundle.fetching.contents import stage_contents
from modelops_bundle.fetching.remote_version import fetch_version
from modelops_bundle.files.durable import write_file
from modelops_bundle.plumbing._session import Session, json_option, pass_session
from modelops_bundle.porcelain._progress import shown_progress
from modelops_bundle.porcelain._render import count_of, human_size, print_json, say
from modelops_bundle.remote import Remote
from modelops_bundle.remotes.bundle_reference import BundleReference, parse_reference
from modelops_bundle.sync.merge import merge
from modelops_bundle.sync.plan import PullOptions
from modelops_bundle.sync.state import record_sync
from modelops_bundle.tags import check_tag

UNFINISHED = "unfinished-clone"
"""The file in the metadata directory that says what is being cloned, while it is."""


@click.command()
@click.option("--tag", default="", help="Clone this tag.")
@click.option("--ref", default="", metavar="DIGEST", help="Clone this version by digest.")
@json_option
@click.argument("source", metavar="REMOTE[:TAG][@DIGEST]")
@click.argument("directory", default="")
@pass_session
def command(session: Session, tag: str, ref: str, as_json: bool, source: str, directory: str) -> None:
    """Copy the version that a remote's tag names into DIRECTORY, by default named after the repository.

    A clone that was interrupted goes on when the same command is run again.
    """
    wanted = _reference(session, source, tag, ref)
    name = directory or repository_name(wanted.remote.rpartition("/")[2])
    root = Path(os.path.normpath(session.file(name)))
    begun = _begun(root, wanted)
    with session.open_remote(wanted.remote) as remote:
        digest = begun or remote.fetch_manifest(wanted.digest or wanted.tag).digest
        existed = root.exists()
        project = _begin(root, wanted, digest)
        try:
            bundle = _copy(session, project, remote, wanted, digest)
        except (TransferFailed, AuthRefused):
            raise  # What was fetched stays, so that the same command goes on from there; logins expire.
        except BundleError:
            if not begun:
                shutil.rmtree(project.directory if existed else root)
            raise
    (project.directory / UNFINISHED).unlink()
    if as_json:
        print_json({"root": str(root), "from": str(wanted), "digest": bundle.digest, "tree": bundle.config.tree})
        return
    say(f"Cloned {wanted} into {root}")
    say(f"{count_of(bundle.config.files, 'file')}, {human_size(bundle.config.size)}")
    say(f"Digest: {bundle.digest}")


def _reference(session: Session, source: str, tag: str, ref: str) -> BundleReference:
    given = parse_reference(source, session.directory)
    digest = parse_digest(ref.removeprefix("@").lower()) if ref else given.digest
    return BundleReference(given.remote, check_tag(tag or given.tag or DEFAULT_TAG), digest)


def _begun(root: Path, wanted: BundleReference) -> Digest | None:
    """Return the version that a killed clone of the same reference was about to copy here, or None.

    Raises WorkingTreeConflict when the directory holds anything else.
    """
    project = Project(root)
    if not root.exists() or (root.is_dir() and not any(path != project.directory for path in root.iterdir())):
        leftovers = project.directory.iterdir() if project.directory.is_dir() else ()
        if all(path.name.startswith(".tmp-") for path in leftovers):
            return None
    marker = project.directory / UNFINISHED
    if marker.is_file() and project.head is None:
        reference, _, digest = marker.read_text("utf-8", "surrogateescape").rstrip("\n").rpartition(" ")
        if reference == str(wanted):
            return parse_digest(digest)
    raise WorkingTreeConflict(f"exists and is not empty: '{root}'", hint="name another directory")


def _begin(root: Path, wanted: BundleReference, digest: Digest) -> Project:
    marker = f"{wanted} {digest}\n".encode("utf-8", "surrogateescape")
    write_file(Project(root).directory / UNFINISHED, marker, flush=True)
    project = Project.create(root, begun=True)
    local = LocalConfig(wanted.remote, repository_name(wanted.remote.rpartition("/")[2]), wanted.tag)
    write_local_config(project.local_path, local)
    return project


def _copy(session: Session, project: Project, remote: Remote, wanted: BundleReference, digest: Digest) -> Bundle:
    bundle = fetch_version(project, remote, digest)
    with shown_progress(session) as on_event:
        origin = session.origin(remote, on_event)

        def stage(staging: Checkout, paths: Sequence[str]) -> None:
            stage_contents(project, origin, bundle, paths, staging, {})

        merge(project, bundle, EMPTY, PullOptions(), stage)
    with project.lock():
        tag = "" if wanted.digest else wanted.tag
        record_sync(project, remote.name, tag, bundle.digest, "clone", switched=True)
    return bundle
