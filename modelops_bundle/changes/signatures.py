"""What differs between the heads of two versions of a function or class: decorators, parameters, docstring."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from modelops_bundle.changes.detail import Detail, How
from modelops_bundle.changes.statements import (
    Definition,
    Statement,
    head_shape,
    is_note,
    line_of,
    shape_of,
    source_line,
    value_shape,
    value_text,
)
from modelops_bundle.source.blocks import Function

_BY_POSITION, _BY_KEYWORD = "by position only", "by keyword only"


@dataclass(frozen=True, slots=True)
class _Parameter:
    """One parameter: `how` it is given, by its stars or in words, and its default value."""

    how: str
    argument: ast.arg
    default: ast.expr | None = None

    @property
    def text(self) -> str:
        annotation = value_text(self.argument.annotation)
        name = f"{self.argument.arg}: {annotation}" if annotation else self.argument.arg
        default = value_text(self.default)
        stars = self.how if self.how.startswith("*") else ""
        return f"{stars}{name}" if default is None else f"{stars}{name} = {default}"

    @property
    def text_and_how(self) -> str:
        return f"{self.text} ({self.how})" if self.how.startswith("by") else self.text

    @property
    def annotation(self) -> str:
        return value_shape(self.argument.annotation)


def head_changes(kind: str, name: str, old: Definition, new: Definition) -> Iterator[Detail]:
    """Yield what differs outside of the bodies of two versions of a function or class, its docstring included."""
    yield from _decorator_changes(name, old, new)
    if isinstance(old, Function) and isinstance(new, Function):
        found = list(_parameter_changes(name, old, new))
    else:
        found = []
    if not found and _without_decorators(old) != _without_decorators(new):
        lines = (source_line(old), source_line(new))
        found = [Detail(kind, How.CHANGED, name, *lines, line=new.lineno, old_line=old.lineno)]
    yield from found
    before, after = docstring_of(old), docstring_of(new)
    if _note_shape(before) != _note_shape(after):
        yield note_change(name, before, after)


def docstring_of(definition: Definition) -> Statement | None:
    """Return the statement that is the docstring, if there is one."""
    return definition.body[0] if definition.body and is_note(definition.body[0]) else None


def note_change(name: str, old: Statement | None, new: Statement | None) -> Detail:
    """Return that a docstring, or a string like one, differs: in its first line that does."""
    how = How.ADDED if old is None else How.REMOVED if new is None else How.CHANGED
    line, old_line = (line_of(each) if each else 0 for each in (new, old))
    return Detail("docstring", how, name, *_different_lines(_note(old), _note(new)), line, old_line)


def _decorator_changes(name: str, old: Definition, new: Definition) -> Iterator[Detail]:
    ours, theirs = _decorators(old), _decorators(new)
    gone = {_called(each): each for key, each in ours.items() if key not in theirs}
    for key, each in theirs.items():
        if key not in ours:
            before = gone.pop(_called(each), None)
            how = How.CHANGED if before else How.ADDED
            yield Detail("decorator", how, name, _at(before), _at(each), line=each.lineno)
    for each in gone.values():
        yield Detail("decorator", How.REMOVED, name, _at(each), old_line=each.lineno)
    if list(ours) != list(theirs) and set(ours) == set(theirs):
        was, now = (", ".join(f"@{value_text(each)}" for each in side.values()) for side in (ours, theirs))
        yield Detail("order of decorators", How.CHANGED, name, was, now, line=new.lineno)


def _decorators(definition: Definition) -> dict[tuple[str, int], ast.expr]:
    """Return the decorators by what they mean, and by how many like them stand before."""
    shapes = [value_shape(each) for each in definition.decorator_list]
    keys = [(shape, shapes[:number].count(shape)) for number, shape in enumerate(shapes)]
    return dict(zip(keys, definition.decorator_list, strict=True))


def _called(decorator: ast.expr) -> str | None:
    return value_text(decorator.func if isinstance(decorator, ast.Call) else decorator)


def _at(decorator: ast.expr | None) -> str | None:
    return f"@{value_text(decorator)}" if decorator else None


def _parameter_changes(name: str, old: Function, new: Function) -> Iterator[Detail]:
    """Yield the parameters that came, went, or are given in another way, and default values that differ."""
    ours, theirs = _parameters(old.args), _parameters(new.args)
    for each, after in theirs.items():
        before, full, line = ours.get(each), f"{name}({each})", after.argument.lineno
        if before is None:
            yield Detail("parameter", How.ADDED, full, new=after.text, line=line)
        elif before.how != after.how:
            yield Detail("parameter", How.CHANGED, full, before.text_and_how, after.text_and_how, line)
        elif before.annotation != after.annotation or (before.default is None) != (after.default is None):
            yield Detail("parameter", How.CHANGED, full, before.text, after.text, line)
        elif value_shape(before.default) != value_shape(after.default):
            was, now = value_text(before.default), value_text(after.default)
            yield Detail("default value", How.CHANGED, full, was, now, line)
    for each, before in ours.items():
        if each not in theirs:
            yield Detail("parameter", How.REMOVED, f"{name}({each})", before.text, old_line=before.argument.lineno)
    if [each for each in ours if each in theirs] != [each for each in theirs if each in ours]:
        was, now = (", ".join(side) for side in (ours, theirs))
        yield Detail("order of parameters", How.CHANGED, name, was, now, line=new.lineno)
    if value_shape(old.returns) != value_shape(new.returns):
        was, now = (value_text(each.returns) or "not annotated" for each in (old, new))
        yield Detail("return type", How.CHANGED, name, was, now, line=new.lineno)


def _parameters(arguments: ast.arguments) -> dict[str, _Parameter]:
    plain = [*((_BY_POSITION, each) for each in arguments.posonlyargs), *(("", each) for each in arguments.args)]
    defaults = [None] * (len(plain) - len(arguments.defaults)) + arguments.defaults
    found = [_Parameter(how, each, default) for (how, each), default in zip(plain, defaults, strict=True)]
    if arguments.vararg:
        found.append(_Parameter("*", arguments.vararg))
    by_keyword = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    found += [_Parameter(_BY_KEYWORD, each, default) for each, default in by_keyword]
    if arguments.kwarg:
        found.append(_Parameter("**", arguments.kwarg))
    return {each.argument.arg: each for each in found}


def _without_decorators(definition: Definition) -> str:
    kept, definition.decorator_list = definition.decorator_list, []
    shape = head_shape(definition)
    definition.decorator_list = kept
    return shape


def _note_shape(note: Statement | None) -> str:
    return shape_of(note) if note else ""


def _note(note: Statement | None) -> str | None:
    if isinstance(note, ast.Expr) and isinstance(note.value, ast.Constant):
        return str(note.value.value)
    return None


def _different_lines(old: str | None, new: str | None) -> tuple[str | None, str | None]:
    """Return the first lines of two texts that differ, without what surrounds them."""
    if old is None or new is None:
        return (old.strip() if old else old, new.strip() if new else new)
    ours, theirs = ([line.strip() for line in text.strip().splitlines()] for text in (old, new))
    length = max(len(ours), len(theirs))
    ours, theirs = (side + [""] * (length - len(side)) for side in (ours, theirs))
    differing = ((was or None, now or None) for was, now in zip(ours, theirs, strict=True) if was != now)
    return next(differing, (old, new))
