"""Which Authorization header goes with a request to the registry.

None until the registry asks for one: the request itself is sent, and its 401 tells what to do. From then on
every request carries what it needs from the start. A login is only looked up when it is asked for.
"""

import logging
import threading
from collections.abc import Callable, Iterable

from modelops_bundle.errors import AuthRefused
from modelops_bundle.registry.challenge import Challenge, parse_challenges, preferred
from modelops_bundle.registry.credential import Credential, bearer_header
from modelops_bundle.registry.realm import check_realm
from modelops_bundle.registry.retry import RetryPolicy
from modelops_bundle.registry.scope import covers, only_reads
from modelops_bundle.registry.token import TokenRequest, TokenStore
from modelops_bundle.registry.wire import Wire

CREDENTIAL_SECONDS = 600.0
"""How long a login that was looked up is used: those of cloud helpers end after an hour."""

_log = logging.getLogger(__name__)
Scopes = tuple[str, ...]


class Authenticator:
    """The authentication state of one remote, shared by all threads."""

    def __init__(self, host: str, find: Callable[[], Credential | None], wire: Wire, policy: RetryPolicy) -> None:
        self._host = host
        self._find = find
        self._policy = policy
        self._tokens = TokenStore(wire, policy)
        self._lock = threading.RLock()
        self._challenge: Challenge | None = None
        self._registry = ""
        self._asked_scopes: dict[Scopes, Scopes] = {}
        self._credential: Credential | None = None
        self._looked_up_at: float | None = None
        self._reads_anonymously = False

    @property
    def login(self) -> str:
        """Where the login in use came from, or empty text; for people."""
        return self._credential.source if self._credential else ""

    def authorization(self, scopes: Scopes, seconds: float = 0.0) -> str | None:
        """Return the header for a request that needs `scopes` for about `seconds`, or None.

        Raises AuthRefused when the token server refuses the login.
        """
        if self._challenge is None:
            return None
        credential = self._find_credential()
        if credential is not None and credential.registry_token:
            return bearer_header(credential.registry_token)
        if self._challenge.scheme == "basic":
            return (credential.basic or None) if credential else None
        if self._reads_anonymously and only_reads(scopes):
            credential = None
        try:
            return self._bearer(self._challenge, scopes, credential, seconds)
        except AuthRefused as error:
            if credential is None or not credential.stored or not only_reads(scopes):
                raise
            # The commonest reason why a public bundle cannot be pulled is a login of long ago.
            _log.warning("%s; going on without a login", error.message)
            self._reads_anonymously = True
            return self._bearer(self._challenge, scopes, None, seconds)

    def learn(self, registry: str, challenges: Iterable[str], scopes: Scopes, refused: str | None) -> bool:
        """Take note of a 401 of the registry at URL `registry`; tell whether the request is worth repeating.

        `challenges` are its `WWW-Authenticate` headers, `refused` the Authorization header it did not take.
        """
        challenge = preferred(parse_challenges(challenges))
        if challenge is None:
            return False
        with self._lock:
            self._challenge, self._registry = challenge, registry
            asked = tuple(challenge.parameters.get("scope", "").split())
            # Ours come first: some registries only look at the first.
            self._asked_scopes[scopes] = tuple(scope for scope in asked if not covers(scopes, (scope,)))
        credential = self._find_credential()
        if challenge.scheme == "basic" or (credential is not None and credential.registry_token):
            again = self.authorization(scopes)
            return again is not None and again != refused
        if refused is not None:
            self._tokens.forget(refused)
        return True

    def _bearer(self, challenge: Challenge, scopes: Scopes, credential: Credential | None, seconds: float) -> str:
        realm = challenge.parameters["realm"]
        check_realm(self._registry, realm, stored_login=credential is not None and credential.stored)
        wanted = scopes + self._asked_scopes.get(scopes, ())
        request = TokenRequest(realm, challenge.parameters.get("service", ""), wanted, credential)
        try:
            return self._tokens.get(request, seconds)
        except AuthRefused as error:
            raise AuthRefused(error.message, hint=f"modelops-bundle login {self._host}") from None

    def _find_credential(self) -> Credential | None:
        with self._lock:
            now = self._policy.clock()
            if self._looked_up_at is None or now - self._looked_up_at > CREDENTIAL_SECONDS:
                self._credential = self._find()
                self._looked_up_at = now
            return self._credential
