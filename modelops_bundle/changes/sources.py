"""Compare two versions of Python source or of a notebook by what Python reads in them."""

from dataclasses import replace

from modelops_bundle.changes.detail import Comparison, Detail, Effect, How, comparison
from modelops_bundle.changes.notebook_cells import cell_changes
from modelops_bundle.changes.python_body import body_changes
from modelops_bundle.changes.side import Side
from modelops_bundle.changes.statements import without_notes
from modelops_bundle.changes.text import compare_texts
from modelops_bundle.source.facts import SyntaxFault
from modelops_bundle.source.normal_form import semantic_digest
from modelops_bundle.source.syntax import Parsed, parse_source


def compare_sources(old: Side, new: Side, path: str) -> Comparison:
    """Compare two versions of the source file at a bundle path; one that is not analysed is compared as text."""
    was, now = old.read(), new.read()
    before, after = parse_source(was, path), parse_source(now, path)
    format = "notebook" if path.endswith(".ipynb") else "Python"
    if before.fault or after.fault:
        return _with_fault(format, before, after, compare_texts(old, new))
    if semantic_digest(before, was) == semantic_digest(after, now):
        ignored = "outputs, text cells or formatting" if before.notebook else "comments or formatting"
        return Comparison(format, effect=Effect.FORMATTING, note=f"only {ignored}: Python reads the same program")
    if before.notebook:
        details = list(cell_changes(before.cells, after.cells))
    else:
        details = list(body_changes(before.cells[0].body, after.cells[0].body))
    if without_notes(before) == without_notes(after):
        return comparison(format, details, effect=Effect.DOCSTRINGS, note="only docstrings")
    return comparison(format, details)


def _with_fault(format: str, old: Parsed, new: Parsed, lines: Comparison) -> Comparison:
    note = "does not parse, so compared line by line"
    was, now = _error_of(old), _error_of(new)
    if was is None and now is None:
        return replace(lines, format=format, note="not analysed, so compared line by line")
    how = How.CHANGED if was and now else How.ADDED if now else How.REMOVED
    about = Detail(
        "syntax error",
        how,
        old=was.message if was else None,
        new=now.message if now else None,
        line=now.line if now else 0,
        old_line=was.line if was else 0,
    )
    counts = {(about.kind, about.how): 1} if (was and was.message) != (now and now.message) else {}
    details = (about, *lines.details) if counts else lines.details
    return replace(lines, format=format, details=details, counts={**counts, **lines.counts}, note=note)


def _error_of(parsed: Parsed) -> SyntaxFault | None:
    """Return why a source does not parse; one beyond our limits may well."""
    return None if parsed.fault is None or parsed.fault.beyond_limits else parsed.fault
