"""What a result depends on: the machine and the versions of what ran on it. No names or paths of it."""

import os
import platform
import re
from pathlib import Path


def describe(data_in_memory: bool) -> str:
    """Return one line about this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    release = ".".join(platform.release().split("-")[0].split(".")[:2])
    return ", ".join(
        [
            f"{os.cpu_count()} cores of {_processor()}",
            f"{memory:.0f} GiB of memory",
            f"{platform.system()} {release}",
            f"Python {platform.python_version()}",
            f"data {'in memory (tmpfs)' if data_in_memory else 'on disk'}",
        ]
    )


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.machine()
