"""Ctrl-C, and readers that go away: the program ends at once, and what it did is not lost."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from modelops_bundle.bundles.media_types import BUNDLE_FILE, BUNDLE_PACK
from tests.support import cli
from tests.support.stub_registry import StubRegistry, stub_registry
from tests.support.workspace import Workspace, assert_refusal


@pytest.mark.parametrize(("files", "size"), [(1, 5_000_000), (8, 5_000_000), (1, 9_000_000), (3, 50_000_000)])
def test_an_interrupted_push_ends_at_once_and_can_be_gone_on_with(alice: Workspace, files: int, size: int) -> None:
    """Small files travel as layers, larger ones in packs, which are sent while later ones are built."""
    silence = Event()
    with stub_registry() as registry, ended(silence):
        for number in range(files):
            alice.write(f"data/large-{number}.bin", random.Random(number).randbytes(size))
        alice.ok("add", ".")
        arrived = Event()

        def hang(_: StubRegistry) -> None:
            arrived.set()
            silence.wait()

        registry.fail("PUT", "/blobs/uploads/", times=100, before=hang)
        remote = f"{registry.host}/lab/model"
        with cli.start("push", "--remote", remote, cwd=alice.root) as process:
            assert arrived.wait(30)
            started = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=30)
        assert time.monotonic() - started < 10
        assert_refusal(cli.Result(process.returncode, b"", stderr.decode()), 130)
        assert "interrupted" in stderr.decode()
        assert "run the same command again" in stderr.decode()
        assert not registry.tags["lab/model"]
        silence.set()
        alice.ok("push", "--remote", remote)
        assert list(registry.tags["lab/model"]) == ["latest"]


@contextmanager
def ended(event: Event) -> Iterator[None]:
    """Set an event at the end, whatever happened: threads of a server wait for it."""
    try:
        yield
    finally:
        event.set()


@pytest.mark.parametrize("media_type", [BUNDLE_FILE, BUNDLE_PACK])
def test_an_interrupted_clone_goes_on_when_the_same_command_is_run_again(
    alice: Workspace, tmp_path: Path, media_type: str
) -> None:
    silence = Event()
    with stub_registry() as registry, ended(silence):
        remote = f"{registry.host}/lab/model"
        alice.write("data/large.bin", random.Random(1).randbytes(9_000_000))
        alice.ok("add", ".")
        alice.ok("push", "--remote", remote)
        manifest = json.loads(registry.manifests["lab/model"][registry.tags["lab/model"]["latest"]][1])
        blob = next(layer["digest"] for layer in manifest["layers"] if layer["mediaType"] == media_type)
        arrived = Event()

        def hang(_: StubRegistry) -> None:
            arrived.set()
            silence.wait()

        registry.fail("GET", f"/blobs/{blob}", times=100, before=hang)
        with cli.start("clone", remote, "copy", cwd=tmp_path) as process:
            assert arrived.wait(30)
            started = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=30)
        assert time.monotonic() - started < 10
        assert_refusal(cli.Result(process.returncode, b"", stderr.decode()), 130)
        silence.set()
        Workspace(tmp_path).ok("clone", remote, "copy")
        assert Workspace(tmp_path / "copy").tree() == alice.tree()
        assert Workspace(tmp_path / "copy").ok("status", "--porcelain=v1") == ""


@pytest.mark.parametrize(
    "command",
    ["status", "status --json --files", "ls-files", "add .", "push", "pull", "fetch", "--help", "--version"],
)
def test_a_reader_that_went_away_is_no_error(alice: Workspace, command: str) -> None:
    alice.write("new.csv", "new\n")
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "modelops_bundle", *command.split()],
            cwd=alice.root,
            env=os.environ | {"PYTHONPATH": str(cli.CHECKOUT)},
            stdout=writer,
            stderr=subprocess.PIPE,
            timeout=60,
        )
    finally:
        os.close(writer)
    assert done.returncode == 141, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"error" not in done.stderr.lower()
