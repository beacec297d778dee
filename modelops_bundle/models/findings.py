"""What is worth telling about models, targets and their packaging: values that rules make and `check` prints."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from modelops_bundle.models.readiness import How, Readiness

STALE = "stale"
COSMETIC = "cosmetic"
"""Categories of what the next push or refresh settles by itself."""
NO_OUTPUTS = "empty-outputs"
NO_WIRE = "missing-wire"
"""Categories of what only those need to know whose models the platform runs."""

_STALE = {
    How.MODIFIED: "{kind} changed since '{id}' was registered",
    How.ADDED: "new {kind} of '{id}', which was registered without it",
    How.REMOVED: "'{id}' was registered with this {kind}, and does not need it any more",
}


class Severity(StrEnum):
    """An error makes `check` fail: the bundle would not run, or its registry does not say what it holds."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Kind(StrEnum):
    """What a finding is about."""

    MODEL = "model"
    TARGET = "target"
    TARGET_SET = "target-set"
    BUNDLE = "bundle"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell: how bad it is, what kind of trouble, about what, and what to do about it.

    `category` is a stable name; `path` is empty and `line` 0 where there is none to name.
    """

    severity: Severity
    category: str
    kind: Kind
    entity: str
    message: str
    suggestion: str
    path: str = ""
    line: int = 0

    @property
    def forbids_push(self) -> bool:
        """Whether a push must not go on; what is only stale it registers anew itself."""
        return self.severity is Severity.ERROR and self.category != STALE

    @property
    def place(self) -> str:
        """`path:line`, the path alone, or nothing."""
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class About:
    """Makes the findings about one thing; a finding that names no file is about this one's own."""

    kind: Kind
    entity: str
    path: str = ""
    line: int = 0

    def error(self, category: str, message: str, suggestion: str, path: str = "", line: int = 0) -> Finding:
        """Return that something is wrong: `check` fails."""
        return self._make(Severity.ERROR, category, message, suggestion, path, line)

    def warning(self, category: str, message: str, suggestion: str, path: str = "", line: int = 0) -> Finding:
        """Return that something is doubtful."""
        return self._make(Severity.WARNING, category, message, suggestion, path, line)

    def info(self, category: str, message: str, suggestion: str, path: str = "", line: int = 0) -> Finding:
        """Return what is worth knowing."""
        return self._make(Severity.INFO, category, message, suggestion, path, line)

    def _make(
        self, severity: Severity, category: str, message: str, suggestion: str, path: str, line: int
    ) -> Finding:
        place = (path, line) if path else (self.path, self.line)
        return Finding(severity, category, self.kind, self.entity, message, suggestion, *place)


def staleness(about: About, readiness: Readiness) -> Iterator[Finding]:
    """Yield a finding for each dependency that makes an entry stale, or would if its formatting counted."""
    name = about.entity
    for change in readiness.changes:
        if change.how is How.COSMETIC:
            message = f"only comments or formatting changed since '{name}' was registered"
            yield about.info(COSMETIC, message, f"modelops-bundle refresh {name}", change.path)
        elif change.how in _STALE:
            message = _STALE[change.how].format(kind=change.kind, id=name)
            accept = f"modelops-bundle why {name} tells what changed; modelops-bundle refresh {name} accepts it"
            yield about.error(STALE, message, accept, change.path)
