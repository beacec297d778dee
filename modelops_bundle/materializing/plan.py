"""Decide what materializing would do, by looking at the destination; every conflict is found before any write."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import External
from modelops_bundle.checkout.index import IndexEntry
from modelops_bundle.checkout.pointer_files import Pointer, pointer_path, pointer_to
from modelops_bundle.errors import WorkingTreeConflict, shortened
from modelops_bundle.materializing.destination import Destination, InTheWay, difference, same_content
from modelops_bundle.safe_path import check_collisions, printable


class Action(StrEnum):
    """What becomes of a path."""

    CREATED = "created"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    POINTER = "pointer"


@dataclass(frozen=True, slots=True)
class Options:
    """`overwrite` replaces files with other content; `prefetch_external` fetches what lies in blob stores."""

    overwrite: bool = False
    prefetch_external: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of each path, what is there now, and the pointers of external files.

    `blocked` maps each conflicting path to the reason: then nothing may be written.
    """

    actions: Mapping[str, Action]
    found: Mapping[str, IndexEntry | None]
    pointers: Mapping[str, Pointer]
    blocked: Mapping[str, str]

    def paths(self, *actions: Action) -> list[str]:
        """Return the paths of which one of these becomes."""
        return [path for path, action in self.actions.items() if action in actions]

    @property
    def write(self) -> list[str]:
        """The paths that are to be written."""
        return self.paths(Action.CREATED, Action.REPLACED)


def plan_files(files: Iterable[BundleFile], destination: Destination, options: Options) -> Plan:
    """Plan putting files of a bundle into a destination; raise Invalid for addresses and names that cannot be.

    A file of the same content stays, and gets the bundle's mode. An external file that is there already counts as
    fetched; one with other content is in the way unless it is both to be overwritten and to be fetched, since its
    pointer would say something else than the file.
    """
    actions: dict[str, Action] = {}
    found: dict[str, IndexEntry | None] = {}
    pointers: dict[str, Pointer] = {}
    blocked: dict[str, str] = {}
    for file in files:
        path, external = file.entry.path, isinstance(file.place, External)
        try:
            present = found[path] = destination.find(path)
        except InTheWay as reason:
            blocked[path] = str(reason)
            continue
        if present is None:
            absent = external and not options.prefetch_external
            actions[path] = Action.POINTER if absent else Action.CREATED
        elif same_content(file.entry, present):
            as_it_is = external or present.tree_entry(path).mode is file.entry.mode
            actions[path] = Action.UNCHANGED if as_it_is else Action.REPLACED
        elif options.overwrite and (options.prefetch_external or not external):
            actions[path] = Action.REPLACED
        else:
            blocked[path] = difference(file.entry, present)
        if external:
            pointers[path] = pointer_to(file, fulfilled=actions.get(path) is not Action.POINTER)
    check_collisions(map(pointer_path, pointers))
    return Plan(actions, found, pointers, blocked)


def refuse_conflicts(plan: Plan, options: Options) -> None:
    """Raise WorkingTreeConflict when a plan cannot be carried out."""
    if not plan.blocked:
        return
    count = len(plan.blocked)
    if not options.overwrite:
        hint = "--overwrite replaces files, or name another destination"
    elif not options.prefetch_external and plan.blocked.keys() & plan.pointers.keys():
        hint = "--overwrite --prefetch-external replaces files that lie in a blob store, too"
    else:
        hint = "move what is in the way, or name another destination"
    raise WorkingTreeConflict(
        f"{count} {'path is' if count == 1 else 'paths are'} in conflict; nothing was written",
        hint=hint,
        details=shortened([f"{printable(path)}: {reason}" for path, reason in plan.blocked.items()]),
    )
