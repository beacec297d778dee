"""The document has what the platform reads first, and of our own fields only those that say something."""

import yaml

from modelops_bundle.models.entries import ModelEntry, ModelRegistry, TargetEntry, TargetSet
from modelops_bundle.models.registry_yaml.block_yaml import render
from modelops_bundle.models.registry_yaml.document import document_of
from modelops_bundle.source.facts import Parameter
from tests.modelops_bundle.models.samples import REGISTRY

PLATFORM_MODEL = [
    "entrypoint", "path", "class_name", "scenarios", "parameters", "outputs", "data", "data_digests", "code",
    "code_digests", "model_digest",
]  # fmt: skip
PLATFORM_TARGET = ["path", "entrypoint", "model_output", "data", "target_digest"]


def test_the_fields_of_the_platform_come_first_in_its_order_and_with_its_types() -> None:
    document = yaml.safe_load(render(document_of(REGISTRY)))
    assert document["version"] == "1.0"
    model, target = document["models"]["seir_seir"], document["targets"]["fit"]
    assert list(model)[: len(PLATFORM_MODEL)] == PLATFORM_MODEL
    assert list(target)[: len(PLATFORM_TARGET)] == PLATFORM_TARGET
    assert model["parameters"] == ["beta", "days", "n"]
    assert all(isinstance(model[key], list) for key in ("scenarios", "parameters", "outputs", "data", "code"))
    assert all(isinstance(model[key], dict) for key in ("data_digests", "code_digests"))
    assert document["target_sets"] == {"all": {"targets": ["fit"], "weights": {"fit": 0.5}, "note": "x"}}


def test_what_only_we_know_is_left_out_where_it_says_nothing() -> None:
    model = ModelEntry("a", "m/a.py", "A", "m.a:A", parameters=(Parameter("beta"),))
    target = TargetEntry("t", "t/t.py", "f", "t.t:f", "incidence")
    document = document_of(ModelRegistry({"a": model}, {"t": target}))
    assert list(document["models"]["a"]) == [*PLATFORM_MODEL, "digest"]
    assert list(document["targets"]["t"]) == [*PLATFORM_TARGET, "digest"]


def test_bounds_are_told_of_those_parameters_that_have_some() -> None:
    parameters = (Parameter("beta", 0, None, "float"), Parameter("n"))
    model = ModelEntry("a", "m/a.py", "A", "m.a:A", parameters=parameters)
    found = document_of(ModelRegistry({"a": model}))["models"]["a"]
    assert found["parameter_space"] == [{"name": "beta", "lower": 0, "kind": "float"}, {"name": "n"}]


def test_the_order_of_what_is_mapped_does_not_matter() -> None:
    one = TargetSet(("t", "s"), {"t": 2.0, "s": 1.0}, {"b": [{"d": 1, "c": 2}], "a": None})
    other = TargetSet(("t", "s"), {"s": 1.0, "t": 2.0}, {"a": None, "b": [{"c": 2, "d": 1}]})
    first, second = (ModelRegistry(target_sets={"x": each}, extra=each.extra) for each in (one, other))
    assert first == second
    assert render(document_of(first)) == render(document_of(second))
