"""Register the models of a file, each with what it depends on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import count

from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.models.dependencies import Present
from modelops_bundle.models.discovery.declared_files import exclusion_of, is_excluded
from modelops_bundle.models.discovery.definitions import FoundModel, class_names, find_class, find_models
from modelops_bundle.models.entries import Entry, ModelEntry, ModelRegistry
from modelops_bundle.models.ids import check_id
from modelops_bundle.models.registering.registration import Registered, registered, what_is_wrong
from modelops_bundle.models.registering.surroundings import Surroundings, check_entrypoint


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What the user asks for; paths are bundle paths.

    Without `classes`, all models of the file are meant that no pattern of `exclude_classes` names. `data`, `code`
    and `exclude` are added to what was said before; `id`, `auto_code` and `code_mode` are as before where they are
    None, None and ''. With `everything`, all other registered models are brought up to date too.
    """

    path: str = ""
    classes: tuple[str, ...] = ()
    exclude_classes: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    id: str | None = None
    auto_code: bool | None = None
    code_mode: str = ""
    everything: bool = False


def register_models(registry: ModelRegistry, request: ModelRequest, around: Surroundings) -> Registered:
    """Return the registry with the models that were asked for.

    No other entry changes, unless all are to be brought up to date. Raises NotFound for a file, class or
    dependency that is not there, and Invalid.
    """
    presents = [
        _checked(around.present(entry), request, around) for entry in _asked_for(registry, request, around)
    ]
    if not request.everything:
        return registered(registry, presents, around)
    done = {now.entry.id for now in presents}
    rest = [around.present(entry) for id, entry in registry.models.items() if id not in done]
    gone = {now.entry.id: wrong for now in rest if (wrong := what_is_wrong(now))}
    whole = [*presents, *(now for now in rest if now.entry.id not in gone)]
    result = registered(registry, whole, around)
    return replace(result, gone=gone, others=tuple(_not_registered(result.registry, around)))


def _asked_for(registry: ModelRegistry, request: ModelRequest, around: Surroundings) -> Iterator[ModelEntry]:
    """Yield the entries to register, with what the user added to them."""
    if not request.path:
        return
    if request.id is not None and request.id not in registry.models:
        check_id(request.id)
    around.check_source(request.path)
    found = _classes(registry, request, around)
    if request.id and len(found) > 1:
        names = ", ".join(f"'{each.class_name}'" for each in found)
        raise Invalid(
            f"--id is for one model, and there are {len(found)}: {names}", hint="choose one: --class NAME"
        )
    taken: dict[str, Entry] = {**registry.models, **registry.targets}
    for each in found:
        check_entrypoint(each.entrypoint, request.path)
        for entry in _entries_of(each, registry, request, taken):
            taken[entry.id] = entry
            yield _extended(entry, request)


def _classes(registry: ModelRegistry, request: ModelRequest, around: Surroundings) -> list[FoundModel]:
    path, sources = request.path, around.sources
    if request.classes:
        found = [find_class(sources, path, name) for name in request.classes]
    else:
        # Classes that are no models by themselves were once named by --class.
        here = set(class_names(sources, path))
        named = {entry.class_name for entry in registry.models.values() if entry.path == path}
        found = [*find_models(sources, path), *(find_class(sources, path, name) for name in sorted(named & here))]
    by_name = {each.class_name: each for each in found}
    kept = [
        each
        for name, each in by_name.items()
        if not any(fnmatchcase(name, pattern) for pattern in request.exclude_classes)
    ]
    if kept:
        return kept
    if by_name:
        raise NotFound(f"every model is excluded: '{path}'", hint="leave out --exclude")
    classes = class_names(sources, path)
    hint = f"choose a class: --class {' --class '.join(classes[:3])}" if classes else "name a file with a class"
    raise NotFound(f"no model in '{path}'", hint=hint)


def _entries_of(
    found: FoundModel, registry: ModelRegistry, request: ModelRequest, taken: dict[str, Entry]
) -> list[ModelEntry]:
    """Return the entries of a class: those there are, or else a new one."""
    own = [
        entry
        for entry in registry.models.values()
        if (entry.path, entry.class_name) == (request.path, found.class_name)
    ]
    if request.id:
        own = [entry for entry in own if entry.id == request.id]
        if not own and (other := taken.get(request.id)):
            raise Invalid(
                f"id '{request.id}' is taken by '{other.entrypoint}'",
                hint=f"choose another --id, or: modelops-bundle unregister {request.id}",
            )
    if own:
        return own
    id = request.id or next(id for id in _ids(found) if id not in taken)
    return [ModelEntry(id, request.path, found.class_name, found.entrypoint)]


def _ids(found: FoundModel) -> Iterator[str]:
    """Yield what a model may be called: the shortest that nothing else is called is taken."""
    module = found.entrypoint.partition(":")[0]
    yield f"{module.rpartition('.')[2]}_{found.class_name}".lower()
    yield f"{module}_{found.class_name}".lower()
    # Two classes, or two directories, have names that differ in case only.
    yield f"{module}_{found.class_name}"
    yield from (f"{module}_{found.class_name}_{number}" for number in count(2))


def _extended(entry: ModelEntry, request: ModelRequest) -> ModelEntry:
    """Return an entry with what the user said of it now in addition to what was said before."""
    return replace(
        entry,
        declared_data=_united(entry.declared_data, request.data),
        declared_code=_united(entry.declared_code, request.code),
        exclude=_united(_still_excluded(entry, request), request.exclude),
        auto_code=entry.auto_code if request.auto_code is None else request.auto_code,
        code_mode=request.code_mode or entry.code_mode,
    )


def _still_excluded(entry: ModelEntry, request: ModelRequest) -> list[str]:
    """Return the patterns of before that leave out nothing which is asked for by name now."""
    asked = (*request.data, *request.code)
    return [pattern for pattern in entry.exclude if not any(is_excluded(name, (pattern,)) for name in asked)]


def _united(before: Iterable[str], now: Iterable[str]) -> tuple[str, ...]:
    # In an order of its own: the same registry, whoever registered what first.
    return tuple(sorted({*before, *now}))


def _checked(now: Present, request: ModelRequest, around: Surroundings) -> Present:
    """Raise NotFound when a dependency is not there, and Invalid when it is no file."""
    for name, what in now.special.items():
        raise Invalid(
            f"{what}, which no bundle can hold: '{name}'",
            hint=f"remove it, or add: --exclude {exclusion_of(name)}",
        )
    for name in now.missing:
        if name in (*request.data, *request.code):
            if (around.sources.root / name).is_dir():
                hint = f"see what is ignored: modelops-bundle check-ignore -v {name}/*"
                raise NotFound(f"no file to depend on in '{name}'", hint=hint)
            raise around.no_such_file(name)
        raise NotFound(
            f"'{now.entry.id}' was registered with '{name}', which is gone",
            hint=f"restore it, or add: --exclude {exclusion_of(name)}",
        )
    return now


def _not_registered(registry: ModelRegistry, around: Surroundings) -> Iterator[str]:
    """Yield the entry points of models in registered files that are not registered themselves."""
    known = {(entry.path, entry.class_name) for entry in registry.models.values()}
    for path in sorted({path for path, _ in known}):
        if around.sources.digest(path) and path.endswith(".py"):
            found = find_models(around.sources, path)
            yield from (each.entrypoint for each in found if (path, each.class_name) not in known)
