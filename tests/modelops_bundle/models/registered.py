"""Registered models and targets as values, for tests of what is made of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from modelops_bundle.digest import digest_of
from modelops_bundle.models.dependencies import Present
from modelops_bundle.models.entries import Entry, ModelEntry, ModelRegistry, TargetEntry, TargetSet
from modelops_bundle.models.overview import Assessed, Overview
from modelops_bundle.models.readiness import kinds_of, readiness_of


def digest(text: str) -> str:
    return digest_of(text.encode())


def model(
    id: str = "seir",
    path: str = "models/seir.py",
    *,
    code: Iterable[str] = ("models/__init__.py",),
    data: Iterable[str] = ("data/people.csv",),
    outputs: Iterable[str] = ("incidence",),
) -> ModelEntry:
    """Return a registered model whose files hold their own names."""
    code, data = tuple(code), tuple(data)
    return ModelEntry(
        id=id,
        path=path,
        class_name="Seir",
        entrypoint=f"{path.removesuffix('.py').replace('/', '.')}:Seir",
        model_digest=digest(path),
        outputs=tuple(outputs),
        data=data,
        data_digests={each: digest(each) for each in data},
        code=code,
        code_digests={each: digest(each) for each in code},
        digest=digest(f"composite {id}"),
        semantic_digests={each: f"blake3:{each}" for each in (path, *code)},
    )


def target(id: str = "fit", path: str = "targets/fit.py", *, output: str = "incidence") -> TargetEntry:
    """Return a registered target whose files hold their own names."""
    return TargetEntry(
        id=id,
        path=path,
        function="fit",
        entrypoint=f"{path.removesuffix('.py').replace('/', '.')}:fit",
        model_output=output,
        target_digest=digest(path),
        data=("data/observed.csv",),
        data_digests={"data/observed.csv": digest("data/observed.csv")},
        digest=digest(f"composite {id}"),
        semantic_digests={path: f"blake3:{path}"},
    )


def edited(entry: ModelEntry, path: str, *, meaning: bool = True) -> ModelEntry:
    """Return an entry as it is after one of its files changed, in its meaning or in its bytes alone."""
    new = digest(f"new {path}")
    entry = replace(entry, digest=digest("new composite")) if meaning else entry
    if meaning and path in entry.semantic_digests:
        entry = replace(entry, semantic_digests={**entry.semantic_digests, path: f"blake3:new {path}"})
    if path == entry.path:
        return replace(entry, model_digest=new)
    if path in entry.code:
        return replace(entry, code_digests={**entry.code_digests, path: new})
    return replace(entry, data_digests={**entry.data_digests, path: new})


def assessed(entry: Entry, now: Present | None = None, *, gone: Iterable[str] = ()) -> Assessed:
    """Return what is made of an entry, given what it would be now: by default the same."""
    lost = set(gone)
    now = now or Present(entry)
    return Assessed(entry, now, readiness_of(entry, now, lambda path: path not in lost))


def overview(*entries: Assessed, target_sets: Mapping[str, TargetSet] | None = None) -> Overview:
    """Return an overview of models and targets."""
    models = {each.entry.id: each for each in entries if isinstance(each.entry, ModelEntry)}
    targets = {each.entry.id: each for each in entries if isinstance(each.entry, TargetEntry)}
    registry = ModelRegistry(
        {id: each.entry for id, each in models.items() if isinstance(each.entry, ModelEntry)},
        {id: each.entry for id, each in targets.items() if isinstance(each.entry, TargetEntry)},
        target_sets or {},
    )
    return Overview(registry, models, targets)


@dataclass
class FakeFiles:
    """Files by path, tracked unless said otherwise."""

    contents: dict[str, bytes] = field(default_factory=dict)
    untracked: set[str] = field(default_factory=set)

    def exists(self, path: str) -> bool:
        return path in self.contents

    def tracked(self, path: str) -> bool:
        return path in self.contents and path not in self.untracked

    def read(self, path: str) -> bytes:
        return self.contents[path]


def files_of(overview: Overview) -> FakeFiles:
    """Return all files that entries were registered with, the registry, and a pyproject.toml."""
    paths = {path for _, each in overview.entries() for path in kinds_of(each.entry)}
    own = {".modelops-bundle/registry.yaml", "targets/__init__.py"}
    pyproject = b'[project]\nname = "x"\ndependencies = ["modelops-calabaria"]\n'
    return FakeFiles({**dict.fromkeys(paths | own, b""), "pyproject.toml": pyproject})
