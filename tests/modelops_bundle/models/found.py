"""What preflight finds, for the tests of its rules."""

from modelops_bundle.models.findings import Finding
from modelops_bundle.models.overview import Overview
from modelops_bundle.models.preflight.rules import preflight
from tests.modelops_bundle.models.registered import FakeFiles, files_of


def findings(found: Overview, files: FakeFiles | None = None) -> list[Finding]:
    return preflight(found, files or files_of(found))


def only(found: Overview, files: FakeFiles | None = None) -> Finding:
    (finding,) = findings(found, files)
    return finding


def about(finding: Finding) -> tuple[str, str, str]:
    return finding.severity, finding.category, finding.entity
