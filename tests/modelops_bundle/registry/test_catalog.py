"""Repositories are listed where a registry lists them, and a registry that does not is no failure."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.registry import catalog
from modelops_bundle.registry.catalog import repositories_below
from modelops_bundle.settings import Settings
from tests.support import stub_handler
from tests.support.stub_messages import Answer, Received, error
from tests.support.stub_registry import StubRegistry, stub_registry

NAMES = ["lab/flu", "lab/seir", "lab/seir/old", "laboratory/x", "other"]


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch, pages: list[Any]) -> Iterator[StubRegistry]:
    """Run a registry whose catalog has these pages; a number is a status."""

    def answer(registry: StubRegistry, request: Received) -> Answer:
        at = int(request.query.get("page", "0"))
        if isinstance(pages[at], int):
            return error(pages[at], "UNAUTHORIZED")
        more = {"Link": f'</v2/_catalog?page={at + 1}>; rel="next"'} if at + 1 < len(pages) else {}
        return Answer(200, json.dumps(pages[at]).encode(), headers=more)

    monkeypatch.setattr(stub_handler, "answer_registry", answer)
    with stub_registry() as registry:
        yield registry


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", NAMES),
        ("/lab", ["lab/flu", "lab/seir", "lab/seir/old"]),
        ("/lab/seir", ["lab/seir/old"]),
        ("/nothing", []),
    ],
)
def test_what_is_below_a_path_is_listed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str, found: list[str]
) -> None:
    pages = [{"repositories": NAMES[:2]}, {"repositories": NAMES[2:]}]
    with serving(monkeypatch, pages) as stub:
        listed = repositories_below(f"{stub.host}{path}", Settings(home=tmp_path))
        assert listed == [f"{stub.host}/{name}" for name in found]


@pytest.mark.parametrize("page", [401, 403, 404, 405, {}, [], {"repositories": None}, {"repositories": [1, None]}])
def test_a_registry_that_lists_nothing_has_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: Any
) -> None:
    with serving(monkeypatch, [page]) as stub:
        assert repositories_below(stub.host, Settings(home=tmp_path, retries=0)) == []


def test_names_that_are_none_are_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(monkeypatch, [{"repositories": ["../x", "A", "a b", "a:b", "", "good"]}]) as stub:
        assert repositories_below(stub.host, Settings(home=tmp_path)) == [f"{stub.host}/good"]


def test_a_list_without_end_is_cut(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(catalog, "MAX_PAGES", 3)
    with serving(monkeypatch, [{"repositories": [f"r{page}"]} for page in range(9)]) as stub:
        assert repositories_below(stub.host, Settings(home=tmp_path)) == [f"{stub.host}/r{n}" for n in range(3)]
