"""The digest of the environment that runs a model: what is installed, apart from what the model is.

A new version of a package may change results while no file of a model changed, and a model may change while its
packages did not: so results have both digests.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.files import canonical_json

DOMAIN = b"modelops-bundle:environment:v1\n"
LOCK_FILES = ("poetry.lock", "pyproject.toml", "requirements.txt", "uv.lock")
"""The files at the project's root that the platform makes a worker's virtual environment of."""


@dataclass(frozen=True, slots=True)
class RunEnvironment:
    """What is known of an environment: the digests of its lock files by path, and what is said of the rest.

    `python` is a version, `container` an image, best named by its digest; each is empty where nothing is said.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    python: str = ""
    platform: str = ""
    container: str = ""


def environment_digest(environment: RunEnvironment) -> Digest:
    """Return the digest of an environment: the sha256 of the domain and of the canonical JSON of its fields."""
    return digest_of(DOMAIN + canonical_json.encode(asdict(environment)))
