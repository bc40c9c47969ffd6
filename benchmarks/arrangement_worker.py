"""The smallest worker, for benchmarks/arrangement.py: a store, frames in, frames out.

Run as `python arrangement_worker.py ROLE STORE IN_MEMORY`, with the role `fork all` also PIPES.
A frame is four bytes of length, most significant first, and as many bytes.
"""

import json
import os
import signal
import struct
import sys
from pathlib import Path

import pyoxigraph as ox

from measuring import answer


def open_store(folder: Path, in_memory: bool) -> ox.Store:
    """Return the store on disk, or a copy of it in memory."""
    on_disk = ox.Store.read_only(str(folder))
    if not in_memory:
        return on_disk
    store = ox.Store()
    store.bulk_extend(on_disk)
    return store


def read_frame(source: int) -> bytes | None:
    """Return the next frame, four bytes of length before it, or None at the end."""
    head = read_bytes(source, 4)
    return read_bytes(source, struct.unpack(">I", head)[0]) if head else None


def read_bytes(source: int, size: int) -> bytes:
    """Return `size` bytes, or none at the end."""
    parts = []
    while size:
        part = os.read(source, size)
        if not part:
            return b""
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def write_frame(target: int, body: bytes) -> None:
    """Write a frame."""
    frame = memoryview(struct.pack(">I", len(body)) + body)
    while frame:
        frame = frame[os.write(target, frame) :]


def work(role: str, folder: Path, in_memory: bool) -> None:
    """Answer queries from standard input until it closes, in one of three ways."""
    store = open_store(folder, in_memory)
    {"ready": be_ready, "fork each": fork_each, "fork again": fork_again}[role](store)


def be_ready(store: ox.Store) -> None:
    """Answer one query after another, and say first who answers."""
    write_frame(1, str(os.getpid()).encode())
    while (text := read_frame(0)) is not None:
        write_frame(1, answer(store, text.decode()))


def fork_each(store: ox.Store) -> None:
    """Answer each query in a process of its own."""
    write_frame(1, str(os.getpid()).encode())
    while (text := read_frame(0)) is not None:
        child = os.fork()
        if not child:
            write_frame(1, answer(store, text.decode()))
            os._exit(0)
        os.waitpid(child, 0)


def fork_again(store: ox.Store) -> None:
    """Keep one child that answers; fork another where it is killed."""
    while True:
        child = os.fork()
        if not child:
            be_ready(store)
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            return


def fork_all(store: ox.Store, pipes: list[tuple[int, int]]) -> None:
    """Fork a worker for each pair of pipes, and wait."""
    for source, target in pipes:
        if not os.fork():
            os.dup2(source, 0)
            os.dup2(target, 1)
            be_ready(store)
            os._exit(0)
    signal.pause()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["fork all", folder, in_memory, pipes]:
            fork_all(open_store(Path(folder), in_memory == "1"), json.loads(pipes))
        case [role, folder, in_memory]:
            work(role, Path(folder), in_memory == "1")
