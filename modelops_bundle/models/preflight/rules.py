"""Everything that can be told about registered models and targets before anybody runs them.

The rules are those of the earlier tool, one subject a file. None of them imports what it judges.
"""

from collections.abc import Callable, Iterator

from modelops_bundle.models.findings import Finding, Severity, staleness
from modelops_bundle.models.overview import Overview
from modelops_bundle.models.preflight.entry_points import entry_points
from modelops_bundle.models.preflight.files import Files, needed_files
from modelops_bundle.models.preflight.outputs import outputs_and_targets
from modelops_bundle.models.preflight.packaging import packaging

Rule = Callable[[Overview, Files], Iterator[Finding]]


def stale_dependencies(overview: Overview, files: Files) -> Iterator[Finding]:
    """Yield what is not as registered."""
    for about, assessed in overview.entries():
        yield from staleness(about, assessed.readiness)


RULES: tuple[Rule, ...] = (entry_points, needed_files, stale_dependencies, outputs_and_targets, packaging)


def preflight(overview: Overview, files: Files) -> list[Finding]:
    """Return all findings, the worst first; of each severity in the order of the rules and the registry."""
    found = [finding for rule in RULES for finding in rule(overview, files)]
    return [finding for severity in Severity for finding in found if finding.severity is severity]
