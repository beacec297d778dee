"""Find the real servers and clients that tests use, or say by name what is missing.

A missing program skips the test on a person's machine and fails it where `CI=true`: a green CI must mean that
the real servers were there.
"""

import importlib
import os
import shutil
from pathlib import Path
from typing import Any, Never

import pytest

# Read once, at import: the tests themselves run without CI in their environment.
MISSING_IS_FAILURE = os.environ.get("CI", "").strip().lower() in {"1", "true", "yes", "on"}

_INSTALL = {"azurite-blob": "npm install azurite@3", "htpasswd": "apt-get install apache2-utils"}


def require(program: str) -> Path:
    """Return the path of a program; without it, skip the test (fail it in CI), naming the program."""
    found = shutil.which(program)
    if found is None:
        missing(f"{program} is not installed ({_INSTALL.get(program, f'apt-get install {program}')})")
    return Path(found)


def require_module(name: str) -> Any:
    """Return an imported module; without it, skip the test (fail it in CI), naming the module."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        missing(f"the Python module {name} is not installed (pip install {name.partition('.')[0]})")


def missing(message: str) -> Never:
    """Skip the test, or fail it in CI, saying what is missing."""
    if MISSING_IS_FAILURE:
        pytest.fail(f"{message}, and CI must not skip it", pytrace=False)
    pytest.skip(message)
