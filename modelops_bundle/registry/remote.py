"""An OCI registry's repository as a `Remote`: see `modelops_bundle.remote` for what each method promises."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest
from modelops_bundle.registry import download, manifests, tags, upload
from modelops_bundle.registry.reference import RegistryReference, parse_repository
from modelops_bundle.registry.retry import RetryPolicy
from modelops_bundle.registry.transport import Transport
from modelops_bundle.remote import BlobStatus, RemoteManifest
from modelops_bundle.settings import Settings


class RegistryRemote:
    """One repository of a registry, over HTTP.

    `sleep` waits between tries; tests replace it. `close` may be called while other threads are waiting, and ends
    their waits.
    """

    def __init__(
        self,
        reference: RegistryReference | str,
        settings: Settings,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._reference = parse_repository(reference) if isinstance(reference, str) else reference
        self._transport = Transport(self._reference, settings, RetryPolicy(settings.retries, sleep))

    @property
    def name(self) -> str:
        return self._reference.name

    def resolve_tag(self, tag: str) -> Digest | None:
        return tags.resolve_tag(self._transport, tag)

    def list_tags(self) -> list[str]:
        return tags.list_tags(self._transport)

    def fetch_manifest(self, reference: str) -> RemoteManifest:
        return manifests.fetch_manifest(self._transport, reference)

    def push_manifest(self, data: bytes, media_type: str) -> Digest:
        return manifests.push_manifest(self._transport, data, media_type)

    def set_tag(self, tag: str, data: bytes, media_type: str, expected: Digest | None) -> None:
        tags.set_tag(self._transport, tag, data, media_type, expected)

    def has_blob(self, digest: Digest) -> bool:
        return upload.has_blob(self._transport, digest)

    def blob_size(self, digest: Digest) -> int:
        return download.blob_size(self._transport, digest)

    def read_blob(self, blob: Descriptor, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        return download.read_blob(self._transport, blob, offset, length)

    def push_blob(self, blob: Descriptor, open_content: Callable[[], BinaryIO]) -> BlobStatus:
        return upload.push_blob(self._transport, blob, open_content)

    def blob_cost(self, blob: Descriptor) -> tuple[int, int]:
        return upload.blob_cost(self._transport, blob)

    def tag_cost(self) -> int:
        return manifests.PUSH_REQUESTS + tags.SET_REQUESTS

    def mount_blob(self, digest: Digest, source: str) -> bool:
        return upload.mount_blob(self._transport, digest, source)

    def close(self) -> None:
        self._transport.close()
