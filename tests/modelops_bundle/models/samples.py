"""Registries with a value in every field."""

from hypothesis import strategies as st

from modelops_bundle.models.entries import ModelEntry, ModelRegistry, TargetEntry, TargetSet
from modelops_bundle.source.facts import Parameter
from tests.modelops_bundle.models.registered import digest

MODEL = ModelEntry(
    id="seir_seir",
    path="models/seir.py",
    class_name="Seir",
    entrypoint="models.seir:Seir",
    model_digest=digest("model"),
    scenarios=("baseline", "lockdown"),
    parameters=(
        Parameter("beta", 0.01, 1e-5, "float", "Rate: per day"),
        Parameter("days", 1, None),
        Parameter("n"),
    ),
    outputs=("incidence",),
    data=("data/a.csv", "data/yes"),
    data_digests={"data/a.csv": digest("a"), "data/yes": digest("yes")},
    code=("models/__init__.py",),
    code_digests={"models/__init__.py": digest("init")},
    digest=digest("composite"),
    semantic_digests={"models/__init__.py": "blake3:1", "models/seir.py": "blake3:2"},
    declared_data=("data",),
    declared_code=(".",),
    exclude=("data/raw", "*.bak"),
    auto_code=False,
    code_mode="package",
    extra={"owner": "me", "tags": [1, None, {"a": 1.5}]},
)
TARGET = TargetEntry(
    id="fit",
    path="targets/fit.py",
    function="cases",
    entrypoint="targets.fit:cases",
    model_output="incidence",
    target_digest=digest("target"),
    data=("data/a.csv",),
    data_digests={"data/a.csv": digest("a")},
    code=("targets/__init__.py",),
    code_digests={"targets/__init__.py": digest("")},
    digest=digest("composite target"),
    semantic_digests={"targets/fit.py": "blake3:3", "targets/__init__.py": "blake3:4"},
    weight=2,
    labels=("region=north",),
    extra={"likelihood": "poisson"},
)
REGISTRY = ModelRegistry(
    {MODEL.id: MODEL},
    {TARGET.id: TARGET},
    {"all": TargetSet(("fit",), {"fit": 0.5}, {"note": "x"})},
    {"generator": {"name": "other"}},
)

_names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
_files = st.sampled_from(["a.py", "b/c.csv", "d/é.py", "yes", "1/2"])
_digests = st.dictionaries(_files, st.sampled_from([digest("1"), digest("2")]), max_size=3)
_bounds = st.none() | st.integers() | st.floats(allow_nan=False)


def _tuples(of: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(of, max_size=3).map(tuple)


_models = st.builds(
    ModelEntry,
    id=_names,
    path=_files,
    class_name=_names,
    entrypoint=_names,
    model_digest=st.just(digest("m")),
    scenarios=_tuples(_names),
    parameters=st.lists(st.builds(Parameter, _names, _bounds, _bounds, _names, _names), max_size=2).map(tuple),
    outputs=_tuples(_names),
    data=_tuples(_files),
    data_digests=_digests,
    code=_tuples(_files),
    code_digests=_digests,
    digest=st.just(digest("d")),
    semantic_digests=_digests,
    declared_data=_tuples(_files),
    declared_code=_tuples(_files),
    exclude=_tuples(_names),
    auto_code=st.booleans(),
    code_mode=st.sampled_from(["files", "package"]),
)


def registries() -> st.SearchStrategy[ModelRegistry]:
    """Registries of models with all kinds of names in them."""
    return st.lists(_models, max_size=3).map(lambda all: ModelRegistry({each.id: each for each in all}))
