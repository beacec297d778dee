"""`registry.yaml`: the models, targets and target sets of a bundle. It is tracked and travels with the content.

Format: docs/formats/registry.md. The platform reads it too: its fields come first, as its own writer has them.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelops_bundle.errors import Invalid
from modelops_bundle.files.durable import write_file
from modelops_bundle.files.yaml_file import shown
from modelops_bundle.models.entries import CODE_MODES, ModelEntry, ModelRegistry, TargetEntry, TargetSet
from modelops_bundle.models.registry_yaml.block_yaml import render
from modelops_bundle.models.registry_yaml.cache import recall, remember
from modelops_bundle.models.registry_yaml.document import VERSION, document_of
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.source.facts import Parameter

if TYPE_CHECKING:
    from modelops_bundle.checkout.project import Project
    from modelops_bundle.models.registry_yaml.fields import Document, Fields

MAX_BYTES = 64 << 20
_RESTORE = f"modelops-bundle checkout-index --force HEAD {REGISTRY_PATH} restores it"


def read_registry(project: "Project") -> ModelRegistry:
    """Return what `registry.yaml` holds, nothing where there is none; raise Invalid."""
    data = read_document(project.root / REGISTRY_PATH)
    if data is None:
        return ModelRegistry()
    return parse_cached(data, str(project.root / REGISTRY_PATH), _cache(project))


def write_registry(project: "Project", registry: ModelRegistry) -> bool:
    """Replace `registry.yaml` in one step and tell whether it was another; call with the lock held."""
    data = format_registry(registry)
    if not _is_news(project, registry, data):
        return False
    write_file(project.root / REGISTRY_PATH, data, flush=True, tmp=project.tmp)
    remember(_cache(project), data, _in_order(registry))
    return True


def differs(project: "Project", registry: ModelRegistry) -> bool:
    """Tell whether `write_registry` would write."""
    return _is_news(project, registry, format_registry(registry))


def _is_news(project: "Project", registry: ModelRegistry, data: bytes) -> bool:
    held = read_document(project.root / REGISTRY_PATH)
    # A project in which nothing was ever registered needs no file that says so.
    return bool(registry) if held is None else held != data


def read_document(path: Path) -> bytes | None:
    """Return the bytes of a registry, one more than allowed of one that is too large; None where there is none."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None


def _cache(project: "Project") -> Path:
    return project.directory / "cache" / "registry"


def format_registry(registry: ModelRegistry) -> bytes:
    """Return the document of a registry: the same bytes for the same entries, in whatever order they came.

    Raises Invalid for more than `parse_registry` takes.
    """
    data = render(document_of(_in_order(registry)))
    if len(data) > MAX_BYTES:
        raise _too_large(REGISTRY_PATH)
    return data


def _in_order(registry: ModelRegistry) -> ModelRegistry:
    """Return a registry with everything sorted by id."""
    return replace(
        registry,
        models=dict(sorted(registry.models.items())),
        targets=dict(sorted(registry.targets.items())),
        target_sets=dict(sorted(registry.target_sets.items())),
    )


def parse_registry(data: bytes, what: str) -> ModelRegistry:
    """Read a registry, of the earlier tool too; raise Invalid naming `what` and the field, and UnsafePath.

    Fields that are not known are kept in `extra`.
    """
    from modelops_bundle.files.yaml_syntax import parse
    from modelops_bundle.models.registry_yaml.fields import Document, Fields

    if len(data) > MAX_BYTES:
        raise _too_large(what)
    value = parse(data, what)
    if value is None:
        # Whoever lost it must not publish that nothing is registered.
        raise Invalid(f"empty: '{what}'", hint=_RESTORE)
    document = Document(what)
    top = document.mapping(value, "the document")
    # The earlier tool writes a text; without quotes, people write a number.
    version = top.pop("version", VERSION)
    if str(version) != VERSION:
        raise Invalid(
            f"version {shown(version)} of '{what}' is not known", hint="pip install --upgrade modelops-bundle"
        )
    sections = {
        name: {
            id: Fields(document, value, f"{name}.{shown(id)}")
            for id, value in _section(document, top, name).items()
        }
        for name in ("models", "targets", "target_sets")
    }
    return _in_order(
        ModelRegistry(
            {id: _model(id, fields, document) for id, fields in sections["models"].items()},
            {id: _target(id, fields) for id, fields in sections["targets"].items()},
            {
                name: TargetSet(fields.texts("targets"), fields.numbers("weights"), fields.extra())
                for name, fields in sections["target_sets"].items()
            },
            Fields(document, top, what).extra(),
        )
    )


def _section(document: "Document", top: dict[str, Any], name: str) -> dict[str, Any]:
    value = top.pop(name, {})
    if value is None:
        # The platform's own reader fails on it. Whoever deleted what stood below must not publish that, either.
        raise Invalid(f"{name} in '{document.what}' is null", hint=f"write '{name}: {{}}' for none; {_RESTORE}")
    return document.mapping(value, name)


def _too_large(what: str) -> Invalid:
    return Invalid(f"larger than {MAX_BYTES} bytes: '{what}'", hint="unregister what is not used any more")


def parse_cached(data: bytes, what: str, cache: Path) -> ModelRegistry:
    """Do what `parse_registry` does, once for the same bytes: the file `cache` keeps what they say."""
    known = recall(cache, data)
    if known is None:
        known = parse_registry(data, what)
        remember(cache, data, known)
    return known


def _model(id: str, fields: "Fields", document: "Document") -> ModelEntry:
    names = fields.texts("parameters")
    space = tuple(
        Parameter(
            each.required("name"), each.number("lower"), each.number("upper"), each.text("kind"), each.text("doc")
        )
        for each in fields.entries("parameter_space")
    )
    entry = ModelEntry(
        id=id,
        path=fields.path("path"),
        class_name=fields.required("class_name"),
        entrypoint=fields.required("entrypoint"),
        model_digest=fields.text("model_digest"),
        scenarios=fields.texts("scenarios"),
        parameters=space or tuple(map(Parameter, names)),
        outputs=fields.texts("outputs"),
        data=fields.paths("data"),
        data_digests=fields.digests("data_digests"),
        code=fields.paths("code"),
        code_digests=fields.digests("code_digests"),
        digest=fields.text("digest"),
        semantic_digests=fields.digests("semantic_digests"),
        declared_data=fields.paths("declared_data"),
        declared_code=fields.paths("declared_code"),
        exclude=fields.texts("exclude"),
        auto_code=fields.flag("auto_code", True),
        code_mode=fields.text("code_mode") or CODE_MODES[0],
        extra=fields.extra(),
    )
    if entry.code_mode not in CODE_MODES:
        raise document.wrong(f"models.{shown(id)}.code_mode", " or ".join(CODE_MODES), entry.code_mode)
    if entry.digest:
        return entry
    # The earlier tool does not tell what was declared from what it found: nothing that it lists may be lost.
    return replace(entry, declared_data=entry.data, declared_code=entry.code)


def _target(id: str, fields: "Fields") -> TargetEntry:
    entrypoint = fields.required("entrypoint")
    return TargetEntry(
        id=id,
        path=fields.path("path"),
        function=entrypoint.rpartition(":")[2],
        entrypoint=entrypoint,
        model_output=fields.text("model_output"),
        target_digest=fields.text("target_digest"),
        data=fields.paths("data"),
        data_digests=fields.digests("data_digests"),
        code=fields.paths("code"),
        code_digests=fields.digests("code_digests"),
        digest=fields.text("digest"),
        semantic_digests=fields.digests("semantic_digests"),
        weight=fields.number("weight"),
        labels=fields.texts("labels"),
        extra=fields.extra(),
    )
