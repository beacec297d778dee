from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.api import load_config, push_dir
from modelops_bundle.arguments import WrongArgument, path_argument, text_argument
from modelops_bundle.errors import Invalid
from modelops_bundle.operations import BundleRef, Operations, default_provider_from_env
from modelops_bundle.repository import ModelOpsBundleRepository
from tests.modelops_bundle.samples import digest_number
from tests.support.workspace import Workspace

DIGEST = digest_number(1)


@pytest.mark.parametrize("value", [None, 5, b"x", ["x"], Path("x")])
def test_what_is_no_text_is_named(value: Any) -> None:
    with pytest.raises(WrongArgument, match=r"^'tag' is (None|of type \w+), not text$") as caught:
        text_argument("tag", value)
    assert isinstance(caught.value, Invalid) and isinstance(caught.value, TypeError)


@pytest.mark.parametrize("value", [None, 5, b"x", ""])
def test_what_is_no_path_is_named(value: Any) -> None:
    with pytest.raises(WrongArgument, match=r"^'dest' is (None, not a path|of type \w+, not a path|empty)$"):
        path_argument("dest", value)


def test_what_is_right_is_returned() -> None:
    assert text_argument("x", "") == ""
    assert path_argument("x", "a/b") == path_argument("x", Path("a/b")) == Path("a/b")


@pytest.mark.parametrize("value", [None, 5])
def test_the_python_api_names_the_argument_that_is_wrong(tmp_path: Path, value: Any) -> None:
    bundles = ModelOpsBundleRepository("localhost:1/lab", tmp_path)
    operations = Operations(provider=default_provider_from_env(tmp_path))
    calls: dict[str, Callable[[], object]] = {
        "registry_ref": lambda: ModelOpsBundleRepository(value, tmp_path),
        "cache_dir": lambda: ModelOpsBundleRepository("localhost:1", value),
        "cache_structure": lambda: ModelOpsBundleRepository("localhost:1", tmp_path, value),
        "default_tag": lambda: ModelOpsBundleRepository("localhost:1", tmp_path, default_tag=value),
        "bundle_ref": lambda: bundles.ensure_local(value) and bundles.exists(value),
        "path": lambda: load_config(value),
        "directory": lambda: default_provider_from_env(value),
        "ref": lambda: operations.resolve(value),
        "dest": lambda: operations.materialize("oci:x", value),
        "working_dir": lambda: operations.push(value),
    }
    for name, call in calls.items():
        with pytest.raises(WrongArgument, match=f"'{name}' is "):
            call()


@pytest.mark.parametrize("name", ["name", "version", "digest", "local_path", "role"])
def test_parts_of_a_reference_are_text(name: str) -> None:
    with pytest.raises(WrongArgument, match=f"'{name}' is of type int"):
        BundleRef(**{name: 5})  # type: ignore[arg-type]


def test_a_directory_may_be_a_path(tmp_path: Path) -> None:
    directory: Any = Path("x/y")
    assert BundleRef(local_path=directory) == BundleRef(local_path="x/y")
    assert ModelOpsBundleRepository(tmp_path / "layouts", tmp_path).registry_ref == f"oci:{tmp_path}/layouts"


def test_nothing_stands_for_the_current_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for call in (
        lambda: ModelOpsBundleRepository("localhost:1", ""),
        lambda: Operations().materialize("oci:x", ""),
        lambda: Operations().push(""),
        lambda: Operations().export("", "x.tar"),
        lambda: push_dir(""),
        lambda: load_config(""),
    ):
        with pytest.raises(WrongArgument, match="is empty"):
            call()


@pytest.mark.parametrize("tag", [5, ["v1"], b"v1", ""])
def test_a_tag_that_is_none_is_invalid(tmp_path: Path, tag: Any) -> None:
    work = Workspace(tmp_path / "work", tmp_path / "home")
    work.ok("init", "--remote", f"oci:{tmp_path}/layout")
    for push in partial(Operations().push, work.root), partial(Operations().plan, work.root):
        with pytest.raises(Invalid, match="not a tag"):
            push(tag=tag)
