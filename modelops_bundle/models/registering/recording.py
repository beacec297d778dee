"""Carry out a change of the registry: track what it needs, write `registry.yaml`, and track that, in this order.

Whatever ends the program on the way, no registry names files that the bundle would lack, and the same command
completes it.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

from modelops_bundle.checkout.adding import preview_add, track
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.tracking import refresh
from modelops_bundle.models.entries import ModelRegistry
from modelops_bundle.models.registering.registration import Registered
from modelops_bundle.models.registering.surroundings import Surroundings
from modelops_bundle.models.registry_yaml.file import differs, read_registry, write_registry
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.source.project_sources import ProjectSources

RegistryChange = Callable[[ModelRegistry, Surroundings], Registered]
"""Makes another registry of what is registered, given the project as it is."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording a change did.

    `tracked` are the files that were not tracked before, `ignored` those of them that a rule ignores; `written`
    says whether `registry.yaml` held something else.
    """

    tracked: tuple[str, ...]
    ignored: tuple[str, ...]
    written: bool


def change_registry(project: Project, change: RegistryChange, *, dry_run: bool) -> tuple[Registered, Recorded]:
    """Change the registry as it is now under the project's lock, or tell what that would do."""
    with nullcontext() if dry_run else project.lock():
        around = look_around(project)
        done = change(read_registry(project), around)
        around.sources.save()
        return done, preview(project, done) if dry_run else record(project, done)


def look_around(project: Project) -> Surroundings:
    """Return what entries depend on as it is on disk now."""
    now = refresh(project, tolerant=True)
    for path in now.unreadable:
        del now.index[path]  # who asks for it will be told; others need not know
    return Surroundings(ProjectSources(project, now.index))


def record(project: Project, change: Registered) -> Recorded:
    """Carry out a change of the registry; call with the lock held."""
    untracked = _untracked(project, change)
    if untracked:
        track(project, untracked, force=True)
    written = write_registry(project, change.registry)
    if written or ((project.root / REGISTRY_PATH).is_file() and REGISTRY_PATH not in project.load_index()):
        track(project, [REGISTRY_PATH], force=True)
    return Recorded(untracked, _ignored(project, untracked), written)


def preview(project: Project, change: Registered) -> Recorded:
    """Tell what `record` would do, with the same errors."""
    untracked = _untracked(project, change)
    preview_add(project, untracked, force=True)
    return Recorded(untracked, _ignored(project, untracked), differs(project, change.registry))


def _untracked(project: Project, change: Registered) -> tuple[str, ...]:
    index = project.load_index()
    return tuple(path for path in change.needed if path not in index)


def _ignored(project: Project, paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path for path in paths if project.ignore.verdict(path).ignored)
