"""Why a model or target is not as it was: what changed in each dependency, and what makes that matter."""

import io
import os
from dataclasses import dataclass
from typing import cast

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.changes.contents import compare
from modelops_bundle.changes.detail import Comparison, Detail
from modelops_bundle.changes.side import Side
from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import NotFound
from modelops_bundle.files.hashing import open_regular
from modelops_bundle.models.entries import digests_of
from modelops_bundle.models.import_way import declared_name, way_to
from modelops_bundle.models.interface_changes import interface_changes
from modelops_bundle.models.old_content import OldContent, find_old
from modelops_bundle.models.overview import Assessed
from modelops_bundle.models.readiness import Change, DependencyKind, How
from modelops_bundle.models.registering.surroundings import Surroundings
from modelops_bundle.source.import_graph import Edge


@dataclass(frozen=True, slots=True)
class Cause:
    """One dependency that is not as it was.

    `new` is its digest now and `new_size` its size in bytes, '' and None where it is not on disk; `old` is None
    where it was no dependency. `comparison` is None where there are no two contents to compare. `chain` is the way
    by which the model comes to import the file, `declared` the name by which the user declared it; `special` says
    what stands in place of a file.
    """

    change: Change
    old: OldContent | None = None
    new: str = ""
    new_size: int | None = None
    comparison: Comparison | None = None
    chain: tuple[Edge, ...] = ()
    declared: str = ""
    special: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """All causes, and `interface`: what the source says otherwise of outputs, scenarios and parameters."""

    assessed: Assessed
    causes: tuple[Cause, ...] = ()
    interface: tuple[Detail, ...] = ()


def explain(project: Project, each: Assessed, around: Surroundings, version: Bundle | None = None) -> Explanation:
    """Compare every dependency that changed with what is here of its old content; asks the network nothing.

    `version` is where the entry that `each` compares with comes from, if it is not the registered one.
    """
    causes = tuple(_cause(project, each, change, around, version) for change in each.readiness.changes)
    interface = interface_changes(each.entry, each.present.entry) if each.present.class_found else ()
    return Explanation(each, causes, tuple(interface))


def _cause(
    project: Project, each: Assessed, change: Change, around: Surroundings, version: Bundle | None
) -> Cause:
    path = change.path
    if change.kind is DependencyKind.REGISTRY:
        return Cause(change)
    digest = digests_of(each.entry).get(path, "")
    old = find_old(project, digest, version) if digest else None
    new = around.sources.digest(path)
    now = _side_now(project, path, around) if new else None
    comparison = None
    if change.how in (How.MODIFIED, How.COSMETIC) and old and old.side and now and digest != new:
        comparison = compare(old.side, now, path)
    size = now.size if now else None
    if change.how is How.REMOVED:
        return Cause(change, old, new, size)
    entry = each.present.entry
    way = way_to(entry, path, around) if change.kind is DependencyKind.CODE else ()
    special = each.present.special.get(path, "")
    return Cause(change, old, new, size, comparison, way, declared_name(entry, path), special)


def _side_now(project: Project, path: str, around: Surroundings) -> Side | None:
    """Return the content of a dependency as it is now: of a symlink that leads to no file, its target."""
    real = around.sources.modules.directories.real_file(path)
    full = f"{project.root}/{real or path}"
    try:
        if not real:
            return Side.of(os.readlink(os.fsencode(full)))
        with open_regular(full) as stream:
            size = os.fstat(stream.fileno()).st_size
    except (NotFound, OSError):  # gone since it was looked at
        return None
    return Side(size, lambda: io.BufferedReader(cast(io.RawIOBase, open_regular(full))))
