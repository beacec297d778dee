"""A child of this process, forked as other programs do it while we are at work."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SECONDS = 60


@contextmanager
def forked(work: Callable[[], object]) -> Iterator[int]:
    """Fork a child that does its work and lives until the end of the block, and must end well; give its number.

    The block begins when the work is done.
    """
    done, says_done = os.pipe()
    ends, end = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            signal.alarm(_SECONDS)
            os.close(end)
            work()
            os.write(says_done, b"done")
            os.read(ends, 1)
            code = 0
        finally:
            os._exit(code)
    for descriptor in says_done, ends:
        os.close(descriptor)
    try:
        os.read(done, 4)
        yield child
    finally:
        for descriptor in done, end:
            os.close(descriptor)
        assert os.waitpid(child, 0)[1] == 0
