"""Documents are compared key by key."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.changes import documents
from modelops_bundle.changes.detail_text import text_of
from modelops_bundle.changes.documents import NotADocument, compare_documents
from modelops_bundle.changes.side import Side

VALUES = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 2, 0.0, 1.0, 0.5, "", "a", "b"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab.", max_size=2), inner, max_size=4),
    max_leaves=12,
)


def keys(old: str, new: str, suffix: str = ".yaml") -> list[str]:
    found = compare_documents(Side.of(old.encode()), Side.of(new.encode()), suffix)
    return [text_of(detail) for detail in found.details]


def test_a_changed_value_is_named_by_its_path() -> None:
    assert keys("sir:\n  beta: 0.3\n", "sir:\n  beta: 0.35\n") == ["~ key sir.beta: 0.3 -> 0.35"]


def test_keys_come_and_go() -> None:
    assert keys("a: 1\nb: x\n", "a: 1\nc: {d: [1, 2]}\n") == ['- key b: "x"', "+ key c: {d: [1, 2]}"]


def test_a_key_that_holds_dots_is_quoted() -> None:
    assert keys('{"a.b": {"c d": 1}}', '{"a.b": {"c d": 2}}', ".json") == ['~ key "a.b"."c d": 1 -> 2']


def test_a_value_of_another_type_is_another_value() -> None:
    assert keys("[1, 1, 0]", "[1.0, true, false]", ".json") == [
        "~ key [0]: 1 -> 1.0",
        "~ key [1]: 1 -> true",
        "~ key [2]: 0 -> false",
    ]


def test_an_item_put_before_others_is_one_change() -> None:
    assert keys("runs: [a, b, c]", "runs: [x, a, b, c]") == ['+ key runs[0]: "x"']


def test_a_changed_item_is_looked_into() -> None:
    old, new = "runs:\n- {seed: 1, n: 5}\n- {seed: 2}\n", "runs:\n- {seed: 1, n: 6}\n- {seed: 2}\n- {seed: 3}\n"
    assert keys(old, new) == ["~ key runs[0].n: 5 -> 6", "+ key runs[2]: {seed: 3}"]


def test_toml_knows_dates() -> None:
    assert keys("[a]\nday = 2020-01-01\n", "[a]\nday = 2020-01-02\n", ".toml") == [
        "~ key a.day: 2020-01-01 -> 2020-01-02"
    ]


def test_yaml_keys_need_not_be_texts() -> None:
    assert keys("2020-01-01: 1\n5: 2\nnull: 3\n", "2020-01-01: 2\n5: 3\nnull: 4\n") == [
        "~ key 2020-01-01: 1 -> 2",
        "~ key 5: 2 -> 3",
        "~ key null: 3 -> 4",
    ]


def test_comments_and_order_are_no_difference() -> None:
    found = compare_documents(Side.of(b"a: 1\nb: 2\n"), Side.of(b"# note\nb:   2\na: 1\n"), ".yaml")
    assert found.summary == "no value differs: only comments, layout or the order of keys do"


def test_a_document_that_becomes_something_else() -> None:
    assert keys("a: 1", "- 1") == ["~ key the whole document: {a: 1} -> [1]"]


def test_not_a_number_is_the_same_value() -> None:
    assert keys("a: .nan\nb: 1", "a: .nan\nb: 2") == ["~ key b: 1 -> 2"]


@given(VALUES, VALUES)
def test_something_is_found_exactly_where_the_values_differ(old: object, new: object) -> None:
    was, now = json.dumps(old, sort_keys=True), json.dumps(new, sort_keys=True)
    assert bool(keys(was, now, ".json")) == (was != now)


ALIASES = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("document", "suffix"),
    [
        ("a: [", ".yaml"),
        ("{", ".json"),
        ("a = ", ".toml"),
        ("a: 1\n---\nb: 2\n", ".yaml"),
        ("[" * 100_000, ".json"),
        ("a: &a [*a]", ".yaml"),
        (ALIASES, ".yaml"),
        ("\ud800", ".json"),
        ("1" * 5000, ".json"),
    ],
    ids=["yaml", "json", "toml", "stream", "deep", "circle", "aliases", "not utf-8", "large number"],
)
def test_what_cannot_be_read_is_refused(document: str, suffix: str) -> None:
    side = Side.of(document.encode("utf-8", "surrogatepass"))
    with pytest.raises(NotADocument):
        compare_documents(side, side, suffix)


def test_a_large_document_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_BYTES", 10)
    with pytest.raises(NotADocument, match="larger than 10 bytes"):
        compare_documents(Side.of(b"a: 1"), Side.of(b"a: 1234567890"), ".yaml")


def test_a_large_integer_of_yaml_is_shown() -> None:
    assert keys(f"a: 0x{'f' * 5000}", "a: 1")[0].startswith("~ key a: 0xffff")


def test_a_large_value_is_cut() -> None:
    (line,) = keys("a: 1", f"a: 1\nb: [{', '.join(map(str, range(1000)))}]")
    assert len(line) < 100 and line.endswith("…]")
