"""Whatever a registry does wrong, the result is the identical tree, or a clean error with nothing lost.

Packed content, since titled files have tests of their own. A schedule of faults hits any of the requests.
"""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelops_bundle.packs import packing, unpack_plan
from modelops_bundle.pushing import encoding
from modelops_bundle.registry import retry
from tests.modelops_bundle.packs_in_memory import noise
from tests.support.stub_messages import Answer
from tests.support.stub_registry import Quirks, StubRegistry, stub_registry
from tests.support.workspace import Workspace

BLOB_GET, BLOB_PUT, ANYTHING = "/blobs/sha256", "/blobs/uploads/", "/v2/.+/"
ENVIRONMENT = {"MODELOPS_HTTP_RETRY": "2"}


@pytest.fixture(autouse=True, scope="module")
def small_limits() -> Iterator[None]:
    """Make packs of small content, and let nobody wait."""
    with (
        mock.patch.object(packing, "CUT_FROM", 64 << 10),
        mock.patch.object(encoding, "CUT_FROM", 64 << 10),
        mock.patch.object(packing, "PACK_SIZE", 128 << 10),
        mock.patch.object(unpack_plan, "GAP", 2000),
        mock.patch.object(retry, "FIRST_WAIT", 0.001),
    ):
        yield


def short(answer: Answer) -> Answer:
    return Answer(answer.status, answer.body[: len(answer.body) // 2], answer.headers)


def wrong(answer: Answer) -> Answer:
    body = bytearray(answer.body)
    if body:
        body[len(body) // 2] ^= 1
    return Answer(answer.status, bytes(body), answer.headers)


FAULTS: dict[str, Callable[[StubRegistry, int], None]] = {
    "reset while it answers": lambda r, n: r.fail("GET", BLOB_GET, times=n, drop_after=1000),
    "reset before it answers": lambda r, n: r.fail("GET", ANYTHING, times=n, drop_after=0),
    "reset while it is sent to": lambda r, n: r.fail("PUT", BLOB_PUT, times=n, drop_after=1000),
    "answer lost": lambda r, n: r.fail("PUT", ANYTHING, times=n, lose_answer=True),
    "429": lambda r, n: r.fail("GET", ANYTHING, times=n, status=429, headers={"Retry-After": "0"}),
    "429 to uploads": lambda r, n: r.fail("POST", ANYTHING, times=n, status=429, headers={"Retry-After": "0"}),
    "503": lambda r, n: r.fail("GET", ANYTHING, times=n, status=503),
    "503 to uploads": lambda r, n: r.fail("PUT", ANYTHING, times=n, status=503),
    "500 to questions": lambda r, n: r.fail("HEAD", ANYTHING, times=n, status=500),
    "short body": lambda r, n: r.fail("GET", BLOB_GET, times=n, alter=short),
    "wrong bytes": lambda r, n: r.fail("GET", BLOB_GET, times=n, alter=wrong),
}
CODES = {3, 5}
"""Transfer failed, or what came is not what it should be."""


def begin(directory: Path, registry: StubRegistry) -> Workspace:
    alice = Workspace(directory / "alice", env=ENVIRONMENT)
    alice.write("large", noise(400_000))
    alice.write("rows.csv", b"".join(b"%d,%d\n" % (n, n * n) for n in range(20_000)))
    for number in range(30):
        alice.write(f"small/{number}", noise(3000, number))
    alice.ok("init", "--remote", f"{registry.host}/lab/model")
    alice.ok("config", "storage.layout", "packed")
    alice.ok("add", ".")
    return alice


def until_it_works(workspace: Workspace, registry: StubRegistry, *arguments: str) -> None:
    """Run a command that may fail, but cleanly, while there are faults, and must succeed when they are mended."""
    done = workspace.run(*arguments)
    if done.code:
        assert done.code in CODES, done.stderr
        assert "error: " in done.stderr
        assert "Traceback" not in done.stderr
    registry.mend()
    if done.code:
        workspace.ok(*arguments)


def journey(directory: Path, quirks: Quirks, faults: list[tuple[str, int]]) -> None:
    """Push, clone, edit, push and pull, each step with faults."""
    with stub_registry(quirks) as registry:
        alice, bob = begin(directory, registry), Workspace(directory / "bob", env=ENVIRONMENT)

        def break_it() -> None:
            for name, times in faults:
                FAULTS[name](registry, times)

        before = alice.tree()
        break_it()
        until_it_works(alice, registry, "push")
        assert alice.tree() == before
        break_it()
        anyone = Workspace(directory, env=ENVIRONMENT)
        until_it_works(anyone, registry, "clone", f"{registry.host}/lab/model", "bob")
        assert bob.tree() == before
        alice.write("large", noise(400_000)[:200_000] + b"edit" + noise(400_000)[200_000:])
        alice.write("small/7", b"edited\n")
        after = alice.tree()
        break_it()
        until_it_works(alice, registry, "push")
        break_it()
        bob.write("mine.csv", "unsaved work\n")
        done = bob.run("pull")
        registry.mend()
        if done.code:
            assert done.code in CODES, done.stderr
            assert bob.tree() == before | {"mine.csv": "file b'unsaved work\\n'"}
            bob.ok("pull")
        assert alice.tree() == after
        assert bob.tree() == after | {"mine.csv": "file b'unsaved work\\n'"}


@pytest.mark.parametrize("times", [1, 100])
@pytest.mark.parametrize("name", FAULTS)
def test_one_kind_of_fault(tmp_path: Path, name: str, times: int) -> None:
    journey(tmp_path, Quirks(), [(name, times)])


@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(ranges=False),
        Quirks(open_ranges=False),
        Quirks(redirect_blobs=True, signed_url_uses=1),
        Quirks(upload_to_storage=True),
    ],
    ids=["Range is ignored", "open ranges are refused", "signed URLs that end", "uploads elsewhere"],
)
def test_odd_registries(tmp_path: Path, quirks: Quirks) -> None:
    journey(tmp_path, quirks, [("reset while it answers", 1)])


_numbers = itertools.count()


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from(sorted(FAULTS)), st.integers(1, 5)), min_size=1, max_size=4),
    st.booleans(),
)
def test_any_schedule_of_faults(tmp_path: Path, faults: list[tuple[str, int]], ranges: bool) -> None:
    journey(tmp_path / f"{next(_numbers)}", Quirks(ranges=ranges), faults)
