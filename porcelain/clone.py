"""clone: copy a published bundle into a new directory."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import click

from modelops_bundle.bundle import Bundle
from modelops_bundle.bundle_reference import BundleReference, parse_reference
from modelops_bundle.checkout import Checkout
from modelops_bundle.digest import parse_digest
from modelops_bundle.errors import BundleError, TransferFailed, WorkingTreeConflict
from modelops_bundle.fetching import Origin, stage_contents
from modelops_bundle.local_config import DEFAULT_TAG, LocalConfig, repository_name, write_local_config
from modelops_bundle.merge import merge
from modelops_bundle.plumbing._session import Session, json_option, pass_session
from modelops_bundle.plumbing.fetch_manifest import fetch_manifest
from modelops_bundle.porcelain._progress import shown_progress
from modelops_bundle.porcelain._render import count_of, human_size, print_json, say
from modelops_bundle.project import Project
from modelops_bundle.remote import Remote
from modelops_bundle.sync import PullOptions
from modelops_bundle.sync_state import record_sync
from modelops_bundle.tags import check_tag
from modelops_bundle.tree import EMPTY


@click.command()
@click.option("--tag", default="", help="Clone this tag.")
@click.option("--ref", default="", metavar="DIGEST", help="Clone this version by digest.")
@json_option
@click.argument("source", metavar="REMOTE[:TAG][@DIGEST]")
@click.argument("directory", default="")
@pass_session
def command(session: Session, tag: str, ref: str, as_json: bool, source: str, directory: str) -> None:
    """Copy the version that a remote's tag names into DIRECTORY, by default named after the repository."""
    wanted = _reference(session, source, tag, ref)
    root = _target(session, wanted, directory)
    with session.open_remote(wanted.remote) as remote:
        found = remote.fetch_manifest(wanted.digest or wanted.tag)
        existed = root.exists()
        project = Project.create(root)
        write_local_config(project.local_path, _local_config(wanted, root))
        try:
            bundle = _copy(session, project, remote, wanted, found.digest)
        except (KeyboardInterrupt, TransferFailed) as error:
            # What was fetched stays, so that a pull goes on from there.
            if isinstance(error, TransferFailed):
                error.hint = f"modelops-bundle -C '{root}' pull goes on from here"
            raise
        except BundleError:
            shutil.rmtree(project.directory if existed else root)
            raise
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


def _target(session: Session, wanted: BundleReference, directory: str) -> Path:
    name = directory or repository_name(wanted.remote.rpartition("/")[2])
    root = Path(os.path.normpath(session.file(name)))
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise WorkingTreeConflict(f"exists and is not empty: '{root}'", hint="name another directory")
    return root


def _local_config(wanted: BundleReference, root: Path) -> LocalConfig:
    return LocalConfig(wanted.remote, repository_name(wanted.remote.rpartition("/")[2]), wanted.tag)


def _copy(session: Session, project: Project, remote: Remote, wanted: BundleReference, digest: str) -> Bundle:
    bundle = fetch_manifest(project, remote, digest)
    with shown_progress(session) as on_event:
        origin = Origin(remote, on_event, session.settings.jobs)

        def stage(staging: Checkout, paths: Sequence[str]) -> None:
            stage_contents(project, origin, bundle, paths, staging, {})

        merge(project, bundle, EMPTY, PullOptions(), stage)
    with project.lock():
        tag = "" if wanted.digest else wanted.tag
        record_sync(project, remote.name, tag, bundle.digest, "clone", switched=True)
    return bundle
