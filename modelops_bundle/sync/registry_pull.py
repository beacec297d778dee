"""Pull a `registry.yaml` that changed on both sides: its entries may go together where the files do not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import TITLED
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.bundles.tree_diff import State
from modelops_bundle.checkout.writing import Checkout
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.models.entries import ModelRegistry
from modelops_bundle.models.registry_yaml.file import format_registry, parse_registry, read_document
from modelops_bundle.models.registry_yaml.merge import merge_registries
from modelops_bundle.objects import ObjectStore
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.sync.plan import PullPlan

_SHOWN = 10
"""More conflicts than this are counted instead of listed: all stand in one line."""


@dataclass(frozen=True, slots=True)
class Sides:
    """`registry.yaml` as it is tracked here, in the base and at the remote, where there is one."""

    mine: TreeEntry | None
    base: TreeEntry | None
    theirs: TreeEntry | None

    @property
    def comparable(self) -> bool:
        """Whether nobody removed the file, or made a link or a program of it."""
        wanted = (self.mine or not self.base) and self.theirs
        return bool(wanted) and all(
            not side or side.mode is Mode.FILE for side in (self.mine, self.base, self.theirs)
        )


def settle_registry(
    root: Path, plan: PullPlan, sides: Sides, read: Callable[[TreeEntry], bytes]
) -> tuple[PullPlan, bytes | None]:
    """Return the plan after a merge of the entries, and what the file is to hold if that is neither side.

    Without success, the reason in the plan names the entries in conflict, or what cannot be read. `read` returns
    the content of the base and of the remote's side; it may raise NotFound.
    """
    working = root / REGISTRY_PATH
    if not sides.comparable or working.is_symlink() or not working.is_file():
        return plan, None
    try:
        mine = _parse(read_document(working) or b"", "here")
        base = _parse(read(sides.base), "of the base") if sides.base else ModelRegistry()
        theirs = _parse(read(sides.theirs), "of the remote") if sides.theirs else ModelRegistry()
    except (Invalid, NotFound) as error:
        return _blocked(plan, f"{plan.blocked[REGISTRY_PATH]}; {error.message}"), None
    merged = merge_registries(mine, base, theirs)
    if merged.conflicts:
        return _blocked(plan, _in_one_line(merged.conflicts)), None
    plan = replace(plan, blocked={path: why for path, why in plan.blocked.items() if path != REGISTRY_PATH})
    if merged.registry == mine:
        if sides.mine is None:
            return replace(plan, adopt=(*plan.adopt, REGISTRY_PATH)), None
        return _with_state(plan, State.MODIFIED_LOCAL), None
    plan = _with_state(replace(plan, write=(*plan.write, REGISTRY_PATH)), State.MODIFIED_REMOTE)
    return plan, None if merged.registry == theirs else format_registry(merged.registry)


def stage_registry(objects: ObjectStore, staging: Checkout, data: bytes) -> None:
    """Prepare `registry.yaml` to be written with what a merge made of it."""
    entry = TreeEntry(REGISTRY_PATH, Mode.FILE, len(data), digest_of(data))
    objects.put_known(entry.digest, data)
    staging.stage(BundleFile(entry, "config", TITLED), objects.path)


def _parse(data: bytes, where: str) -> ModelRegistry:
    return parse_registry(data, f"{REGISTRY_PATH} {where}")


def _blocked(plan: PullPlan, reason: str) -> PullPlan:
    return replace(plan, blocked={**plan.blocked, REGISTRY_PATH: reason})


def _with_state(plan: PullPlan, state: State) -> PullPlan:
    return replace(plan, states={**plan.states, REGISTRY_PATH: state})


def _in_one_line(conflicts: Mapping[str, str]) -> str:
    reasons = [f"{entry}: {reason}" for entry, reason in conflicts.items()]
    more = [f"… and {len(reasons) - _SHOWN} more"] if len(reasons) > _SHOWN else []
    return "; ".join([*reasons[:_SHOWN], *more])
