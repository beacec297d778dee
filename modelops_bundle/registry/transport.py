"""One request to a registry, done well: logged in, redirected, and tried again when that may help."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from modelops_bundle.errors import BundleError, TransferFailed
from modelops_bundle.registry.auth import Authenticator
from modelops_bundle.registry.credential import Credential
from modelops_bundle.registry.credential_lookup import find_credential
from modelops_bundle.registry.endpoint import Endpoint
from modelops_bundle.registry.http_library import httpx
from modelops_bundle.registry.location import redirect_url
from modelops_bundle.registry.network_errors import ConnectionLost, Unreachable, UntrustedCertificate
from modelops_bundle.registry.reference import RegistryReference
from modelops_bundle.registry.registry_errors import is_transient, refusal_error
from modelops_bundle.registry.retry import RetryPolicy
from modelops_bundle.registry.server import RefusedAddress, same_server
from modelops_bundle.registry.wire import ERROR_BYTES, Reply, Wire
from modelops_bundle.settings import Settings

MAX_REDIRECTS = 5
MAX_LOGINS = 2
_ANY_METHOD_REDIRECTS = {307, 308}
_READ_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask: `target` is a path of the registry's API, or a URL that one of its replies gave.

    `what` names it in errors. `body` gives the content anew for each try. `seconds` is how long the login
    should hold, `read_seconds` how long to wait for the reply.
    """

    method: str
    target: str
    scopes: tuple[str, ...]
    what: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Callable[[], Iterator[bytes]] | None = None
    seconds: float = 0.0
    read_seconds: float | None = None


class Transport:
    """The requests of one remote; safe to use from several threads. `find` looks up the login to use."""

    def __init__(
        self,
        reference: RegistryReference,
        settings: Settings,
        policy: RetryPolicy,
        find: Callable[[], Credential | None] | None = None,
    ) -> None:
        self.reference = reference
        self.policy = policy
        self._wire = Wire(reference.api_host, settings)
        self._endpoint = Endpoint(reference.api_host, insecure=settings.insecure)
        find = find or partial(find_credential, reference.host, reference.repository, settings)
        self._authenticator = Authenticator(reference.host, find, self._wire, policy)

    def call(self, request: Request, *, limit: int = ERROR_BYTES) -> Reply:
        """Send a request, again while that may help, and return the reply, whatever its status.

        The body is cut at `limit` bytes. Raises AuthRefused when there is no way to log in, and
        TransferFailed.
        """
        return self.policy.run(self.reference.api_host, lambda: self.call_once(request, limit=limit))

    def call_once(self, request: Request, *, limit: int = ERROR_BYTES) -> Reply:
        """Send a request once; raise Transient when another try may help."""
        reply = self._wire.read(self._exchange(request), limit)
        if is_transient(reply.status):
            raise self.refusal(reply, request.what)
        return reply

    @contextmanager
    def stream(self, request: Request) -> Iterator[httpx.Response]:
        """Send a request, again while that may help, and give the response with its body unread.

        While the body is read, ConnectionLost may be raised.
        """

        def attempt() -> httpx.Response:
            response = self._exchange(request)
            if is_transient(response.status_code):
                raise self.refusal(self._wire.read(response), request.what)
            return response

        with self._wire.reading(self.policy.run(self.reference.api_host, attempt)) as response:
            yield response

    def read(self, response: httpx.Response) -> Reply:
        """Read what is left of a response."""
        return self._wire.read(response)

    def refusal(self, reply: Reply, what: str) -> BundleError:
        """Return the error to raise for a reply that is no success."""
        return refusal_error(reply, self.reference.name, what, self._authenticator.login)

    def is_registry(self, url: str) -> bool:
        """Tell whether a URL leads to the registry, rather than to where it sends us."""
        return same_server(url, self._endpoint.base)

    def close(self) -> None:
        """Close all connections, and end all waits."""
        self.policy.stop()
        self._wire.close()

    def _exchange(self, request: Request) -> httpx.Response:
        """Send a request with the login that it needs; a login that is refused is renewed, at most twice."""
        for _ in range(MAX_LOGINS):
            authorization = self._authenticator.authorization(request.scopes, request.seconds)
            response = self._follow(request, authorization)
            if response.status_code != 401 or not self.is_registry(str(response.request.url)):
                return response
            headers = response.headers.get_list("www-authenticate")
            if not self._authenticator.learn(self._endpoint.base, headers, request.scopes, authorization):
                return response
            self._wire.read(response)
        return self._follow(request, self._authenticator.authorization(request.scopes, request.seconds))

    def _follow(self, request: Request, authorization: str | None) -> httpx.Response:
        """Send a request and follow its redirects; the login goes to the registry only."""
        response = self._send(request, authorization)
        for _ in range(MAX_REDIRECTS):
            status, location = response.status_code, response.headers.get("location")
            redirects = _READ_REDIRECTS if request.method in ("GET", "HEAD") else _ANY_METHOD_REDIRECTS
            if status not in redirects or not location:
                return response
            here = str(response.request.url)
            try:
                there = redirect_url(here, location)
            except RefusedAddress:
                response.close()
                raise
            if not same_server(here, there):
                if request.method == "HEAD":
                    return response  # a URL signed for GET refuses HEAD; that there is one is the answer
                authorization = None
            self._wire.read(response)
            response = self._open(request, there, authorization)
        response.close()
        raise TransferFailed(
            f"'{self.reference.api_host}' redirects {request.what} more than {MAX_REDIRECTS} times",
            hint=f"ask who runs '{self.reference.api_host}'",
        )

    def _send(self, request: Request, authorization: str | None) -> httpx.Response:
        """Send a request to the registry, or to the URL that one of its replies gave."""
        if not request.target.startswith("/"):
            return self._open(request, request.target, authorization if self.is_registry(request.target) else None)
        bases = self._endpoint.bases
        if len(bases) > 1:
            return self._find_base(request, authorization, bases)
        return self._open(request, bases[0] + request.target, authorization)

    def _find_base(self, request: Request, authorization: str | None, bases: tuple[str, ...]) -> httpx.Response:
        """Send a request by one scheme, then by the other if the first is not what the registry speaks."""
        failures: list[TransferFailed] = []
        doubtful = ""
        for base in bases:
            try:
                response = self._open(request, base + request.target, authorization)
            except UntrustedCertificate:
                raise
            except (ConnectionLost, Unreachable) as error:
                failures.append(error)
                continue
            if response.status_code != 400 or base == bases[-1]:
                self._endpoint.settle(base)
                return response
            response.close()  # a web server that expects TLS answers plain HTTP with 400
            doubtful = base
        if not doubtful:
            raise failures[0]
        self._endpoint.settle(doubtful)
        return self._open(request, doubtful + request.target, authorization)

    def _open(self, request: Request, url: str, authorization: str | None) -> httpx.Response:
        headers = dict(request.headers)
        if authorization is not None:
            headers["Authorization"] = authorization
        content = request.body() if callable(request.body) else request.body
        return self._wire.open(request.method, url, headers, content, request.read_seconds)
