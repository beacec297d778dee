"""Whether a registry is spoken to by https or by http.

https, always; but a registry on this very machine, or one that the user called insecure, may speak
either, and tells by the first answer. A registry elsewhere is never asked without TLS unless the user
said so.
"""

import threading

from modelops_bundle.registry.server import is_loopback, server_of


class Endpoint:
    """The base URL of a registry, which one answer may settle."""

    def __init__(self, host: str, *, insecure: bool) -> None:
        plain, secure = f"http://{host}", f"https://{host}"
        has_port = host.rpartition(":")[2].isdigit()
        self._bases: tuple[str, ...]
        if is_loopback(server_of(plain).host):
            # A port on this machine is nearly always a development registry without TLS.
            self._bases = (plain, secure) if has_port else (secure, plain)
        else:
            self._bases = (secure, plain) if insecure else (secure,)
        self._lock = threading.Lock()

    @property
    def base(self) -> str:
        """The base URL that answered, or the likeliest one."""
        return self._bases[0]

    @property
    def bases(self) -> tuple[str, ...]:
        """The base URLs that may be right, the likeliest first; one when it is settled."""
        return self._bases

    def settle(self, base: str) -> None:
        """Remember the base URL that answered."""
        with self._lock:
            self._bases = (base,)
