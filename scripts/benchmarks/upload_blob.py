"""One upload to an emulator: `python -m scripts.benchmarks.upload_blob CALL FILE <STORAGE` prints its seconds.

STORAGE is JSON, as in an environment. CALL is "ours", one of `sdk_calls`, or "container", which makes that.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from modelops_bundle.blob_stores.location import blob_key, container_of
from modelops_bundle.blob_stores.opening import open_blob_store
from modelops_bundle.digest import Digest
from modelops_bundle.environments import Environment
from modelops_bundle.remote import BlobStatus
from modelops_bundle.settings import Settings
from scripts.benchmarks.uploads import digest_of

Storage = Mapping[str, str]
MIB = 1 << 20
PATIENCE = 600
"""Seconds: emulators may think about a large blob for long."""
_KEY = "blob"
_SDKS = {"azurite": "azure-storage-blob", "minio": "boto3", "gcs": "google-cloud-storage"}
_CALLS = {
    "azurite": ("upload_blob, 4 at a time", "upload_blob, 100 MiB at a time"),
    "minio": ("upload_file", "upload_file, 64 MiB at a time"),
    "gcs": ("upload_from_filename", "upload_from_filename, 256 MiB at a time"),
}


def sdk(provider: str) -> str:
    """Return the name and version of the SDK for a kind of store."""
    return f"{_SDKS[provider]} {version(_SDKS[provider])}"


def sdk_calls(provider: str) -> Sequence[str]:
    """Return the ways to upload with an SDK: its defaults, and those that are faster with some emulator."""
    return _CALLS[provider]


def _ours(storage: Storage, file: Path) -> Callable[[], object]:
    settings = Settings(storage_timeout=PATIENCE)
    container = container_of(storage["provider"], storage["container"])
    store = open_blob_store(container, settings, Environment("bench", storage=storage))
    digest, size = Digest(digest_of(file)), file.stat().st_size

    def upload() -> None:
        assert store.put(blob_key("", digest), size, lambda: file.open("rb"), digest) is BlobStatus.PUSHED

    return upload


def _azure(storage: Storage, file: Path, call: str) -> Callable[[], object]:
    from azure.storage.blob import BlobClient, ContainerClient

    where = (storage["connection_string"], storage["container"])
    if call == "container":
        return ContainerClient.from_connection_string(*where).create_container
    jobs, block = (4, 4 * MIB) if call.endswith("4 at a time") else (1, 100 * MIB)
    blob = BlobClient.from_connection_string(*where, _KEY, max_block_size=block)

    def upload() -> None:
        with file.open("rb") as stream:
            blob.upload_blob(stream, max_concurrency=jobs)

    return upload


def _s3(storage: Storage, file: Path, call: str) -> Callable[[], object]:
    import boto3
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config

    client: Any = boto3.session.Session().client(
        "s3",
        endpoint_url=storage["endpoint"],
        region_name="us-east-1",
        aws_access_key_id=storage["access_key"],
        aws_secret_access_key=storage["secret_key"],
        config=Config(read_timeout=PATIENCE, s3={"addressing_style": "path"}),
    )
    if call == "container":
        return lambda: client.create_bucket(Bucket=storage["container"])
    large = {"multipart_chunksize": 64 * MIB, "use_threads": False} if call.endswith("a time") else {}
    return lambda: client.upload_file(str(file), storage["container"], _KEY, Config=TransferConfig(**large))


def _gcs(storage: Storage, file: Path, call: str) -> Callable[[], object]:
    from google.auth.credentials import AnonymousCredentials
    from google.cloud.storage import Client

    options = {"api_endpoint": storage["endpoint"]}
    client: Any = Client("bench", credentials=AnonymousCredentials(), client_options=options)
    if call == "container":
        return lambda: client.create_bucket(storage["container"])
    chunk = 256 * MIB if call.endswith("a time") else None
    blob = client.bucket(storage["container"]).blob(_KEY, chunk_size=chunk)
    return lambda: blob.upload_from_filename(str(file), timeout=PATIENCE)


def main(call: str, file: str) -> None:
    storage: dict[str, str] = json.load(sys.stdin)
    sdks = {"azurite": _azure, "minio": _s3, "gcs": _gcs}
    work = _ours(storage, Path(file)) if call == "ours" else sdks[storage["provider"]](storage, Path(file), call)
    started = time.perf_counter()
    work()
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main(*sys.argv[1:])
