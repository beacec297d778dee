"""Which file travels how, and that the same content makes the same bundle."""

from pathlib import Path

import pytest

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.places import LinkTarget, Nowhere, Terms, TitledLayer
from modelops_bundle.bundles.tree import Mode, Tree, TreeEntry, tree_of
from modelops_bundle.checkout.config import Config
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import digest_of, hex_of
from modelops_bundle.files.hashing import FileChanged
from modelops_bundle.packs.packing import CUT_FROM, Known
from modelops_bundle.packs.writer import FinishedPack
from modelops_bundle.pushing import encoding
from modelops_bundle.pushing.encoding import INLINE, MAX_TITLED, IndexTooLarge, TooManyLayers, encode, in_packs
from modelops_bundle.storage.config import BundleLayout, StorageConfig
from tests.modelops_bundle.packs_in_memory import noise
from tests.modelops_bundle.samples import LINKS, track, write_sample


def tree(*sizes: int) -> Tree:
    """Return a tree of files of these sizes."""
    return tree_of(TreeEntry(f"{n:04}", Mode.FILE, size, digest_of(b"%d" % n)) for n, size in enumerate(sizes))


@pytest.mark.parametrize(
    ("sizes", "layout", "packed"),
    [
        ([1] * MAX_TITLED, BundleLayout.AUTO, 0),
        ([1] * (MAX_TITLED + 1), BundleLayout.AUTO, MAX_TITLED + 1),
        ([1] * MAX_TITLED + [0] * 10, BundleLayout.AUTO, 0),
        ([CUT_FROM - 1], BundleLayout.AUTO, 0),
        ([CUT_FROM], BundleLayout.AUTO, 1),
        ([CUT_FROM, *[1] * MAX_TITLED], BundleLayout.AUTO, 1),
        ([CUT_FROM, *[1] * (MAX_TITLED + 1)], BundleLayout.AUTO, MAX_TITLED + 2),
        ([1 << 40, 0, *[1] * 1000], BundleLayout.PORTABLE, 0),
        ([1 << 40, 1, 0], BundleLayout.PACKED, 2),
        ([0, 0], BundleLayout.PACKED, 0),
    ],
)
def test_which_files_travel_in_packs(sizes: list[int], layout: BundleLayout, packed: int) -> None:
    assert len(in_packs(tree(*sizes), layout)) == packed


def test_links_never_travel_in_packs() -> None:
    links = tree_of(TreeEntry(f"{n}", Mode.LINK, 5, digest_of(b"%d" % n)) for n in range(300))
    assert in_packs(links, BundleLayout.PACKED) == in_packs(links, BundleLayout.AUTO) == {}


class Encoder:
    """A project and what encoding it gave."""

    def __init__(self, root: Path, layout: BundleLayout) -> None:
        root.mkdir(parents=True)
        self.project = Project.create(root)
        self.project.__dict__["config"] = Config(StorageConfig(layout))
        self.packs: list[FinishedPack] = []

    def encode(self, *paths: str) -> Bundle:
        index = track(self.project, *paths)
        bundle = encode(self.project, index.tree(), index, Known(), self.packs.append)
        assert [pack.layer for pack in self.packs] == list(bundle.packs.values())
        return bundle

    def write(self, files: dict[str, bytes]) -> Bundle:
        for path, data in files.items():
            (self.project.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.project.root / path).write_bytes(data)
        return self.encode(*files)


@pytest.mark.parametrize("layout", BundleLayout)
def test_the_same_content_makes_the_same_bundle(tmp_path: Path, layout: BundleLayout) -> None:
    one, two = Encoder(tmp_path / "one", layout), Encoder(tmp_path / "somewhere" / "else", layout)
    first = one.encode(*write_sample(one.project.root))
    second = two.encode(*write_sample(two.project.root, backwards=True))
    assert (first.data, first.config_data, first.root_data) == (second.data, second.config_data, second.root_data)
    assert [p.content.open().read() for p in one.packs] == [p.content.open().read() for p in two.packs]
    assert bool(one.packs) == (layout is BundleLayout.PACKED)
    assert one.project.bundle(first.digest).index == first.index


# Of content that cannot be compressed, so that they do not depend on the version of zstd.
GOLDEN_FILES = {"large": noise(CUT_FROM), "more": noise(CUT_FROM + 1, 1) + noise(CUT_FROM)[5_000_000:]}
GOLDEN_PACK = "7748cd1acf1c11ede353297a66701bd0677c9b6cd81f082b4563ec7e86ce6570"
GOLDEN_MANIFEST = "e0e63fbf7a80f4f0d867acdd211671c75647e1c84d12a040161099992867b3a3"


def test_a_packed_bundle_is_what_it_always_was(tmp_path: Path) -> None:
    encoder = Encoder(tmp_path / "a", BundleLayout.PACKED)
    bundle = encoder.write(GOLDEN_FILES)
    (pack,) = encoder.packs
    # What both files hold is packed once.
    assert pack.layer.size < 2 * CUT_FROM + 500_000
    assert (hex_of(pack.layer.digest), hex_of(bundle.digest)) == (GOLDEN_PACK, GOLDEN_MANIFEST)


def test_each_kind_of_file_has_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "MAX_TITLED", 0)
    encoder = Encoder(tmp_path / "a", BundleLayout.AUTO)
    bundle = encoder.encode(*write_sample(encoder.project.root))
    for path, file in bundle.index.files.items():
        if path in LINKS:
            assert file.place == LinkTarget(LINKS[path])
        else:
            assert isinstance(file.place, Terms if file.entry.size else Nowhere)
    assert bundle.config.required == ("packs",)


def test_a_bundle_without_packs_requires_nothing(tmp_path: Path) -> None:
    encoder = Encoder(tmp_path / "a", BundleLayout.AUTO)
    bundle = encoder.write({"a": b"a", "b": b"b"})
    assert all(isinstance(file.place, TitledLayer) for file in bundle.index.files.values())
    assert bundle.config.required == ()


def test_a_large_index_document_is_chunked(tmp_path: Path) -> None:
    encoder = Encoder(tmp_path / "a", BundleLayout.AUTO)
    bundle = encoder.write({f"file {n:04}": b"%d" % n for n in range(500)})
    assert len(bundle.index_data) > INLINE
    assert bundle.document
    assert bundle.document.digest == digest_of(bundle.index_data)
    assert len(bundle.root_data) < 1000
    assert set(bundle.packs) >= {pack for pack, _, _ in bundle.document.terms.terms}
    assert encoder.project.bundle(bundle.digest) == bundle


def test_a_portable_bundle_never_has_packs(tmp_path: Path) -> None:
    encoder = Encoder(tmp_path / "a", BundleLayout.PORTABLE)
    bundle = encoder.write({f"file {n:04}": b"%d" % n for n in range(500)})
    assert bundle.document is None
    assert bundle.packs == {}


def test_too_many_layers_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "MAX_MANIFEST_BYTES", 2000)
    with pytest.raises(TooManyLayers, match="20 files"):
        Encoder(tmp_path / "a", BundleLayout.PORTABLE).write({f"{n}": b"%d" % n for n in range(20)})


def test_an_index_that_nobody_would_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "MAX_INDEX_BYTES", 2000)
    with pytest.raises(IndexTooLarge, match="20 files"):
        Encoder(tmp_path / "a", BundleLayout.PACKED).write({f"{n}": b"%d" % n for n in range(20)})


def test_a_failure_leaves_no_pack(tmp_path: Path) -> None:
    encoder = Encoder(tmp_path / "a", BundleLayout.PACKED)
    encoder.write({"a": noise(1000), "b": noise(CUT_FROM)})
    for pack in encoder.packs:
        pack.content.discard()
    index = encoder.project.load_index()
    encoder.project.objects.discard(index["b"].digest)
    (encoder.project.root / "b").write_bytes(noise(CUT_FROM, 1))
    with pytest.raises(FileChanged, match="b"):
        encode(encoder.project, index.tree(), index, Known(), encoder.packs.append)
    assert list(encoder.project.tmp.glob("pack-*")) == []
