"""Bearer tokens: fetched from a token server, kept in memory, renewed before they end.

Sources: https://distribution.github.io/distribution/spec/auth/token/ (GET) and .../spec/auth/oauth/ (POST).
"""

import threading
from dataclasses import dataclass, field
from urllib.parse import urlencode

from modelops_bundle.errors import AuthRefused, TransferFailed
from modelops_bundle.files.canonical_json import MalformedDocument, decode
from modelops_bundle.registry.credential import Credential, basic_header, bearer_header
from modelops_bundle.registry.registry_errors import is_transient
from modelops_bundle.registry.retry import RetryPolicy, Transient, parse_retry_after
from modelops_bundle.registry.scope import covers
from modelops_bundle.registry.server import server_of
from modelops_bundle.registry.wire import Reply, Wire

DEFAULT_SECONDS = 60
_LONGEST_SECONDS = 86_400
_MAX_BYTES = 128 << 10
_CLIENT_ID = "modelops-bundle"
_NO_POST = {400, 404, 405, 415}


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What to ask a token server for; `service` may be empty."""

    realm: str
    service: str
    scopes: tuple[str, ...]
    credential: Credential | None


@dataclass(frozen=True, slots=True)
class _Token:
    scopes: tuple[str, ...]
    header: str = field(repr=False)
    lifetime: float
    ends: float

    def serves(self, scopes: tuple[str, ...], now: float, seconds: float) -> bool:
        """Tell whether this token permits `scopes` for so many seconds, and is not about to end."""
        margin = min(max(seconds, 5.0, self.lifetime / 10), self.lifetime / 2)
        return now < self.ends - margin and covers(self.scopes, scopes)


class TokenStore:
    """The tokens of one remote. Threads that need the same one wait for a single request."""

    def __init__(self, wire: Wire, policy: RetryPolicy) -> None:
        self._wire = wire
        self._policy = policy
        self._lock = threading.Lock()
        self._tokens: dict[tuple[str, str, str], list[_Token]] = {}

    def get(self, request: TokenRequest, seconds: float = 0.0) -> str:
        """Return the header of a token that will serve for `seconds` more; raise AuthRefused or TransferFailed."""
        account = request.credential.username if request.credential else ""
        key = (request.realm, request.service, account)
        with self._lock:
            now = self._policy.clock()
            kept = [token for token in self._tokens.get(key, []) if token.ends > now]
            for token in kept:
                if token.serves(request.scopes, now, seconds):
                    return token.header
            token = self._fetch(request)
            self._tokens[key] = [old for old in kept if not covers(token.scopes, old.scopes)] + [token]
            return token.header

    def forget(self, header: str) -> None:
        """Drop a token whose header was refused."""
        with self._lock:
            for key, tokens in self._tokens.items():
                self._tokens[key] = [token for token in tokens if token.header != header]

    def _fetch(self, request: TokenRequest) -> _Token:
        host = server_of(request.realm).host
        reply = self._policy.run(host, lambda: self._ask(request))
        if 300 <= reply.status < 400:
            raise TransferFailed(
                f"the token server '{host}' sends us elsewhere, which none should", hint=_ask_who_runs(host)
            )
        if reply.status in (400, 401, 403):
            who = f"the login of {request.credential.source}" if request.credential else "access without a login"
            raise AuthRefused(
                f"'{host}' refuses {who}: HTTP {reply.status}", hint="log in again: modelops-bundle login HOST"
            )
        if reply.status != 200:
            raise TransferFailed(
                f"the token server '{host}' answers HTTP {reply.status}", hint=_ask_who_runs(host)
            )
        return self._parse(reply, request.scopes, host)

    def _ask(self, request: TokenRequest) -> Reply:
        credential = request.credential
        reply = (
            self._post(request, credential.identity_token) if credential and credential.identity_token else None
        )
        if reply is None or reply.status in _NO_POST:
            reply = self._get(request)
        if is_transient(reply.status):
            raise Transient(
                f"the token server '{server_of(request.realm).host}' answers HTTP {reply.status}",
                retry_after=parse_retry_after(reply.headers.get("retry-after")),
            )
        return reply

    def _get(self, request: TokenRequest) -> Reply:
        query = [("service", request.service)] if request.service else []
        query += [("scope", scope) for scope in request.scopes]
        headers: dict[str, str] = {}
        if request.credential is not None:
            username = request.credential.username
            headers["Authorization"] = request.credential.basic or basic_header(
                username or "<token>", request.credential.identity_token
            )
            query += [("account", username)] if username else []
        joint = "&" if "?" in request.realm else "?"
        url = request.realm + (joint + urlencode(query, safe=":/,") if query else "")
        return self._wire.fetch("GET", url, headers, limit=_MAX_BYTES)

    def _post(self, request: TokenRequest, identity_token: str) -> Reply:
        form = {
            "grant_type": "refresh_token",
            "service": request.service,
            "client_id": _CLIENT_ID,
            "scope": " ".join(request.scopes),
            "refresh_token": identity_token,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._wire.fetch("POST", request.realm, headers, urlencode(form).encode(), limit=_MAX_BYTES)

    def _parse(self, reply: Reply, scopes: tuple[str, ...], host: str) -> _Token:
        try:
            answer = decode(reply.body, "a token", max_bytes=_MAX_BYTES - 1)
        except MalformedDocument as error:
            raise TransferFailed(
                f"the token server '{host}' gives no token: {error.message}", hint=_ask_who_runs(host)
            ) from None
        answer = answer if isinstance(answer, dict) else {}
        value = answer.get("token") or answer.get("access_token")
        if not isinstance(value, str):
            raise TransferFailed(f"the token server '{host}' gives no token", hint=_ask_who_runs(host))
        seconds = answer.get("expires_in")
        if not isinstance(seconds, int) or isinstance(seconds, bool):
            seconds = DEFAULT_SECONDS
        lifetime = float(min(max(seconds, 1), _LONGEST_SECONDS))
        # The server's clock may be wrong: only its duration counts, from now on.
        return _Token(scopes, bearer_header(value), lifetime, self._policy.clock() + lifetime)


def _ask_who_runs(host: str) -> str:
    return f"try again later, or ask who runs '{host}'"
