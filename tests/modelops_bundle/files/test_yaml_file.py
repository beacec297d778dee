"""YAML that people write by hand, and YAML that somebody else made for us: only what is clear is read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.errors import Invalid
from modelops_bundle.files.yaml_file import (
    MAX_BYTES,
    check_keys,
    check_version,
    dump,
    load_mapping,
    plain_mapping,
    read_mapping,
)
from modelops_bundle.files.yaml_syntax import parse

NAMES = st.sampled_from(["version", "remote", "tag", "on", "true", "no", "null", "y"])
WORDS = st.sampled_from(
    [
        "latest",
        "localhost:5000/a/b",
        "oci:../x",
        "Off",
        "yes",
        "NULL",
        "v1.0",
        "1",
        "010",
        "1e3",
        "e3",
        "12:30",
        "a:",
    ]
) | st.text("abeEyYnNoOfF01.:/@+-_# ~<=", max_size=5)


LINES = st.tuples(
    st.sampled_from(["", "", "  ", " ", "   "]),
    NAMES,
    st.just("") | WORDS,
    st.sampled_from(["\n"] * 4 + ["\r\n", ""]),
)


@given(st.lists(LINES, max_size=4))
def test_what_is_read_without_yaml_is_what_yaml_reads(lines: list[tuple[str, str, str, str]]) -> None:
    data = "".join(f"{indent}{name}:{' ' * bool(word)}{word}{end}" for indent, name, word, end in lines).encode()
    plain = plain_mapping(data)
    if plain is not None:
        read = parse(data, "f") or {}
        assert [(key, type(value), value) for key, value in plain.items()] == [
            (key, type(value), value) for key, value in read.items()
        ]


def test_a_local_configuration_is_read_without_yaml() -> None:
    data = dump({"version": 1, "remote": "localhost:5000/team/model", "repository": "seir-model", "tag": "latest"})
    assert plain_mapping(data) == parse(data, "f")


def test_the_configuration_that_init_writes_is_read_without_yaml() -> None:
    data = dump({"version": 1, "storage": {"threshold_bytes": 52428800, "provider": "azure"}})
    assert plain_mapping(data) == parse(data, "f")


@pytest.mark.parametrize(
    "data", [b"storage:\n", b"storage:\ntag: a\n", b"  tag: a\n", b"tag: a\n  by: b\n", b"ab:\n  cd:\n"]
)
def test_what_only_looks_plain_is_left_to_yaml(data: bytes) -> None:
    assert plain_mapping(data) is None


def test_an_empty_document_is_an_empty_mapping() -> None:
    assert load_mapping(b"", "f") == {}
    assert load_mapping(b"# only a comment\n", "f") == {}


def test_a_missing_file_is_none_and_no_empty_mapping(tmp_path: Path) -> None:
    assert read_mapping(tmp_path / "none.yaml") is None


def test_a_dump_is_read_back_with_the_keys_in_their_order(tmp_path: Path) -> None:
    value = {"version": 1, "b": ["größe", "yes", "1.10"], "a": {"x": None}}
    (tmp_path / "f.yaml").write_bytes(dump(value))
    assert list((read_mapping(tmp_path / "f.yaml") or {}).items()) == list(value.items())


@pytest.mark.parametrize(
    "data",
    [
        b"[1, 2]",
        b"text",
        b"1: a",
        b"a: [",
        b"\xff\xfe\x00",
        b"a: \x00",
        b"? [a]\n: b",
        b"a: !!python/object/apply:os.system [true]",
        b"a: !!int ''",
        b"a: !!float ''",
        b"a: !!bool maybe",
        b"a: !!timestamp never",
        b"a: !!timestamp 2001-12-14t21:59:43.10-99:99",
        b"a: *nobody",
        b'a: "\\ud800"',
        b"a: " + b"9" * 5000,
    ],
)
def test_what_is_no_mapping_of_names_to_values_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match=r"'some\.yaml'"):
        load_mapping(data, "some.yaml")


def test_a_huge_document_is_refused_unread() -> None:
    with pytest.raises(Invalid, match="larger than"):
        load_mapping(b"a: b #" + b"x" * MAX_BYTES, "f")


def test_an_unknown_key_gets_a_did_you_mean() -> None:
    with pytest.raises(Invalid, match=r"unknown key in 'f': 'storrage'") as caught:
        check_keys({"storrage": 1}, ("storage", "layers"), "f")
    assert caught.value.hint == "did you mean 'storage'?"


def test_an_unknown_key_far_from_all_gets_the_list_of_them() -> None:
    with pytest.raises(Invalid) as caught:
        check_keys({"zzz": 1}, ("storage", "layers"), "f")
    assert caught.value.hint == "known: storage, layers"


@pytest.mark.parametrize("version", [0, 2, "1", True, 1.0, None, []])
def test_only_versions_that_we_know_are_read(version: object) -> None:
    with pytest.raises(Invalid, match="is not known"):
        check_version({"version": version}, 1, "f")


def test_a_message_shows_little_of_a_value_that_aliases_make_endless() -> None:
    bomb = b"a: &a [1,1,1,1,1,1,1,1,1]\n" + b"".join(
        b"%c: &%c [%s]\n" % (99 + n, 99 + n, b",".join([b"*%c" % (98 + n if n else 97)] * 9)) for n in range(8)
    )
    value = load_mapping(bomb + b"version: *j\n", "f")
    with pytest.raises(Invalid) as caught:
        check_version(value, 1, "f")
    assert len(caught.value.message) < 10_000
