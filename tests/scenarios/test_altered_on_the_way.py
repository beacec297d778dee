"""Other bytes than those asked for, from a registry or something before it: refused, nothing changes."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.forged_layout import TITLE
from tests.support.stub_messages import Answer
from tests.support.stub_registry import StubRegistry, stub_registry
from tests.support.workspace import Workspace


def flipped(answer: Answer) -> Answer:
    body = bytearray(answer.body)
    body[len(body) // 2] ^= 1
    return dataclasses.replace(answer, body=bytes(body))


def cut(answer: Answer) -> Answer:
    return dataclasses.replace(answer, body=answer.body[:-1])


def prolonged(answer: Answer) -> Answer:
    return dataclasses.replace(answer, body=answer.body + b" ")


def other_digest(answer: Answer) -> Answer:
    return dataclasses.replace(answer, headers={**answer.headers, "Docker-Content-Digest": "sha256:" + "0" * 64})


def web_page(answer: Answer) -> Answer:
    return Answer(200, b"<html>please log in to the hotel's network</html>", {"Content-Type": "text/html"})


@pytest.fixture
def served(alice: Workspace, bob: Workspace) -> Any:
    """A registry that holds what Bob published after Alice's last pull, both of whom use it."""
    with stub_registry() as registry:
        for workspace in (alice, bob):
            local = workspace.root / ".modelops-bundle" / "local.yaml"
            local.write_text(f"version: 1\nremote: {registry.host}/lab/model\n")
        alice.ok("push")
        bob.ok("pull")
        bob.write("data/cases.csv", "bob\n")
        bob.write("data/new.csv", "new\n" * 1000)
        bob.ok("add", ".")
        bob.ok("push")
        yield registry


@pytest.mark.parametrize("change", [flipped, cut, prolonged, web_page])
@pytest.mark.parametrize("part", ["manifest", "config", "index", "file"])
def test_bytes_that_are_altered_on_the_way_are_refused(
    alice: Workspace, served: StubRegistry, tmp_path: Path, part: str, change: Callable[[Answer], Answer]
) -> None:
    digest = served.tags["lab/model"]["latest"]
    manifest = json.loads(served.manifests["lab/model"][digest][1])
    titles = {layer.get("annotations", {}).get(TITLE): layer["digest"] for layer in manifest["layers"]}
    paths = {
        "manifest": f"/manifests/{digest}",
        "config": f"/blobs/{manifest['config']['digest']}",
        "index": f"/blobs/{titles[None]}",
        "file": f"/blobs/{titles['data/new.csv']}",
    }
    served.fail("GET", paths[part], times=100, alter=change)
    hurried = Workspace(alice.root, env={"MODELOPS_HTTP_RETRY": "1"})
    before = alice.everything()
    done = hurried.run("pull")
    assert done.code in (5, 3, 10), done
    assert "Traceback" not in done.stderr
    assert done.code == 5 or (part, change) in (("manifest", web_page),), done.stderr
    assert {p: h for p, h in alice.everything().items() if "/refs/remotes/" not in p} == {
        p: h for p, h in before.items() if "/refs/remotes/" not in p
    }
    outside = Workspace(tmp_path, env={"MODELOPS_HTTP_RETRY": "1"})
    assert outside.run("clone", f"{served.host}/lab/model", "copy").code == done.code
    assert not (tmp_path / "copy").exists() or done.code == 3


def test_a_registry_that_states_another_digest_is_refused(alice: Workspace, served: StubRegistry) -> None:
    before = alice.tree()
    served.fail("GET", "/manifests/", times=100, alter=other_digest)
    served.fail("HEAD", "/manifests/", times=100, alter=other_digest)
    done = alice.run("pull")
    assert done.code in (1, 5), done
    assert alice.tree() == before
