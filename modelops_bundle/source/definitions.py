"""What a file defines: names, classes, calibration targets and parameter spaces."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from modelops_bundle.source.class_definitions import ClassReader, Place
from modelops_bundle.source.facts import ClassDefinition, Space, TargetDefinition
from modelops_bundle.source.literals import Literals
from modelops_bundle.source.module_scope import ModuleScope
from modelops_bundle.source.parameter_space import ParameterSpaces
from modelops_bundle.source.syntax import Parsed
from modelops_bundle.source.target_definitions import targets_of


@dataclass(frozen=True, slots=True)
class Definitions:
    """Those of one file, as the fields of SourceFacts of the same names."""

    bindings: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    classes: tuple[ClassDefinition, ...] = ()
    targets: tuple[TargetDefinition, ...] = ()
    spaces: Mapping[str, Space] = field(default_factory=dict)


def definitions_of(parsed: Parsed) -> Definitions:
    """Return what a file defines; the code cells of a notebook share one module, which nothing can import."""
    body = [statement for cell in parsed.cells for statement in cell.body]
    scope = ModuleScope(body)
    literals = Literals(scope)
    spaces = ParameterSpaces(scope, literals)
    reader = ClassReader(scope, literals, spaces)
    classes: dict[str, ClassDefinition] = {}
    for found in reader.read(body, Place(importable=not parsed.notebook)):
        classes.pop(found.name, None)
        classes[found.name] = found
    return Definitions(
        bindings=scope.bindings,
        names=frozenset(scope.names),
        classes=tuple(classes.values()),
        targets=targets_of(body, scope, literals),
        spaces={**spaces.by_name, **reader.mixed},
    )
