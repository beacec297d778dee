"""Where models and targets stand against the remote: the question of `status`, asked for their files alone."""

from collections.abc import Iterable, Mapping

from modelops_bundle.bundles.tree_diff import LOCAL_STATES, REMOTE_STATES, State
from modelops_bundle.checkout.project import Project
from modelops_bundle.models.entries import ModelRegistry
from modelops_bundle.models.findings import Kind
from modelops_bundle.models.overview import Overview
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.sync.status import Standing, Status

Identity = tuple[Kind, str]


def standings(project: Project, status: Status, overview: Overview) -> dict[Identity, Standing]:
    """Return how every model and target stands to what the remote's tag was last seen to name."""
    published = _published(project, status)
    tracked = set(status.index)
    found = {}
    for about, assessed in overview.entries():
        if published is None or about.entity in published[about.kind]:
            found[about.kind, about.entity] = standing_of(assessed.paths, status.states, tracked)
        else:
            found[about.kind, about.entity] = Standing.NOT_PUSHED
    return found


def standing_of(paths: Iterable[str], states: Mapping[str, State], tracked: set[str]) -> Standing:
    """Return how these files, taken together, stand; `states` has those that are not unchanged.

    A file that is not tracked counts as new here, since the next push tracks what a model needs.
    """
    here = there = conflict = False
    for path in paths:
        state = states.get(path)
        here |= state in LOCAL_STATES or (state is None and path not in tracked)
        there |= state in REMOTE_STATES
        conflict |= state is State.CONFLICT
    if conflict or (here and there):
        return Standing.DIVERGED
    return Standing.AHEAD if here else Standing.BEHIND if there else Standing.SYNCED


def _published(project: Project, status: Status) -> Mapping[Kind, Iterable[str]] | None:
    """Return the ids that the remote's tag was last seen to have, or None where that is those registered here."""
    state = status.states.get(REGISTRY_PATH, State.UNCHANGED)
    if status.seen is None or state is State.ADDED_LOCAL:
        registry: ModelRegistry | None = ModelRegistry()
    elif state in (State.MODIFIED_LOCAL, State.CONFLICT):
        registry = _registry_of(project, status)
    else:
        registry = None
    return None if registry is None else {Kind.MODEL: registry.models, Kind.TARGET: registry.targets}


def _registry_of(project: Project, status: Status) -> ModelRegistry | None:
    """Return the registry of the version last seen, if its content is here."""
    from modelops_bundle.models.registry_yaml.file import parse_cached

    if status.seen is None or status.seen not in project.objects:
        return None
    entry = project.bundle(status.seen).tree.get(REGISTRY_PATH)
    if entry is None or entry.digest not in project.objects:
        return None
    data = project.objects.read(entry.digest)
    cache = project.directory / "cache" / "published-registry"
    return parse_cached(data, f"{status.seen}:{REGISTRY_PATH}", cache)
