"""Fulfil pointers: fetch the files that a materialized directory has pointers to, without its registry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.tree import Mode
from modelops_bundle.checkout.pointer_files import pointer_path, read_pointers
from modelops_bundle.digest import Digest
from modelops_bundle.errors import BundleError, NotFound
from modelops_bundle.fetching.external import fetch_external
from modelops_bundle.materializing.destination import Destination
from modelops_bundle.materializing.plan import Options, Plan, plan_files, refuse_conflicts
from modelops_bundle.materializing.provenance_file import materialized_digest
from modelops_bundle.materializing.writing import Writing, writing
from modelops_bundle.progress import OnEvent, ignore_events
from modelops_bundle.safe_path import AREA
from modelops_bundle.storage.stores import OpenBlobStore
from modelops_bundle.store.store import Store
from modelops_bundle.transfer import DOWNLOADS, partial_path


@dataclass(frozen=True, slots=True)
class BlobOrigin:
    """Where the content of pointers comes from, and who watches."""

    open_blob_store: OpenBlobStore
    on_event: OnEvent = ignore_events
    jobs: int = 0


def plan_fulfilment(store: Store, root: Path, *, overwrite: bool = False) -> Plan:
    """Tell which files `fulfil` would fetch. Nothing is written or fetched.

    Raises NotFound where nothing was materialized, MalformedPointer, and WorkingTreeConflict naming every path.
    """
    if not (root / AREA).is_dir():
        raise NotFound(
            f"nothing was materialized in '{root}': it has no '{AREA}'",
            hint="modelops-bundle materialize REF DEST",
        )
    modes = _modes(store, root)
    pointers = {pointer.path: pointer for pointer in read_pointers(root)}
    options = Options(overwrite, prefetch_external=True)
    files = [pointer.file(modes.get(path, Mode.FILE)) for path, pointer in pointers.items()]
    plan = plan_files(files, Destination(root), options)
    refuse_conflicts(plan, options)
    return replace(plan, pointers={path: replace(pointer, fulfilled=True) for path, pointer in pointers.items()})


def fulfil(store: Store, origin: BlobOrigin, root: Path, *, overwrite: bool = False) -> Plan:
    """Fetch what pointers stand for, verified, and mark them as fulfilled: all of them, or nothing.

    What is there already costs no request. Raises what `plan_fulfilment` and blob stores raise.
    """
    plan, modes = plan_fulfilment(store, root, overwrite=overwrite), _modes(store, root)
    with writing(Destination(root)) as change:
        files = [plan.pointers[path].file(modes.get(path, Mode.FILE)) for path in plan.write]
        _stage(store, origin, files, change)
        for path, pointer in plan.pointers.items():
            change.add(pointer_path(path), pointer.to_bytes())
        change.commit(plan.found)
    return plan


def _stage(store: Store, origin: BlobOrigin, files: Iterable[BundleFile], change: Writing) -> None:
    wanted = list(files)
    missing = {
        file.entry.digest: file
        for file in wanted
        if file.entry.size and not store.objects.holds(file.entry.digest, file.entry.size)
    }
    arrived = fetch_external(
        store.objects, missing.values(), origin.open_blob_store, origin.on_event, origin.jobs or DOWNLOADS
    )
    here: dict[Digest, Path] = {}
    for file in wanted:
        digest = file.entry.digest
        if digest in arrived and digest not in here:
            here[digest] = change.work.stage_verified(file, partial_path(store.objects, digest), arrived[digest])
        else:
            change.work.stage(file, lambda digest: here.get(digest) or store.objects.path(digest))


def _modes(store: Store, root: Path) -> Mapping[str, Mode]:
    """Return what is known of which files are executable: pointers do not say it, but the bundle does."""
    digest = materialized_digest(root)
    try:
        return {entry.path: entry.mode for entry in store.bundle(digest).tree.values()} if digest else {}
    except BundleError:
        return {}
