"""Tell how much processor time the stages of a push and a pull take, per GiB of what cannot be compressed.

Each stage runs alone, in one thread, over the same bytes in memory. The sum is less than a command takes, since
threads that share the interpreter cost something too.
"""

import hashlib
import os
import resource
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from blake3 import blake3

from modelops_bundle.files.zstandard import ZstdCompressor
from modelops_bundle.packs.chunking import chunk_id, cut
from modelops_bundle.packs.writer import LEVEL
from scripts.benchmarks.workspace import MEMORY

SIZE = 256 << 20
ROUNDS = 5
_BLOCK = 1 << 20
_CHUNK = 64 << 10


def main() -> None:
    data = memoryview(os.urandom(SIZE))
    directory = MEMORY if MEMORY.is_dir() else None
    with tempfile.NamedTemporaryFile(dir=directory) as file:
        file.write(data)
        file.flush()
        for name, stage in _stages(data, Path(file.name)).items():
            least = min(_processor_seconds(stage) for _ in range(ROUNDS))
            print(f"{name:34} {least * (1 << 30) / SIZE:.2f} s per GiB", flush=True)


def _stages(data: memoryview, file: Path) -> dict[str, Callable[[], object]]:
    return {
        "read from memory": lambda: _read(file),
        "write to memory": lambda: _write(file.parent, data),
        "sha256": lambda: hashlib.sha256(data),
        "BLAKE3": lambda: blake3(data),
        "BLAKE3 of each chunk": lambda: [chunk_id(chunk) for chunk in _pieces(data, _CHUNK)],
        "read and cut into chunks": lambda: _cut(file),
        "zstd, all in vain": lambda: _compress(data),
        "send and receive over loopback": lambda: _send(data),
    }


def _processor_seconds(stage: Callable[[], object]) -> float:
    before = resource.getrusage(resource.RUSAGE_SELF)
    stage()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _pieces(data: memoryview, size: int) -> list[memoryview]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def _read(file: Path) -> None:
    buffer = bytearray(_BLOCK)
    with file.open("rb", buffering=0) as stream:
        while stream.readinto(buffer):
            pass


def _write(directory: Path, data: memoryview) -> None:
    with tempfile.TemporaryFile(dir=directory, buffering=0) as stream:
        for piece in _pieces(data, _BLOCK):
            stream.write(piece)


def _cut(file: Path) -> None:
    with file.open("rb", buffering=0) as stream:
        for _ in cut(stream):
            pass


def _compress(data: memoryview) -> None:
    compressor = ZstdCompressor(level=LEVEL)
    for piece in _pieces(data, _CHUNK):
        compressor.compress(piece, ZstdCompressor.FLUSH_FRAME)


def _send(data: memoryview) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as there:
        here, _ = server.accept()
        sender = Thread(target=there.sendall, args=(data,))
        sender.start()
        buffer, left = bytearray(_BLOCK), len(data)
        with here:
            while left:
                left -= here.recv_into(buffer)
        sender.join()


if __name__ == "__main__":
    main()
