"""What the source of a model or target says otherwise than before: of outputs, scenarios, parameters, weights."""

from collections.abc import Iterator

from modelops_bundle.changes.detail import Detail, How
from modelops_bundle.models.entries import Entry, ModelEntry, TargetEntry
from modelops_bundle.source.facts import Parameter


def interface_changes(old: Entry, new: Entry) -> Iterator[Detail]:
    """Yield what differs between the descriptions of two versions of a model or target."""
    if isinstance(old, ModelEntry) and isinstance(new, ModelEntry):
        if old.scenarios:  # the earlier tool filled in neither scenarios nor parameters
            yield from _names("output", old.outputs, new.outputs)
            yield from _names("scenario", old.scenarios, new.scenarios)
            yield from _parameters(old.parameters, new.parameters)
    elif isinstance(old, TargetEntry) and isinstance(new, TargetEntry):
        if old.model_output != new.model_output:
            yield Detail("model output", How.CHANGED, old=old.model_output, new=new.model_output)
        if old.weight != new.weight:
            yield Detail("weight", How.CHANGED, old=_number(old.weight), new=_number(new.weight))
        yield from _names("label", old.labels, new.labels)


def _names(kind: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Detail]:
    yield from (Detail(kind, How.ADDED, name) for name in new if name not in old)
    yield from (Detail(kind, How.REMOVED, name) for name in old if name not in new)


def _parameters(old: tuple[Parameter, ...], new: tuple[Parameter, ...]) -> Iterator[Detail]:
    ours, theirs = ({each.name: each for each in side} for side in (old, new))
    yield from _names("parameter", tuple(ours), tuple(theirs))
    for name, after in theirs.items():
        before = ours.get(name)
        if before and _space(before) != _space(after):
            yield Detail("parameter", How.CHANGED, name, _space(before), _space(after))


def _space(parameter: Parameter) -> str:
    kind = f"{parameter.kind} " if parameter.kind else ""
    return f"{kind}{_number(parameter.lower)} to {_number(parameter.upper)}"


def _number(value: float | None) -> str:
    return "unknown" if value is None else str(value)
