"""Files of the working tree that are not tracked."""

from collections.abc import Container, Iterator

from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.working_tree import walk
from modelops_bundle.safe_path import AREA, TRAVELLING

_NEVER_TRACKED = frozenset({".git", AREA})


def untracked(project: Project, tracked: Container[str]) -> Iterator[str]:
    """Yield files that are neither tracked nor ignored, sorted within each directory."""
    for path in sorted(TRAVELLING):
        if path not in tracked and (project.root / path).is_file():
            yield path
    for path, _ in walk(project.root, project.ignore):
        if path not in tracked:
            yield path


def ignored(project: Project, tracked: Container[str]) -> Iterator[str]:
    """Yield files that are not tracked and ignored, but for those that can never be tracked, like `.git`."""
    for path, _ in walk(project.root, None):
        if path in tracked or not _NEVER_TRACKED.isdisjoint(path.split("/")):
            continue
        if project.ignore.verdict(path).ignored:
            yield path
