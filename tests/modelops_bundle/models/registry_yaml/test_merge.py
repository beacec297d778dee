"""Two registries that were changed apart become one; what two people decided differently is a conflict."""

from dataclasses import replace
from typing import Any

import pytest

from modelops_bundle.models.entries import ModelEntry, ModelRegistry, TargetEntry, TargetSet
from modelops_bundle.models.model_digest import digest_of_entry
from modelops_bundle.models.registry_yaml.merge import merge_registries
from modelops_bundle.source.facts import Parameter


def model(id: str = "seir", **fields: Any) -> ModelEntry:
    """Return an entry with two data files, whose composite digest is right."""
    given: dict[str, Any] = {
        "path": "models/seir.py",
        "class_name": "SEIR",
        "entrypoint": "models.seir:SEIR",
        "model_digest": "sha256:own",
        "data": ("data/a.csv", "data/b.csv"),
        "data_digests": {"data/a.csv": "sha256:a", "data/b.csv": "sha256:b"},
        "declared_data": ("data/a.csv", "data/b.csv"),
        "outputs": ("incidence",),
        **fields,
    }
    entry = ModelEntry(id=id, **given)
    return replace(entry, digest=digest_of_entry(entry))


def registry(*entries: ModelEntry, **sections: Any) -> ModelRegistry:
    return ModelRegistry({entry.id: entry for entry in entries}, **sections)


def merged_models(mine: ModelRegistry, base: ModelRegistry, theirs: ModelRegistry) -> dict[str, ModelEntry]:
    """Merge two registries that must go together, and return the models."""
    merged = merge_registries(mine, base, theirs)
    assert merged.conflicts == {}
    return dict(merged.registry.models)


BASE = registry(model())


def test_different_models_go_together() -> None:
    mine, theirs = registry(model(), model("sir")), registry(model(), model("seis"))
    assert merged_models(mine, BASE, theirs) == {"seir": model(), "sir": model("sir"), "seis": model("seis")}


def test_targets_and_target_sets_go_together_too() -> None:
    target = TargetEntry("cases", "targets/cases.py", "cases", "targets.cases:cases", "incidence")
    mine = registry(model(), targets={"cases": target})
    theirs = registry(model(), target_sets={"all": TargetSet(("deaths",), {"deaths": 2.0})}, extra={"note": "x"})
    merged = merge_registries(mine, BASE, theirs)
    assert merged.registry == registry(
        model(), targets=mine.targets, target_sets=theirs.target_sets, extra=theirs.extra
    )
    assert merged.conflicts == {}


def test_a_model_that_one_side_refreshed_and_the_other_left_alone_is_the_refreshed_one() -> None:
    refreshed = model(model_digest="sha256:new")
    assert merged_models(BASE, BASE, registry(refreshed)) == {"seir": refreshed}
    assert merged_models(registry(refreshed), BASE, BASE) == {"seir": refreshed}


def test_a_model_refreshed_after_different_edits_has_the_digests_of_both() -> None:
    mine = model(data_digests={"data/a.csv": "sha256:A", "data/b.csv": "sha256:b"})
    theirs = model(data_digests={"data/a.csv": "sha256:a", "data/b.csv": "sha256:B"})
    both = model(data_digests={"data/a.csv": "sha256:A", "data/b.csv": "sha256:B"})
    assert merged_models(registry(mine), BASE, registry(theirs)) == {"seir": both}
    assert both.digest not in (mine.digest, theirs.digest, "")


def test_what_both_sides_declared_for_one_model_is_declared() -> None:
    mine = model(declared_data=("data/a.csv", "data/b.csv", "data/mine"), declared_code=("lib",))
    theirs = model(declared_data=("data/b.csv", "data/theirs"), exclude=("*.tmp",))
    [entry] = merged_models(registry(mine), BASE, registry(theirs)).values()
    assert entry.declared_data == ("data/b.csv", "data/mine", "data/theirs")
    assert (entry.declared_code, entry.exclude) == (("lib",), ("*.tmp",))


def test_the_same_model_registered_on_both_sides_needs_what_either_declared() -> None:
    mine, theirs = model(declared_data=("data/a.csv",)), model(declared_data=("data/b.csv",))
    [entry] = merged_models(registry(mine), ModelRegistry(), registry(theirs)).values()
    assert entry.declared_data == ("data/a.csv", "data/b.csv")


def test_parameters_of_both_sides_are_kept() -> None:
    beta, gamma, mu = (Parameter(name, 0, 1) for name in ("beta", "gamma", "mu"))
    base, mine, theirs = (
        registry(model(parameters=each)) for each in ((beta,), (beta, gamma), (replace(beta, upper=2), mu))
    )
    [entry] = merged_models(mine, base, theirs).values()
    assert set(entry.parameters) == {replace(beta, upper=2), gamma, mu}


def test_a_digest_that_both_sides_changed_is_one_of_theirs() -> None:
    """It is out of date at one side, whose file is not in conflict: the next refresh makes it right."""
    mine, theirs = model(model_digest="sha256:1"), model(model_digest="sha256:2")
    assert merged_models(registry(mine), BASE, registry(theirs)) == {"seir": theirs}
    assert merged_models(registry(theirs), BASE, registry(mine)) == {"seir": theirs}


def test_a_model_removed_on_one_side_goes() -> None:
    assert merged_models(ModelRegistry(), BASE, BASE) == {}
    assert merged_models(BASE, BASE, ModelRegistry()) == {}


def test_a_refresh_does_not_keep_a_model_that_the_other_side_removed() -> None:
    refreshed = registry(model(model_digest="sha256:new", outputs=("deaths",)))
    assert merged_models(refreshed, BASE, ModelRegistry()) == {}
    assert merged_models(ModelRegistry(), BASE, refreshed) == {}


def test_a_model_removed_here_and_given_more_there_is_a_conflict() -> None:
    more = registry(model(declared_code=("lib",)))
    assert merge_registries(ModelRegistry(), BASE, more).conflicts == {
        "model 'seir'": "removed here, changed there"
    }
    assert merge_registries(more, BASE, ModelRegistry()).conflicts == {
        "model 'seir'": "changed here, removed there"
    }


def test_two_classes_with_one_id_are_a_conflict_that_names_it() -> None:
    mine = registry(model("sir", path="models/a/sir.py"), model())
    theirs = registry(model("sir", path="models/b/sir.py"), model("seis"))
    merged = merge_registries(mine, ModelRegistry(), theirs)
    assert merged.conflicts == {"model 'sir'": "path is 'models/a/sir.py' here and 'models/b/sir.py' there"}
    assert set(merged.registry.models) == {"seir", "seis"}


@pytest.mark.parametrize(
    ("mine", "theirs", "says"),
    [
        ({"auto_code": False}, {"auto_code": True}, "auto_code is False here and True there"),
        ({"code_mode": "package"}, {"code_mode": "files"}, "code_mode is 'package' here and 'files' there"),
        ({"extra": {"x": 1}}, {"extra": {"x": 2}}, "extra field 'x' is 1 here and 2 there"),
    ],
)
def test_other_decisions_must_not_differ_either(mine: dict[str, Any], theirs: dict[str, Any], says: str) -> None:
    merged = merge_registries(registry(model(**mine)), ModelRegistry(), registry(model(**theirs)))
    assert merged.conflicts == {"model 'seir'": says}


def test_a_decision_of_one_side_holds() -> None:
    mine, theirs = model(auto_code=False), model(outputs=("deaths",), extra={"x": None})
    [entry] = merged_models(registry(mine), BASE, registry(theirs)).values()
    assert (entry.auto_code, entry.outputs, entry.extra) == (False, ("deaths",), {"x": None})


def test_a_target_set_changed_on_both_sides_is_a_conflict() -> None:
    """What is fitted together, and with which weights, is one decision."""
    sets = [{"all": TargetSet(targets)} for targets in (("a", "b"), ("a", "c"), ("a",))]
    mine, theirs, base = (registry(target_sets=each) for each in sets)
    assert merge_registries(mine, base, theirs).conflicts == {"target set 'all'": "is another here than there"}


def test_unknown_fields_of_the_document_must_not_differ() -> None:
    mine, theirs = registry(extra={"x": [1], "y": 1}), registry(extra={"x": [2]})
    merged = merge_registries(mine, ModelRegistry(), theirs)
    assert merged.conflicts == {"field 'x'": "is [1] here and [2] there"}
    assert merged.registry.extra == {"y": 1}
