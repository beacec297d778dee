"""Register the calibration targets of a file, each with its observations."""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import chain, count

from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.models.dependencies import Present
from modelops_bundle.models.discovery.definitions import find_targets
from modelops_bundle.models.entries import ModelRegistry, TargetEntry
from modelops_bundle.models.ids import check_id
from modelops_bundle.models.near_names import nearest, question
from modelops_bundle.models.registering.registration import Registered, registered
from modelops_bundle.models.registering.surroundings import Surroundings, check_entrypoint
from modelops_bundle.source.facts import TargetDefinition


@dataclass(frozen=True, slots=True)
class TargetRequest:
    """What the user asks for: the targets of a file that are named, or else all that no pattern excludes."""

    path: str
    targets: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


def register_targets(registry: ModelRegistry, request: TargetRequest, around: Surroundings) -> Registered:
    """Return the registry with the targets that were asked for; no other entry changes.

    Raises NotFound for a file, target or observation that is not there, and Invalid.
    """
    around.check_source(request.path)
    module = around.sources.modules.module_name(request.path)
    taken = {*registry.models, *registry.targets}
    presents = []
    unread = {}
    for found in _chosen(request, around):
        entrypoint = f"{module}:{found.function}"
        check_entrypoint(entrypoint, request.path)
        own = [
            entry
            for entry in registry.targets.values()
            if (entry.path, entry.function) == (request.path, found.function)
        ]
        for entry in own or [_new_entry(found, entrypoint, request.path, taken)]:
            taken.add(entry.id)
            presents.append(_checked(around.present(entry), found, around))
            if found.unread:
                unread[entry.id] = found.unread
    return replace(registered(registry, presents, around), unread=unread)


def _chosen(request: TargetRequest, around: Surroundings) -> list[TargetDefinition]:
    found = find_targets(around.sources, request.path)
    if not found:
        raise NotFound(
            f"no calibration target in '{request.path}'", hint="decorate a function with @calibration_target"
        )
    names = {name for each in found for name in (each.name, each.function)}
    for name in request.targets:
        if name not in names:
            hint = question(nearest(name, names) or sorted(names)[:3])
            raise NotFound(f"no target '{name}' in '{request.path}'", hint=hint)
    chosen = [
        each
        for each in found
        if not request.targets or not {each.name, each.function}.isdisjoint(request.targets)
        if not _excluded(each, request.exclude)
    ]
    if not chosen:
        raise NotFound(f"every target is excluded: '{request.path}'", hint="leave out --exclude")
    return chosen


def _excluded(found: TargetDefinition, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for name in (found.name, found.function) for pattern in patterns)


def _new_entry(found: TargetDefinition, entrypoint: str, path: str, taken: set[str]) -> TargetEntry:
    module, name = entrypoint.partition(":")[0], found.name or found.function
    check_id(name, f"{path}:{found.line}")
    ids = chain([name, f"{module}.{name}"], (f"{module}.{name}_{number}" for number in count(2)))
    id = next(id for id in ids if id not in taken)
    return TargetEntry(id, path, found.function, entrypoint, found.model_output)


def _checked(now: Present, found: TargetDefinition, around: Surroundings) -> Present:
    """Raise when an observation cannot be part of the bundle."""
    for name in now.missing:
        if name.startswith(("/", "..")):
            raise Invalid(
                f"observations of '{now.entry.id}' lie outside the project: '{name}'",
                hint=f"copy them into the project, and correct '{now.entry.path}:{found.line}'",
            )
        raise around.no_such_file(name)
    return now
