import ssl
from pathlib import Path

import pytest

from modelops_bundle.errors import Invalid
from modelops_bundle.registry.tls import tls_context
from modelops_bundle.settings import Settings
from tests.support.certificates import issue_server_certificate


def test_certificates_are_verified_unless_the_user_says_no(tmp_path: Path) -> None:
    context = tls_context("reg.io", Settings(home=tmp_path))
    assert context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.cert_store_stats()["x509_ca"] > 0
    insecure = tls_context("reg.io", Settings(home=tmp_path, insecure=True))
    assert insecure.verify_mode is ssl.CERT_NONE


def test_authorities_of_the_user_are_added(tmp_path: Path) -> None:
    ca_file = issue_server_certificate(tmp_path).ca_file
    plain = tls_context("reg.io", Settings(home=tmp_path)).cert_store_stats()["x509_ca"]
    added = tls_context("reg.io", Settings(home=tmp_path, ca_file=ca_file)).cert_store_stats()["x509_ca"]
    assert added == plain + 1


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_authorities_that_cannot_be_read_are_named(tmp_path: Path, content: str | None) -> None:
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_text(content)
    with pytest.raises(Invalid, match=r"ca\.pem"):
        tls_context("reg.io", Settings(home=tmp_path, ca_file=ca_file))


def test_a_client_certificate_needs_its_key(tmp_path: Path) -> None:
    files = issue_server_certificate(tmp_path)
    directory = tmp_path / ".config" / "docker" / "certs.d" / "reg.io:5000"
    directory.mkdir(parents=True)
    (directory / "client.cert").write_bytes(files.certificate_file.read_bytes())
    with pytest.raises(Invalid, match=r"client\.key"):
        try:
            tls_context("reg.io:5000", Settings(home=tmp_path))
        except Invalid as error:
            raise Invalid(error.hint) from error
    (directory / "client.key").write_bytes(files.key_file.read_bytes())
    tls_context("reg.io:5000", Settings(home=tmp_path))
    tls_context("reg.io", Settings(home=tmp_path))
