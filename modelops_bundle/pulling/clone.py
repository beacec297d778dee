"""Copy a published version into a new directory; one that was interrupted goes on when it is asked for again."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.tree import EMPTY
from modelops_bundle.checkout.content_list import write_content_list
from modelops_bundle.checkout.local_config import LocalConfig, repository_name, write_local_config
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.writing import Checkout
from modelops_bundle.digest import Digest, parse_digest
from modelops_bundle.errors import AuthRefused, BundleError, TransferFailed, WorkingTreeConflict
from modelops_bundle.fetching.contents import Origin, stage_contents
from modelops_bundle.fetching.remote_version import fetch_version
from modelops_bundle.files.durable import write_file
from modelops_bundle.remotes.remote_reference import RemoteReference
from modelops_bundle.sync.merge import merge
from modelops_bundle.sync.plan import PullOptions
from modelops_bundle.sync.state import record_sync

UNFINISHED = "unfinished-clone"
"""The file in the metadata directory that says what is being cloned, while it is."""


def begun_clone(root: Path, wanted: RemoteReference) -> Digest | None:
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


def clone(root: Path, wanted: RemoteReference, origin: Origin, begun: Digest | None = None) -> Bundle:
    """Copy a version into a directory that is new or holds a begun clone of it.

    What failed leaves nothing, unless running it again can go on from there: transfers that broke, and refused
    logins. Raises NotFound and what transfers raise.
    """
    digest = begun or origin.remote.fetch_manifest(wanted.digest or wanted.tag).digest
    existed = root.exists()
    project = _begin(root, wanted, digest)
    try:
        bundle = _copy(project, origin, wanted, digest)
    except (TransferFailed, AuthRefused):
        raise  # What was fetched stays, so that the same command goes on from there; logins expire.
    except BundleError:
        if not begun:
            shutil.rmtree(project.directory if existed else root)
        raise
    os.unlink(project.directory / UNFINISHED)
    return bundle


def _begin(root: Path, wanted: RemoteReference, digest: Digest) -> Project:
    marker = f"{wanted} {digest}\n".encode("utf-8", "surrogateescape")
    write_file(Project(root).directory / UNFINISHED, marker, flush=True)
    project = Project.create(root, begun=True)
    local = LocalConfig(wanted.remote, repository_name(wanted.remote.rpartition("/")[2]), wanted.tag)
    write_local_config(project.local_path, local)
    return project


def _copy(project: Project, origin: Origin, wanted: RemoteReference, digest: Digest) -> Bundle:
    bundle = fetch_version(project, origin.remote, digest)

    def stage(staging: Checkout, paths: Sequence[str]) -> None:
        stage_contents(project, origin, bundle, paths, staging, {})

    @contextmanager
    def remembered() -> Iterator[None]:
        yield
        write_content_list(project.root, bundle)
        tag = "" if wanted.digest else wanted.tag
        record_sync(project, origin.remote.name, tag, digest, "clone", switched=True)

    merge(project, bundle, EMPTY, PullOptions(), stage, step=remembered())
    return bundle
