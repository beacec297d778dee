"""Models and targets as people see them: the tables of `status`, and the details of one."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence

from modelops_bundle.checkout.project import Project
from modelops_bundle.models.entries import ModelEntry, TargetEntry
from modelops_bundle.models.findings import COSMETIC, NO_OUTPUTS, NO_WIRE, STALE, About, Finding, Kind, Severity
from modelops_bundle.models.overview import Assessed
from modelops_bundle.models.readiness import Condition, kinds_of
from modelops_bundle.models.selection import symbol_of
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._model_status import ModelStatus, last_change
from modelops_bundle.porcelain._render import MANY, human_age, human_size, say, table
from modelops_bundle.safe_path import printable
from modelops_bundle.source.facts import Parameter

CONDITIONS = {Condition.READY: "✓ Ready", Condition.STALE: "⚠ Stale", Condition.BROKEN: "✗ Broken"}
_MARKS = {Severity.ERROR: "✗", Severity.WARNING: "⚠", Severity.INFO: "i"}


def show_tables(status: ModelStatus) -> None:
    """Print a table of the models, one of the targets, and what else is to tell about them."""
    entries = list(status.overview.entries())
    models = [each for each in entries if each[0].kind is Kind.MODEL]
    targets = [each for each in entries if each[0].kind is Kind.TARGET]
    if models:
        _show_table("Registered Models", ("Model",), models, status)
    if targets:
        _show_table("Registered Targets", ("Target", "Model Output"), targets, status)
    # The table tells what is stale, and of what was only formatted nobody need hear.
    _show_section(status, [each for each in status.findings if each.category not in (STALE, COSMETIC)])


def _show_table(
    title: str, columns: Sequence[str], entries: list[tuple[About, Assessed]], status: ModelStatus
) -> None:
    counts = Counter(symbol_of(each.entry) for _, each in entries)
    if len(entries) > MANY:
        # What needs attention must not hide behind a thousand that do not.
        entries = sorted(entries, key=lambda one: one[1].condition is Condition.READY)
    rows = []
    for about, each in entries[:MANY]:
        standing = status.standing(about).capitalize()
        titles = map(printable, _titles(about, each, counts))
        rows.append((*titles, CONDITIONS[each.condition], _dependencies(each), standing))
    say()
    say(f"{title} ({len(entries)})")
    table((*columns, "Status", "Dependencies", "Cloud"), rows)
    if len(entries) > MANY:
        say(f"… and {len(entries) - MANY} more (status --json lists all)")


def _titles(about: About, each: Assessed, counts: Mapping[str, int]) -> tuple[str, ...]:
    if isinstance(each.entry, TargetEntry):
        return about.entity, each.entry.model_output
    name = symbol_of(each.entry)
    # Two classes of one name are told apart by their ids.
    return (name if counts[name] == 1 else about.entity,)


def _dependencies(each: Assessed) -> str:
    counted = each.readiness.counted
    if counted:
        return ", ".join(f"{number} {how}" for how, number in counted.items())
    return count_of(len(kinds_of(each.entry)), "file")


def show_details(project: Project, status: ModelStatus, about: About, each: Assessed) -> None:
    """Print all that is known of one model or target."""
    now = each.present.entry if each.present.class_found else each.entry
    newest = last_change(project, each)
    lines = {
        about.kind.capitalize(): about.entity,
        "Entry point": now.entrypoint,
        "Status": CONDITIONS[each.condition],
        "Cloud": status.standing(about).capitalize(),
        "Last change": f"{newest[0]}, {human_age(newest[1])}" if newest else "none of its files is here",
        "Digest": now.digest,
    }
    if isinstance(now, ModelEntry):
        lines["Outputs"] = ", ".join(now.outputs)
        lines["Scenarios"] = ", ".join(now.scenarios)
        lines["Parameters"] = ", ".join(map(_parameter, now.parameters))
    else:
        lines["Model output"] = now.model_output
    for label, text in lines.items():
        say(f"{label}: {printable(text) or 'none is declared'}")
    say()
    say(f"Dependencies ({count_of(len(kinds_of(now)), 'file')})")
    changes = {change.path: change.how for change in each.readiness.changes}
    kinds = kinds_of(each.entry) | kinds_of(now)
    rows = [
        (printable(path), kind, changes.get(path, "unchanged"), *_size_and_age(project, path))
        for path, kind in sorted(kinds.items())
    ]
    table(("File", "Kind", "State", "Size", "Last change"), rows)
    _show_section(status, status.told_of(about))


def _parameter(parameter: Parameter) -> str:
    if parameter.lower is None and parameter.upper is None:
        return parameter.name
    low, high = ("" if bound is None else str(bound) for bound in (parameter.lower, parameter.upper))
    return f"{parameter.name} ({low} to {high})"


def _size_and_age(project: Project, path: str) -> tuple[str, str]:
    try:
        found = os.stat(project.root / path)
    except OSError:
        return "", ""
    return human_size(found.st_size), human_age(found.st_mtime)


def _show_section(status: ModelStatus, findings: Sequence[Finding]) -> None:
    # What many models share is told once: it is one file that has to be corrected.
    once: dict[tuple[str, str], Finding] = {}
    for each in findings:
        if each.category in (NO_OUTPUTS, NO_WIRE) and not status.for_platform:
            continue  # nobody could do anything about it, and it would be there every time
        once.setdefault((each.place, each.message), each)
    findings = list(once.values())
    if findings:
        say()
        say("Findings:")
    for each in findings[:MANY]:
        place = f"{each.place}: " if each.path else ""
        mark = _MARKS[Severity.WARNING if each.category == STALE else each.severity]
        say(printable(f"  {mark} {place}{each.message}"))
        if each.severity is Severity.ERROR:
            say(printable(f"    {each.suggestion}"))
    if len(findings) > MANY:
        say(f"  … and {len(findings) - MANY} more (modelops-bundle check lists all)")
