"""Bring the registry up to date with the files, right before they are published together."""

from dataclasses import dataclass

from modelops_bundle.bundles.tree import Mode, Tree
from modelops_bundle.errors import Invalid, shortened
from modelops_bundle.models.entries import ModelRegistry, digests_of
from modelops_bundle.models.findings import Finding
from modelops_bundle.models.overview import Overview, assess
from modelops_bundle.models.preflight.files import Files
from modelops_bundle.models.preflight.rules import preflight
from modelops_bundle.models.readiness import Condition
from modelops_bundle.models.registering.registration import Registered, registered
from modelops_bundle.models.registering.surroundings import Surroundings


class BrokenModels(Invalid):
    """Something registered is broken, so that nobody could run what would be published."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """What is registered, what is to tell about it, and the registry as it should be published.

    Entries that are broken stay in it as they were registered: it then says what is wrong with the files.
    """

    overview: Overview
    findings: tuple[Finding, ...]
    registered: Registered

    @property
    def due(self) -> bool:
        """Whether the registry is older than the files."""
        return self.registered.registry != self.overview.registry

    @property
    def stale(self) -> dict[str, str]:
        """What was stale and is registered anew, by id: how many dependencies changed in which way."""
        return {
            about.entity: ", ".join(f"{number} {how}" for how, number in each.readiness.counted.items())
            for about, each in self.overview.entries()
            if each.condition is Condition.STALE
        }

    def check(self) -> None:
        """Raise BrokenModels, naming every finding that forbids a push."""
        forbidding = [finding for finding in self.findings if finding.forbids_push]
        if forbidding:
            names = list(dict.fromkeys(finding.entity or f"the {finding.kind}" for finding in forbidding))
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise BrokenModels(
                f"what is registered could not run: '{names[0]}'{more}",
                hint="modelops-bundle check tells what to do; push --no-check publishes it all the same",
                details=shortened([_line(finding) for finding in forbidding]),
            )


def renew(registry: ModelRegistry, around: Surroundings, files: Files) -> Renewal:
    """Return what becomes of a registry at this moment. Writes nothing."""
    overview = assess(registry, around)
    whole = [each.present for _, each in overview.entries() if each.condition is not Condition.BROKEN]
    return Renewal(overview, tuple(preflight(overview, files)), registered(registry, whole, around))


def written_since(renewal: Renewal, tree: Tree) -> str:
    """Return a file of a tree that changed after the look at it, so that the registry is older; '' if none did."""
    for _, each in renewal.overview.entries():
        if each.condition is Condition.BROKEN:
            continue
        for path, digest in digests_of(each.present.entry).items():
            found = tree.get(path)
            # A link is registered by the file that it leads to.
            if found and found.mode is not Mode.LINK and found.digest != digest:
                return path
    return ""


def _line(finding: Finding) -> str:
    return f"{finding.place}: {finding.message}" if finding.path else finding.message
