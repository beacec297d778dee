"""What source files said when they were last read, in one file: `.modelops-bundle/cache/source-facts`.

Facts are kept by the sha256 of what was read, so that they are never out of date. The file is

    one line that names the version of everything that facts depend on
    a line `key JSON` for each source file, where a key is sha256 in hex and a suffix
    BLAKE3 of everything before

A file that is damaged, too large or of another version counts as none: reading again makes it anew.
"""

import dataclasses
import json
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from blake3 import blake3

from modelops_bundle import __version__
from modelops_bundle.files.durable import write_file
from modelops_bundle.source.facts import (
    ClassDefinition,
    Decorated,
    ImportStatement,
    Parameter,
    SourceFacts,
    Space,
    SyntaxFault,
    TargetDefinition,
)

VERSION = 1
"""To be raised whenever the same source gives other facts than before."""
MAX_BYTES = 256 << 20
_CHECKSUM = 32
_scan = json.JSONDecoder().raw_decode
_RECORDS = (ClassDefinition, Decorated, ImportStatement, Parameter, SourceFacts, SyntaxFault, TargetDefinition)


def _header() -> bytes:
    # What is a syntax error to one Python is none to the next.
    fields = [[field.name for field in dataclasses.fields(record)] for record in _RECORDS]
    values = [VERSION, __version__, *sys.version_info[:2], fields]
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"


class FactsCache:
    """Facts by key: those of the file at `path`, and what was added since."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[bytes, bytes] | None = None
        self._added: dict[bytes, bytes] = {}
        self._used: set[bytes] = set()

    def find(self, key: str) -> SourceFacts | None:
        """Return facts if they are known."""
        if self._rows is None:
            self._rows = self._load()
        encoded = key.encode()
        row = self._added.get(encoded) or self._rows.get(encoded)
        if row is None:
            return None
        self._used.add(encoded)
        return facts_from(row)

    def keep(self, key: str, facts: SourceFacts) -> None:
        """Add facts; `save` writes them."""
        self._added[key.encode()] = row_of(facts)

    @property
    def changed(self) -> bool:
        """Whether there is anything to save."""
        return bool(self._added)

    def save(self, keys: Iterable[str], tmp: Path) -> None:
        """Write what was added and used, and what else `keys` names; forget the rest.

        `tmp` as in `durable.replacing`. A directory that cannot be written is no error: this is a cache.
        """
        kept = self._used.union(key.encode() for key in keys)
        old = {key: row for key, row in (self._rows or {}).items() if key in kept}
        lines = [b"%b %b\n" % item for item in sorted({**old, **self._added}.items())]
        body = _header() + b"".join(lines)
        if len(body) <= MAX_BYTES - _CHECKSUM:
            with suppress(OSError):
                tmp.mkdir(parents=True, exist_ok=True)
                write_file(self._path, body + blake3(body).digest(), flush=False, tmp=tmp)

    def _load(self) -> dict[bytes, bytes]:
        try:
            with self._path.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except OSError:
            return {}
        body, header = memoryview(data)[:-_CHECKSUM], _header()
        if len(data) > MAX_BYTES or not data.startswith(header) or blake3(body).digest() != data[-_CHECKSUM:]:
            return {}
        rows = bytes(body[len(header) :]).splitlines()
        return dict(row.split(b" ", 1) for row in rows)


def row_of(facts: SourceFacts) -> bytes:
    """Return facts as one line of JSON; what is as it is by default is left out."""
    return json.dumps(_plain(facts), separators=(",", ":")).encode()


def facts_from(row: bytes) -> SourceFacts:
    """Return the facts that `row_of` made a line of."""
    value = _scan(row.decode("ascii"))[0]
    imports = tuple([_import(*each) for each in value.pop("imports", ())])
    classes = tuple(_class(each) for each in value.pop("classes", ()))
    targets = tuple(TargetDefinition(**_tuples(each)) for each in value.pop("targets", ()))
    names = frozenset(value.pop("names", ()))
    spaces = {name: _space(each) for name, each in value.pop("spaces", {}).items()}
    fault = SyntaxFault(**fault) if (fault := value.pop("fault", None)) else None
    return SourceFacts(
        imports=imports,
        names=names,
        classes=classes,
        targets=targets,
        spaces=spaces,
        fault=fault,
        **_tuples(value),
    )


def _import(module: str, line: int, level: int, names: list[str], cell: int) -> ImportStatement:
    return ImportStatement(module, line, level, tuple(names), cell)


def _class(value: dict[str, Any]) -> ClassDefinition:
    parameters = value.pop("parameters", None)
    listed = None if parameters is None else tuple(Parameter(**each) for each in parameters)
    decorated = tuple(Decorated(**each) for each in value.pop("decorated", ()))
    return ClassDefinition(**_tuples(value), parameters=listed, decorated=decorated)


def _space(value: list[Any]) -> Space:
    return tuple(each if isinstance(each, str) else Parameter(**each) for each in value)


def _tuples(value: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(each) if isinstance(each, list) else each for name, each in value.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, ImportStatement):  # by far the most frequent
        return [value.module, value.line, value.level, value.names, value.cell]
    if dataclasses.is_dataclass(value):
        fields = ((field, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {field.name: _plain(each) for field, each in fields if each != field.default}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return value
