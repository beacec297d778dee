"""What one source file says: the values that reading it gives, and that the cache keeps.

Names are as the file spells them; `name_resolution` follows them across files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ImportStatement:
    """One import: `import module` has no `names`; `from ..module import a` has `level` 2 and the names.

    `line` counts from 1; in a notebook it counts within `cell`, which counts code cells from 1.
    """

    module: str
    line: int
    level: int = 0
    names: tuple[str, ...] = ()
    cell: int = 0


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a model's space; bounds are None where the source does not spell them as literals."""

    name: str
    lower: float | int | None = None
    upper: float | int | None = None
    kind: str = ""
    doc: str = ""


Space = tuple[Parameter | str, ...]
"""A parameter space as a file spells it: parameters, and dotted names of those that it takes from elsewhere."""


@dataclass(frozen=True, slots=True)
class Decorated:
    """A method whose decorator the file imports: only the file that it comes from tells what that is.

    `name` is what the method is known by if the decorator registers it, as `model_output` does.
    """

    decorator: str
    name: str


@dataclass(frozen=True, slots=True)
class ClassDefinition:
    """A class: its bases are dotted names as written, subscripts removed.

    `name` is qualified (`Outer.Inner`, `function.<locals>.Inner`); `importable` is false inside a function and
    in notebooks. `parameters` is None where the class assigns none, and `parameters_from` then names what it
    assigns instead: a name, or one in `spaces` of the file. `members` are the names that its body binds,
    `abstract` those of its abstract methods, `decorated` the methods that may be outputs or scenarios, too.
    """

    name: str
    line: int
    bases: tuple[str, ...] = ()
    importable: bool = True
    outputs: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] | None = None
    parameters_from: str = ""
    members: tuple[str, ...] = ()
    abstract: tuple[str, ...] = ()
    decorated: tuple[Decorated, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetDefinition:
    """A function decorated `calibration_target`; `data` are the paths of its observations, as written.

    `decorator` is the dotted name that the decorator stands for in the file: it may turn out to be another one.
    `unread` are the arguments whose values only running the source can tell, as `argument=source`.
    """

    function: str
    line: int
    name: str
    model_output: str
    data: tuple[str, ...] = ()
    weight: float | None = None
    labels: tuple[str, ...] = ()
    decorator: str = ""
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """Why a file was not analysed, and the line (from 1; 0 when unknown).

    With `beyond_limits` it is larger, or nested deeper, than what is analysed, and may well be right.
    """

    message: str
    line: int = 0
    beyond_limits: bool = False

    def place_in(self, path: str) -> str:
        """Return `path:line`, or the path alone."""
        return f"{path}:{self.line}" if self.line else path


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """All that one file says. `semantic` is `blake3:<hex>`, of its normal form or, with a `fault`, its bytes.

    `bindings` maps each name that an import or a plain assignment binds at module level to the dotted name that
    it stands for; a relative one begins with its dots (`.util.f`). `names` are all names bound at module level,
    `exports` those that `__all__` spells as literals.
    """

    semantic: str
    imports: tuple[ImportStatement, ...] = ()
    bindings: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    exports: tuple[str, ...] = ()
    classes: tuple[ClassDefinition, ...] = ()
    targets: tuple[TargetDefinition, ...] = ()
    spaces: Mapping[str, Space] = field(default_factory=dict)
    fault: SyntaxFault | None = None
