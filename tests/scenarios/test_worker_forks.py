"""A worker forks while one of its threads fetches a bundle."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.support.cli import CHECKOUT
from tests.support.stub_registry import stub_registry
from tests.support.worker import REPOSITORY, publish
from tests.support.workspace import Workspace

# A thread fetches. Meanwhile a child is forked that lives on, and one that asks for the same bundle.
FORKED = """
import os, signal, sys
from contextlib import contextmanager
from threading import Event, Thread
from modelops_bundle.repository import ModelOpsBundleRepository
registry, cache, reference = sys.argv[1:]
repository = ModelOpsBundleRepository(registry, cache)
fetches, goes_on, origin = Event(), Event(), repository._origin

@contextmanager
def waiting(name):
    fetches.set()
    goes_on.wait()
    with origin(name) as opened:
        yield opened

repository._origin = waiting
thread = Thread(target=repository.ensure_local, args=(reference,))
thread.start()
fetches.wait()
lives = os.fork()
if not lives:
    signal.pause()
asks = os.fork()
if not asks:
    ModelOpsBundleRepository(registry, cache).ensure_local(reference)
    os._exit(0)
goes_on.set()
thread.join()
assert os.waitpid(asks, 0)[1] == 0
os.kill(lives, signal.SIGKILL)
"""


def test_children_forked_while_a_bundle_is_fetched_wait_for_it_and_go_on(tmp_path: Path) -> None:
    work = Workspace(tmp_path / "seir", tmp_path / "home")
    work.write("data/cases.csv", "day,cases\n1,3\n")
    with stub_registry() as stub:
        reference = f"{REPOSITORY}@{publish(work, f'{stub.host}/{REPOSITORY}')}"
        command = [sys.executable, "-c", FORKED, stub.host, str(tmp_path / "cache"), reference]
        with subprocess.Popen(command, cwd=CHECKOUT, start_new_session=True) as process:
            try:
                assert process.wait(timeout=30) == 0
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
