"""The table of commands: name, module and summary. Help, completion and the docs are made from it."""

from dataclasses import dataclass
from importlib import import_module

import click


@dataclass(frozen=True, slots=True)
class Entry:
    """One command: the module that has it as `command`, and one line about it."""

    module: str
    summary: str


def _table(layer: str, summaries: dict[str, str]) -> dict[str, Entry]:
    return {
        name: Entry(f"modelops_bundle.{layer}.{name.replace('-', '_')}", summary)
        for name, summary in summaries.items()
    }


PORCELAIN = _table(
    "porcelain",
    {
        "init": "make a project of a directory",
        "clone": "copy a published bundle into a new directory",
        "add": "track files",
        "remove": "stop tracking files",
        "status": "show what changed, and where that stands against the remote",
        "diff": "show what differs from a version",
        "push": "publish the tracked files",
        "pull": "bring the remote's changes into the working tree",
        "fetch": "learn what the remote holds without changing the working tree",
        "log": "show the versions that this checkout has seen",
        "tag": "name versions",
        "manifest": "show what a published version holds",
        "export": "write a directory or a published version into one file",
        "import": "take in what export wrote, verified",
        "resolve": "tell which version a reference stands for",
        "materialize": "put what a role needs of a bundle into a directory",
        "fetch-external": "fetch the files that a materialized directory has pointers to",
        "register-model": "register the models of a file with what they depend on",
        "register-target": "register the calibration targets of a file",
        "unregister": "forget models and targets",
        "target-set": "say which targets are fitted together",
        "list": "show what is registered",
        "why": "tell what changed in the dependencies of a model or target",
        "graph": "draw what models, targets and files need",
        "refresh": "accept what models and targets depend on now as current",
        "doctor": "run a command and report what a model uses undeclared",
        "verify": "read everything again and compare it with its digests",
        "gc": "remove stored content that nothing needs any more",
        "cache": "list, check and prune what workers fetched",
        "config": "get and set options of the project",
        "env": "list, show and choose environments",
        "login": "store a registry's credentials",
        "logout": "forget a registry's credentials",
        "completion": "print the shell's completion script",
    },
)

PLUMBING = _table(
    "plumbing",
    {
        "hash-object": "compute the digest of content and optionally store it",
        "cat-object": "print an object, its size or its type",
        "ls-objects": "list the objects in the store",
        "update-index": "change what is tracked",
        "ls-files": "list tracked and untracked files",
        "check-ignore": "tell which paths are ignored, and by which rule",
        "diff-index": "compare a version with the tracked files",
        "diff-manifest": "compare two versions",
        "write-manifest": "make a version of the tracked files",
        "read-manifest": "list the files of a version",
        "checkout-index": "write files of a version into the working tree",
        "resolve-ref": "print the digest that a ref names",
        "update-ref": "change a ref if it is what you expect",
        "for-each-ref": "list refs",
        "ls-remote": "list the tags of a remote",
        "push-blob": "send objects to a remote",
        "fetch-blob": "fetch blobs of a remote into the object store",
        "mount-blob": "make blobs of another repository appear at a remote",
        "push-manifest": "publish a version and name it by a tag",
        "fetch-manifest": "fetch a version's documents from a remote",
        "verify-objects": "check objects against their digests",
        "list-deps": "list which files of the project import which",
        "hash-deps": "print the composite digests of models and targets",
        "check": "tell what is stale or broken among models and targets",
    },
)


def load(name: str) -> click.Command | None:
    """Import and return a command, or None when there is no such one."""
    entry = PORCELAIN.get(name) or PLUMBING.get(name)
    if entry is None:
        return None
    command = import_module(entry.module).command
    assert isinstance(command, click.Command)
    command.name = name
    return command
