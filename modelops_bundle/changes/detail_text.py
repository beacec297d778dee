"""A detail in one line of text, for people."""

from modelops_bundle.changes.detail import Detail, How

_MARKS = {How.ADDED: "+", How.REMOVED: "-", How.CHANGED: "~", How.MOVED: "~", How.RENAMED: "~"}


def text_of(detail: Detail) -> str:
    """Return a line such as `~ constant BETA, line 3: 0.3 -> 0.4`."""
    thing = f"{detail.kind} {detail.name}" if detail.name else detail.kind
    place = ", ".join(part for part in (thing, _place(detail)) if part)
    where = f" ({detail.where})" if detail.where else ""
    said = _said(detail)
    return f"{_MARKS[detail.how]} {place}{where}{': ' if said else ''}{said}"


def _place(detail: Detail) -> str:
    cell = f"cell {detail.cell} " if detail.cell else ""
    if detail.how is How.MOVED and detail.line and detail.old_line:
        return f"{cell}line {detail.old_line} -> line {detail.line}"
    if detail.line:
        return f"{cell}line {detail.line}"
    return f"{cell}old line {detail.old_line}" if detail.old_line else cell.strip()


def _said(detail: Detail) -> str:
    old, new = detail.old, detail.new
    if detail.how is How.MOVED:
        return f"moved {new}" if new else "moved"
    if detail.how is How.RENAMED:
        return f"renamed from {old}"
    if detail.count:
        return f"{detail.count:,} {'cell' if detail.count == 1 else 'cells'}"
    if detail.how is How.CHANGED and (old is None) != (new is None):
        return f"added {new}" if old is None else f"removed {old}"
    return " -> ".join(value for value in (old, new) if value is not None)
