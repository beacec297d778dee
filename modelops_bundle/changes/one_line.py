"""Values as people see them in a report: on one line, short, and cut so that what differs can be seen."""

from modelops_bundle.safe_path import printable

WIDTH = 72
"""Characters that are left of a value."""
NAME_WIDTH = 200
"""Characters that are left of a name, such as the dotted path of a key."""
_LEAD = 24
"""Characters that are left of what two values have in common before they differ."""
_CUT = "…"


def one_line(text: str, width: int = WIDTH) -> str:
    """Return text on one line, its control characters escaped, cut to `width` characters."""
    return _cut(printable(text[: width + 1]), width)


def pair(old: str | None, new: str | None) -> tuple[str | None, str | None]:
    """Return two values on one line each, cut alike so that both show where they begin to differ."""
    if old is None or new is None:
        return old if old is None else one_line(old), new if new is None else one_line(new)
    same = _common(old, new)
    if max(len(old), len(new)) <= WIDTH or same < WIDTH - _LEAD:
        return one_line(old), one_line(new)
    was, now = (_cut(printable(text[same - _LEAD : same + WIDTH]), WIDTH) for text in (old, new))
    return _CUT + was, _CUT + now


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + _CUT


def _common(old: str, new: str) -> int:
    """Return how many characters two texts have in common at their start."""
    length = min(len(old), len(new))
    return next((at for at in range(length) if old[at] != new[at]), length)
