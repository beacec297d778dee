"""Check that a published version can be had: every blob is there, and every file is what it should be."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.blob_stores.location import parse_uri
from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import External
from modelops_bundle.digest import Digest
from modelops_bundle.errors import IntegrityError, NotFound
from modelops_bundle.fetching.contents import Origin, fetch_contents
from modelops_bundle.progress import Meter
from modelops_bundle.store.store import Store
from modelops_bundle.transfer import in_parallel

BATCH = 64 << 20
"""Bytes of small files that are fetched together; a larger file is fetched by itself."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a published version: `id` is stable, `digest` is of a blob or a file."""

    id: str
    digest: Digest
    text: str


def missing_blobs(origin: Origin, bundle: Bundle) -> list[Fault]:
    """Ask for every blob of a version, those in blob stores included, and return what is not there.

    Raises what opening blob stores and asking raises.
    """
    external = [file for file in _once(bundle) if isinstance(file.place, External)]
    blobs = bundle.blobs()
    with Meter("check", origin.on_event, len(blobs) + len(external)) as meter:

        def ask(wanted: int) -> Fault | None:
            fault = None
            if wanted < len(blobs):
                blob = blobs[wanted]
                if not origin.remote.has_blob(blob.digest):
                    fault = Fault("missing-blob", blob.digest, f"not in '{origin.remote.name}'")
            else:
                fault = _look_outside(origin, external[wanted - len(blobs)])
            meter.advance(0, 1)
            return fault

        found = in_parallel(ask, list(range(len(blobs) + len(external))), origin.downloads)
    return [fault for fault in found if fault]


def damaged_files(origin: Origin, bundle: Bundle, scratch: Path) -> Iterator[Fault]:
    """Fetch every file of a version into an empty directory, and yield those that cannot be had as they should be.

    Each is removed again; the directory needs room for the largest. Raises what transfers raise.
    """
    for number, batch in enumerate(_batches(_once(bundle))):
        yield from _fetch(origin, bundle, batch, scratch / str(number))


def _fetch(origin: Origin, bundle: Bundle, files: list[BundleFile], scratch: Path) -> Iterator[Fault]:
    import shutil

    store = Store(scratch)
    try:
        fetch_contents(store, origin, bundle, [file.entry.path for file in files])
    except (IntegrityError, NotFound) as error:
        if len(files) == 1:
            entry = files[0].entry
            yield Fault("damaged-file", entry.digest, f"'{entry.path}': {error.message}")
            return
        for number, file in enumerate(files):
            yield from _fetch(origin, bundle, [file], scratch / str(number))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _look_outside(origin: Origin, file: BundleFile) -> Fault | None:
    assert isinstance(file.place, External)
    location = parse_uri(file.place.uri)
    found = origin.open_blob_store(location.container).stat(location.key)
    if found is None:
        return Fault("missing-blob", file.entry.digest, f"'{file.entry.path}': no '{file.place.uri}'")
    if found.size != file.entry.size:
        return Fault(
            "damaged-blob", file.entry.digest, f"'{file.entry.path}': '{file.place.uri}' has another size"
        )
    return None


def _once(bundle: Bundle) -> list[BundleFile]:
    """Return one file for each content that is not empty."""
    return list({file.entry.digest: file for file in bundle.index.files.values() if file.entry.size}.values())


def _batches(files: list[BundleFile]) -> Iterator[list[BundleFile]]:
    batch: list[BundleFile] = []
    size = 0
    for file in files:
        if batch and size + file.entry.size > BATCH:
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.entry.size
    if batch:
        yield batch
