"""A registry in this process that can misbehave in every way that real ones do.

    with stub_registry(Quirks(redirect_blobs=True)) as registry:
        blob = registry.add_blob("lab/model", b"content")
        registry.fail("GET", "/blobs/", drop_after=3)          # the next such request only
        ...
        assert len(registry.seen("GET", "/blobs/")) == 2

`Quirks` say how this registry *is*, and may be changed at any time; a `Fault` happens to the next
requests that it matches. `stub_profiles` has the quirks of known registries. Everything is in memory;
there are no chunked uploads. What it does with requests stands in `stub_routes`, what it does with tokens
in `stub_tokens`.
"""

import re
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Literal

from modelops_bundle.bundles.media_types import BUNDLE_FILE, OCI_MANIFEST
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of
from tests.support.certificates import ServerCertificate
from tests.support.stub_handler import StubHandler
from tests.support.stub_messages import Answer, Received, Seen


@dataclass
class Quirks:
    """How a registry differs from a plain one that anybody may read and write."""

    # Who may do what. Bearer tokens come from `/token` of the same server, unless `realm` names another URL.
    auth: Literal["", "basic", "bearer"] = ""
    public: bool = False  # anybody may read
    realm: str = ""
    token_seconds: int | None = 300  # what the token server claims; None: it does not say
    token_uses: int | None = None  # a token is refused after so many requests: it ended earlier than claimed
    token_post: bool = True  # False: the token server knows GET only
    hides_new_repositories: bool = False  # 401 for reading one that does not exist, as Quay does
    repositories: set[str] | None = None  # only these exist, as with ECR; None: a push creates them

    # Blobs.
    ranges: bool = True  # False: Range is ignored
    open_ranges: bool = True  # False: 416 for `bytes=5-`
    redirect_blobs: bool = False  # GET is answered by a storage server, at a signed URL
    signed_url_uses: int | None = None  # a signed URL is refused after so many requests
    mounts: bool = True  # False: 202, an upload in place of the mount
    location: Literal["relative", "absolute", "scheme-relative"] = "relative"
    upload_query: str = "_state=a%2Cb%3D,+"  # must come back byte for byte
    upload_to_storage: bool = False  # uploads go to the storage server
    max_body: int | None = None  # 413 above

    # Manifests and tags.
    content_digest: bool = True  # False: no Docker-Content-Digest
    media_types: str = ".*"  # those of config and artifacts that are taken
    immutable_tags: bool = False
    referrers: bool = False
    page_size: int | None = None
    null_tags: bool = False  # no tags are null, not []

    set_cookie: bool = False


@dataclass
class Fault:
    """What happens to the next requests of this method whose path, with query, matches the pattern.

    Exactly one of: `status` (with `headers` and `body`) is the answer; `drop_after` breaks the connection
    after so many bytes of the body, of the request if it has one, else of the answer; `lose_answer` does
    the work and breaks the connection; `alter` changes the answer. `before`, if given, runs first, and
    may be all there is.
    """

    method: str
    pattern: str
    times: int = 1
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    drop_after: int | None = None
    lose_answer: bool = False
    alter: Callable[[Answer], Answer] | None = None
    before: Callable[["StubRegistry"], None] | None = None


class StubRegistry:
    """The state of the registry and of its storage server, and what they have seen."""

    def __init__(self, quirks: Quirks, certificate: ServerCertificate | None = None) -> None:
        self.quirks = quirks
        self.blobs: dict[str, dict[str, bytes]] = defaultdict(dict)
        self.manifests: dict[str, dict[str, tuple[str, bytes]]] = defaultdict(dict)
        self.tags: dict[str, dict[str, str]] = defaultdict(dict)
        self.uploads: dict[str, str] = {}
        self.tokens: dict[str, set[str]] = {}
        self.uses: dict[str, int] = defaultdict(int)
        self.requests: list[Seen] = []
        self.lock = threading.RLock()
        self._faults: list[Fault] = []
        self._scheme = "https" if certificate else "http"
        self._servers = [_Server(self, "registry", certificate), _Server(self, "storage", certificate)]

    @property
    def host(self) -> str:
        """The registry's `127.0.0.1:port`."""
        return f"127.0.0.1:{self._servers[0].server_port}"

    @property
    def url(self) -> str:
        """The registry's origin."""
        return f"{self._scheme}://{self.host}"

    @property
    def storage_url(self) -> str:
        """The origin of the storage server that redirects lead to."""
        return f"{self._scheme}://127.0.0.1:{self._servers[1].server_port}"

    def add_blob(self, repository: str, data: bytes, media_type: str = BUNDLE_FILE) -> Descriptor:
        """Put a blob there, and return its descriptor."""
        digest = digest_of(data)
        self.blobs[repository][digest] = data
        return Descriptor(media_type, digest, len(data))

    def add_manifest(self, repository: str, data: bytes, tag: str = "", media_type: str = OCI_MANIFEST) -> Digest:
        """Put a manifest there, and a tag if one is given; nothing is checked."""
        digest = digest_of(data)
        self.manifests[repository][digest] = (media_type, data)
        if tag:
            self.tags[repository][tag] = digest
        return digest

    def fail(
        self,
        method: str,
        pattern: str,
        *,
        times: int = 1,
        status: int = 0,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        drop_after: int | None = None,
        lose_answer: bool = False,
        alter: Callable[[Answer], Answer] | None = None,
        before: Callable[["StubRegistry"], None] | None = None,
    ) -> None:
        """Let a `Fault` happen to the next requests that it matches."""
        fault = Fault(method, pattern, times, status, headers or {}, body, drop_after, lose_answer, alter, before)
        with self.lock:
            self._faults.append(fault)

    def mend(self) -> None:
        """Forget the faults that have not happened yet."""
        with self.lock:
            self._faults.clear()

    def next_fault(self, request: Received) -> Fault | None:
        """Return the first fault that matches a request, and count it as used."""
        with self.lock:
            for fault in self._faults:
                if fault.times and fault.method == request.method and re.search(fault.pattern, request.target):
                    fault.times -= 1
                    return fault
        return None

    def expire_tokens(self) -> None:
        """Refuse all tokens that were given out."""
        with self.lock:
            self.tokens.clear()

    def seen(self, method: str = "", pattern: str = "", server: str = "") -> list[Seen]:
        """Return the requests of a method whose path and query match a pattern, in the order they ended."""
        with self.lock:
            return [
                request
                for request in self.requests
                if method in ("", request.method)
                and server in ("", request.server)
                and re.search(pattern, request.target)
            ]

    @property
    def received_bytes(self) -> int:
        """The bytes of all request bodies."""
        return sum(request.received_bytes for request in self.seen())

    @property
    def sent_bytes(self) -> int:
        """The bytes of all bodies of answers."""
        return sum(request.sent_bytes for request in self.seen())

    def start(self) -> None:
        """Serve in threads."""
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        for server in self._servers:
            server.shutdown()
            server.server_close()


@contextmanager
def stub_registry(
    quirks: Quirks | None = None, certificate: ServerCertificate | None = None
) -> Iterator[StubRegistry]:
    """Run a stub registry on free loopback ports while the block runs; with a certificate, over TLS."""
    registry = StubRegistry(quirks or Quirks(), certificate)
    registry.start()
    try:
        yield registry
    finally:
        registry.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(
        self,
        registry: StubRegistry,
        role: Literal["registry", "storage"],
        certificate: ServerCertificate | None,
    ) -> None:
        self.registry = registry
        self.role = role
        super().__init__(("127.0.0.1", 0), StubHandler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.certificate_file, certificate.key_file)
            # The handshake is left to the thread of the connection: a client of plain HTTP must not stop
            # all others.
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: clients break connections here on purpose, and `requests` shows what went out."""
