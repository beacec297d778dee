"""Fields of registry.yaml are taken once each, as what they must be, and are bounded in number."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from modelops_bundle.errors import Invalid
from modelops_bundle.models.registry_yaml import fields as registry_fields
from modelops_bundle.models.registry_yaml.fields import Document, Fields


def fields(**values: Any) -> Fields:
    return Fields(Document("registry.yaml"), values, "models.a")


def test_what_is_missing_is_empty() -> None:
    nothing = fields()
    assert (nothing.text("x"), nothing.texts("x"), nothing.paths("x"), nothing.entries("x")) == ("", (), (), ())
    assert (nothing.digests("x"), nothing.numbers("x"), nothing.number("x")) == ({}, {}, None)
    assert (nothing.flag("x", True), nothing.flag("x", False)) == (True, False)


def test_what_is_taken_is_not_left_over() -> None:
    some = fields(path="m/a.py", weight=2, more={"k": [1, None]}, since=datetime.date(2024, 1, 2))
    assert (some.path("path"), some.number("weight")) == ("m/a.py", 2)
    assert some.extra() == {"more": {"k": [1, None]}, "since": datetime.date(2024, 1, 2)}


@pytest.mark.parametrize(
    ("take", "value"),
    [
        (Fields.text, 1),
        (Fields.required, ""),
        (Fields.required, None),
        (Fields.texts, "abc"),
        (Fields.texts, [1]),
        (Fields.texts, None),
        (Fields.digests, None),
        (Fields.numbers, None),
        (Fields.entries, None),
        (Fields.digests, {"a": 1}),
        (Fields.number, True),
        (Fields.number, "2"),
        (Fields.numbers, {"a": "2"}),
        (Fields.entries, {"a": {}}),
        (Fields.entries, ["a"]),
        (lambda these, key: these.flag(key, True), 1),
    ],
)
def test_what_is_of_another_kind_is_refused_by_its_place(
    take: Callable[[Fields, str], object], value: Any
) -> None:
    with pytest.raises(Invalid, match=r"models\.a\.x.* in 'registry\.yaml' is not") as refusal:
        take(fields(x=value), "x")
    assert refusal.value.hint


@pytest.mark.parametrize("key", [2024, True, None, 1.5, datetime.date(2024, 1, 2)])
def test_a_name_is_a_text(key: Any) -> None:
    with pytest.raises(Invalid, match=r"a key of models\.a\.x in 'registry\.yaml' is not a text") as refusal:
        fields(x={key: "sha256:1"}).digests("x")
    assert "quotes" in refusal.value.hint


@pytest.mark.parametrize("path", ["../x", "/x", "a//b", "C:/x"])
def test_a_path_stays_in_the_project(path: str) -> None:
    for take in (fields(x=path).path, fields(x=[path]).paths, fields(x={path: "sha256:1"}).digests):
        with pytest.raises(Invalid, match="unsafe path"):
            take("x")


def test_the_root_may_be_declared_and_is_no_file() -> None:
    assert fields(x=["."]).paths("x") == (".",)
    with pytest.raises(Invalid, match="unsafe path"):
        fields(x=".").path("x")


def test_all_lists_and_mappings_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_fields, "MAX_ITEMS", 10)
    document = Document("registry.yaml")
    assert Fields(document, {"x": ["a"] * 4}, "models.a").texts("x")
    with pytest.raises(Invalid, match="more than 10 items"):
        Fields(document, {"x": ["a"] * 5}, "models.b").texts("x")
