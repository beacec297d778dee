"""A remote and the blob stores beside it, opened together for as long as something is sent or fetched."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelops_bundle.fetching.contents import Origin
from modelops_bundle.progress import OnEvent, ignore_events
from modelops_bundle.remote import Remote
from modelops_bundle.remotes.opening import open_remote
from modelops_bundle.settings import Settings
from modelops_bundle.storage.stores import Storage

if TYPE_CHECKING:
    from modelops_bundle.environments import Environment


@dataclass(frozen=True, slots=True)
class Connection:
    """What is open; `jobs` transfers at a time, 0 for the usual number."""

    remote: Remote
    storage: Storage
    jobs: int = 0

    def origin(self, on_event: OnEvent = ignore_events) -> Origin:
        """Return the same as a place where content comes from."""
        return Origin(self.remote, on_event, self.jobs, self.storage.open)


@contextmanager
def connect(name: str, settings: Settings, environment: "Environment | None") -> Iterator[Connection]:
    """Open a remote by its canonical name, and blob stores when a file needs them; close them after the block."""
    storage = Storage(settings, environment)
    remote = open_remote(name, settings, environment)
    try:
        yield Connection(remote, storage, settings.jobs)
    finally:
        remote.close()
        storage.close()
