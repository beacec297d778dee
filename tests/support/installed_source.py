"""The sources of real packages that are installed beside the tests, found without importing them."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from tests.support.programs import missing


def sources_of(package: str) -> list[Path]:
    """Return all Python files of an installed distribution; without it, skip the test (fail it in CI)."""
    try:
        files = distribution(package).files or []
    except PackageNotFoundError:
        missing(f"the sources of {package} are not installed (pip install -e '.[e2e]')")
    return sorted(Path(str(file.locate())) for file in files if file.suffix == ".py")
