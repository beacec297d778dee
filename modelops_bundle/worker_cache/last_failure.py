"""Why the last process that fetched a bundle could not, left for those who waited for it.

Without it, each of them would turn to the same silent registry when its turn comes, one after the other. Whoever
comes later tries again. A process that is killed leaves nothing here: the next one takes over.
"""

import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from modelops_bundle.errors import BundleError, IntegrityError, Invalid, NotFound, TransferFailed
from modelops_bundle.files import canonical_json
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.files.durable import write_file
from modelops_bundle.files.hashing import open_regular

_KINDS: dict[str, type[BundleError]] = {kind.__name__: kind for kind in (TransferFailed, IntegrityError)}
"""What does not depend on who asks, as a login does, or on what takes no time to find out anew."""
_MAX_BYTES = 1 << 16
_TOLD = "another process met this, which fetched the bundle while this one waited"


@dataclass(frozen=True, slots=True)
class LastFailure:
    """A failure to fetch a bundle from a remote; `number` is of this failure only."""

    number: str
    remote: str
    kind: str
    message: str
    hint: str

    def error(self) -> BundleError:
        """Return the error that the other process met."""
        return _KINDS[self.kind](self.message, hint=self.hint, details=(_TOLD,))


def read_failure(path: Path) -> LastFailure | None:
    """Return what was left, or None where there is nothing that makes sense."""
    try:
        with open_regular(str(path)) as stream:
            value = canonical_json.decode(stream.read(_MAX_BYTES + 1), f"'{path}'", max_bytes=_MAX_BYTES)
        failure = LastFailure(**value)
    except (NotFound, Invalid, MalformedDocument, TypeError):
        return None
    is_text = all(isinstance(text, str) for text in asdict(failure).values())
    return failure if is_text and failure.kind in _KINDS else None


def leave_failure(path: Path, remote: str, error: BundleError) -> None:
    """Tell those who wait why a bundle cannot be had; on a disk that takes nothing, they find out themselves."""
    kind = next((name for name, kind in _KINDS.items() if isinstance(error, kind)), "")
    if kind:
        failure = LastFailure(os.urandom(8).hex(), remote, kind, error.message, error.hint)
        with suppress(OSError):
            write_file(path, canonical_json.encode(asdict(failure)), flush=False)
