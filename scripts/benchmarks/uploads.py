"""What rows about registries need beside our program: an upload to PUT to, and an OCI image layout to copy."""

import hashlib
import http.client
import json
import os
from pathlib import Path
from urllib.parse import urljoin

REPOSITORY = "bench/model"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_BLOB = "application/octet-stream"


class UploadRefused(Exception):
    """A registry did not open an upload."""


def digest_of(file: Path) -> str:
    """Return the digest of a file."""
    with file.open("rb") as stream:
        return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


def open_upload(host: str, digest: str) -> str:
    """Return a URL at a registry `host:port` that takes the content with this digest in one PUT."""
    connection = http.client.HTTPConnection(host)
    path = f"/v2/{REPOSITORY}/blobs/uploads/"
    connection.request("POST", path)
    answer = connection.getresponse()
    location = answer.getheader("Location")
    connection.close()
    if answer.status != 202 or not location:
        raise UploadRefused(f"'{host}' answers {answer.status} to POST {path}")
    return f"{urljoin(f'http://{host}{path}', location)}&digest={digest}"


def image_layout(directory: Path, file: Path) -> None:
    """Make an OCI image layout whose image `v1` has a file as its only layer, by a link."""
    blobs = directory / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    layer = {"mediaType": _BLOB, "digest": digest_of(file), "size": file.stat().st_size}
    os.link(file, blobs / str(layer["digest"]).removeprefix("sha256:"))
    config = _store(blobs, {}, "application/vnd.oci.empty.v1+json")
    manifest = _store(
        blobs, {"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": [layer]}, _MANIFEST
    )
    named = manifest | {"annotations": {"org.opencontainers.image.ref.name": "v1"}}
    (directory / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [named]}))
    (directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')


def _store(blobs: Path, document: object, media_type: str) -> dict[str, object]:
    data = json.dumps(document).encode()
    name = hashlib.sha256(data).hexdigest()
    (blobs / name).write_bytes(data)
    return {"mediaType": media_type, "digest": f"sha256:{name}", "size": len(data)}
