"""The reference pages: their examples are run, and their tables name what the code has."""

import ast
import re
from pathlib import Path

import pytest

from modelops_bundle import settings
from modelops_bundle.bundles import places
from modelops_bundle.bundles.layers import DEFAULT_PATTERNS
from modelops_bundle.bundles.media_types import PACK_INDEX_ANNOTATION
from modelops_bundle.bundles.roles import DEFAULT_ROLES
from modelops_bundle.checkout import config, local_config
from modelops_bundle.checkout.ignore import DEFAULTS
from modelops_bundle.packs import chunking, packing, reuse
from modelops_bundle.packs import format as pack_format
from modelops_bundle.packs import writer as pack_writer
from modelops_bundle.pushing import encoding
from modelops_bundle.storage import config as storage_config
from tests.support.console_blocks import check_page

DOCS = Path(__file__).parent.parent / "docs"
FORMATS = ["bundle", "config", "index", "materialized", "on-disk", "refs", "registry", "tree"]
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text("utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_the_examples_of_a_format_print_what_its_page_shows(name: str, tmp_path: Path) -> None:
    check_page(page(f"formats/{name}"), tmp_path)


def test_the_examples_of_large_files_print_what_their_page_shows(tmp_path: Path) -> None:
    check_page(page("storage"), tmp_path)


@pytest.mark.server("zstd")
@pytest.mark.server("curl")
def test_the_examples_of_packs_print_what_their_page_shows(tmp_path: Path) -> None:
    check_page(page("formats/pack"), tmp_path)


def test_the_limits_of_packs_are_those_of_the_code() -> None:
    pack, bundle = page("formats/pack"), page("formats/bundle")
    kib, mib = 1 << 10, 1 << 20
    chunks = (chunking.MIN_CHUNK, chunking.AVERAGE_CHUNK, chunking.MAX_CHUNK)
    least, aimed_at, greatest = (size // kib for size in chunks)
    for text in (
        f"with {least} KiB as the least, {aimed_at} KiB as the aimed-at and {greatest} KiB as the greatest length",
        f"files below {packing.CUT_FROM // mib} MiB",
        f"when it has {packing.FRAME // kib} KiB or more",
        f"level {pack_writer.LEVEL} of zstd",
        f"beyond {pack_format.PACK_SIZE // mib} MiB",
        f"{places.MAX_CHUNKS:,} chunks",
        f"at most {pack_format.MAX_RAW_CHUNK // mib} MiB",
        f"`0x{pack_format._SKIPPABLE_MAGIC:X}`",
        f"`{pack_format._MAGIC.decode()}`",
        f"`{PACK_INDEX_ANNOTATION}`",
    ):
        assert text in " ".join(pack.split()), text
    for text in (
        f"up to {encoding.INLINE // kib} KiB",
        f"if there are at most {encoding.MAX_TITLED};",
        f"more than {reuse.MAX_SMALL_PACKS} packs below {reuse.SMALL_PACK // mib} MiB",
        f"at most {reuse.BUDGET // mib} MiB again",
        f"| terms of a file | {places.MAX_TERMS:,} |",
    ):
        assert text in " ".join(bundle.split()), text


@pytest.mark.server("skopeo")
@pytest.mark.parametrize("name", ["archive", "oci-layout"])
def test_the_examples_of_layouts_print_what_their_page_shows(name: str, tmp_path: Path) -> None:
    check_page(page(f"formats/{name}"), tmp_path)


def test_the_examples_of_environments_print_what_their_page_shows(tmp_path: Path) -> None:
    check_page(page("environments"), tmp_path)


def test_every_format_has_its_examples_run() -> None:
    pages = sorted(path.stem for path in (DOCS / "formats").iterdir())
    assert pages == sorted([*FORMATS, "archive", "oci-layout", "pack", "semantic-digest"])


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


def test_the_default_roles_are_listed() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+(?:, \w+)+) \|$", page("formats/config"), re.MULTILINE)
    assert {role: tuple(layers.split(", ")) for role, layers in rows} == DEFAULT_ROLES


def test_every_key_of_the_configuration_is_listed() -> None:
    sections = {"storage": storage_config.KEYS, "code": config._CODE_KEYS}
    inner = [f"{section}.{key}" for section, keys in sections.items() for key in keys]
    keys = {*config._KEYS, *inner, *local_config._KEYS} - set(sections)
    assert keys <= set(re.findall(r"^\| `([^`]+)` \|", page("formats/config"), re.MULTILINE))


def test_the_built_in_ignore_patterns_are_listed() -> None:
    section = page("formats/config").partition("## .modelopsignore")[2]
    paragraph = next(text for text in section.split("\n\n") if text.startswith("`.git/`"))
    assert tuple(paragraph.replace("`", "").split()) == DEFAULTS
