"""read-manifest: list the files or the blobs of a version."""

import click

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import External, LinkTarget, Nowhere, Place, Terms, TitledLayer
from modelops_bundle.checkout.project import Project
from modelops_bundle.plumbing._records import RecordWriter
from modelops_bundle.plumbing._session import Session, nul_option, pass_session
from modelops_bundle.resolving.versions import resolve_ref


def read_manifest(project: Project, name: str) -> Bundle:
    """Return the version that a digest, ref or tag names; raise NotFound when its documents are not here."""
    return project.bundle(resolve_ref(project, name))


def place_of(place: Place) -> str:
    """Return in one word where a file's bytes are: layer, empty, link, external or packs."""
    match place:
        case TitledLayer():
            return "layer"
        case Nowhere():
            return "empty"
        case LinkTarget():
            return "link"
        case External():
            return "external"
        case Terms():
            return "packs"


def file_record(file: BundleFile) -> str:
    """Return `mode digest size layer place`."""
    entry = file.entry
    return f"{entry.mode} {entry.digest} {entry.size} {file.layer} {place_of(file.place)}"


@click.command()
@click.option("--json", "show", flag_value="index", help="Print the bytes of the index document instead.")
@click.option("--manifest", "show", flag_value="manifest", help="Print the bytes of the manifest instead.")
@click.option("--config", "show", flag_value="config", help="Print the bytes of the config instead.")
@click.option("--blobs", "show", flag_value="blobs", help="Print `digest size` of every blob instead.")
@nul_option
@click.argument("reference")
@pass_session
def command(session: Session, show: str | None, nul: bool, reference: str) -> None:
    """Print `mode digest size layer place TAB path` for every file of the version REFERENCE, sorted by path.

    Its documents must be in the object store: see fetch-manifest.
    """
    bundle, out = read_manifest(session.project, reference), RecordWriter(nul=nul)
    match show:
        case "index":
            out.raw(bundle.index_data)
        case "manifest":
            out.raw(bundle.data)
        case "config":
            out.raw(bundle.config_data)
        case "blobs":
            for blob in bundle.blobs():
                out.record(f"{blob.digest} {blob.size}")
        case _:
            for path, file in bundle.index.files.items():
                out.record(file_record(file), path)
