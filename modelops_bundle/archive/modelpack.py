"""Express a version in the ModelPack format of the CNCF, for tools that know that one and not ours.

Each file is a raw layer, whose annotations tell its path and mode; `oras pull` restores it by its title, too.
Empty files, which registries refuse as blobs, are members of one tar layer. Nothing tells a time, host or user:
the same content has the same digest.

Source: https://github.com/modelpack/model-spec/blob/main/docs/spec.md
"""

import re
from dataclasses import replace
from typing import Any

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.manifest import Manifest
from modelops_bundle.bundles.media_types import FORMAT_ANNOTATION, TITLE, TREE_ANNOTATION
from modelops_bundle.bundles.places import External, Terms
from modelops_bundle.bundles.tree import Mode
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import Invalid, shortened
from modelops_bundle.files import canonical_json
from modelops_bundle.packs.tar_member import END, header
from modelops_bundle.remote import MAX_MANIFEST_BYTES
from modelops_bundle.store.store import Store

ARTIFACT = "application/vnd.cncf.model.manifest.v1+json"
CONFIG = "application/vnd.cncf.model.config.v1+json"
FILEPATH = "org.cncf.model.filepath"
METADATA = "org.cncf.model.file.metadata+json"

_KINDS = {"code": "code", "config": "weight.config", "data": "dataset", "models": "weight"}
_DOCUMENT = re.compile(r"(?:.*/)?(?:README|LICENSE)[^/]*|.*\.(?:md|rst)")
_EMPTY_FILES = "application/vnd.cncf.model.code.v1.tar"
_MODES = {Mode.FILE: 0o644, Mode.EXECUTABLE: 0o755}
_REGULAR = ord("0")
_NO_TIME = "1970-01-01T00:00:00Z"
_IMAGE = "org.opencontainers.image"
_NAMED = ("title", "version", "description", "vendor")
"""Which annotations of a bundle its config says, too."""


def modelpack_of(bundle: Bundle) -> Bundle:
    """Return a version with manifest and config of a ModelPack artifact in place of its own.

    Raises Invalid for symlinks, which that format cannot hold, and for more files than one manifest can list.
    """
    files = bundle.index.files.values()
    if links := [file.entry.path for file in files if file.entry.mode is Mode.LINK]:
        raise Invalid(
            "a ModelPack artifact cannot hold symlinks",
            hint="put files in their place, or export it as it is: modelops-bundle export --oci-layout",
            details=shortened(links),
        )
    layers = [_layer(file) for file in files if file.entry.size]
    empty = b"".join(header(file.entry.path, file.entry.mode, 0) for file in files if not file.entry.size)
    if empty:
        empty += END
        layers.append(Descriptor(_EMPTY_FILES, digest_of(empty), len(empty), {FILEPATH: "."}))
    config = canonical_json.encode(_config(bundle, layers))
    own = (FORMAT_ANNOTATION, TREE_ANNOTATION)
    annotations = {key: text for key, text in bundle.manifest.annotations.items() if key not in own}
    manifest = Manifest(ARTIFACT, Descriptor(CONFIG, digest_of(config), len(config)), tuple(layers), annotations)
    data = manifest.to_bytes()
    if len(data) > MAX_MANIFEST_BYTES:
        raise Invalid(
            f"the manifest of a ModelPack artifact of {len(layers)} files has {len(data)} bytes, "
            f"and registries take {MAX_MANIFEST_BYTES}",
            hint="modelops-bundle export --oci-layout has no such limit",
        )
    return replace(bundle, data=data, config_data=config, manifest=manifest, others=(empty,))


def not_here(store: Store, bundle: Bundle) -> list[str]:
    """Return the paths of files that must be fetched as objects: they are no blobs of their own at the remote."""
    return [
        path
        for path, file in bundle.index.files.items()
        if isinstance(file.place, Terms | External) and not store.objects.holds(file.entry.digest, file.entry.size)
    ]


def _layer(file: BundleFile) -> Descriptor:
    entry = file.entry
    kind = "doc" if file.layer == "config" and _DOCUMENT.fullmatch(entry.path) else _KINDS[file.layer]
    metadata = {
        "name": entry.path.rpartition("/")[2],
        "mode": _MODES[entry.mode],
        "uid": 0,
        "gid": 0,
        "size": entry.size,
        "mtime": _NO_TIME,
        "typeflag": _REGULAR,
    }
    annotations = {
        TITLE: entry.path,
        FILEPATH: entry.path,
        METADATA: canonical_json.encode(metadata).decode(),
    }
    return Descriptor(f"application/vnd.cncf.model.{kind}.v1.raw", entry.digest, entry.size, annotations)


def _config(bundle: Bundle, layers: list[Descriptor]) -> dict[str, Any]:
    said = bundle.manifest.annotations
    named = {name: said[f"{_IMAGE}.{name}"] for name in _NAMED if f"{_IMAGE}.{name}" in said}
    return {
        "descriptor": {**named, "revision": bundle.config.tree},
        "config": {},
        "modelfs": {"type": "layers", "diffIds": [layer.digest for layer in layers]},
    }
