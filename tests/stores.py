"""Other servers' engines at ports of this machine, with data of their own, for the tests."""

import contextlib
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from kg.settings import Settings
from kg.store import Table, Term

ROOT = Path(__file__).parent.parent
OXIGRAPH = ROOT / "build" / "oxigraph" / "bin" / "oxigraph"
_VIRTUOSO = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
MaxCheckpointRemap = 2000
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
ServerThreads = 20
CheckpointInterval = 0
NumberOfBuffers = 10000
MaxDirtyBuffers = 7500
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
ServerThreads = 20
[SPARQL]
ResultSetMaxRows = {rows}
MaxQueryExecutionTime = 30
"""


@dataclass(frozen=True)
class Engine:
    """An engine that runs: where it answers and is written to, and what is set for it."""

    name: str
    url: str
    graph_store: str
    settings: Settings

    @property
    def environment(self) -> dict[str, str]:
        """What the commands read of the settings."""
        return {
            "KG_STORE_USER": self.settings.store_user,
            "KG_STORE_PASSWORD": self.settings.store_password,
            "KG_STORE_LOGIN": self.settings.store_login,
            "KG_STORE_GRAPHS": self.settings.store_graphs,
        }


@contextlib.contextmanager
def oxigraph(folder: Path) -> Iterator[Engine]:
    """Run Oxigraph's server on an empty store in `folder` as long as the block runs."""
    program = OXIGRAPH if OXIGRAPH.is_file() else shutil.which("oxigraph")
    if not program:
        pytest.skip("Oxigraph's server is not installed; make stores installs it")
    (port,) = _free_ports(1)
    base = f"http://127.0.0.1:{port}"
    command = [program, "serve", "--location", folder, "--bind", f"127.0.0.1:{port}",
               "--timeout-s", "30"]  # fmt: skip
    with _running(command, folder, f"{base}/query?query=ASK%7B%7D"):
        url = f"{base}/query"
        yield Engine("oxigraph", url, f"{base}/store", Settings(store=url))


@contextlib.contextmanager
def virtuoso(folder: Path, rows: int = 2_000_000) -> Iterator[Engine]:
    """Run Virtuoso on an empty database in `folder` as long as the block runs.

    It cuts answers after `rows` rows or triples.
    """
    program = shutil.which("virtuoso-t")
    if not program:
        pytest.skip("Virtuoso is not installed (Debian: virtuoso-opensource-7)")
    sql, http = _free_ports(2)
    (folder / "virtuoso.ini").write_text(_VIRTUOSO.format(sql=sql, http=http, rows=rows))
    base = f"http://127.0.0.1:{http}"
    command = [program, "-f", "+configfile", "virtuoso.ini"]
    with _running(command, folder, f"{base}/sparql?query=ASK%7B%7D"):
        url = f"{base}/sparql"
        settings = Settings(store=url, store_user="dba", store_password="dba",
                            store_login="digest", store_graphs="union")  # fmt: skip
        yield Engine("virtuoso", url, f"{base}/sparql-graph-crud-auth", settings)


@contextlib.contextmanager
def _running(command: list[object], folder: Path, alive: str) -> Iterator[None]:
    with (folder / "out.log").open("wb") as log:
        process = subprocess.Popen([*map(str, command)], cwd=folder, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 60
        while not _answers(alive):
            if process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"{command[0]} did not start: {(folder / 'out.log').read_text()}")
            time.sleep(0.05)
        yield
    finally:
        process.kill()  # nothing of it is wanted any more
        process.wait()


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5):
            return True
    except OSError:
        return False


def _free_ports(number: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)
        ]
        return [one.getsockname()[1] for one in sockets]


def parts(term: Term | None) -> list[str]:
    """The parts of a cell: of a list in it no order is promised, and Virtuoso has no booleans."""
    text = term.value if term else ""
    return sorted(re.split("; |, | ", {"true": "1", "false": "0"}.get(text, text)))


def cells(table: Table) -> list[list[list[str]]]:
    """The cells of rows, in no order."""
    return sorted([parts(term) for term in row] for row in table.rows)


def free_port() -> int:
    """A port at which nobody listens."""
    return _free_ports(1)[0]
