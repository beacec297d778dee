"""How the tracked files differ from a version; a word may name a version or a path."""

import os
from pathlib import Path

from modelops_bundle.bundles.tree import EMPTY
from modelops_bundle.bundles.tree_diff import Difference, differences
from modelops_bundle.checkout.local_config import read_local_config
from modelops_bundle.checkout.project import OutsideProject, Project
from modelops_bundle.checkout.tracking import refresh
from modelops_bundle.errors import NotFound
from modelops_bundle.remotes.oci_layout import is_layout
from modelops_bundle.resolving.bundle_lookup import BundleSource, opened_version
from modelops_bundle.resolving.bundle_ref import BundleRef
from modelops_bundle.safe_path import is_below
from modelops_bundle.sync.state import base_of


def names_path(project: Project, file: Path) -> bool:
    """Tell whether a word names a file that is on disk or tracked; a layout with versions is none."""
    if os.path.lexists(file):
        return not is_layout(file)
    try:
        path = project.bundle_path(file)
    except OutsideProject:
        return False
    return any(is_below(tracked, [path]) for tracked in project.load_index())


def compare_with_base(project: Project, remote: str, path: str = ".") -> list[Difference]:
    """Return how the tracked files at a bundle path, and below it, differ from what a push builds on.

    `remote` is the project's, or empty where it has none. Raises NotFound when nothing is at the path.
    """
    tag = read_local_config(project.local_path).tag
    base = base_of(project, remote, tag) if remote else project.head
    old, new = project.bundle(base).tree if base else EMPTY, refresh(project).tree()
    if path != "." and not any(is_below(each, [path]) for each in (*old, *new)):
        raise NotFound(f"neither tracked nor in that version: '{path}'", hint="modelops-bundle ls-files")
    return [found for found in differences(old, new) if is_below(found.path, [path])]


def compare_with(project: Project, ref: BundleRef, here: BundleSource) -> list[Difference]:
    """Return how the tracked files differ from any version; raises what looking for it raises."""
    with opened_version(project, ref, here) as (_, bundle):
        return differences(bundle.tree, refresh(project).tree())
