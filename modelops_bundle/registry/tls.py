"""Whom we trust: the authorities of this machine, those the user adds, and those docker has for a registry."""

import logging
import ssl
from pathlib import Path

import certifi

from modelops_bundle.errors import Invalid
from modelops_bundle.settings import Settings

_DOCKER_CERTIFICATES = Path("/etc/docker/certs.d")
_log = logging.getLogger(__name__)


def tls_context(host: str, settings: Settings) -> ssl.SSLContext:
    """Return the TLS settings for a registry; raise Invalid for certificates that cannot be read.

    `<certs.d>/<host:port>/*.crt` are authorities, `*.cert` with `*.key` our own certificate.
    Source: https://docs.docker.com/engine/security/certificates/
    """
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        # Some installations of Python, as those on macOS, find no certificates of the system.
        context.load_verify_locations(certifi.where())
    if settings.ca_file is not None:
        _trust(context, settings.ca_file)
    for directory in (_DOCKER_CERTIFICATES, settings.home / ".config" / "docker" / "certs.d"):
        for certificate in sorted((directory / host).glob("*.crt")):
            _trust(context, certificate)
        for own in sorted((directory / host).glob("*.cert")):
            _identify(context, own)
    if settings.insecure:
        _log.debug("certificates of '%s' are not verified", host)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _trust(context: ssl.SSLContext, path: Path) -> None:
    try:
        context.load_verify_locations(cafile=path)
    except OSError as error:  # ssl.SSLError is one
        raise Invalid(
            f"cannot read the certificates in '{path}': {error.strerror or error}",
            hint="name a file of PEM certificates in MODELOPS_BUNDLE_CA_FILE",
        ) from error


def _identify(context: ssl.SSLContext, path: Path) -> None:
    try:
        context.load_cert_chain(path, path.with_suffix(".key"))
    except OSError as error:
        raise Invalid(
            f"cannot read the client certificate '{path}': {error.strerror or error}",
            hint=f"put its key at '{path.with_suffix('.key')}'",
        ) from error
