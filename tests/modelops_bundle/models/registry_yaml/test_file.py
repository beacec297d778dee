"""registry.yaml comes from other people with every pull, and the platform reads it, too."""

from dataclasses import replace
from datetime import date, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import Invalid
from modelops_bundle.models.entries import ModelRegistry
from modelops_bundle.models.registry_yaml import file as registry_file
from modelops_bundle.models.registry_yaml.document import document_of
from modelops_bundle.models.registry_yaml.file import (
    differs,
    format_registry,
    parse_cached,
    parse_registry,
    read_registry,
    write_registry,
)
from modelops_bundle.safe_path import REGISTRY_PATH, UnsafePath
from modelops_bundle.source.facts import Parameter
from tests.modelops_bundle.models.samples import MODEL, REGISTRY, TARGET, registries

CHARACTERS = st.characters(exclude_categories=["Cs"])

EARLIER = b"""
version: '1.0'
models:
  sir_starsimsir:
    entrypoint: models.sir:StarsimSIR
    path: models/sir.py
    class_name: StarsimSIR
    scenarios: []
    parameters: []
    outputs: [incidence]
    data: [data/x.csv]
    data_digests: {data/x.csv: "sha256:00"}
    code: [src/util.py, models]
    code_digests: {}
    model_digest: null
targets:
  incidence:
    {path: targets/incidence.py, entrypoint: "targets.incidence:f", model_output: incidence, data: [data/y.csv]}
target_sets:
  all: {targets: [incidence], weights: {incidence: 2}}
"""


def test_every_field_is_read_back() -> None:
    assert parse_registry(format_registry(REGISTRY), "registry.yaml") == REGISTRY


@given(registries())
def test_any_registry_is_read_back(registry: ModelRegistry) -> None:
    data = format_registry(registry)
    again = parse_registry(data, "registry.yaml")
    assert again == registry
    assert format_registry(again) == data


def test_the_same_entries_make_the_same_bytes_whatever_came_first() -> None:
    other = replace(MODEL, id="a")
    one, two = {"a": other, MODEL.id: MODEL}, {MODEL.id: MODEL, "a": other}
    assert format_registry(ModelRegistry(one)) == format_registry(ModelRegistry(two))


def test_what_the_earlier_tool_wrote_is_read_and_all_that_it_lists_counts_as_declared() -> None:
    registry = parse_registry(EARLIER, "registry.yaml")
    model = registry.models["sir_starsimsir"]
    assert (model.declared_data, model.declared_code) == (("data/x.csv",), ("src/util.py", "models"))
    assert (model.model_digest, model.digest) == ("", "")
    assert registry.targets["incidence"].function == "f"
    assert registry.target_sets["all"].weights == {"incidence": 2.0}


def test_parameters_may_be_names_alone() -> None:
    data = b"models: {a: {path: m/a.py, entrypoint: 'm.a:A', class_name: A, parameters: [x, y]}}"
    assert parse_registry(data, "r").models["a"].parameters == (Parameter("x"), Parameter("y"))


def test_fields_that_nobody_knows_are_kept() -> None:
    entry = b"{path: m/a.py, entrypoint: 'm.a:A', class_name: A, new: {when: 2024-01-02, n: [1]}}"
    registry = parse_registry(b"models: {a: " + entry + b"}\nmore: x", "r")
    assert registry.models["a"].extra == {"new": {"when": date(2024, 1, 2), "n": [1]}}
    assert registry.extra == {"more": "x"}
    assert parse_registry(format_registry(registry), "r").extra == {"more": "x"}


ODD = b"""
version: "1.0"
models:
  a:
    path: m/a.py
    entrypoint: m.a:A
    class_name: A
    approved: 2024-01-02
    checked: 2001-12-14t21:59:43.10-05:00
    seen: 2024-01-02 03:04:05
    rates: {2020: 0.5, 2021: 1e-3, 1.5: ~, yes: on, 2024-01-02: [010, 0x1F, 1_000, 12:30], null: x, "2022": "2022"}
targets: {}
target_sets: {}
reviews: {1: {2: 2024-01-02}}
"""


def test_dates_and_keys_of_unknown_fields_are_what_they_were_after_a_rewrite(tmp_path: Path) -> None:
    before = yaml.safe_load(ODD)
    project = Project.create(tmp_path)
    (tmp_path / REGISTRY_PATH).write_bytes(ODD)
    for _ in range(2):  # from the document, and from what is kept of it
        again = yaml.safe_load(format_registry(read_registry(project)))
        for key in ("approved", "checked", "seen", "rates"):
            assert repr(sorted_keys(again["models"]["a"][key])) == repr(sorted_keys(before["models"]["a"][key]))
        assert repr(again["reviews"]) == repr(before["reviews"])
    write_registry(project, read_registry(project))
    written = (tmp_path / REGISTRY_PATH).read_text()
    assert "approved: 2024-01-02\n" in written and "      2020: 0.5\n" in written
    assert not differs(project, read_registry(project))


def sorted_keys(value: Any) -> Any:
    return sorted(value.items(), key=repr) if isinstance(value, dict) else value


SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(CHARACTERS)
    | st.dates() | st.datetimes()
    | st.datetimes(timezones=st.builds(lambda m: timezone(timedelta(minutes=m)), st.integers(-720, 720)))
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(CHARACTERS, min_size=1).map("x-{}".format), VALUES, max_size=3))
def test_any_unknown_field_is_read_back(extra: dict[str, Any]) -> None:
    registry = ModelRegistry({"a": replace(MODEL, id="a", extra=extra)}, extra=extra)
    data = format_registry(registry)
    again = parse_registry(data, "registry.yaml")
    assert again == registry
    assert format_registry(again) == data
    # 1 and True are the same to `==`.
    assert format_registry(ModelRegistry(extra=yaml.safe_load(data)["models"]["a"])) == format_registry(
        ModelRegistry(extra=document_of(registry)["models"]["a"])
    )


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (b"{1: a, 01: b}", "the same key twice"),
        (b"{1: a, true: b}", "the same key twice"),
        (b"{? [1] : a}", "not valid YAML"),
        (b"0x" + b"f" * 2000, "4096 bits"),
        (b"!!set {a, b}", "not a plain value"),
    ],
)
def test_what_could_not_be_written_as_it_was_is_refused(field: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        parse_registry(b"x: " + field, "registry.yaml")


@pytest.mark.parametrize("data", [b"version: 1.0", b"models: {}\ntarget_sets: {}"])
def test_what_is_left_out_is_empty(data: bytes) -> None:
    assert not parse_registry(data, "registry.yaml")


@pytest.mark.parametrize("name", ["models", "targets", "target_sets"])
def test_a_section_that_lost_its_content_is_refused_as_the_platform_does(name: str) -> None:
    for text in f"{name}:\n", f"{name}: null\n", f"{name}: ~\n":
        with pytest.raises(Invalid, match=rf"{name} in 'registry\.yaml' is null") as refusal:
            parse_registry(text.encode(), "registry.yaml")
        assert f"'{name}: {{}}'" in refusal.value.hint and "checkout-index" in refusal.value.hint


@pytest.mark.parametrize("data", [b"", b" \n", b"# models\n", b"---\n", b"null\n"])
def test_a_file_that_lost_its_content_is_no_registry(data: bytes) -> None:
    with pytest.raises(Invalid, match=r"empty: 'registry\.yaml'"):
        parse_registry(data, "registry.yaml")


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"[]", "the document"),
        (b"version: '2.0'", "version 2.0"),
        (b"models: []", "models"),
        (b"models: {1: {}}", "models"),
        (b"models: {a: x}", "models.a"),
        (b"models: {a: {}}", "models.a.path"),
        (b"models: {a: {path: 2024}}", "models.a.path"),
        (b"models: {a: {path: m.py, class_name: A}}", "models.a.entrypoint"),
        (b"models: {a: {path: m.py, class_name: A, entrypoint: 'm:A', data: x}}", "models.a.data"),
        (b"models: {a: {path: m.py, class_name: A, entrypoint: 'm:A', outputs: [1]}}", "models.a.outputs"),
        (b"models: {a: {path: m.py, class_name: A, entrypoint: 'm:A', outputs: null}}", "models.a.outputs"),
        (b"models: {a: null}", "models.a"),
        (b"models: {a: {2024: x}}", "a key of models.a"),
        (b"models: {a: {path: m.py, class_name: A, entrypoint: 'm:A', data_digests: {x: 1}}}", "data_digests"),
        (b"models: {a: {path: m.py, class_name: A, entrypoint: 'm:A', auto_code: 1}}", "auto_code"),
        (b"models: {a: {path: m.py, class_name: A, entrypoint: 'm:A', code_mode: all}}", "code_mode"),
        (b"models: {a: {path: m.py, class_name: A, entrypoint: 'm:A', parameter_space: x}}", "parameter_space"),
        (
            b"models: {a: {path: m.py, class_name: A, entrypoint: 'm:A', parameter_space: [{lower: 1}]}}",
            "[0].name",
        ),
        (b"models: {a: {path: m.py, class_name: A, entrypoint: 'm:A', x: !!binary aGk=}}", "models.a.x"),
        (b"targets: {t: {path: t.py, entrypoint: 't:f', weight: much}}", "targets.t.weight"),
        (b"target_sets: {s: {weights: {a: x}}}", "target_sets.s.weights.a"),
        (b"models: {a: &a {path: m.py, class_name: A, entrypoint: 'm:A', x: *a}}", "levels deep"),
        (b"models: {a: 1, a: 2}", "the same key twice"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(data: bytes, named: str) -> None:
    with pytest.raises(Invalid, match=r"registry\.yaml") as caught:
        parse_registry(data, "registry.yaml")
    assert named in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("field", ["path: ../x.py", "path: /x.py", "path: x.py, data: [../../etc/passwd]"])
def test_no_path_leads_out_of_the_project(field: str) -> None:
    with pytest.raises(UnsafePath) as caught:
        parse_registry(f"models: {{a: {{class_name: A, entrypoint: 'm:A', {field}}}}}".encode(), "r")
    assert "models.a." in caught.value.message and "'r'" in caught.value.message
    assert caught.value.hint == "correct 'r'"


def test_a_few_lines_that_stand_for_gigabytes_are_refused() -> None:
    many = ", ".join(["x"] * 3000)
    entries = "\n".join(
        f"  m{n}: {{path: m.py, class_name: A, entrypoint: 'm:A', outputs: *l}}" for n in range(1500)
    )
    data = f"list: &l [{many}]\nmodels:\n{entries}\n"
    with pytest.raises(Invalid, match="items"):
        parse_registry(data.encode(), "registry.yaml")


def test_a_project_without_a_registry_has_nothing_registered(tmp_path: Path) -> None:
    project = Project.create(tmp_path)
    assert read_registry(project) == ModelRegistry()
    assert not write_registry(project, ModelRegistry())
    assert differs(project, REGISTRY)


def test_what_is_written_is_read_and_writing_it_again_changes_nothing(tmp_path: Path) -> None:
    project = Project.create(tmp_path)
    assert write_registry(project, REGISTRY)
    assert read_registry(project) == REGISTRY
    assert not differs(project, REGISTRY)
    assert not write_registry(project, REGISTRY)
    assert TARGET.id in yaml.safe_load((tmp_path / ".modelops-bundle/registry.yaml").read_text())["targets"]


def test_entries_come_in_order_of_their_ids_from_the_file_and_from_the_cache(tmp_path: Path) -> None:
    project = Project.create(tmp_path)
    other = replace(MODEL, id="a")
    write_registry(project, ModelRegistry({MODEL.id: MODEL, "a": other}))
    assert list(read_registry(project).models) == ["a", MODEL.id]
    data = (tmp_path / ".modelops-bundle/registry.yaml").read_bytes()
    assert list(parse_registry(data.replace(b"  a:", b"  z:"), "r").models) == [MODEL.id, "z"]


def test_no_registry_is_written_that_could_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project.create(tmp_path)
    write_registry(project, REGISTRY)
    before = (tmp_path / REGISTRY_PATH).read_bytes()
    monkeypatch.setattr(registry_file, "MAX_BYTES", len(before))
    assert read_registry(project) == REGISTRY
    with pytest.raises(Invalid, match="larger than"):
        write_registry(project, replace(REGISTRY, models={**REGISTRY.models, "more": replace(MODEL, id="more")}))
    assert (tmp_path / REGISTRY_PATH).read_bytes() == before


def test_the_same_bytes_are_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, cache = format_registry(REGISTRY), tmp_path / "cache"
    first = parse_cached(data, "registry.yaml", cache)
    monkeypatch.delattr(registry_file, "parse_registry")
    assert parse_cached(data, "registry.yaml", cache) == first == REGISTRY


def test_an_edit_by_hand_is_seen_though_the_file_was_read_before(tmp_path: Path) -> None:
    project = Project.create(tmp_path)
    write_registry(project, REGISTRY)
    path = tmp_path / ".modelops-bundle/registry.yaml"
    path.write_text(path.read_text().replace("lockdown", "shutdown"))
    assert read_registry(project).models["seir_seir"].scenarios == ("baseline", "shutdown")
