"""A bundle with files in all layers and roles, published below a registry, and somebody who wants it elsewhere."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelops_bundle.checkout.content_list import CONTENT_LIST
from tests.support.workspace import METADATA, Workspace, snapshot

CODE = "BETA = 0.3\n"
DATA = "day,cases\n1,3\n"
CONFIG = """\
version: 1
storage: {threshold_bytes: 52428800}
roles:
  scoring: [models]
"""
FILES = {
    f"{METADATA}/config.yaml": CONFIG,
    "data/cases.csv": DATA,
    "data/nothing.csv": "",
    "models/seir.pkl": "pickled\n",
    "pyproject.toml": "[project]\n",
    "src/seir.py": CODE,
}
RUNTIME = {
    *(f"{METADATA}/config.yaml", ".modelopsignore", "pyproject.toml"),
    *("run.sh", "src/latest.py", "src/seir.py"),
}


@dataclass(frozen=True, slots=True)
class Published:
    """A bundle `my-model:1.0.0` below a registry, and somebody elsewhere who knows that registry by variables."""

    repository: str
    digest: str
    user: Workspace

    def outside(self, path: str) -> Path:
        return self.user.root / path

    def files(self, path: str = "out") -> set[str]:
        """Return what a directory holds of a bundle, without the area and the list of what it holds."""
        return {name for name in snapshot(self.outside(path)) if not name.startswith((".mops/", CONTENT_LIST))}


def publish_model(base: str, directory: Path) -> Published:
    """Let an author push the bundle below a registry or a directory of layouts."""
    author = Workspace(directory / "author", directory / "home-of-author")
    author.ok("init", "--remote", f"{base}/my-model")
    for path, content in FILES.items():
        author.write(path, content)
    author.write("run.sh", "#!/bin/sh\n", executable=True)
    (author.root / "src" / "latest.py").symlink_to("seir.py")
    author.ok("add", ".")
    digest = json.loads(author.ok("push", "--tag", "1.0.0", "--json"))["digest"]
    user = Workspace(directory / "user", directory / "home-of-user", {"MODELOPS_BUNDLE_REGISTRY": base})
    return Published(f"{base}/my-model", digest, user)


def resolved(user: Workspace, *arguments: str) -> Any:
    return json.loads(user.ok("resolve", "--json", *arguments))


def materialized(user: Workspace, *arguments: str) -> Any:
    return json.loads(user.ok("materialize", "--json", *arguments))
