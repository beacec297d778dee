"""Give every worker of a Dask cluster a bundle before its first task, so that tasks can import the bundle's code.

    client.register_plugin(BundlePlugin(ModelOpsBundleRepository(registry, cache), reference))

Needs `distributed`, which the extra `dask` installs.
"""

import sys
from collections import Counter
from pathlib import Path

from distributed import Worker, WorkerPlugin

from modelops_bundle.errors import Invalid
from modelops_bundle.repository import ModelOpsBundleRepository

_users: Counter[str] = Counter()
"""How many workers of this process import from a bundle's directory; one bundle at a time."""


class OtherBundleInUse(Invalid):
    """A process imports from one bundle already: modules of two versions must not be mixed."""


class BundlePlugin(WorkerPlugin):
    """Fetch a bundle on every worker, once a machine, and let its tasks import what it holds.

    `reference` is what `ensure_local` takes. Data is found below the directory that `ensure_local` returns, which
    asks nobody by then. Another bundle needs other processes, or this plugin unregistered.
    """

    idempotent = True

    def __init__(self, repository: ModelOpsBundleRepository, reference: str) -> None:
        self.name = f"modelops-bundle {reference}"
        self._repository = repository
        self._reference = reference
        self._directory = ""

    def setup(self, worker: Worker | None) -> None:
        """Fetch the bundle; raise OtherBundleInUse, and what `ensure_local` raises."""
        _, directory = self._repository.ensure_local(self._reference)
        others = set(+_users) - {str(directory)}
        if others:
            raise OtherBundleInUse(
                f"this process imports from another bundle, in '{others.pop()}'",
                hint="client.unregister_worker_plugin(name), or other workers",
            )
        self._directory = str(directory)
        _users[self._directory] += 1
        if _users[self._directory] == 1:
            sys.path.insert(0, self._directory)

    def teardown(self, worker: Worker | None) -> None:
        """Forget the bundle's modules, so that another one can be imported from."""
        _users[self._directory] -= 1
        if _users[self._directory] > 0:
            return
        sys.path[:] = [entry for entry in sys.path if entry != self._directory]
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if file and Path(file).is_relative_to(self._directory):
                del sys.modules[name]
