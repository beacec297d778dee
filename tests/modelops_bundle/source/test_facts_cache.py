"""What is cached comes back as it was, and a cache that cannot be trusted is none."""

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.source import facts_cache
from modelops_bundle.source.facts import (
    ClassDefinition,
    Decorated,
    ImportStatement,
    Parameter,
    SourceFacts,
    SyntaxFault,
    TargetDefinition,
)
from modelops_bundle.source.facts_cache import FactsCache, facts_from, row_of

# Source may spell texts that UTF-8 cannot hold.
TEXT = st.text(st.characters(codec=None), max_size=5)
NUMBER = st.none() | st.integers() | st.floats(allow_nan=False)
PARAMETER = st.builds(Parameter, TEXT, NUMBER, NUMBER, TEXT, TEXT)
LINE = st.integers(0, 1 << 40)


def several(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


CLASS = st.builds(
    ClassDefinition,
    name=TEXT,
    line=LINE,
    bases=several(TEXT),
    importable=st.booleans(),
    outputs=several(TEXT),
    scenarios=several(TEXT),
    parameters=st.none() | several(PARAMETER),
    parameters_from=TEXT,
    members=several(TEXT),
    abstract=several(TEXT),
    decorated=several(st.builds(Decorated, TEXT, TEXT)),
)
TARGET = st.builds(
    TargetDefinition,
    function=TEXT,
    line=LINE,
    name=TEXT,
    model_output=TEXT,
    data=several(TEXT),
    weight=st.none() | st.floats(allow_nan=False),
    labels=several(TEXT),
    decorator=TEXT,
    unread=several(TEXT),
)
FACTS = st.builds(
    SourceFacts,
    semantic=TEXT,
    imports=several(st.builds(ImportStatement, TEXT, LINE, LINE, several(TEXT), LINE)),
    bindings=st.dictionaries(TEXT, TEXT, max_size=3),
    names=st.frozensets(TEXT, max_size=3),
    exports=several(TEXT),
    classes=several(CLASS),
    targets=several(TARGET),
    spaces=st.dictionaries(TEXT, several(TEXT | PARAMETER), max_size=3),
    fault=st.none() | st.builds(SyntaxFault, TEXT, LINE, st.booleans()),
)


@given(FACTS)
def test_facts_come_back_as_they_were_from_one_line(facts: SourceFacts) -> None:
    row = row_of(facts)
    assert facts_from(row) == facts
    assert len(row.splitlines()) == 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache/source-facts"


def saved(path: Path, *keys: str, known: tuple[str, ...] = ()) -> FactsCache:
    """Return a cache to which a key of each name was added, with facts of the same name."""
    cache = FactsCache(path)
    for key in keys:
        cache.keep(key, SourceFacts(key))
    cache.save(known, path.parent / "tmp")
    return cache


def test_what_was_saved_is_found_by_the_next(path: Path) -> None:
    assert saved(path, "a.py", "b.py").find("a.py") == SourceFacts("a.py")
    assert FactsCache(path).find("b.py") == SourceFacts("b.py")
    assert FactsCache(path).find("c.py") is None


def test_it_is_changed_by_what_is_added_only(path: Path) -> None:
    saved(path, "a.py")
    cache = FactsCache(path)
    assert cache.find("a.py") and not cache.changed
    cache.keep("b.py", SourceFacts("b.py"))
    assert cache.changed


def test_what_was_neither_used_nor_named_is_forgotten(path: Path) -> None:
    saved(path, "used.py", "named.py", "old.py")
    cache = FactsCache(path)
    cache.find("used.py")
    cache.keep("new.py", SourceFacts("new.py"))
    cache.save(["named.py", "never.py"], path.parent)
    found = [key for key in ("used.py", "named.py", "old.py", "new.py", "never.py") if FactsCache(path).find(key)]
    assert found == ["used.py", "named.py", "new.py"]


@pytest.mark.parametrize("at", [0, 1, 40, -33, -1])
def test_a_damaged_cache_is_none_and_is_made_anew(path: Path, at: int) -> None:
    saved(path, "a.py", "b.py")
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    assert FactsCache(path).find("a.py") is None
    saved(path, "c.py")
    assert FactsCache(path).find("c.py")


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 200])
def test_half_a_cache_is_none(path: Path, length: int) -> None:
    saved(path, "a.py", "b.py")
    path.write_bytes(path.read_bytes()[:length])
    assert FactsCache(path).find("a.py") is None


def test_a_directory_in_its_place_is_no_error(path: Path) -> None:
    path.mkdir(parents=True)
    assert saved(path, "a.py").find("b.py") is None


@pytest.mark.parametrize(("name", "value"), [("VERSION", 0), ("__version__", "0.0.0")])
def test_a_cache_of_another_version_is_none(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    with monkeypatch.context() as other:
        other.setattr(facts_cache, name, value)
        saved(path, "a.py")
        assert FactsCache(path).find("a.py")
    assert FactsCache(path).find("a.py") is None


def test_a_cache_of_another_python_is_none(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as other:
        other.setattr(sys, "version_info", (3, 99))
        saved(path, "a.py")
    assert FactsCache(path).find("a.py") is None


def test_a_cache_that_is_too_large_is_neither_written_nor_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(path, "a.py")
    size = path.stat().st_size
    monkeypatch.setattr(facts_cache, "MAX_BYTES", size)
    assert FactsCache(path).find("a.py")
    saved(path, "a.py", "b.py")
    assert path.stat().st_size == size
    monkeypatch.setattr(facts_cache, "MAX_BYTES", size - 1)
    assert FactsCache(path).find("a.py") is None
