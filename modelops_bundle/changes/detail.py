"""What differs inside a file, in the words of its format, bounded however much that is."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from modelops_bundle.changes.one_line import NAME_WIDTH, one_line, pair
from modelops_bundle.plural import count_of

MAX_LISTED = 10
"""More things of one kind than this are counted, not listed."""


class How(StrEnum):
    """What happened to a thing."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    RENAMED = "renamed"


class Effect(StrEnum):
    """What the difference between two versions can do; formatting alone makes no model stale."""

    CONTENT = "content"
    DOCSTRINGS = "docstrings"
    FORMATTING = "formatting"


@dataclass(frozen=True, slots=True)
class Detail:
    """A function, a column, a key … that differs. `old` and `new` are its values, None where there is none.

    `line` counts from 1 in the new version and `old_line` in the old one; 0 where there is none. In a notebook
    they count within `cell`, which counts code cells from 1. `where` tells more about the place, such as the row
    that a cell of a table is in, and `count` how many things inside this one differ, if that is known.
    """

    kind: str
    how: How
    name: str = ""
    old: str | None = None
    new: str | None = None
    line: int = 0
    old_line: int = 0
    cell: int = 0
    where: str = ""
    count: int = 0


Counts = Mapping[tuple[str, How], int]
"""How many things of each kind were added, removed, changed …"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two versions of a file differ, read as `format`.

    `counts` are true of the whole file; `details` has at most MAX_LISTED things of a kind, and `omitted` says how
    many more there are. `note` says what no detail can: why only a coarse answer is given, or that nothing differs
    but the layout.
    """

    format: str
    details: tuple[Detail, ...] = ()
    counts: Counts = field(default_factory=dict)
    omitted: Counts = field(default_factory=dict)
    effect: Effect = Effect.CONTENT
    note: str = ""

    @property
    def summary(self) -> str:
        """One line that says how many things differ."""
        parts = [f"{count_of(count, kind)} {how}" for (kind, how), count in self.counts.items()]
        return ", ".join(parts) or self.note


def comparison(
    format: str,
    details: Iterable[Detail],
    *,
    counts: Counts | None = None,
    effect: Effect = Effect.CONTENT,
    note: str = "",
) -> Comparison:
    """Make a comparison of details; with `counts`, each of them is one thing of those counted.

    Otherwise they are counted here, and details of one name that follow each other are one thing, such as the
    statements of a function.
    """
    found: dict[tuple[str, How], int] = {}
    listed: list[Detail] = []
    last = None
    for detail in details:
        kind = (detail.kind, detail.how)
        thing = (*kind, detail.name, detail.cell)
        if thing != last or not detail.name:
            found[kind] = found.get(kind, 0) + 1
        last = thing
        if found[kind] <= MAX_LISTED:
            listed.append(_shortened(detail))
    if counts is None:
        shown = {kind: min(count, MAX_LISTED) for kind, count in found.items()}
    else:
        shown = Counter((detail.kind, detail.how) for detail in listed)
    counts = found if counts is None else counts
    omitted = {kind: more for kind, count in shown.items() if (more := counts.get(kind, 0) - count) > 0}
    return Comparison(format, tuple(listed), counts, omitted, effect, note)


def _shortened(detail: Detail) -> Detail:
    """Return a detail whose texts are short, on one line, and harmless to a terminal."""
    old, new = pair(detail.old, detail.new)
    name, where = (one_line(text, NAME_WIDTH) for text in (detail.name, detail.where))
    return replace(detail, name=name, old=old, new=new, where=where)
