"""The readable content list: the same bytes for the same content, and every reader of YAML understands it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.bundles.bundle import Bundle, build_bundle
from modelops_bundle.bundles.bundle_index import LAYERS, BundleFile, bundle_index_of
from modelops_bundle.bundles.places import TITLED
from modelops_bundle.bundles.tree import EMPTY, Mode, TreeEntry, tree_of
from modelops_bundle.checkout.content_list import CONTENT_LIST, content_list, write_content_list
from modelops_bundle.digest import hex_of
from tests.modelops_bundle.samples import digest_number

TREE = digest_number(0)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["no", "1.0", "a: b", "a #b", "{a}", "- a", "~", " a ", "\"'\\", "\u2028\x85\ufeff", "\x7f\x1b[31m", "🦠.csv"]
)
FILES = st.builds(
    BundleFile,
    st.builds(TreeEntry, NAMES, st.sampled_from(Mode), st.integers(0, 1 << 50), st.integers().map(digest_number)),
    st.sampled_from(LAYERS),
    st.just(TITLED),
)


def file_of(path: str, number: int = 1) -> BundleFile:
    return BundleFile(TreeEntry(path, Mode.FILE, number, digest_number(number)), "data", TITLED)


def version(*files: BundleFile) -> Bundle:
    return build_bundle(bundle_index_of(files), None, [], {})


def test_a_golden_document() -> None:
    script = BundleFile(TreeEntry("run.sh", Mode.EXECUTABLE, 3, digest_number(2)), "code", TITLED)
    assert content_list([file_of("data/größe \x7f.csv"), script], TREE).decode() == (
        "# Written by modelops-bundle, and not read by it.\n"
        "version: 1\n"
        "tree: sha256:5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9\n"
        "files:\n"
        '- {path: "data/größe \\U0000007f.csv", mode: "100644", size: 1,'
        ' sha256: "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b", layer: data}\n'
        '- {path: "run.sh", mode: "100755", size: 3,'
        ' sha256: "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35", layer: code}\n'
    )


@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
@given(files=st.lists(FILES, max_size=4))
def test_readers_of_yaml_get_what_was_written(loader: type[yaml.SafeLoader], files: list[BundleFile]) -> None:
    found = yaml.load(content_list(files, TREE), loader)
    listed = [
        {
            "path": file.entry.path,
            "mode": str(file.entry.mode),
            "size": file.entry.size,
            "sha256": hex_of(file.entry.digest),
            "layer": file.layer,
        }
        for file in files
    ]
    assert found == {"version": 1, "tree": TREE, "files": listed}


def test_a_project_has_the_list_of_its_version(tmp_path: Path) -> None:
    for bundle in (version(file_of("a")), version(file_of("a", 2)), version()):
        write_content_list(tmp_path, bundle)
        expected = content_list(bundle.index.files.values(), bundle.config.tree)
        assert (tmp_path / CONTENT_LIST).read_bytes() == expected


def test_the_same_content_is_not_written_again(tmp_path: Path) -> None:
    write_content_list(tmp_path, version(file_of("a")))
    before = (tmp_path / CONTENT_LIST).stat()
    write_content_list(tmp_path, version(file_of("a")))
    after = (tmp_path / CONTENT_LIST).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_cannot_be_written_is_missing_and_no_failure(tmp_path: Path) -> None:
    (tmp_path / CONTENT_LIST / "in the way").mkdir(parents=True)
    write_content_list(tmp_path, version(file_of("a")))
    assert [path.name for path in (tmp_path / CONTENT_LIST).parent.iterdir()] == ["manifest.yaml"]


def test_a_hundred_thousand_files_take_a_moment() -> None:
    files = [file_of(f"data/region-{number % 100}/cases-{number}.csv", number % 7) for number in range(100_000)]
    start = time.process_time()
    content_list(files, TREE)
    assert time.process_time() - start < 1


def test_writing_needs_no_yaml() -> None:
    probe = "import sys, modelops_bundle.checkout.content_list; print('yaml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_an_empty_list_is_one(tmp_path: Path) -> None:
    assert tree_of([]) == EMPTY
    assert yaml.safe_load(content_list([], TREE))["files"] == []
