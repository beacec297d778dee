"""Run docker-registry on a free port of this machine."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.benchmarks.peers import program

_LISTENING = re.compile(r"listening on (127\.0\.0\.1:\d+)")
_START_SECONDS = 20


class RegistryFailed(Exception):
    """docker-registry did not start."""


@contextmanager
def registry(directory: Path) -> Iterator[str]:
    """Serve the data in a directory, anonymously and without TLS; give `127.0.0.1:port`."""
    config, log = directory / "registry.yml", directory / "log"
    settings = {
        "version": "0.1",
        "log": {"level": "info"},
        "storage": {"filesystem": {"rootdirectory": str(directory / "data")}, "redirect": {"disable": True}},
        "http": {"addr": "127.0.0.1:0"},
    }
    config.write_text(json.dumps(settings))  # JSON is YAML
    with log.open("wb") as stream:
        # An empty environment: REGISTRY_* variables would override the configuration.
        process = subprocess.Popen(
            [program("docker-registry"), "serve", config],
            env={},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if found := _LISTENING.search(log.read_text(errors="replace")):
            return found[1]
        time.sleep(0.005)
    raise RegistryFailed(f"docker-registry does not listen: {log.read_text(errors='replace')[-300:]}")
