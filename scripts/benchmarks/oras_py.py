"""oras-py has no command: `python oras_py.py push|pull HOST/REPOSITORY:TAG FILE...`, in the current directory."""

import sys

from oras.client import OrasClient  # type: ignore[import-untyped,import-not-found,unused-ignore]


def main(action: str, target: str, *files: str) -> None:
    client = OrasClient(hostname=target.partition("/")[0], insecure=True)
    if action == "push":
        client.push(target=target, files=list(files))
    else:
        client.pull(target=target, outdir=".")


if __name__ == "__main__":
    main(*sys.argv[1:])
