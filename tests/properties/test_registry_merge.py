"""Laws of merging registries: it does not matter who pulls, nothing is lost, once is enough."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.models.entries import ModelEntry, ModelRegistry, TargetEntry, TargetSet
from modelops_bundle.models.model_digest import digest_of_entry
from modelops_bundle.models.registry_yaml.file import format_registry, parse_registry
from modelops_bundle.models.registry_yaml.merge import MergedRegistry, merge_registries
from modelops_bundle.source.facts import Parameter

IDS = st.sampled_from(["seir", "sir", "seis"])
FILES = st.sampled_from(["data/a.csv", "data/b.csv", "data/c.csv"])
DIGESTS = st.integers(0, 2).map(lambda number: f"sha256:{number:064x}")
LISTS = st.lists(FILES, unique=True, max_size=3).map(tuple)
PARAMETERS = st.builds(Parameter, st.sampled_from(["beta", "gamma"]), st.integers(0, 1), st.integers(2, 3))
EXTRA = st.dictionaries(st.sampled_from(["x", "y"]), st.none() | st.integers(0, 1), max_size=2)


@st.composite
def models(draw: st.DrawFn) -> ModelEntry:
    """Entries of few kinds, so that they meet; what they say of their files fits together."""
    name = draw(st.sampled_from(["a", "b"]))
    data = draw(st.dictionaries(FILES, DIGESTS, max_size=3))
    entry = ModelEntry(
        id="",
        path=f"models/{name}.py",
        class_name=name,
        entrypoint=f"models.{name}:{name}",
        model_digest=draw(DIGESTS),
        parameters=draw(st.lists(PARAMETERS, unique_by=lambda each: each.name, max_size=2).map(tuple)),
        data=tuple(sorted(data)),
        data_digests=data,
        declared_data=draw(LISTS),
        declared_code=draw(LISTS),
        auto_code=draw(st.booleans()),
        extra=draw(EXTRA),
    )
    return replace(entry, digest=digest_of_entry(entry))


def targets() -> st.SearchStrategy[TargetEntry]:
    return st.builds(
        lambda digest, weight: TargetEntry("", "t.py", "f", "t:f", "cases", target_digest=digest, weight=weight),
        DIGESTS,
        st.none() | st.sampled_from([1.0, 2.0]),
    ).map(lambda entry: replace(entry, digest=digest_of_entry(entry)))


def named(entries: Mapping[str, ModelEntry | TargetEntry]) -> dict[str, ModelEntry | TargetEntry]:
    return {id: replace(entry, id=id) for id, entry in entries.items()}


REGISTRIES = st.builds(
    ModelRegistry,
    st.dictionaries(IDS, models(), max_size=3).map(named),
    st.dictionaries(IDS, targets(), max_size=2).map(named),
    st.dictionaries(IDS, st.builds(TargetSet, st.lists(IDS, unique=True).map(tuple)), max_size=2),
    EXTRA,
)


def sections(registry: ModelRegistry) -> list[tuple[str, Mapping[str, object]]]:
    return [
        ("model", registry.models),
        ("target", registry.targets),
        ("target set", registry.target_sets),
        ("field", registry.extra),
    ]


@given(REGISTRIES, REGISTRIES, REGISTRIES)
def test_it_does_not_matter_who_pulls(mine: ModelRegistry, base: ModelRegistry, theirs: ModelRegistry) -> None:
    one, other = merge_registries(mine, base, theirs), merge_registries(theirs, base, mine)
    assert one.registry == other.registry
    assert one.conflicts.keys() == other.conflicts.keys()
    assert format_registry(one.registry) == format_registry(other.registry)


@given(REGISTRIES, REGISTRIES)
def test_a_side_without_changes_takes_the_other(base: ModelRegistry, theirs: ModelRegistry) -> None:
    assert merge_registries(base, base, theirs) == MergedRegistry(theirs, {})
    assert merge_registries(theirs, base, base) == MergedRegistry(theirs, {})


@given(REGISTRIES, REGISTRIES)
def test_the_same_change_on_both_sides_is_no_conflict(base: ModelRegistry, now: ModelRegistry) -> None:
    assert merge_registries(now, base, now) == MergedRegistry(now, {})


@given(REGISTRIES, REGISTRIES, REGISTRIES)
def test_pulling_again_changes_nothing(mine: ModelRegistry, base: ModelRegistry, theirs: ModelRegistry) -> None:
    merged = merge_registries(mine, base, theirs)
    if not merged.conflicts:
        assert merge_registries(merged.registry, theirs, theirs) == merged


@given(REGISTRIES, REGISTRIES, REGISTRIES)
def test_no_entry_is_lost_or_invented(mine: ModelRegistry, base: ModelRegistry, theirs: ModelRegistry) -> None:
    merged = merge_registries(mine, base, theirs)
    for (kind, here), (_, before), (_, there), (_, now) in zip(
        sections(mine), sections(base), sections(theirs), sections(merged.registry), strict=True
    ):
        assert now.keys() <= here.keys() | there.keys()
        for key in here.keys() | there.keys():
            if f"{kind} '{key}'" in merged.conflicts:
                assert key not in now
                assert (here.get(key), key in here) != (there.get(key), key in there)
            elif key in here and key in there:
                assert key in now
            else:  # gone only where one side removed it
                assert key in now or key in before


@given(REGISTRIES, REGISTRIES, REGISTRIES)
def test_nothing_that_somebody_declared_is_lost(
    mine: ModelRegistry, base: ModelRegistry, theirs: ModelRegistry
) -> None:
    merged = merge_registries(mine, base, theirs)
    for id, entry in merged.registry.models.items():
        before = base.models.get(id)
        for side in (mine.models.get(id), theirs.models.get(id)):
            added = set(side.declared_data) - set(before.declared_data if before else ()) if side else set()
            assert added <= set(entry.declared_data)


@given(REGISTRIES, REGISTRIES, REGISTRIES)
def test_what_a_merge_says_fits_together(mine: ModelRegistry, base: ModelRegistry, theirs: ModelRegistry) -> None:
    for entry in merge_registries(mine, base, theirs).registry.models.values():
        assert entry.data_digests.keys() == set(entry.data)
        assert entry.digest == digest_of_entry(entry)


@given(REGISTRIES, REGISTRIES, REGISTRIES)
def test_what_is_merged_can_be_written_and_read(
    mine: ModelRegistry, base: ModelRegistry, theirs: ModelRegistry
) -> None:
    merged = merge_registries(mine, base, theirs).registry
    assert parse_registry(format_registry(merged), "registry.yaml") == merged
