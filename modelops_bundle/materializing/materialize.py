"""Materialize: put what a role needs of a bundle into a directory, with pointers for what lies in blob stores."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.bundles.places import External
from modelops_bundle.bundles.tree import Tree
from modelops_bundle.checkout.content_list import CONTENT_LIST, content_list
from modelops_bundle.checkout.pointer_files import pointer_documents, pointer_path, pointer_to
from modelops_bundle.checkout.project import is_checkout
from modelops_bundle.errors import WorkingTreeConflict
from modelops_bundle.fetching.cached import stage_cached_contents
from modelops_bundle.fetching.contents import Origin
from modelops_bundle.materializing.destination import Destination, InTheWay
from modelops_bundle.materializing.plan import Options, Plan, plan_files, refuse_conflicts
from modelops_bundle.materializing.provenance_file import PROVENANCE, provenance
from modelops_bundle.materializing.writing import writing
from modelops_bundle.resolving.resolution import ResolvedBundle
from modelops_bundle.safe_path import METADATA_DIR, TRAVELLING
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
    if is_checkout(destination):
        raise WorkingTreeConflict(
            f"is a project: '{destination}'",
            hint="name another destination; there, modelops-bundle pull keeps what it replaces",
        )
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
            for path in _outdated_pointers(bundle, result.plan, destination):
                change.remove(path)
            change.add(PROVENANCE, provenance(bundle, result.selected_role))
            if not TRAVELLING.isdisjoint(result.plan.actions) or (destination / METADATA_DIR).is_dir():
                change.add(CONTENT_LIST, _content_list(bundle, result.plan))
        except InTheWay as reason:
            raise WorkingTreeConflict(
                f"'{destination}' has something in the way: {reason}",
                hint="move it away, or name another destination",
            ) from reason
        change.commit(result.plan.found)
    return result


def _content_list(bundle: ResolvedBundle, plan: Plan) -> bytes:
    """Return the list of what the role has, which stands where the bundle has its own metadata."""
    files = [bundle.bundle.index.files[path] for path in plan.actions]
    return content_list(files, Tree((file.entry.path, file.entry) for file in files).digest())


def _outdated_pointers(bundle: ResolvedBundle, plan: Plan, destination: Path) -> list[str]:
    """Return where pointers lie that are about other content than the version has.

    `fetch-external` would bring that. Pointers of another role that was materialized from the version stay.
    """
    files = bundle.bundle.index.files
    lasting = {
        pointer_to(file, fulfilled=fulfilled).to_bytes(): pointer_path(path)
        for path, file in files.items()
        if isinstance(file.place, External) and path not in plan.actions
        for fulfilled in (False, True)
    }
    current = {pointer_path(path) for path in plan.pointers}
    return [
        name for name, data in pointer_documents(destination) if name not in current and lasting.get(data) != name
    ]
