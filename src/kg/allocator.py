"""What gives memory to the processes that fill a store and evaluate queries.

The engine asks for small pieces all the time. glibc's own allocator takes a quarter of a query's
time; Oxigraph's server brings another one (mimalloc) for that reason, pyoxigraph does not. So ours
take one that the system has installed, where it has one.
"""

import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_NAMES = ("libmimalloc.so.3", "libmimalloc.so.2", "libmimalloc.so.2.0", "libjemalloc.so.2")
_FOLDERS = ("/usr/local/lib", "/usr/lib/*-linux-gnu*", "/usr/lib64", "/usr/lib")
# Where there is none: keep more freed pieces at hand, and give none back to the system.
_PATIENT = ":".join(
    f"glibc.malloc.{setting}"
    for setting in ("tcache_count=127", "mmap_threshold=1073741824", "trim_threshold=1073741824")
)


def environment(given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment for such a process: `given`, with the better allocator in it.

    What `given` says of it already stays.
    """
    library = found()
    if _says(given):
        return dict(given)
    return {**given, **({"LD_PRELOAD": library} if library else {"GLIBC_TUNABLES": _PATIENT})}


def begin_anew() -> None:
    """Begin this process anew with a library, where one is installed and nothing is said of it.

    What is preloaded has to be known before a process begins. Without a library it goes on as it
    is: to be patient, as workers are, would keep what loading took for good.
    """
    if (library := found()) and not _says(os.environ):
        command = [sys.executable, *sys.orig_argv[1:]]
        os.execve(sys.executable, command, {**os.environ, "LD_PRELOAD": library})  # noqa: S606


def _says(given: Mapping[str, str]) -> bool:
    return "LD_PRELOAD" in given or "GLIBC_TUNABLES" in given


@cache
def found() -> str | None:
    """Return the file of the best allocator that is installed, None where there is none."""
    for name in _NAMES:
        for folder in _FOLDERS:
            for path in sorted(Path("/").glob(f"{folder.lstrip('/')}/{name}")):
                return str(path)
    return None
