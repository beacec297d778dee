"""`__all__` is read as far as it is spelled out."""

import pytest

from modelops_bundle.source.exports import exports_of
from modelops_bundle.source.syntax import parse_source


def found(source: str) -> tuple[str, ...]:
    return exports_of(parse_source(source.encode(), "x.py"))


@pytest.mark.parametrize(
    "source",
    [
        "__all__ = ['a', 'b']",
        "__all__ = ('a', 'b')",
        "__all__: list[str] = ['a', 'b']",
        "__all__ = ['a'] + ['b']",
        "__all__ = ['a']\n__all__ += ['b']",
        "__all__ = ['a']\n__all__ += other.__all__ + ['b']",
        "__all__ = ['a']\n__all__.append('b')",
        "__all__ = ['a']\n__all__.extend(['b', 'a'])",
        "__all__ = [*x, 'a', y, 'b']",
        "exports = __all__ = ['a', 'b']",
        "if x:\n    __all__ = ['a']\nelse:\n    __all__ = ['b']",
        "try:\n    __all__ = ['a']\nexcept E:\n    pass\nelse:\n    __all__ += ['b']",
        "try:\n    __all__ = ['a']\nexcept E:\n    __all__ += ['b']",
        "with x:\n    __all__ = ['a']\nmatch y:\n    case 1:\n        __all__ += ['b']",
    ],
)
def test_names_are_found_in_every_spelling(source: str) -> None:
    assert found(source) == ("a", "b")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "all = ['a']",
        "x.__all__ = ['a']",
        "__all__: list[str]",
        "__all__ = names()",
        "__all__ = [1, b'a']",
        "def f():\n    __all__ = ['a']",
        "class C:\n    __all__ = ['a']",
        "x.append('a')",
        "__all__.remove('a')",
        "__all__ = ['a'",
    ],
)
def test_what_is_not_spelled_out_at_module_level_gives_no_names(source: str) -> None:
    assert found(source) == ()
