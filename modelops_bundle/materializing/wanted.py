"""Materialize what a reference names: look for it, and bring it from wherever it is."""

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from modelops_bundle.fetching.contents import Origin
from modelops_bundle.materializing.materialize import MaterializeResult, materialize, plan_materialize
from modelops_bundle.materializing.plan import Options
from modelops_bundle.progress import OnEvent, ignore_events
from modelops_bundle.resolving.bundle_lookup import BundleSource
from modelops_bundle.resolving.bundle_ref import BundleRef
from modelops_bundle.resolving.resolution import resolved
from modelops_bundle.storage.stores import Storage
from modelops_bundle.store.store import Store


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to put where; without a role, the reference's or the default one applies."""

    ref: BundleRef
    destination: Path
    role: str | None = None
    options: Options = field(default_factory=Options)
    dry_run: bool = False


def materialize_wanted(
    store: Store, wanted: Wanted, here: BundleSource, on_event: OnEvent = ignore_events
) -> MaterializeResult:
    """Put the files of a bundle into a directory, all of them or nothing; `dry_run` only tells what that would do.

    Raises what `resolved` and `materialize` raise.
    """
    with (
        resolved(store, wanted.ref, here) as (bundle, remote),
        closing(Storage(here.settings, here.environment)) as storage,
    ):
        if wanted.dry_run:
            return plan_materialize(bundle, wanted.destination, wanted.role, wanted.options)
        origin = Origin(remote, on_event, here.settings.jobs, storage.open)
        return materialize(store, origin, bundle, wanted.destination, wanted.role, wanted.options)
