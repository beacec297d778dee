"""The reference pages: their examples are run, and their tables name what the code has."""

import ast
import re
from pathlib import Path

import pytest

from modelops_bundle import config, local_config, settings
from modelops_bundle.ignore import DEFAULTS
from modelops_bundle.layers import DEFAULT_PATTERNS
from tests.support.console_blocks import check_page

DOCS = Path(__file__).parent.parent / "docs"
FORMATS = ["bundle", "config", "index", "on-disk", "refs", "tree"]
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text("utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_the_examples_of_a_format_print_what_its_page_shows(name: str, tmp_path: Path) -> None:
    check_page(page(f"formats/{name}"), tmp_path)


@pytest.mark.server("zstd")
@pytest.mark.server("curl")
def test_the_examples_of_packs_print_what_their_page_shows(tmp_path: Path) -> None:
    check_page(page("formats/pack"), tmp_path)


@pytest.mark.server("skopeo")
def test_the_examples_of_the_layout_print_what_its_page_shows(tmp_path: Path) -> None:
    check_page(page("formats/oci-layout"), tmp_path)


def test_the_examples_of_environments_print_what_their_page_shows(tmp_path: Path) -> None:
    check_page(page("environments"), tmp_path)


def test_every_format_has_its_examples_run() -> None:
    assert sorted(path.stem for path in (DOCS / "formats").iterdir()) == sorted([*FORMATS, "oci-layout", "pack"])


def test_every_variable_that_is_read_is_listed() -> None:
    tree = ast.parse(Path(settings.__file__).read_text("utf-8"))
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    variables = {text for text in texts if isinstance(text, str) and _VARIABLE.fullmatch(text)}
    assert {"CI", "MODELOPS_BUNDLE_ENV"} < variables
    assert variables <= set(re.findall("`([A-Z0-9_]+)`", page("environments")))


def test_the_built_in_layers_are_listed_pattern_by_pattern() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (`\S+`(?: `\S+`)*) \|$", page("formats/config"), re.MULTILINE)
    assert {layer: patterns.replace("`", "").split(" ") for layer, patterns in rows} == {
        layer: list(patterns) for layer, patterns in DEFAULT_PATTERNS.items()
    }


def test_every_key_of_the_configuration_is_listed() -> None:
    storage = [f"storage.{key}" for key in config._STORAGE_KEYS]
    keys = {*config._KEYS, *storage, *local_config._KEYS} - {"storage"}
    assert keys <= set(re.findall(r"^\| `([^`]+)` \|", page("formats/config"), re.MULTILINE))


def test_the_built_in_ignore_patterns_are_listed() -> None:
    section = page("formats/config").partition("## .modelopsignore")[2]
    paragraph = next(text for text in section.split("\n\n") if text.startswith("`.git/`"))
    assert tuple(paragraph.replace("`", "").split()) == DEFAULTS
