"""SDKs are extras: imported when a file needs them, and named when they are missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from modelops_bundle.blob_stores.location import Container, Scheme, container_of
from modelops_bundle.blob_stores.opening import open_blob_store
from modelops_bundle.blob_stores.store_errors import MissingExtra
from modelops_bundle.errors import ExitCode
from modelops_bundle.settings import Settings

PROBE = """
import sys
from modelops_bundle.blob_stores.location import container_of
from modelops_bundle.blob_stores.opening import open_blob_store
from modelops_bundle.settings import Settings
open_blob_store(container_of("directory", sys.argv[1]), Settings()).stat("ab/cd/abcd")
print(*[name for name in ("azure", "boto3", "botocore", "google", "requests") if name in sys.modules])
"""


@pytest.mark.parametrize(
    ("scheme", "extra", "module"),
    [
        (Scheme.AZURE, "azure", "azure.storage.blob"),
        (Scheme.AZURE, "azure", "azure.identity"),
        (Scheme.S3, "s3", "boto3"),
        (Scheme.GCS, "gcs", "google.cloud.storage"),
    ],
)
def test_a_missing_sdk_is_named_by_its_extra(
    monkeypatch: pytest.MonkeyPatch, scheme: Scheme, extra: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra) as missing:
        open_blob_store(Container(scheme, "models"), Settings())
    assert f"{scheme}://models" in missing.value.message
    assert missing.value.hint == f"pip install 'modelops-bundle[{extra}]'"
    assert missing.value.exit_code is ExitCode.USAGE


def test_a_missing_package_above_an_sdk_is_no_other_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "google"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "meta_path", [])
    with pytest.raises(MissingExtra, match="gs://models"):
        open_blob_store(Container(Scheme.GCS, "models"), Settings())


def test_a_directory_needs_no_sdk(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROBE, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_no_request_is_made_before_a_blob_is_asked_for() -> None:
    settings = Settings(azure_connection_string="AccountName=a;AccountKey=Yg==;BlobEndpoint=http://127.0.0.1:9/a")
    open_blob_store(container_of("azure", "models"), settings).close()
