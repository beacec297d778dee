"""One ordinary call of every plumbing command, for the tests of what all of them promise.

In arguments, `{remote}` is a remote that has the sample's version under the tag v1. The calls are for the sample
after `edit`, with the local tags v0 (an empty version) and v1.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.digest import digest_of
from modelops_bundle.safe_path import REGISTRY_PATH
from tests.plumbing.sample import TRACKED, edit, publish, succeed

README = digest_of(TRACKED["README.md"])
POPULATION = digest_of(TRACKED["data/population.csv"])
ABSENT = "sha256:" + "2" * 64

DIGEST = r"sha256:[0-9a-f]{64}"
PLACE = r"(layer|empty|link|external|packs)"
MODE = r"(000000|100644|100755|120000)"
QUOTED = r'([^\x00-\x1f"\x7f]+|"([^\x00-\x1f"\x7f]|\\")+")'
UNQUOTED = r"[^\0]+"
PATH = "PATH"
"""Stands in a pattern for a path, which is quoted or not depending on `-z`."""


@dataclass(frozen=True, slots=True)
class Call:
    """Arguments, the pattern of the records written (none if empty), and the records to give it.

    `reads` names the option that makes the command read records; `code` is the exit code.
    """

    arguments: tuple[str, ...]
    writes: str = ""
    reads: str = ""
    records: tuple[str, ...] = ()
    code: int = 0
    empty_code: int = 0
    imports: frozenset[str] = frozenset()

    def input(self, end: str = "\n") -> bytes:
        return "".join(record + end for record in self.records).encode()

    def pattern(self, *, nul: bool) -> re.Pattern[str]:
        return re.compile(self.writes.replace(PATH, UNQUOTED if nul else QUOTED), re.DOTALL)


REMOTE = ("--remote", "{remote}")
DIFFERENCE = rf":{MODE} {MODE} {DIGEST} {DIGEST} [ADMT]\tPATH"
FILES = ("data/population.csv", "README.md", "data/population.csv")
BLOBS = (f"{README} 8", f"{POPULATION} 15", f"{README} 8")
ENTRIES = (f"100644 {POPULATION} 15\tdata/population.csv", f"100755 {README} 8\tREADME.md")
CHANGES = (f"update remotes/registry.example.org/model/latest {ABSENT}", "delete tags/v9")
CONFIGURED = frozenset({"yaml"})
IGNORES = frozenset({"pathspec"})

CALLS = {
    "hash-object": Call(("-w", "--stdin-paths"), DIGEST, "--stdin-paths", FILES),
    "cat-object": Call(
        ("--batch-check",), rf"{DIGEST} ((manifest|blob) \d+|missing)", "--batch-check", (README, "v1", ABSENT)
    ),
    "ls-objects": Call((), rf"{DIGEST} \d+"),
    "update-index": Call(("--add", "--stdin"), "", "--stdin", FILES),
    "ls-files": Call(("-s",), rf"{MODE} {DIGEST} \d+\tPATH"),
    "check-ignore": Call(
        ("-v", "--stdin"), r"[^\t]+:\d+:[^\t]+\tPATH", "--stdin", ("x.tmp", "README.md", "build/x"), empty_code=1,
        imports=IGNORES,
    ),
    "diff-index": Call(("v1",), DIFFERENCE),
    "diff-manifest": Call(("v0", "v1"), DIFFERENCE),
    "write-manifest": Call(("--stdin",), DIGEST, "--stdin", ENTRIES, imports=CONFIGURED | IGNORES),
    "read-manifest": Call(("v1",), rf"{MODE} {DIGEST} \d+ (code|config|data|models) {PLACE}\tPATH"),
    "checkout-index": Call(("v1", "--stdin"), "PATH", "--stdin", ("data/empty.csv", "src/model.py")),
    "resolve-ref": Call(("v1", "HEAD"), DIGEST),
    "update-ref": Call(("--stdin",), "", "--stdin", CHANGES),
    "for-each-ref": Call((), rf"{DIGEST}\tPATH"),
    "ls-remote": Call(REMOTE, rf"{DIGEST}\tPATH", imports=CONFIGURED),
    "push-blob": Call(
        (*REMOTE, "--stdin"), rf"{DIGEST} (exists|mounted|pushed)", "--stdin", BLOBS, imports=CONFIGURED
    ),
    "fetch-blob": Call((*REMOTE, "--stdin"), rf"{DIGEST} (exists|fetched)", "--stdin", BLOBS, imports=CONFIGURED),
    "mount-blob": Call(
        (*REMOTE, "--from", "team/model", "--stdin"), rf"{DIGEST} (mounted|refused)", "--stdin", BLOBS,
        imports=CONFIGURED,
    ),
    "push-manifest": Call((*REMOTE, "v1"), DIGEST, imports=CONFIGURED),
    "fetch-manifest": Call((*REMOTE, "v1"), DIGEST, imports=CONFIGURED),
    "verify-objects": Call(
        ("--stdin",), rf"error missing-object {DIGEST}\t[a-z ]+", "--stdin", (README, ABSENT), code=5
    ),
    "check": Call(
        (), r"(error|warning) [a-z-]+ (model|bundle)\t[^\t]*\tPATH:\d+\t[^\t]+\t[^\t]+", code=1, imports=CONFIGURED
    ),
    "list-deps": Call((), r"[^\t]+:\d+\tPATH"),
    "hash-deps": Call(("--environment", "--python", "3.12"), rf"{DIGEST}\tPATH"),
}  # fmt: skip


REGISTRY = b"models: {gone: {entrypoint: 'src.model:Gone', path: src/model.py, class_name: Gone}}\n"


@dataclass(frozen=True, slots=True)
class Scene:
    """The sample, published and edited, and where it was published; it has a registry that is not tracked."""

    root: Path
    remote: str

    def arguments(self, command: str) -> list[str]:
        """Return the command line of the call of a command; set the scene for it anew."""
        (self.root / "data/empty.csv").unlink(missing_ok=True)
        return [command, *(part.replace("{remote}", self.remote) for part in CALLS[command].arguments)]


def make_scene(root: Path, remote: str) -> Scene:
    """Publish the sample, and edit it afterwards."""
    empty = succeed("write-manifest", "--stdin", cwd=root).strip()
    succeed("update-ref", "tags/v0", empty, cwd=root)
    version = publish(root, "v1")
    succeed("push-blob", "--remote", remote, "--manifest", version, cwd=root)
    succeed("push-manifest", "--remote", remote, "--tag", "v1", version, cwd=root)
    edit(root)
    (root / "src/use.py").write_text("from . import model\n")
    succeed("update-index", "--add", "src/use.py", cwd=root)
    (root / REGISTRY_PATH).write_bytes(REGISTRY)
    return Scene(root, remote)
