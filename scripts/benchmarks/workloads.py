"""The data that rows work on: the same bytes in every run, on every machine.

Every call makes its data anew, so that no contender works on files that another one touched.
"""

import random
import shutil
from pathlib import Path

from scripts.benchmarks.workspace import Workspace

GIB = 1 << 30
BLOCK = 1 << 20
SMALL_FILE = 4096
FILES_PER_DIRECTORY = 100
ROW_BYTES = 40


def small_files(space: Workspace, number: int) -> Path:
    """Return a new directory with `number` CSV files of 4 KiB, 100 in each directory, below `data`.

    They hold numbers, as the files of simulations do, and compress to a half.
    """
    root = space.fresh(f"{number}-files")
    numbers = random.Random(number)
    for index in range(number):
        rows = "".join(f"{numbers.random():.7f},{numbers.random():.7f}\n" for _ in range(SMALL_FILE // 20 + 1))
        _place(root / "data", index, ".csv").write_text(rows[:SMALL_FILE])
    return root


def tiny_files(space: Workspace, number: int) -> Path:
    """Return a new directory with `number` files of a few bytes, below `data`: for work on stats alone."""
    root = space.fresh(f"{number}-tiny-files")
    for index in range(number):
        _place(root / "data", index, ".txt").write_text(f"{index}\n")
    return root


def large_file(space: Workspace, size: int = GIB) -> Path:
    """Return a new directory with one file `data.bin` that no program can compress."""
    root = space.fresh(f"{size}-bytes")
    numbers = random.Random(size)
    with (root / "data.bin").open("wb") as stream:
        for start in range(0, size, BLOCK):
            stream.write(numbers.randbytes(min(BLOCK, size - start)))
    return root


def table(space: Workspace, size: int) -> Path:
    """Return a new directory with one file `data.csv` of so many bytes: rows of numbers, as simulations write."""
    root = space.fresh(f"{size}-csv")
    numbers, written = random.Random(size), 0
    with (root / "data.csv").open("w") as stream:
        while written < size:
            rows = "".join(_row(numbers) for _ in range(10_000))[: size - written]
            written += stream.write(rows)
    return root


def edit_rows(file: Path, number: int, count: int = 30) -> None:
    """Give rows at random places of a table other values of the same length."""
    numbers = random.Random(number)
    with file.open("r+b") as stream:
        size = file.stat().st_size
        for _ in range(count):
            stream.seek(numbers.randrange(size - 2 * ROW_BYTES) // ROW_BYTES * ROW_BYTES)
            stream.write(_row(numbers).encode())


def append(file: Path, number: int) -> None:
    """Append 1 MiB that is new in each round."""
    with file.open("ab") as stream:
        stream.write(random.Random(number).randbytes(BLOCK))


def overwrite(file: Path, number: int) -> None:
    """Replace 4 KiB in the middle by bytes that are new in each round."""
    with file.open("r+b") as stream:
        stream.seek(file.stat().st_size // 2)
        stream.write(random.Random(number).randbytes(SMALL_FILE))


def insert_row(file: Path, number: int) -> None:
    """Insert 100 bytes, new in each round, near the start; everything after them moves."""
    moved = file.with_name(f"{file.name}.moved")
    with file.open("rb") as old, moved.open("wb") as new:
        new.write(old.read(SMALL_FILE))
        new.write(random.Random(number).randbytes(100))
        shutil.copyfileobj(old, new, BLOCK)
    moved.replace(file)


def _row(numbers: random.Random) -> str:
    """Return one row of a table, `ROW_BYTES` long."""
    first, last = numbers.randrange(10**9), numbers.randrange(10**9)
    return f"{first:09d},{numbers.random():.7f},{numbers.random():.7f},{last:09d}\n"


def _place(root: Path, index: int, suffix: str) -> Path:
    directory = root / f"{index // FILES_PER_DIRECTORY:04d}"
    if not index % FILES_PER_DIRECTORY:
        directory.mkdir(parents=True)
    return directory / f"{index:06d}{suffix}"
