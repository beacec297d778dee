"""Docker's credential helpers: the programs `docker-credential-<name>` that keep passwords in a keychain.

Source: https://github.com/docker/docker-credential-helpers#development
"""

import json
import logging
import re
import subprocess

from modelops_bundle.errors import NotFound, TransferFailed
from modelops_bundle.files.canonical_json import MalformedDocument, decode
from modelops_bundle.registry.credential import Credential

TIMEOUT = 30.0
_MAX_ANSWER = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_IDENTITY_TOKEN_USER = "<token>"
_log = logging.getLogger(__name__)


class HelperFailed(TransferFailed):
    """A credential helper cannot be run, or says that it failed."""

    usual_hint = "correct 'credsStore' or 'credHelpers' of docker's config.json, or call the helper by hand"


class CredentialUnknown(NotFound):
    """A credential helper holds nothing for this registry."""

    usual_hint = "modelops-bundle login HOST"


def ask(name: str, server: str) -> Credential | None:
    """Return what a helper knows about a server, or None; a helper that fails is noted in the log."""
    try:
        answer = decode(_run(name, "get", server), f"the answer of '{name}'", max_bytes=_MAX_ANSWER)
    except (HelperFailed, CredentialUnknown, MalformedDocument) as error:
        _log.debug("no credential for '%s': %s", server, error.message)
        return None
    fields = answer if isinstance(answer, dict) else {}
    username, secret = fields.get("Username"), fields.get("Secret")
    if not isinstance(username, str) or not isinstance(secret, str) or not secret:
        _log.debug("no credential for '%s': helper '%s' gave no user name and secret", server, name)
        return None
    source = f"credential helper '{name}'"
    if username == _IDENTITY_TOKEN_USER:
        return Credential(identity_token=secret, source=source)
    return Credential(username=username, password=secret, source=source)


def store(name: str, server: str, username: str, password: str) -> None:
    """Hand a login to a helper; raise HelperFailed."""
    _run(name, "store", json.dumps({"ServerURL": server, "Username": username, "Secret": password}))


def erase(name: str, server: str) -> bool:
    """Make a helper forget a server; False when it knew nothing. Raises HelperFailed."""
    if ask(name, server) is None:
        return False
    _run(name, "erase", server)
    return True


def _run(name: str, action: str, text: str) -> bytes:
    if not _NAME.fullmatch(name):
        # The name comes from a file that others may write, and becomes the name of a program.
        raise HelperFailed(f"not the name of a credential helper: '{name[:100]}'")
    try:
        done = subprocess.run(
            [f"docker-credential-{name}", action], input=text.encode(), capture_output=True, timeout=TIMEOUT
        )
    except subprocess.TimeoutExpired:
        raise HelperFailed(f"'docker-credential-{name}' gave no answer in {TIMEOUT:.0f} s") from None
    except OSError as error:
        raise HelperFailed(
            f"'docker-credential-{name}' cannot be run: {error.strerror}", hint="install it, or log in anew"
        ) from error
    if done.returncode == 0:
        return done.stdout
    if b"credentials not found" in done.stdout + done.stderr:
        raise CredentialUnknown(f"'docker-credential-{name}' holds nothing for this registry")
    # What it printed is left out: it may hold the secret.
    raise HelperFailed(f"'docker-credential-{name} {action}' failed with exit code {done.returncode}")
