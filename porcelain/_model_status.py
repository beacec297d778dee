"""What `status` tells of models and targets, gathered once, and found by the names that people use."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from operator import itemgetter
from typing import Any

from modelops_bundle.checkout.project import Project
from modelops_bundle.models.entries import ModelEntry
from modelops_bundle.models.findings import About, Finding, Kind
from modelops_bundle.models.overview import Assessed, Overview, assess
from modelops_bundle.models.preflight.files import WorkingFiles
from modelops_bundle.models.preflight.packaging import uses_platform
from modelops_bundle.models.preflight.rules import preflight
from modelops_bundle.models.readiness import kinds_of
from modelops_bundle.models.registering.surroundings import Surroundings
from modelops_bundle.models.registry_yaml.file import read_registry
from modelops_bundle.models.selection import entry_named, symbol_of
from modelops_bundle.source.project_sources import ProjectSources
from modelops_bundle.sync.model_standing import Identity, standings
from modelops_bundle.sync.status import Standing, Status


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """Everything that is registered, where it stands, and what is to tell about it.

    `for_platform` says whether anything registered is meant to run on the platform.
    """

    overview: Overview
    standings: Mapping[Identity, Standing]
    findings: tuple[Finding, ...]
    for_platform: bool = True

    def standing(self, about: About) -> Standing:
        return self.standings[about.kind, about.entity]

    def told_of(self, about: About) -> list[Finding]:
        """Return the findings about one model or target."""
        return [each for each in self.findings if (each.kind, each.entity) == (about.kind, about.entity)]

    def find(self, name: str) -> list[tuple[About, Assessed]]:
        """Return what a name stands for: a target may share a model's id. Raises as `entry_named` does."""
        id = entry_named(self.overview.registry, name).id
        return [each for each in self.overview.entries() if each[0].entity == id]


def model_status(project: Project, status: Status) -> ModelStatus:
    """Look at everything that is registered; asks the network nothing."""
    around = Surroundings(ProjectSources(project, status.index))
    overview = assess(read_registry(project), around)
    for_platform = uses_platform(overview, around.sources)
    around.sources.save()
    # Where nothing is tracked, git made this checkout, or its index was lost: which files are is not known.
    findings = preflight(overview, WorkingFiles(project.root, status.index or None))
    return ModelStatus(overview, standings(project, status, overview), tuple(findings), for_platform)


def last_change(project: Project, each: Assessed) -> tuple[str, float] | None:
    """Return the dependency that was written last, and when, in seconds since the epoch."""
    times = {}
    for path in kinds_of(each.present.entry):
        with suppress(OSError):
            times[path] = os.stat(project.root / path).st_mtime
    return max(times.items(), key=itemgetter(1)) if times else None


def models_json(project: Project, status: ModelStatus) -> dict[str, Any]:
    """Return all models and targets, and what is to tell about them, for scripts."""
    values: dict[Kind, list[dict[str, Any]]] = {Kind.MODEL: [], Kind.TARGET: []}
    for about, each in status.overview.entries():
        values[about.kind].append(entry_json(project, status, about, each))
    return {
        "models": values[Kind.MODEL],
        "targets": values[Kind.TARGET],
        "findings": [asdict(finding) for finding in status.findings],
    }


def entry_json(project: Project, status: ModelStatus, about: About, each: Assessed) -> dict[str, Any]:
    """Return one model or target for scripts: what its source says now, where that can be read."""
    now = each.present.entry if each.present.class_found else each.entry
    newest = last_change(project, each)
    value = {
        "id": about.entity,
        "name": symbol_of(now),
        "path": now.path,
        "entrypoint": now.entrypoint,
        "condition": each.condition,
        "standing": status.standing(about),
        "digest": now.digest,
        "registered_digest": each.entry.digest,
        "last_change": {"path": newest[0], "time": int(newest[1])} if newest else None,
        "dependencies": [{"path": path, "kind": kind} for path, kind in sorted(kinds_of(now).items())],
        "changes": [asdict(change) for change in each.readiness.changes],
    }
    if isinstance(now, ModelEntry):
        parameters = [asdict(parameter) for parameter in now.parameters]
        return value | {"outputs": now.outputs, "scenarios": now.scenarios, "parameters": parameters}
    return value | {"model_output": now.model_output}
