"""Find the models and calibration targets of a file by reading it, and the files that it imports from."""

from collections.abc import Iterable
from dataclasses import dataclass

from modelops_bundle.errors import NotFound
from modelops_bundle.models.discovery.inherited_parameters import parameters_of
from modelops_bundle.models.discovery.lineage import Lineage
from modelops_bundle.models.near_names import nearest, question
from modelops_bundle.source.decorators import OUTPUT, SCENARIO, TARGET
from modelops_bundle.source.dotted_names import last_part
from modelops_bundle.source.facts import ClassDefinition, Parameter, TargetDefinition
from modelops_bundle.source.name_resolution import Sources, class_of, resolve

BASELINE = "baseline"
"""The scenario that every model has."""

_MOST_NAMED = 10


class NoSuchClass(NotFound):
    """A file does not define a class, or not where an entry point reaches it."""


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A class that can be registered, with what the platform would find on it, inherited or its own.

    `scenarios` begin with 'baseline'. Names that are no literals are kept as source, as the platform does.
    """

    class_name: str
    line: int
    entrypoint: str
    scenarios: tuple[str, ...] = (BASELINE,)
    parameters: tuple[Parameter, ...] = ()
    outputs: tuple[str, ...] = ()


def find_models(sources: Sources, path: str) -> tuple[FoundModel, ...]:
    """Return the models that a file defines: concrete classes that derive from one of a simulation framework.

    In a file that cannot be parsed there are none; `sources.facts(path).fault` says why.
    """
    classes = filter(_is_reachable, sources.facts(path).classes)
    lineages = [(each, Lineage(sources, path, each)) for each in classes]
    return tuple(
        _model(sources, path, definition, lineage)
        for definition, lineage in lineages
        if lineage.of_model and not lineage.abstract
    )


def find_class(sources: Sources, path: str, name: str) -> FoundModel:
    """Return a class of a file, whatever it derives from, abstract or not.

    Raises NoSuchClass with the nearest names and those that the file has.
    """
    definition = class_of(sources.facts(path), name)
    if definition is None:
        raise NoSuchClass(f"no class '{name}' in '{path}'", hint=_where_it_may_be(sources, path, name))
    if not _is_reachable(definition):
        inside = "a notebook" if path.endswith(".ipynb") else f"'{name.rpartition('.')[0].partition('.<')[0]}'"
        raise NoSuchClass(
            f"class '{name}' in '{path}' stands inside {inside}, where no entry point reaches it",
            hint="move it to the top level of a .py file",
        )
    return _model(sources, path, definition, Lineage(sources, path, definition))


def class_names(sources: Sources, path: str) -> tuple[str, ...]:
    """Return the classes of a file that an entry point can name."""
    return tuple(each.name for each in sources.facts(path).classes if _is_reachable(each))


def find_targets(sources: Sources, path: str) -> tuple[TargetDefinition, ...]:
    """Return the calibration targets that a file defines; none in one that cannot be parsed."""
    targets = sources.facts(path).targets
    return tuple(each for each in targets if _kind(sources, path, each.decorator) == TARGET)


def _is_reachable(definition: ClassDefinition) -> bool:
    # The platform looks an entry point's name up in the module, and does not look into what it finds.
    return definition.importable and "." not in definition.name


def _where_it_may_be(sources: Sources, path: str, name: str) -> str:
    found = resolve(sources, path, name)
    if found.definition:
        return f"it is imported: modelops-bundle register-model {found.path} --class {found.name}"
    names = class_names(sources, path)
    if not names:
        return f"'{path}' defines no class: name another file"
    listed = ", ".join(f"'{each}'" for each in names[:_MOST_NAMED])
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    near = question(nearest(name, names))
    return f"{near} '{path}' defines {listed}{more}".strip()


def _model(sources: Sources, path: str, definition: ClassDefinition, lineage: Lineage) -> FoundModel:
    scenarios: list[str] = [BASELINE]
    outputs: list[str] = []
    # As the platform collects them: by name, those of the most basic class first; no override takes one away.
    for file, each in reversed(lineage.known):
        outputs += each.outputs
        scenarios += each.scenarios
        for method in each.decorated:
            kind = _kind(sources, file, method.decorator)
            outputs += [method.name] if kind == OUTPUT else ()
            scenarios += [method.name] if kind == SCENARIO else ()
    return FoundModel(
        class_name=definition.name,
        line=definition.line,
        entrypoint=f"{sources.modules.module_name(path)}:{definition.name}",
        scenarios=_unique(scenarios),
        parameters=parameters_of(sources, lineage),
        outputs=_unique(outputs),
    )


def _kind(sources: Sources, path: str, decorator: str) -> str:
    """Return the last part of what a decorator is called where it comes from."""
    kind = last_part(decorator)
    if kind in (OUTPUT, SCENARIO, TARGET):
        return kind
    found = resolve(sources, path, decorator)
    return last_part(found.name or next(iter(found.external), ""))


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
