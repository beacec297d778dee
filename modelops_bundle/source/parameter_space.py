"""Parameter spaces as source spells them: `PARAMS = ParameterSpace((ParameterSpec("beta", 0.1, 0.5), ...))`."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from modelops_bundle.source.dotted_names import dotted_name, last_part, source_text
from modelops_bundle.source.facts import Parameter, Space
from modelops_bundle.source.literals import MAX_DEPTH, Literals
from modelops_bundle.source.module_scope import ModuleScope

MAX_PARAMETERS = 10_000
"""More than anybody calibrates; sums of sums could make any number."""

_SPEC = "ParameterSpec"
_SPACE = "ParameterSpace"
_SEQUENCES = frozenset({_SPACE, "tuple", "list"})
_FIELDS = ("name", "lower", "upper", "kind", "doc")
_EARLIER = {"min": "lower", "max": "upper"}
"""What the platform called these arguments before."""
_USUAL_KIND = "float"

_Spaces = Mapping[str, Space]


class ParameterSpaces:
    """The parameter spaces of one file; `by_name` has those that are assigned at module level."""

    def __init__(self, scope: ModuleScope, literals: Literals) -> None:
        self._scope = scope
        self._literals = literals
        self.by_name: dict[str, Space] = {}
        for name, value in scope.constants.items():
            if space := self._assigned(value):
                self.by_name[name] = space

    def read(self, value: ast.expr, nearer: _Spaces | None = None) -> Space:
        """Return the parameters that an expression puts together; `nearer` are spaces of the class around it.

        What only running the source can tell, such as a comprehension, is left out.
        """
        return tuple(islice(self._items(value, nearer or {}, MAX_DEPTH), MAX_PARAMETERS))

    def _assigned(self, value: ast.expr) -> Space:
        """Return a space that is assigned at module level; nothing for all other tuples, lists, sums and calls."""
        space = self.read(value)
        is_one = self._called(value) == _SPACE or any(isinstance(each, Parameter) for each in space)
        return space if is_one else ()

    def _items(self, value: ast.expr, nearer: _Spaces, depth: int) -> Iterator[Parameter | str]:
        match value:
            case _ if depth == 0:
                return
            case ast.Call() if self._called(value) == _SPEC:
                yield self._parameter(value)
            case ast.Call() if self._called(value) in _SEQUENCES:
                given = [*value.args, *(keyword.value for keyword in value.keywords)]
                yield from self._all_items(given[:1], nearer, depth)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                yield from self._all_items(elements, nearer, depth)
            case ast.Starred(value=unpacked):
                yield from self._items(unpacked, nearer, depth - 1)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield from self._all_items((left, right), nearer, depth)
            case ast.Name() | ast.Attribute():
                yield from self._named(dotted_name(value), nearer)

    def _all_items(self, values: Iterable[ast.expr], nearer: _Spaces, depth: int) -> Iterator[Parameter | str]:
        for value in values:
            yield from self._items(value, nearer, depth - 1)

    def _named(self, dotted: str, nearer: _Spaces) -> Iterator[Parameter | str]:
        """Yield what a name stands for in this file, or else the name: another file may know it."""
        written = dotted.removesuffix(".specs")
        meant = self._scope.spelled_out(written)
        if written in nearer:
            yield from nearer[written]
        elif meant in self.by_name:
            yield from self.by_name[meant]
        elif written:
            yield written

    def _called(self, value: ast.expr) -> str:
        """Return what a call calls, whatever the file names it; '' for any other expression."""
        function = dotted_name(value.func) if isinstance(value, ast.Call) else ""
        return last_part(self._scope.spelled_out(function))

    def _parameter(self, call: ast.Call) -> Parameter:
        given = dict(zip(_FIELDS, call.args, strict=False))
        given |= {_EARLIER.get(each.arg, each.arg): each.value for each in call.keywords if each.arg}
        name, kind = given.get("name"), given.get("kind")
        spelled = self._literals.text(name)
        return Parameter(
            source_text(name) if name and spelled is None else spelled or "",
            self._literals.number(given.get("lower")),
            self._literals.number(given.get("upper")),
            _USUAL_KIND if kind is None else self._literals.text(kind) or "",
            self._literals.text(given.get("doc")) or "",
        )
