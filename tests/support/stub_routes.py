"""What the stub registry answers.

Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#endpoints
"""

import json
import re
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from modelops_bundle.bundles.media_types import OCI_INDEX
from modelops_bundle.digest import digest_of
from tests.support.stub_messages import Answer, Received, error
from tests.support.stub_tokens import answer_token, refuse_access

if TYPE_CHECKING:
    from tests.support.stub_registry import StubRegistry

_ROUTE = re.compile(
    r"/v2/(?P<repository>.+)/(?P<kind>blobs/uploads|blobs|manifests|tags|referrers)/(?P<name>[^/]*)"
)
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


def answer_registry(registry: "StubRegistry", request: Received) -> Answer:
    """Answer a request to the registry itself."""
    if request.path == "/token":
        return answer_token(registry, request)
    if request.path == "/v2/":
        return refuse_access(registry, request, "") or Answer(200, b"{}")
    match = _ROUTE.fullmatch(request.path)
    if match is None:
        return error(404, "NOT_FOUND")
    repository, name = match["repository"], match["name"]
    refusal = refuse_access(registry, request, repository)
    if refusal:
        return refusal
    if registry.quirks.repositories is not None and repository not in registry.quirks.repositories:
        return error(404, "NAME_UNKNOWN", f"the repository with name '{repository}' does not exist")
    routes = {
        "blobs": _answer_blob,
        "blobs/uploads": _answer_upload,
        "manifests": _answer_manifest,
        "tags": _answer_tags,
        "referrers": _answer_referrers,
    }
    return routes[match["kind"]](registry, request, repository, name)


def answer_storage(registry: "StubRegistry", request: Received) -> Answer:
    """Answer a request to the storage server; it refuses logins and HEAD, as object stores do with signed
    URLs.
    """
    if request.header("Authorization"):
        return Answer(400, b"<Error><Code>InvalidArgument</Code></Error>")
    signature = request.query.get("sig", "")
    with registry.lock:
        registry.uses[signature] += 1
        ended = registry.quirks.signed_url_uses is not None and (
            registry.uses[signature] > registry.quirks.signed_url_uses
        )
    if request.method == "HEAD" or ended or not signature:
        return Answer(403, b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
    repository, _, name = request.path[1:].rpartition("/")
    if request.method == "PUT":
        return _store_blob(registry, request, repository, f"{registry.storage_url}{request.target}")
    return _send_blob(registry, request, registry.blobs[repository][name])


def _answer_blob(registry: "StubRegistry", request: Received, repository: str, digest: str) -> Answer:
    data = registry.blobs[repository].get(digest)
    if data is None:
        return error(404, "BLOB_UNKNOWN", detail={"digest": digest})
    if request.method == "DELETE":
        del registry.blobs[repository][digest]
        return Answer(202)
    if registry.quirks.redirect_blobs and request.method == "GET":
        signed = f"{registry.storage_url}/{repository}/{digest}?sig={uuid.uuid4().hex}"
        return Answer(307, headers={"Location": signed})
    return _send_blob(registry, request, data)


def _send_blob(registry: "StubRegistry", request: Received, data: bytes) -> Answer:
    match = _RANGE.fullmatch(request.header("Range"))
    if match is None or not registry.quirks.ranges:
        return Answer(200, data, {"Content-Type": "application/octet-stream"})
    first, last = int(match[1]), min(int(match[2] or len(data) - 1), len(data) - 1)
    if first >= len(data) or first > last or (not match[2] and not registry.quirks.open_ranges):
        return Answer(416, headers={"Content-Range": f"bytes */{len(data)}"})
    return Answer(206, data[first : last + 1], {"Content-Range": f"bytes {first}-{last}/{len(data)}"})


def _answer_upload(registry: "StubRegistry", request: Received, repository: str, upload: str) -> Answer:
    if request.method == "POST":
        source, digest = request.query.get("from", ""), request.query.get("mount", "")
        if registry.quirks.mounts and digest in registry.blobs.get(source, {}):
            registry.blobs[repository][digest] = registry.blobs[source][digest]
            return Answer(201, headers={"Location": f"/v2/{repository}/blobs/{digest}"})
        upload = uuid.uuid4().hex
        registry.uploads[upload] = repository
        return Answer(202, headers={"Location": _upload_location(registry, repository, upload)})
    query = request.target.partition("?")[2]
    if upload not in registry.uploads or not query.startswith(registry.quirks.upload_query):
        return error(404, "BLOB_UPLOAD_UNKNOWN")
    if request.method == "DELETE":
        del registry.uploads[upload]
        return Answer(204)
    if request.method != "PUT":
        return error(405, "UNSUPPORTED")
    del registry.uploads[upload]
    return _store_blob(registry, request, repository, f"/v2/{repository}/blobs/")


def _upload_location(registry: "StubRegistry", repository: str, upload: str) -> str:
    if registry.quirks.upload_to_storage:
        return f"{registry.storage_url}/{repository}/{upload}?sig={upload}"
    path = f"/v2/{repository}/blobs/uploads/{upload}?{registry.quirks.upload_query}"
    before = {"relative": "", "absolute": registry.url, "scheme-relative": f"//{registry.host}"}
    return before[registry.quirks.location] + path


def _store_blob(registry: "StubRegistry", request: Received, repository: str, location: str) -> Answer:
    digest = digest_of(request.body)
    if request.query.get("digest") != digest:
        return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
    registry.blobs[repository][digest] = request.body
    return Answer(201, headers={"Location": location, "Docker-Content-Digest": digest})


def _answer_manifest(registry: "StubRegistry", request: Received, repository: str, name: str) -> Answer:
    if request.method == "PUT":
        return _store_manifest(registry, request, repository, name)
    digest = registry.tags[repository].get(name, name)
    if digest not in registry.manifests[repository]:
        return error(404, "MANIFEST_UNKNOWN", detail={"name": name})
    if request.method == "DELETE":
        registry.tags[repository].pop(name, None)
        if name == digest:
            del registry.manifests[repository][digest]
        return Answer(202)
    media_type, data = registry.manifests[repository][digest]
    headers = {"Content-Type": media_type} | (
        {"Docker-Content-Digest": digest} if registry.quirks.content_digest else {}
    )
    if request.method == "HEAD":
        headers["Content-Length"] = str(len(data))
    return Answer(200, data, headers)


def _store_manifest(registry: "StubRegistry", request: Received, repository: str, name: str) -> Answer:
    digest, media_type = digest_of(request.body), request.header("Content-Type")
    document = json.loads(request.body)
    if name.startswith("sha256:") and name != digest:
        return error(400, "DIGEST_INVALID")
    for used in (document.get("artifactType"), document.get("config", {}).get("mediaType")):
        if used and not re.fullmatch(registry.quirks.media_types, used):
            return error(400, "MANIFEST_INVALID", f"unknown media type: {used}")
    missing = [found for found in _referenced(document) if found not in registry.blobs[repository]]
    if missing:
        return error(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", {"digest": missing[0]})
    if name != digest:
        if registry.quirks.immutable_tags and registry.tags[repository].get(name, digest) != digest:
            return error(409, "TAG_INVALID", f"tag {name} is immutable")
        registry.tags[repository][name] = digest
    registry.manifests[repository][digest] = (media_type, request.body)
    headers = {"Location": f"/v2/{repository}/manifests/{digest}", "Docker-Content-Digest": digest}
    if registry.quirks.referrers and "subject" in document:
        headers["OCI-Subject"] = document["subject"]["digest"]
    return Answer(201, headers=headers)


def _referenced(document: dict[str, Any]) -> Iterator[str]:
    if "config" in document:
        yield document["config"]["digest"]
    yield from (layer["digest"] for layer in document.get("layers", []))


def _answer_tags(registry: "StubRegistry", request: Received, repository: str, name: str) -> Answer:
    """List tags, a page at a time if the quirks want pages; the cursor is opaque, and `last` is refused."""
    if not registry.manifests[repository]:
        return error(404, "NAME_UNKNOWN")
    if "last" in request.query:
        return error(405, "UNSUPPORTED")
    tags = sorted(registry.tags[repository])
    size = registry.quirks.page_size or len(tags) or 1
    start = int(request.query.get("next_page", "c0")[1:])
    page = tags[start : start + size]
    headers = {"Content-Type": "application/json"}
    if start + size < len(tags):
        headers["Link"] = f'</v2/{repository}/tags/list?next_page=c{start + size}>; rel="next"'
    document = {"name": repository, "tags": page or (None if registry.quirks.null_tags else [])}
    return Answer(200, json.dumps(document).encode(), headers)


def _answer_referrers(registry: "StubRegistry", request: Received, repository: str, digest: str) -> Answer:
    if not registry.quirks.referrers:
        return error(404, "NOT_FOUND")
    descriptors = []
    for found, (media_type, data) in registry.manifests[repository].items():
        document = json.loads(data)
        if document.get("subject", {}).get("digest") == digest:
            artifact_type = document.get("artifactType") or document.get("config", {}).get("mediaType", "")
            descriptors.append(
                {
                    "mediaType": media_type,
                    "digest": found,
                    "size": len(data),
                    "artifactType": artifact_type,
                    "annotations": document.get("annotations", {}),
                }
            )
    headers = {"Content-Type": OCI_INDEX}
    wanted = request.query.get("artifactType")
    if wanted:
        descriptors = [descriptor for descriptor in descriptors if descriptor["artifactType"] == wanted]
        headers["OCI-Filters-Applied"] = "artifactType"
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": descriptors}
    return Answer(200, json.dumps(index).encode(), headers)
