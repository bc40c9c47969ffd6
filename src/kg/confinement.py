"""What a worker gives up before it reads a stranger's query: sockets, files, memory, dumps."""

import ctypes
import os
import platform
import resource
import struct
from pathlib import Path

_EPERM = 1
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _FILTER = 22, 38, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | _EPERM
_LOAD, _JUMP_IF_EQUAL, _JUMP_FROM_ON, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32 = 0x40000000  # from here on x86_64 has a second set of the same calls
# The architecture's number in seccomp, and those of socket(2) and io_uring_setup(2).
_SYSTEMS = {
    "x86_64": (0xC000003E, 41, 425),
    "aarch64": (0xC00000B7, 198, 425),
}


def confine(store: Path, memory: int) -> None:
    """Give up every further socket and file, core dumps, and memory beyond `memory` bytes.

    RocksDB opens the files of a large store only when it first reads them: just so many
    descriptors stay free. Sockets are refused by the system itself where it can.
    """
    refuse_sockets()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    held = {number: _target(number) for number in os.listdir("/proc/self/fd")}
    tables = {str(path.resolve()) for path in store.glob("*.sst")}
    later = len(tables - set(held.values()))
    limit = max(map(int, held)) + later if later else 0
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))


def refuse_sockets() -> bool:
    """Let the system refuse socket(2) to this process; return whether it does (seccomp, Linux)."""
    if platform.system() != "Linux" or platform.machine() not in _SYSTEMS:
        return False
    architecture, socket, uring = _SYSTEMS[platform.machine()]
    program = b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in (
            (_LOAD, 0, 0, 4),  # the architecture; a foreign one is refused
            (_JUMP_IF_EQUAL, 0, 5, architecture),
            (_LOAD, 0, 0, 0),  # the number of the call
            (_JUMP_FROM_ON, 3, 0, _X32),
            (_JUMP_IF_EQUAL, 2, 0, socket),
            (_JUMP_IF_EQUAL, 1, 0, uring),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _REFUSE),
        )
    )
    code = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HP", len(program) // 8, ctypes.addressof(code))
    system = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_ulong(n) for n in (1, 0, 0, 0)]
    if system.prctl(_PR_SET_NO_NEW_PRIVS, *words):
        return False
    # TSYNC is not needed: no thread of ours asks, but threads of the store stand by idle.
    return bool(system.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_FILTER), head) == 0)


def _target(number: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{number}")
    except OSError:  # the listing's own descriptor, closed by now
        return ""
