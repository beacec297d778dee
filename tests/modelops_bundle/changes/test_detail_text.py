"""A detail reads well on one line."""

import pytest

from modelops_bundle.changes.detail import Detail, How
from modelops_bundle.changes.detail_text import text_of


@pytest.mark.parametrize(
    ("detail", "text"),
    [
        (Detail("constant", How.CHANGED, "BETA", "0.3", "0.4", 3), "~ constant BETA, line 3: 0.3 -> 0.4"),
        (Detail("import", How.ADDED, "math", new="import math", line=1), "+ import math, line 1: import math"),
        (Detail("function", How.REMOVED, "f", "def f():", old_line=9), "- function f, old line 9: def f():"),
        (Detail("function", How.CHANGED, "f", None, "x = 1", 4), "~ function f, line 4: added x = 1"),
        (Detail("function", How.CHANGED, "f", "x = 1", None, 0, 4), "~ function f, old line 4: removed x = 1"),
        (
            Detail("function", How.CHANGED, "f", where="and 3 more statements"),
            "~ function f (and 3 more statements)",
        ),
        (Detail("function", How.RENAMED, "g", "f", "g", 2, 2), "~ function g, line 2: renamed from f"),
        (Detail("method", How.MOVED, "A.f", line=9, old_line=2), "~ method A.f, line 2 -> line 9: moved"),
        (Detail("statement", How.MOVED, "f", None, "x = 1", 9, 2), "~ statement f, line 2 -> line 9: moved x = 1"),
        (Detail("constant", How.CHANGED, "N", "1", "2", 3, cell=2), "~ constant N, cell 2 line 3: 1 -> 2"),
        (Detail("column", How.CHANGED, "cases", count=1200), "~ column cases: 1,200 cells"),
        (Detail("column", How.ADDED, "age"), "+ column age"),
        (
            Detail("cell", How.CHANGED, "cases", "5", "7", 14, 14, where="day=3"),
            "~ cell cases, line 14 (day=3): 5 -> 7",
        ),
        (Detail("size", How.CHANGED, old="3 bytes", new="4 bytes"), "~ size: 3 bytes -> 4 bytes"),
    ],
)
def test_a_detail_in_words(detail: Detail, text: str) -> None:
    assert text_of(detail) == text
