"""What tests of the worker's cache need: a published bundle, and a worker that asks for it."""

from pathlib import Path

from modelops_bundle.repository import ModelOpsBundleRepository
from tests.support.workspace import Workspace

REPOSITORY = "lab/seir"


def publish(work: Workspace, remote: str) -> str:
    """Publish all files of a workspace at a remote, and return the digest that the push printed."""
    if not (work.root / ".modelops-bundle").exists():
        work.ok("init", "--remote", remote)
    work.ok("add", ".")
    return digest_in(work.ok("push"))


def digest_in(printed: str) -> str:
    """Return the digest in what a push prints."""
    (line,) = (line for line in printed.splitlines() if line.startswith("Digest: "))
    return line.removeprefix("Digest: ")


def worker(registry: str, cache: Path, structure: str = "digest_short") -> ModelOpsBundleRepository:
    """Return a repository as the platform makes one in a new process."""
    return ModelOpsBundleRepository(
        registry_ref=registry,
        cache_dir=str(cache),
        cache_structure=structure,
        default_tag="latest",
        insecure=False,
    )
