"""`.modelopsignore` ignores what git ignores for the same lines in `.gitignore`."""

import os
import re
import subprocess
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from modelops_bundle.checkout.ignore import IgnoreRules, _compile
from modelops_bundle.errors import Invalid
from tests.support.programs import require

FILES = [
    *("d", "e.x", "a/d", "a/a.x", "a/b/d", "a/b/a", "b/a/d", "b/a/b", "b/b"),
    *("c/a/b", "c/b/a", "c/d", "c/a.x", "a/c/b", "x/a", "x/b", "x/a.x"),
]
PATTERNS = [
    *("a", "b", "*", "**", "?", "[ab]", "[!a]", "a*", "*.x", "a.x", "a ", "#c", "\\#c", "\\!a", "\\a"),
    *("a/", "b/", "*/", "**/", "/", "//", "/a", "/*", "a/b", "a/b/", "*/b", "a/*", "a/**", "**/a", "a/**/b"),
    *("!a", "!b", "!a/", "!/a", "!a/b", "!a/b/", "!*.x", "!*/", "!**/b", "a**b", "**a", "./a", "..", "[a-"),
    *("[[:alpha:]]", "[[:digit:]x]"),
]
LINES = st.lists(st.sampled_from(PATTERNS), max_size=5).map("\n".join)


# Each example writes both files anew, so nothing is left of the one before.
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(top=LINES, inner=LINES)
def test_the_same_files_are_ignored_as_by_git(tmp_path: Path, top: str, inner: str) -> None:
    git = str(require("git"))
    if not (tmp_path / ".git").exists():
        subprocess.run([git, "init", "-q", tmp_path], check=True)
        for file in FILES:
            (tmp_path / file).parent.mkdir(exist_ok=True, parents=True)
            (tmp_path / file).touch()
    for name in (".gitignore", ".modelopsignore"):
        (tmp_path / name).write_text(top)
        (tmp_path / "a" / name).write_text(inner)
    command = [git, "-C", str(tmp_path), "ls-files", "--others", "--exclude-standard", "-z"]
    seen = subprocess.run(command, check=True, capture_output=True).stdout.split(b"\0")
    rules = IgnoreRules(tmp_path)
    left = {file for file in FILES if not rules.verdict(file).ignored}
    assert left == {os.fsdecode(name) for name in seen} & set(FILES)


PATTERN = st.text("ab*?/!\\.[]-^(|)<>P+{1} ", min_size=1, max_size=12)
PATH = st.lists(st.text("ab.(|)<>P+{1} -^", min_size=1, max_size=4), min_size=1, max_size=3).map("/".join)


@settings(max_examples=300)
@given(patterns=st.lists(PATTERN, min_size=1, max_size=5), path=PATH, directory=st.booleans())
def test_the_search_for_some_rule_misses_none(patterns: list[str], path: str, directory: bool) -> None:
    try:
        rules = _compile(patterns, "f")
    except Invalid:
        assume(False)
    found = rules.deciding(path, directory)
    rules._some = re.compile("")
    assert found == rules.deciding(path, directory)
