"""Outputs of models and the targets that are compared with them: each target needs an output of its name."""

from collections.abc import Iterator, Mapping

from modelops_bundle.models.entries import ModelEntry, TargetEntry
from modelops_bundle.models.findings import NO_OUTPUTS, About, Finding, Kind
from modelops_bundle.models.overview import Assessed, Overview
from modelops_bundle.models.preflight.files import Files

Outputs = Mapping[str, tuple[str, ...]]
"""Names of outputs, by id of the model."""


def outputs_and_targets(overview: Overview, files: Files) -> Iterator[Finding]:
    """Yield targets without an output, outputs without a target, models without outputs, and bad target sets."""
    registry = overview.registry
    outputs = {id: _outputs(entry, overview.models.get(id)) for id, entry in registry.models.items()}
    wanted = {_wanted(entry, overview.targets.get(id)) for id, entry in registry.targets.items()}
    for about, assessed in overview.entries():
        if about.kind is Kind.TARGET:
            yield from _pairing(about, _wanted(registry.targets[about.entity], assessed), outputs)
        elif assessed.present.class_found:
            yield from _declared(about, outputs[about.entity], wanted)
    yield from _target_sets(overview)


def _pairing(about: About, wanted: str, outputs: Outputs) -> Iterator[Finding]:
    if any(wanted in names for names in outputs.values()):
        return
    message = f"no registered model has the output '{wanted}'"
    known = sorted({name for names in outputs.values() for name in names})
    suggestion = f"known outputs: {', '.join(known)}" if known else "modelops-bundle register-model FILE"
    # A model that declares none may make this one all the same, as those of Starsim do.
    undeclared = [name for name, names in outputs.items() if not names]
    if undeclared:
        yield about.warning("output-pairing", f"{message}; '{undeclared[0]}' does not say what it has", suggestion)
    else:
        yield about.error("output-pairing", message, suggestion)


def _declared(about: About, names: tuple[str, ...], wanted: set[str]) -> Iterator[Finding]:
    if not names:
        yield about.warning(
            NO_OUTPUTS,
            f"'{about.entity}' declares no output",
            "decorate methods with 'model_output', if the platform is to run it",
        )
    unused = [name for name in names if name not in wanted]
    if wanted and unused:
        named = ", ".join(f"'{name}'" for name in unused)
        yield about.info("unused-output", f"no target uses {named}", "modelops-bundle register-target FILE")


def _target_sets(overview: Overview) -> Iterator[Finding]:
    for name, members in sorted(overview.registry.target_sets.items()):
        for target in members.targets:
            if target not in overview.registry.targets:
                yield About(Kind.TARGET_SET, name).error(
                    "unknown-target",
                    f"target set '{name}' names '{target}', which is not registered",
                    f"modelops-bundle register-target FILE, or modelops-bundle target-set set {name}",
                )


def _outputs(registered: ModelEntry, assessed: Assessed | None) -> tuple[str, ...]:
    # Where the source cannot be read, or need not be, what it said last counts.
    now = assessed.present.entry if assessed and assessed.present.class_found else registered
    return now.outputs if isinstance(now, ModelEntry) else ()


def _wanted(registered: TargetEntry, assessed: Assessed | None) -> str:
    now = assessed.present.entry if assessed else registered
    return now.model_output if isinstance(now, TargetEntry) else ""
