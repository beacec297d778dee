"""An explanation as people read it, and for scripts."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from modelops_bundle.changes.detail import Comparison, Counts, Effect
from modelops_bundle.changes.detail_text import text_of
from modelops_bundle.digest import short
from modelops_bundle.models.entries import ModelEntry
from modelops_bundle.models.explanation import Cause, Explanation
from modelops_bundle.models.old_content import OldContent
from modelops_bundle.models.overview import Assessed
from modelops_bundle.models.readiness import Condition, DependencyKind, How, kinds_of
from modelops_bundle.models.selection import symbol_of
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._render import human_size, say
from modelops_bundle.safe_path import printable
from modelops_bundle.source.facts import ImportStatement
from modelops_bundle.source.import_graph import Edge

_MARKS = {
    How.MODIFIED: "~",
    How.ADDED: "+",
    How.REMOVED: "-",
    How.MISSING: "!",
    How.SPECIAL: "!",
    How.COSMETIC: "=",
}


def show_explanation(found: Explanation, since: str) -> None:
    """Print what is not as it was; `since` names the version that is compared with, if it is one."""
    each = found.assessed
    say(printable(_headline(each, since)))
    for cause in found.causes:
        say(printable(_title(cause)))
        for line in _about(cause):
            say(printable(f"    {line}"))
    if found.interface:
        say("Its description changed:")
        for detail in found.interface:
            say(printable(f"    {text_of(detail)}"))
    for line in _trouble(each):
        say(printable(f"! {line}"))
    if not since and each.condition is not Condition.READY:
        step = "refresh" if each.condition is Condition.STALE else "status"
        say(printable(f"Next: modelops-bundle {step} {each.entry.id}"))


def _headline(each: Assessed, since: str) -> str:
    entry, now = each.entry, each.present.entry
    name = f"{'model' if isinstance(entry, ModelEntry) else 'target'} {entry.id} ({now.entrypoint})"
    files = count_of(len({*kinds_of(entry), *kinds_of(now)}), "file")
    changed = sum(each.readiness.counted.values())
    if each.condition is Condition.READY:
        says = f"as in '{since}'" if since else "ready"
        rest = "only comments or formatting changed" if each.readiness.changes else f"no change in {files}"
    else:
        says = each.condition if not since or each.condition is Condition.BROKEN else f"not as in '{since}'"
        rest = f"{changed} of {files} changed" + ("" if since else " since it was registered")
    return f"{name} is {says}: {rest}"


def _title(cause: Cause) -> str:
    path, kind, how = cause.change.path, cause.change.kind, cause.change.how
    return f"{_MARKS[how]} {path} ({kind}): {_summary(cause)}"


def _summary(cause: Cause) -> str:
    how, comparison = cause.change.how, cause.comparison
    if cause.change.kind is DependencyKind.REGISTRY:
        return "the digest of this entry was edited; no file explains it"
    if how is How.ADDED:
        return f"new{_below(cause)}{_size(cause.new_size)}"
    if how is How.REMOVED:
        verb = "declared" if cause.change.kind is DependencyKind.DATA else "imported"
        return f"not {verb} any more" if cause.new else "deleted"
    if how is How.MISSING:
        before = cause.old.size if cause.old else None
        return f"missing{_below(cause)}" + (f", was {human_size(before)}" if before is not None else "")
    if how is How.SPECIAL:
        return f"{cause.special}, which no bundle can hold"
    if comparison is None:
        return "modified" if how is How.MODIFIED else "only comments or formatting"
    only = "only " if comparison.effect is Effect.DOCSTRINGS else ""
    return only + comparison.summary


def _below(cause: Cause) -> str:
    return f" in {cause.declared}/" if cause.declared not in ("", ".", cause.change.path) else ""


def _size(size: int | None) -> str:
    return "" if size is None else f", {human_size(size)}"


def _about(cause: Cause) -> Iterator[str]:
    """Yield what is to tell of one dependency below its title."""
    if cause.chain:
        yield f"imported by {' -> '.join(map(_step, cause.chain))}"
    comparison = cause.comparison
    if comparison:
        yield from _details(comparison)
        if comparison.format == "binary" and cause.old:
            yield f"{_content(cause.old.digest, cause.old.size)} -> {_content(cause.new, cause.new_size)}"
    elif cause.old and not cause.old.side and cause.change.how is How.MODIFIED:
        yield from _not_here(cause.old)
        yield f"now {_content(cause.new, cause.new_size)}"


def _details(comparison: Comparison) -> Iterator[str]:
    yield from map(text_of, comparison.details)
    yield from (f"… and {count_of(more, kind)} more {how}" for (kind, how), more in comparison.omitted.items())
    if comparison.note and comparison.note != comparison.summary and comparison.effect is not Effect.DOCSTRINGS:
        yield comparison.note


def _not_here(old: OldContent) -> Iterator[str]:
    yield f"its old content is not here: {_content(old.digest, old.size)}"
    if old.version:
        yield f"modelops-bundle fetch-blob --manifest {old.version} brings it"
    else:
        yield "no version that is known here has it, and large files are not stored before they are pushed"


def _content(digest: str, size: int | None) -> str:
    return f"{short(digest)}{_size(size)}"


def _trouble(each: Assessed) -> Iterator[str]:
    now = each.present
    if not now.class_found and now.entry.path not in now.missing:
        yield f"'{symbol_of(each.entry)}' is not in {now.entry.path} any more"
    for path, fault in now.faults:
        says = "is not analysed" if fault.beyond_limits else "cannot be parsed"
        yield f"{fault.place_in(path)} {says}: {fault.message}"
    for path, statement in each.unresolved:
        yield f"{_step(Edge(path, '', statement.line, statement.cell))} imports {_module(statement)}, not there"


def _module(statement: ImportStatement) -> str:
    names = f" ({', '.join(statement.names)})" if statement.names else ""
    return f"'{'.' * statement.level}{statement.module}'{names}"


def _step(edge: Edge) -> str:
    cell = f" cell {edge.cell}" if edge.cell else ""
    return f"{edge.importer}{cell}:{edge.line}" if edge.line else f"{edge.importer}{cell}"


def explanation_json(found: Explanation) -> dict[str, Any]:
    """Return an explanation for scripts."""
    each, now = found.assessed, found.assessed.present
    return {
        "id": each.entry.id,
        "kind": "model" if isinstance(each.entry, ModelEntry) else "target",
        "path": now.entry.path,
        "entrypoint": now.entry.entrypoint,
        "condition": each.condition,
        "dependencies": len(kinds_of(now.entry)),
        "causes": [_cause_json(cause) for cause in found.causes],
        "interface": [asdict(detail) for detail in found.interface],
        "found": now.class_found,
        "faults": [{"path": path, **asdict(fault)} for path, fault in now.faults],
        "unresolved": [{"path": path, **asdict(statement)} for path, statement in each.unresolved],
    }


def _cause_json(cause: Cause) -> dict[str, Any]:
    old, comparison = cause.old, cause.comparison
    return {
        **asdict(cause.change),
        "old": {"digest": old.digest, "size": old.size, "here": bool(old.side), "version": old.version}
        if old
        else None,
        "new": {"digest": cause.new, "size": cause.new_size} if cause.new else None,
        "chain": [_edge_json(edge) for edge in cause.chain],
        "declared": cause.declared or None,
        "comparison": {
            "format": comparison.format,
            "effect": comparison.effect,
            "summary": comparison.summary,
            "note": comparison.note,
            "counts": _counts_json(comparison.counts),
            "omitted": _counts_json(comparison.omitted),
            "details": [asdict(detail) for detail in comparison.details],
        }
        if comparison
        else None,
    }


def _counts_json(counts: Counts) -> list[dict[str, Any]]:
    return [{"kind": kind, "how": how, "count": count} for (kind, how), count in counts.items()]


def _edge_json(edge: Edge) -> dict[str, Any]:
    return {"importer": edge.importer, "line": edge.line, "cell": edge.cell, "imported": edge.imported}
