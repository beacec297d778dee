"""Names that are nearly what somebody typed, for hints."""

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return up to three words that are near to one, the nearest first."""
    return difflib.get_close_matches(word, sorted(known), 3)


def question(words: list[str]) -> str:
    """Return 'did you mean' one of the words, '' where there is none."""
    quoted = [f"'{word}'" for word in words]
    return f"did you mean {' or '.join(quoted)}?" if quoted else ""
