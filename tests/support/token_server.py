"""A token server in a thread, as registries with Bearer authentication name in their challenge.

Source: https://distribution.github.io/distribution/spec/auth/token/ and .../oauth/
"""

import base64
import binascii
import hashlib
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.certificates import issue_signing_certificate

ISSUER = "test-token-issuer"

# distribution accepts a token for this long after its `exp`: token.Leeway in registry/auth/token/token.go.
REGISTRY_LEEWAY = 60


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """One request for a token; `account` is empty for an anonymous one."""

    method: str
    account: str
    service: str
    scopes: tuple[str, ...]
    granted: bool


class TokenServer(ThreadingHTTPServer):
    """Signs RS256 tokens that the registry really refuses after `ttl` seconds.

    `ttl` and `claimed_ttl` may be changed during a test: `claimed_ttl`, when set, is what clients are told
    instead, as a server with a wrong clock would. Anonymous clients get `pull` only, and a wrong password or
    refresh token gets 401.
    """

    daemon_threads = True

    def __init__(self, username: str, password: str, *, ttl: int = 300) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.realm = f"http://127.0.0.1:{self.server_address[1]}/token"
        self.ttl = ttl
        self.claimed_ttl: int | None = None
        self.username = username
        self.password = password
        self.refresh_token = uuid.uuid4().hex
        self.requests: list[TokenRequest] = []
        self._key, self.certificate = issue_signing_certificate(ISSUER)

    def sign(self, account: str, service: str, scopes: tuple[str, ...]) -> str:
        """Return a token for those of the scopes that the account may have."""
        now = int(time.time())
        header = {"alg": "RS256", "typ": "JWT", "x5c": [self._x5c()], "kid": self._key_id()}
        claims = {
            "iss": ISSUER,
            "sub": account,
            "aud": service,
            "exp": now + self.ttl - REGISTRY_LEEWAY,
            "nbf": now - REGISTRY_LEEWAY,
            "iat": now,
            "jti": uuid.uuid4().hex,
            "access": [_access(scope, account) for scope in scopes if scope.count(":") >= 2],
        }
        signed = f"{_base64url(json.dumps(header).encode())}.{_base64url(json.dumps(claims).encode())}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_base64url(signature)}"

    def _x5c(self) -> str:
        return base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()

    def _key_id(self) -> str:
        key = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        text = base64.b32encode(hashlib.sha256(key).digest()[:30]).decode()
        return ":".join(text[at : at + 4] for at in range(0, len(text), 4))


class _Handler(BaseHTTPRequestHandler):
    server: TokenServer

    def do_GET(self) -> None:
        form = parse_qs(urlsplit(self.path).query)
        authorization = self.headers.get("Authorization", "")
        if not authorization:
            self._answer(form, "", "token")
        else:
            expected = f"{self.server.username}:{self.server.password}"
            known = _basic_credentials(authorization) == expected
            self._answer(form, self.server.username if known else None, "token")

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode())
        grant = (form.get("grant_type", [""])[0], form.get("refresh_token", [""])[0])
        known = grant == ("refresh_token", self.server.refresh_token)
        self._answer(form, self.server.username if known else None, "access_token")

    def _answer(self, form: dict[str, list[str]], account: str | None, key: str) -> None:
        """Send a token under `key`, or 401 when there is no account of that name and password."""
        service = form.get("service", [""])[0]
        scopes = tuple(" ".join(form.get("scope", [])).split())
        assert self.command is not None
        self.server.requests.append(
            TokenRequest(self.command, account or "", service, scopes, account is not None)
        )
        if account is None:
            self._send(401, {"errors": [{"code": "UNAUTHORIZED", "message": "wrong credentials"}]})
            return
        claimed = self.server.ttl if self.server.claimed_ttl is None else self.server.claimed_ttl
        issued_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        token = self.server.sign(account, service, scopes)
        self._send(200, {key: token, "expires_in": claimed, "issued_at": issued_at})

    def _send(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: `TokenServer.requests` is the log."""


@contextmanager
def token_server(username: str, password: str, *, ttl: int = 300) -> Iterator[TokenServer]:
    """Run a token server for the length of the block."""
    with TokenServer(username, password, ttl=ttl) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def _access(scope: str, account: str) -> dict[str, object]:
    kind, name, actions = scope.split(":", 1)[0], *scope.split(":", 1)[1].rsplit(":", 1)
    allowed = [action for action in actions.split(",") if account or action == "pull"]
    return {"type": kind, "name": name, "actions": allowed}


def _basic_credentials(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
