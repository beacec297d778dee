"""Documents are read back as they were written, and no bytes of a stranger raise what nobody catches."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.bundles.bundle_index import (
    LAYERS,
    BundleFile,
    BundleIndex,
    bundle_index_of,
    parse_bundle_index,
)
from modelops_bundle.bundles.manifest import BundleConfig, Manifest, parse_bundle_config, parse_manifest
from modelops_bundle.bundles.media_types import BUNDLE, BUNDLE_CONFIG, BUNDLE_INDEX
from modelops_bundle.bundles.places import NOWHERE, TITLED, External, LinkTarget, Place, Terms
from modelops_bundle.bundles.reading import read_bundle
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.checkout.config import parse_config
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.errors import BundleError, ExitCode
from modelops_bundle.files.canonical_json import MAX_INTEGER
from modelops_bundle.files.yaml_file import dump, load_mapping
from modelops_bundle.safe_path import UnsafePath, check_collisions
from tests.properties.strategies import digests, paths, trees
from tests.support.bundles import Blobs, labels_of, no_document

TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
SIZES = st.integers(1, MAX_INTEGER)
REFUSALS = {ExitCode.INTEGRITY, ExitCode.MEDIA_TYPE}


@st.composite
def bundle_files(draw: st.DrawFn, path: str) -> BundleFile:
    """Draw a file of a bundle with any place that fits it."""
    layer = draw(st.sampled_from(LAYERS))
    mode = draw(st.sampled_from(Mode))
    if mode is Mode.LINK:
        target = draw(paths())
        raw = target.encode()
        return BundleFile(TreeEntry(path, mode, len(raw), digest_of(raw)), layer, LinkTarget(target))
    terms = st.lists(st.tuples(digests(), st.integers(0, 9), st.integers(1, 9)), min_size=1, max_size=3)
    places: list[st.SearchStrategy[Place]] = [
        st.just(TITLED),
        TEXT.map(External),
        terms.map(lambda chosen: Terms(tuple(chosen))),
        st.just(NOWHERE),
    ]
    place = draw(st.one_of(places))
    if place is NOWHERE:
        return BundleFile(TreeEntry(path, mode, 0, digest_of(b"")), layer, place)
    return BundleFile(TreeEntry(path, mode, draw(SIZES), draw(digests())), layer, place)


@st.composite
def bundle_indexes(draw: st.DrawFn) -> BundleIndex:
    """Draw an index."""
    kept: list[str] = []
    for path in draw(st.lists(paths(), max_size=5, unique=True)):
        try:
            check_collisions([*kept, path])
        except UnsafePath:
            continue
        kept.append(path)
    return bundle_index_of([draw(bundle_files(path)) for path in kept])


@given(bundle_indexes())
def test_an_index_document_is_read_back_as_it_was_written(index: BundleIndex) -> None:
    data, labels = index.to_bytes(), labels_of(index)
    assert parse_bundle_index(data, "x", labels) == index
    assert parse_bundle_index(data, "x", labels).to_bytes() == data


DESCRIPTORS = st.builds(Descriptor, TEXT, digests(), SIZES, st.dictionaries(TEXT, TEXT, max_size=2), TEXT)


@given(
    st.builds(
        Manifest,
        TEXT.filter(bool),
        DESCRIPTORS,
        st.lists(DESCRIPTORS, max_size=3).map(tuple),
        st.dictionaries(TEXT, TEXT, max_size=2),
    )
)
def test_a_manifest_is_read_back_as_it_was_written(manifest: Manifest) -> None:
    assert parse_manifest(manifest.to_bytes(), "x") == manifest


@given(st.builds(BundleConfig, digests(), digests(), SIZES, SIZES))
def test_a_config_is_read_back_as_it_was_written(config: BundleConfig) -> None:
    assert parse_bundle_config(config.to_bytes(), "x") == config


@given(trees())
def test_a_tree_digest_is_that_of_its_entries_alone(tree: dict[str, TreeEntry]) -> None:
    index = bundle_index_of(BundleFile(entry, "data", External("x")) for entry in reversed(tree.values()))
    assert index.tree() == tree


# What a stranger may send: any JSON, and JSON with the keys and kinds of values that our formats have.

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.floats()
    | TEXT
    | st.sampled_from(
        ["sha256:" + "0" * 64, "0" * 64, "100644", "120000", "layer", "empty", "data", "../x", ".git/x", "\ud800"]
    )
)
KEYS = TEXT | st.sampled_from(
    [
        *("files", "version", "path", "mode", "size", "sha256", "layer", "place", "link", "uri", "terms"),
        *("schemaVersion", "mediaType", "artifactType", "config", "layers", "annotations", "digest", "manifests"),
        *("required", "tree", "index", "models"),
    ]
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=12
)


def near(good: Any) -> st.SearchStrategy[Any]:
    """JSON that differs from a good value at a few places."""
    if isinstance(good, dict):
        fields = {key: st.just(value) | near(value) | JSON for key, value in good.items()}
        return st.fixed_dictionaries({}, optional=fields) | st.fixed_dictionaries(fields)
    if isinstance(good, list):
        return st.lists(near(good[0]) | JSON, max_size=3)
    return st.just(good) | JSON


FILE = {"layer": "data", "mode": "100644", "path": "a", "place": "layer", "sha256": "0" * 64, "size": 3}
LINK_FILE = {**FILE, "mode": "120000", "path": "l", "place": {"link": "a"}, "size": 1}
TERMS_FILE = {**FILE, "path": "t", "place": {"terms": [["0" * 16, 0, 1]]}}
LABELS = {"0" * 16: Digest("sha256:" + "0" * 64)}
INDEXES = st.one_of([near({"files": [file], "version": 1}) for file in (FILE, LINK_FILE, TERMS_FILE)])
DESCRIPTOR = {"mediaType": BUNDLE_INDEX, "digest": "sha256:" + "0" * 64, "size": 3, "annotations": {"a": "b"}}
MANIFEST = {
    "schemaVersion": 2,
    "mediaType": "m",
    "artifactType": BUNDLE,
    "config": {**DESCRIPTOR, "mediaType": BUNDLE_CONFIG},
    "layers": [DESCRIPTOR],
    "annotations": {"a": "b"},
}
CONFIG = {
    "version": 1,
    "required": ["x"],
    "tree": "sha256:" + "0" * 64,
    "index": "sha256:" + "0" * 64,
    "files": 1,
    "size": 3,
    "models": {},
}


def refused(error: BundleError) -> None:
    """Check an error that a stranger's document may raise."""
    assert error.exit_code in REFUSALS
    assert error.message.isprintable()


@given(INDEXES | JSON)
def test_any_index_is_read_or_refused(value: object) -> None:
    try:
        index = parse_bundle_index(json.dumps(value).encode(), "x", LABELS)
    except BundleError as error:
        refused(error)
    else:
        assert parse_bundle_index(index.to_bytes(), "x", LABELS) == index


@given(near(MANIFEST) | JSON)
def test_any_manifest_is_read_or_refused(value: object) -> None:
    try:
        manifest = parse_manifest(json.dumps(value).encode(), "x")
    except BundleError as error:
        refused(error)
    else:
        manifest.to_bytes()


@given(near(CONFIG) | JSON)
def test_any_config_is_read_or_refused(value: object) -> None:
    try:
        config = parse_bundle_config(json.dumps(value).encode(), "x")
    except BundleError as error:
        refused(error)
    else:
        config.to_bytes()


@given(near(MANIFEST), near(CONFIG), INDEXES)
def test_any_bundle_is_read_or_refused(manifest: object, config: object, index: object) -> None:
    said = {BUNDLE_CONFIG: config, BUNDLE_INDEX: index}

    class ByType(Blobs):
        def blob(self, blob: Descriptor) -> bytes:
            return json.dumps(said.get(blob.media_type)).encode()

    try:
        read_bundle(json.dumps(manifest).encode(), ByType({}), no_document, "x")
    except BundleError as error:
        refused(error)


CONFIG_YAML = {
    "version": 1,
    "storage": {"layout": "portable", "threshold_bytes": 1},
    "layers": {"code": ["*.py"]},
    "annotations": {"title": "SEIR"},
}


@given(near(CONFIG_YAML))
def test_any_configuration_is_read_or_refused(value: object) -> None:
    try:
        parse_config(json.dumps(value).encode(), "config.yaml")
    except BundleError as error:
        assert error.exit_code is ExitCode.USAGE


PIECES = [
    "a",
    "b",
    ": ",
    "\n",
    "  ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&a ",
    "*a",
    "!!int ",
    "!!float ",
    "!!bool ",
    "'",
    '"',
]
MORE_PIECES = [
    "!!timestamp ",
    "!!binary ",
    "!!set ",
    "!!omap ",
    "!!pairs ",
    "<<",
    "? ",
    "|",
    ">",
    "#",
    "---",
    "0x",
    "1:",
    "=",
    "~",
    "\t",
    "\\",
]


@given(
    st.lists(st.sampled_from(PIECES + MORE_PIECES), max_size=12).map("".join).map(str.encode)
    | st.binary(max_size=20)
)
def test_any_yaml_is_read_or_refused(data: bytes) -> None:
    try:
        load_mapping(data, "f")
    except BundleError as error:
        assert error.exit_code is ExitCode.USAGE


@given(
    st.dictionaries(
        TEXT, st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT, max_size=3), max_size=4
    )
)
def test_yaml_is_read_back_as_it_was_written(value: dict[str, object]) -> None:
    assert load_mapping(dump(value), "f") == value
