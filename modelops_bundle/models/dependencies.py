"""What a model or target depends on at this moment: its entry as it would be registered now.

`register-model` and `refresh` store that entry; whether a model is stale is told by comparing with it.
"""

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from modelops_bundle.errors import NotFound
from modelops_bundle.models.discovery.declared_files import DeclaredFiles, is_excluded
from modelops_bundle.models.discovery.definitions import FoundModel, find_class, find_targets
from modelops_bundle.models.entries import Entry, ModelEntry, TargetEntry, digests_of
from modelops_bundle.models.model_digest import digest_of_entry
from modelops_bundle.models.special_files import special_file
from modelops_bundle.source.facts import Parameter, SyntaxFault, TargetDefinition
from modelops_bundle.source.syntax import is_source

if TYPE_CHECKING:
    from modelops_bundle.source.import_graph import ImportGraph
    from modelops_bundle.source.project_sources import ProjectSources


@dataclass(frozen=True, slots=True)
class Present:
    """An entry as it is now. Its composite digest is empty where a file of it cannot be read.

    `missing` are names that were declared, or stand in a target's decorator, and stand for no file; the entry's
    own path is among them when it is gone. Without its class or function, an entry keeps what it said of it; so
    does one whose own file is beyond the limits of what is analysed, whose class counts as found.
    `faults` tells of sources among the dependencies that were not analysed, and so count by their bytes;
    `special` of paths where there is something that is no file, and what it is.
    """

    entry: Entry
    missing: tuple[str, ...] = ()
    class_found: bool = True
    faults: tuple[tuple[str, SyntaxFault], ...] = ()
    special: Mapping[str, str] = field(default_factory=dict)


def present(
    entry: Entry, sources: "ProjectSources", graph: "ImportGraph", declared: DeclaredFiles | None = None
) -> Present:
    """Return what an entry would be if it were registered now.

    For many entries, give all of them the same `declared`, so that each directory is looked at once.
    """
    declared = declared or DeclaredFiles(sources)
    if isinstance(entry, ModelEntry):
        return _present_model(entry, sources, graph, declared)
    return _present_target(entry, sources, graph, declared)


def _present_model(
    entry: ModelEntry, sources: "ProjectSources", graph: "ImportGraph", declared: DeclaredFiles
) -> Present:
    found = _class_of(entry, sources)
    registered = frozenset((*entry.data, *entry.code))
    names = (name for name in (*entry.declared_data, *entry.declared_code) if not _excludes(entry, name))
    missing = [name for name in names if not declared.files(name, registered)]
    code = {path for path in _code_of(entry, sources, graph, declared) if not _excludes(entry, path)}
    named = (path for name in entry.declared_data for path in declared.files(name, frozenset(entry.data)))
    data = {path for path in named if not _excludes(entry, path)}
    own = sources.digest(entry.path)
    read: dict[str, Any] = {"model_digest": own, **_digests(entry, code, data, sources)}
    if found:
        read["entrypoint"] = found.entrypoint
        read["scenarios"] = _texts(found.scenarios)
        read["parameters"] = tuple(map(_parameter, found.parameters))
        read["outputs"] = _texts(found.outputs)
    return _completed(entry, replace(entry, **read), own, missing, found is not None, sources)


def _present_target(
    entry: TargetEntry, sources: "ProjectSources", graph: "ImportGraph", declared: DeclaredFiles
) -> Present:
    found = _target_of(entry, sources)
    names = tuple(posixpath.normpath(name) for name in found.data) if found else entry.data
    registered = frozenset(entry.data)
    missing = [name for name in names if not declared.files(name, registered)]
    code = set(graph.closure(entry.path) if _is_analysed(entry, sources) else entry.code)
    data = {path for name in names for path in declared.files(name, registered)}
    own = sources.digest(entry.path)
    read: dict[str, Any] = {"target_digest": own, **_digests(entry, code, data, sources)}
    if found:
        read["model_output"] = _text(found.model_output)
        read["weight"] = found.weight
        read["labels"] = _texts(found.labels)
    return _completed(entry, replace(entry, **read), own, missing, found is not None, sources)


def _digests(entry: Entry, code: set[str], data: set[str], sources: "ProjectSources") -> dict[str, Any]:
    """Return the fields that tell of the dependencies; the entry's own file is none, and code is no data."""
    code_digests = {path: sources.digest(path) for path in sorted(code - {entry.path})}
    data_digests = {path: sources.digest(path) for path in sorted(data - code - {entry.path})}
    readable = [path for path, digest in code_digests.items() if digest and is_source(path)]
    if _is_readable(entry, sources):
        readable.append(entry.path)
    return {
        "code": tuple(code_digests),
        "code_digests": code_digests,
        "data": tuple(data_digests),
        "data_digests": data_digests,
        "semantic_digests": {path: sources.facts(path).semantic for path in sorted(readable)},
    }


def _completed(
    before: Entry, entry: Entry, own: str, missing: list[str], class_found: bool, sources: "ProjectSources"
) -> Present:
    """Add the composite digest, and tell what keeps the entry from being whole."""
    if not own:
        missing.insert(0, entry.path)
    faults = tuple((path, fault) for path in entry.semantic_digests if (fault := sources.facts(path).fault))
    digest = "" if missing else digest_of_entry(entry)
    found = class_found or (_is_readable(entry, sources) and not _is_analysed(entry, sources))
    special = _special(sources, {*digests_of(before), *digests_of(entry), *missing})
    return Present(replace(entry, digest=digest), tuple(dict.fromkeys(missing)), found, faults, special)


def _special(sources: "ProjectSources", paths: Iterable[str]) -> dict[str, str]:
    """Return what stands, in place of a file, where there is none."""
    absent = (path for path in paths if not sources.digest(path))
    return {path: what for path in absent if (what := special_file(sources.root / path))}


def _is_readable(entry: Entry, sources: "ProjectSources") -> bool:
    return is_source(entry.path) and bool(sources.digest(entry.path))


def _is_analysed(entry: Entry, sources: "ProjectSources") -> bool:
    """Tell whether an entry's own source is there and within our limits; one that does not parse says nothing."""
    if not _is_readable(entry, sources):
        return False
    fault = sources.facts(entry.path).fault
    return fault is None or not fault.beyond_limits


def _class_of(entry: ModelEntry, sources: "ProjectSources") -> FoundModel | None:
    if not _is_readable(entry, sources):
        return None
    try:
        return find_class(sources, entry.path, entry.class_name)
    except NotFound:
        return None


def _target_of(entry: TargetEntry, sources: "ProjectSources") -> TargetDefinition | None:
    if not _is_readable(entry, sources):
        return None
    return next((each for each in find_targets(sources, entry.path) if each.function == entry.function), None)


def _code_of(
    entry: ModelEntry, sources: "ProjectSources", graph: "ImportGraph", declared: DeclaredFiles
) -> set[str]:
    """Return the files that the user declared as code, and all that are imported."""
    registered = frozenset(entry.code)
    code = {path for name in entry.declared_code for path in declared.files(name, registered)}
    if not _is_analysed(entry, sources):
        return code.union(entry.code)
    if not entry.auto_code:
        return code
    left = [entry.path, *filter(is_source, code)]
    while left:
        path = left.pop()
        found = set(graph.closure(path))
        if entry.code_mode == "package":
            found.update(file for each in (path, *found) for file in declared.package_files(each, registered))
            # What nobody imports of a package may import more.
            left += filter(is_source, found - code)
        code |= found
    return code


def _excludes(entry: ModelEntry, path: str) -> bool:
    return bool(entry.exclude) and is_excluded(path, entry.exclude)


def _parameter(found: Parameter) -> Parameter:
    return Parameter(_text(found.name), found.lower, found.upper, _text(found.kind), _text(found.doc))


def _texts(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(_text, found))


def _text(text: str) -> str:
    """Return a text as UTF-8 can hold it: a Python literal may have half a surrogate pair."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
