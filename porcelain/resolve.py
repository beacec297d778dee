"""resolve: tell which version a reference stands for."""

import os
from dataclasses import asdict
from typing import Any

import click

from modelops_bundle.plumbing._session import Session, json_option, pass_session
from modelops_bundle.porcelain._bundle_source import source_of, store_of
from modelops_bundle.porcelain._render import human_size, print_json, say, table
from modelops_bundle.resolving.bundle_ref import BundleRef, parse_bundle_ref
from modelops_bundle.resolving.resolution import ResolvedBundle, resolved


@click.command()
@click.option("--verbose", is_flag=True, help="Tell more about the reference, the remote and the content.")
@click.option("--no-cache", is_flag=True, help="Neither use nor fill the user's cache.")
@json_option
@click.argument("reference", metavar="REF")
@pass_session
def command(session: Session, verbose: bool, no_cache: bool, as_json: bool, reference: str) -> None:
    """Tell which version REF stands for, its size, and the roles that it can be materialized for.

    REF is NAME:VERSION or NAME@DIGEST below the registry that REGISTRY_REPO and MODELOPS_BUNDLE_REGISTRY name,
    HOST/PATH:TAG, oci:DIRECTORY:TAG, or a digest alone. Nothing is written but the cache.
    """
    ref = parse_bundle_ref(reference)
    with (
        store_of(session, f"resolve {os.urandom(8).hex()}", no_cache=no_cache) as store,
        resolved(store, ref, source_of(session)) as (bundle, _),
    ):
        if as_json:
            print_json(_document(bundle))
        else:
            _show(bundle, verbose)


def _show(bundle: ResolvedBundle, verbose: bool) -> None:
    say(f"Bundle: {label_of(bundle.ref)}")
    say(f"Manifest: {bundle.manifest_digest}")
    say(f"Size: {human_size(bundle.total_size)}")
    if verbose:
        say(f"Reference type: {_kind(bundle.ref)}")
        say(f"External index: {'present' if bundle.external_index_present else 'not present'}")
        say(f"Remote: {bundle.remote}")
        say(f"Tree: {bundle.bundle.config.tree}")
        say(f"Files: {bundle.bundle.config.files}")
    if not bundle.roles:
        say("No roles defined")
        return
    say()
    table(("Role", "Layers"), ((role, ", ".join(layers)) for role, layers in sorted(bundle.roles.items())))


def label_of(ref: BundleRef) -> str:
    """Return what people see of a reference: a digest alone is cut."""
    return str(ref) if ref.name or ref.local_path or not ref.digest else f"{ref.digest[:18]}…"


def _kind(ref: BundleRef) -> str:
    if ref.local_path:
        return "local path"
    if not ref.name:
        return "digest-only" if ref.digest else "tag"
    return "name@digest" if ref.digest else "name:version"


def _document(bundle: ResolvedBundle) -> dict[str, Any]:
    return {
        "ref": asdict(bundle.ref),
        "remote": bundle.remote,
        "manifest_digest": bundle.manifest_digest,
        "media_type": bundle.media_type,
        "tree": bundle.bundle.config.tree,
        "files": bundle.bundle.config.files,
        "total_size": bundle.total_size,
        "layers": bundle.layers,
        "layer_indexes": dict(bundle.layer_indexes),
        "external_index_present": bundle.external_index_present,
        "roles": {role: list(layers) for role, layers in bundle.roles.items()},
    }
