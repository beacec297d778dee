"""Get the programs that a benchmark runs: ours as users have it, and its peers.

Python programs get an environment each, below ${XDG_CACHE_HOME:-~/.cache}/modelops-bundle-bench, compiled to
bytecode: without it, every start would compile all sources anew. Others come from Debian, where this is root.
"""

import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "modelops-bundle-bench"
PACKED = ("pyproject.toml", "README.md", "LICENSE", "modelops_bundle", "plumbing", "porcelain")

_FROM_PYPI = {"dvc": "dvc==3.67.1", "oras-py": "oras==0.2.43"}
_FROM_DEBIAN = ("curl", "docker-registry", "git", "git-lfs", "restic", "skopeo")
_VERSION = {"docker-registry": "--version", "restic": "version"}


class PeerMissing(Exception):
    """A peer is not here and cannot be installed."""


@dataclass(frozen=True, slots=True)
class Program:
    """Our program: its console script, and the Python that runs it."""

    script: Path
    python: Path


def our_program() -> Program:
    """Return this checkout's program, installed from its wheel as users have it.

    An editable install would not do: it looks for the sources with code that every start of its Python runs.
    """
    home = CACHE / "ours"
    stamp = home / "made-of"
    wanted = _fingerprint()
    if not stamp.exists() or stamp.read_text() != wanted:
        with tempfile.TemporaryDirectory() as directory:
            source = Path(directory, "source")
            source.mkdir()
            for name in PACKED:
                _copy(CHECKOUT / name, source / name)
            _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", directory, str(source))
            (wheel,) = Path(directory).glob("*.whl")
            _make_environment(home, str(wheel))
        stamp.write_text(wanted)
    return Program(home / "bin" / "modelops-bundle", home / "bin" / "python")


@functools.cache
def python_tool(name: str) -> Path:
    """Return the Python of an environment that has a peer from PyPI; raise PeerMissing."""
    requirement = _FROM_PYPI[name]
    home = CACHE / requirement.replace("==", "-")
    stamp = home / "made-of"
    if not stamp.exists():
        _make_environment(home, requirement)
        stamp.write_text(requirement)
    return home / "bin" / "python"


@functools.cache
def program(name: str) -> Path:
    """Return the path of a program from Debian, installed if root asks; raise PeerMissing."""
    found = shutil.which(name)
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"bench: installing {name}", file=sys.stderr)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in ("update -qq", f"install -qq -y --no-install-recommends {name}"):
            subprocess.run(["apt-get", *words.split()], env=environment, stdout=subprocess.DEVNULL, check=False)
        found = shutil.which(name)
    if not found:
        raise PeerMissing(f"{name} is not installed (apt-get install {name})")
    return Path(found)


def versions() -> dict[str, str]:
    """Return the versions of all peers that this process has asked for or could have without installing."""
    found = {name: requirement.partition("==")[2] for name, requirement in _FROM_PYPI.items()}
    for name in _FROM_DEBIAN:
        if path := shutil.which(name):
            done = subprocess.run([path, _VERSION.get(name, "--version")], capture_output=True, text=True)
            match = re.search(r"\d+\.\d+[.\d]*", done.stdout)
            found[name] = match[0] if match else "unknown"
    return dict(sorted(found.items()))


def _fingerprint() -> str:
    """Return a digest of everything that the wheel is built from, and of the Python that builds it."""
    digest = hashlib.sha256(sys.version.encode())
    for name in PACKED:
        top = CHECKOUT / name
        for file in sorted(top.rglob("*.py")) if top.is_dir() else [top]:
            digest.update(f"{file.relative_to(CHECKOUT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def _make_environment(home: Path, requirement: str) -> None:
    # Without pip: its companion setuptools would put code of its own into every start.
    print(f"bench: making an environment for {Path(requirement).name}", file=sys.stderr)
    _check([sys.executable, "-m", "venv", "--clear", "--without-pip", str(home)])
    _pip("--python", str(home / "bin" / "python"), "install", requirement)
    _check([str(home / "bin" / "python"), "-m", "compileall", "-qq", str(home / "lib")], allowed=(0, 1))


def _pip(*words: str) -> None:
    _check([sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", *words])


def _check(words: list[str], allowed: tuple[int, ...] = (0,)) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in allowed:
        raise PeerMissing(f"'{' '.join(words[1:])[:120]}' failed: {(done.stdout + done.stderr).strip()[-600:]}")
