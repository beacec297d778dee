"""The mark of a directory that is a worker's cache. In no other one is anything removed.

The first worker that uses a directory leaves it there. Projects and users' caches have `objects` and `packs`, too:
what is kept there would be pruned as something that no bundle of a worker needs.
"""

import re
from pathlib import Path

from modelops_bundle.errors import NotFound
from modelops_bundle.files.durable import write_file
from modelops_bundle.files.hashing import Unreadable, open_regular
from modelops_bundle.worker_cache.cache_errors import NotACache

MARK = "modelops-bundle-cache"
_LINE = b"modelops-bundle cache, format 1\n"
_RECORD = re.compile(r"(?:[0-9a-f]{12}|[0-9a-f]{64})\.json")


def is_marked(root: Path) -> bool:
    """Tell whether a directory is a cache; raise NotACache for one of another format."""
    try:
        with open_regular(str(root / MARK)) as stream:
            line = stream.read(len(_LINE) + 1)
    except NotFound:
        return False
    except Unreadable:
        if root.exists() and not root.is_dir():
            raise NotACache(f"not a directory: '{root}'", hint="name a directory for the cache") from None
        raise
    if line != _LINE:
        raise NotACache(f"a cache of another format: '{root}'", hint="use the version of this tool that made it")
    return True


def check_marked(root: Path) -> None:
    """Raise NotACache unless a directory is a cache."""
    if not is_marked(root):
        raise NotACache(
            f"no cache of workers: '{root}'",
            hint=f"name the directory that workers use; they leave a file '{MARK}' in it",
        )


def mark(root: Path) -> None:
    """Make a directory a cache, if it is none yet; raise NotACache where something else keeps its objects."""
    if is_marked(root):
        return
    foreign = next((name for name in ("objects", "packs") if (root / name).exists()), "")
    # Whoever makes a cache marks it first: what is in one that was begun meanwhile is found after its mark.
    if foreign and not _has_records(root) and not is_marked(root):
        raise NotACache(
            f"no cache of workers, but something else with '{foreign}' in it: '{root}'",
            hint="give workers a directory of their own",
        )
    write_file(root / MARK, _LINE, flush=True)


def _has_records(root: Path) -> bool:
    """Tell whether workers used a directory before there were marks."""
    return any(_RECORD.fullmatch(path.name) for path in (root / "records").glob("*.json"))
