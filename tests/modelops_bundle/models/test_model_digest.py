"""One digest for a model and all that it depends on."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.models.model_digest import MODEL_DOMAIN, TARGET_DOMAIN, composite_digest, digest_of_entry
from tests.modelops_bundle.models.registered import digest, edited, model, target

files = st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=4)


def composite(code: dict[str, str], data: dict[str, str], entrypoint: str = "m:A") -> str:
    return composite_digest(MODEL_DOMAIN, entrypoint, code, data)


def test_a_golden_value() -> None:
    """Results are keyed by it: it is the same in every version of this program."""
    code, data = {"models/seir.py": "blake3:00"}, {"data/a.csv": "sha256:11"}
    golden = "sha256:c155380b7c253bd4345f3e725878e6b0ddf5b500ba7366a128e95e8e09021e62"
    assert composite(code, data, "models.seir:Seir") == golden


@given(files, files)
def test_the_order_of_files_does_not_matter(code: dict[str, str], data: dict[str, str]) -> None:
    backwards = dict(reversed(code.items())), dict(reversed(data.items()))
    assert composite(code, data) == composite(*backwards)


@given(st.lists(st.tuples(files, files, st.text(max_size=4)), min_size=2, max_size=2, unique_by=repr))
def test_different_dependencies_have_different_digests(
    pair: list[tuple[dict[str, str], dict[str, str], str]],
) -> None:
    one, other = pair
    assert (composite(*one) == composite(*other)) == (one == other)


def test_no_text_runs_into_the_next() -> None:
    assert composite({"AB": "C"}, {}) != composite({"A": "BC"}, {})
    assert composite({"a": "b"}, {}) != composite({}, {"a": "b"})


def test_a_target_is_no_model() -> None:
    assert composite_digest(TARGET_DOMAIN, "m:A", {}, {}) != composite({}, {})


def test_code_counts_by_what_it_means_and_data_by_its_bytes() -> None:
    entry = model()
    cosmetic = edited(entry, "models/__init__.py", meaning=False)
    assert digest_of_entry(cosmetic) == digest_of_entry(entry)
    assert digest_of_entry(edited(entry, "models/__init__.py")) != digest_of_entry(entry)
    assert digest_of_entry(edited(entry, "models/seir.py")) != digest_of_entry(entry)
    assert digest_of_entry(edited(entry, "data/people.csv", meaning=False)) != digest_of_entry(entry)


def test_code_that_is_no_source_counts_by_its_bytes() -> None:
    entry = model(code=["lib/fast.so"])
    entry = replace(entry, semantic_digests={"models/seir.py": "blake3:1"})
    assert digest_of_entry(edited(entry, "lib/fast.so", meaning=False)) != digest_of_entry(entry)


def test_what_is_not_a_dependency_does_not_count() -> None:
    entry = model()
    other = replace(entry, id="x", outputs=("y",), declared_data=("data",), extra={"a": 1})
    assert digest_of_entry(other) == digest_of_entry(entry)


def test_a_target_has_a_digest_of_its_observations() -> None:
    entry = target()
    changed = replace(entry, data_digests={"data/observed.csv": digest("new")})
    assert digest_of_entry(changed) != digest_of_entry(entry)


def test_without_the_digest_of_a_file_there_is_none() -> None:
    entry = model()
    assert digest_of_entry(replace(entry, data_digests={"data/people.csv": ""})) == ""
    assert digest_of_entry(replace(entry, model_digest="", semantic_digests={})) == ""


def test_a_name_that_is_not_utf8_gives_no_digest() -> None:
    odd = {"data/a\udcff.csv": digest("content")}
    assert digest_of_entry(replace(model(), data=tuple(odd), data_digests=odd)) == ""
