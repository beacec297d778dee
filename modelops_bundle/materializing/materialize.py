"""Materialize: put what a role needs of a bundle into a directory, with pointers for what lies in blob stores."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.errors import WorkingTreeConflict
from modelops_bundle.fetching.cached import stage_cached_contents
from modelops_bundle.fetching.contents import Origin
from modelops_bundle.materializing.destination import Destination, InTheWay
from modelops_bundle.materializing.plan import Options, Plan, plan_files, refuse_conflicts
from modelops_bundle.materializing.pointer_files import pointer_path
from modelops_bundle.materializing.provenance_file import PROVENANCE, provenance
from modelops_bundle.materializing.writing import writing
from modelops_bundle.resolving.resolution import ResolvedBundle
from modelops_bundle.store.store import Store


@dataclass(frozen=True, slots=True)
class MaterializeResult:
    """What was put where: the bundle, the role that applied, the directory, and what became of each path."""

    bundle: ResolvedBundle
    selected_role: str
    dest_path: Path
    plan: Plan

    @property
    def layers(self) -> Sequence[str]:
        """The layers of the role."""
        return self.bundle.roles[self.selected_role]

    @property
    def bytes_written(self) -> int:
        """The size of all files that were written."""
        files = self.bundle.bundle.index.files
        return sum(files[path].entry.size for path in self.plan.write)


def plan_materialize(
    bundle: ResolvedBundle, destination: Path, role: str | None, options: Options
) -> MaterializeResult:
    """Tell what `materialize` would do. Nothing is written or fetched.

    Raises RoleMismatch (11), WorkingTreeConflict (12) naming every path, and Invalid (2).
    """
    selected = bundle.role(role)
    files = (bundle.bundle.index.files[path] for path in bundle.paths_for(selected))
    plan = plan_files(files, Destination(destination), options)
    refuse_conflicts(plan, options)
    return MaterializeResult(bundle, selected, destination, plan)


def materialize(
    store: Store,
    origin: Origin,
    bundle: ResolvedBundle,
    destination: Path,
    role: str | None = None,
    options: Options = Options(),  # noqa: B008 - a value
) -> MaterializeResult:
    """Put what a role needs of a bundle into a directory: all of it, or nothing.

    What is there already stays, and nothing else is removed. Raises what `plan_materialize` and fetching raise.
    """
    result = plan_materialize(bundle, destination, role, options)
    target = Destination(destination)
    with writing(target) as change:
        stage_cached_contents(store, origin, bundle.bundle, result.plan.write, change.work, {})
        try:
            for path, pointer in result.plan.pointers.items():
                change.add(pointer_path(path), pointer.to_bytes())
            for path in result.plan.actions.keys() - result.plan.pointers.keys():
                # A pointer of a version in which the file was external would be about other content.
                change.remove(pointer_path(path))
            change.add(PROVENANCE, provenance(bundle, result.selected_role))
        except InTheWay as reason:
            raise WorkingTreeConflict(
                f"'{destination}' has something in the way: {reason}",
                hint="move it away, or name another destination",
            ) from reason
        change.commit(result.plan.found)
    return result
