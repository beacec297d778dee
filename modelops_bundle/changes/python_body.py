"""What differs between two versions of Python source: functions, classes, constants, imports, in words.

Whatever differs in the normal form is named; what does not, is not.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence

from modelops_bundle.changes.alignment import rising
from modelops_bundle.changes.detail import Detail, How
from modelops_bundle.changes.members import Key, Member, kind_of, members_of, name_of
from modelops_bundle.changes.signatures import docstring_of, head_changes, note_change
from modelops_bundle.changes.statement_pairs import Pair, statement_changes
from modelops_bundle.changes.statements import (
    Statement,
    is_note,
    line_of,
    shape_of,
    source_line,
    value_shape,
    value_text,
)
from modelops_bundle.source.blocks import Function

MAX_STATEMENTS = 5
"""More statements of one function than this are counted, not shown."""


def body_changes(old: Iterable[Statement], new: Iterable[Statement], owner: str = "") -> Iterator[Detail]:
    """Yield what differs between two versions of a module's body, or of that of the class `owner`."""
    before, after = list(old), list(new)
    details = list(_members_changes(before, after, owner))
    if not details and shape_of(*before) != shape_of(*after):
        # Of nothing else are several members one statement.
        details = [Detail("grouping of imports", How.CHANGED)]
    yield from details


def _members_changes(old: Sequence[Statement], new: Sequence[Statement], owner: str) -> Iterator[Detail]:
    ours, theirs = members_of(old, owner), members_of(new, owner)
    gone = {key: each for key, each in ours.items() if key not in theirs}
    come = {key: each for key, each in theirs.items() if key not in ours}
    renamed = _renamed(gone, come)
    for key, after in theirs.items():
        before = ours.get(key)
        if before and before.shape != after.shape:
            yield from _member_changes(before, after)
        elif key in renamed:
            before = gone.pop(renamed[key])
            yield Detail(after.kind, How.RENAMED, after.name, before.name, after.name, after.line, before.line)
        elif before is None and after.kind != "statement":
            yield _one_sided(How.ADDED, after)
    yield from (_one_sided(How.REMOVED, each) for each in gone.values() if each.kind != "statement")
    plain = ([each.statement for each in side.values() if each.kind == "statement"] for side in (gone, come))
    yield from _block_changes("", owner, *plain)
    yield from _moves(ours, theirs)


def _member_changes(old: Member, new: Member) -> Iterator[Detail]:
    before, after, name = old.statement, new.statement, new.name
    if isinstance(before, Function) and isinstance(after, Function):
        yield from _function_changes(new.kind, name, before, after)
    elif isinstance(before, ast.ClassDef) and isinstance(after, ast.ClassDef):
        yield from head_changes(new.kind, name, before, after)
        yield from body_changes(_without_docstring(before), _without_docstring(after), name)
    elif new.kind == "docstring":
        yield note_change(name, before, after)
    else:
        was, now = _texts(old, new)
        yield Detail(new.kind, How.CHANGED, name, was, now, new.line, old.line)


def _texts(old: Member, new: Member) -> tuple[str, str]:
    """Return what is shown of two versions of an import, a constant, or a definition that became another kind."""
    if old.text or new.text:
        return old.text, new.text
    was, now = (getattr(each.statement, "value", None) for each in (old, new))
    lines = source_line(old.statement), source_line(new.statement)
    if type(old.statement) is not type(new.statement) or value_shape(was) == value_shape(now):
        return lines
    return value_text(was) or lines[0], value_text(now) or lines[1]


def _function_changes(kind: str, name: str, old: Function, new: Function) -> Iterator[Detail]:
    found = [*head_changes(kind, name, old, new)]
    found += _block_changes(kind, name, _without_docstring(old), _without_docstring(new))
    yield from found


def _block_changes(kind: str, name: str, old: Sequence[Statement], new: Sequence[Statement]) -> Iterator[Detail]:
    """Yield the statements that differ: of the function `name` of some `kind`, or of a module or class."""
    pairs = list(statement_changes(old, new))
    moved = list(_moved(pairs))
    elsewhere = {statement for pair in moved for statement in pair}
    shown = 0
    for before, after in pairs:
        if elsewhere.intersection((before, after)) - {None}:
            continue
        inner = list(_definition_changes(kind, name, before, after))
        if inner:
            yield from inner
            continue
        shown += 1
        if not kind or shown <= MAX_STATEMENTS:
            yield _statement_change(kind, name, before, after)
    if kind and shown > MAX_STATEMENTS:
        yield Detail(kind, How.CHANGED, name, where=f"and {shown - MAX_STATEMENTS} more statements")
    for before, after in moved:
        assert before and after
        yield Detail("statement", How.MOVED, name, None, source_line(after), line_of(after), line_of(before))


def _definition_changes(kind: str, name: str, old: Statement | None, new: Statement | None) -> Iterator[Detail]:
    """Yield what differs inside a function or class that stands in a function or a condition."""
    inside = f"{name}." if name else ""
    if isinstance(old, Function) and isinstance(new, Function):
        yield from _function_changes(kind_of(new, "" if kind else name), inside + new.name, old, new)
    elif isinstance(old, ast.ClassDef) and isinstance(new, ast.ClassDef):
        yield from head_changes("class", inside + new.name, old, new)
        yield from body_changes(_without_docstring(old), _without_docstring(new), inside + new.name)


def _statement_change(kind: str, name: str, old: Statement | None, new: Statement | None) -> Detail:
    either = new or old
    assert either
    if is_note(either):
        return note_change(name or "module", old, new)
    was, now = (source_line(each) if each else None for each in (old, new))
    line, old_line = (line_of(each) if each else 0 for each in (new, old))
    if kind:
        return Detail(kind, How.CHANGED, name, was, now, line, old_line)
    how = How.ADDED if old is None else How.REMOVED if new is None else How.CHANGED
    own = name_of(either)
    full = f"{name}.{own}" if name and own else own
    return Detail(kind_of(either, name), how, full, was, now, line, old_line)


def _moved(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Yield the statements that only stand in another place."""
    gone = {shape_of(before): before for before, after in pairs if before and not after}
    for before, after in pairs:
        if after and not before and (found := gone.pop(shape_of(after), None)):
            yield found, after


def _renamed(gone: dict[Key, Member], come: dict[Key, Member]) -> dict[Key, Key]:
    """Return which new functions and classes are old ones by another name."""
    nameless = {_nameless(each.statement): key for key, each in gone.items() if key[0] == "definition"}
    found = {}
    for key, each in come.items():
        if key[0] == "definition" and (old := nameless.pop(_nameless(each.statement), None)):
            found[key] = old
    return found


def _nameless(statement: Statement) -> str:
    assert isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    name, statement.name = statement.name, ""
    shape = shape_of(statement)
    statement.name = name
    return shape


def _moves(ours: dict[Key, Member], theirs: dict[Key, Member]) -> Iterator[Detail]:
    """Yield the members that stand in another order; imports among themselves are one thing."""
    places = {key: place for place, key in enumerate(theirs)}
    kept = [(place, places[key]) for place, key in enumerate(ours) if key in places]
    settled = {there for _, there in rising(kept)}
    moved = [key for key, place in places.items() if key in ours and place not in settled]
    imports = [theirs[key] for key in moved if theirs[key].kind == "import"]
    if imports:
        yield Detail("order of imports", How.CHANGED, line=imports[0].line)
    for key in moved:
        old, new = ours[key], theirs[key]
        if new.kind != "import":
            text = None if new.name else source_line(new.statement)
            yield Detail(new.kind, How.MOVED, new.name, None, text, new.line, old.line)


def _one_sided(how: How, member: Member) -> Detail:
    if member.kind == "docstring":
        old, new = (None, member.statement) if how is How.ADDED else (member.statement, None)
        return note_change(member.name, old, new)
    text = member.text or source_line(member.statement)
    value = getattr(member.statement, "value", None)
    if member.kind in ("constant", "attribute"):
        text = value_text(value) or text
    if how is How.ADDED:
        return Detail(member.kind, how, member.name, new=text, line=member.line)
    return Detail(member.kind, how, member.name, text, old_line=member.line)


def _without_docstring(definition: Function | ast.ClassDef) -> Sequence[Statement]:
    return definition.body[1:] if docstring_of(definition) else definition.body
