"""The servers that are compared: each started on loopback, and ended with its block."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from http_client import CSV, Client, request
from measuring import ROOT, timed
from processes import family, proportional, served
from questions import Request

_VENV = ROOT / "build" / "peers"
_LOADED = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
DirsAllowed = {folder}, {data}
NumberOfBuffers = 340000
MaxDirtyBuffers = 250000
ThreadsPerQuery = 2
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 20
MaxKeepAlives = 20
KeepAliveTimeout = 60
[SPARQL]
ResultSetMaxRows = 10000000
MaxQueryCostEstimationTime = 0
MaxQueryExecutionTime = 30
"""  # 340,000 buffers of 8 kB: what its handbook advises for 4 GB


@dataclass(frozen=True)
class Running:
    """A server with the world in it: its port, seconds to load and to start, and its processes."""

    port: int
    load: float
    start: float
    pid: int
    message: Callable[[Request], bytes]

    def memory(self) -> float:
        """Return what its processes hold, in MB; a shared page counts once."""
        return sum(proportional(pid) for pid in family(self.pid))


class NotInstalledError(Exception):
    """A peer that this machine does not have; says how to install it."""


def posted(path: str) -> Callable[[Request], bytes]:
    """Return how SPARQL is sent to `path`: as a form, since some refuse long addresses."""

    def message(question: Request) -> bytes:
        body = f"query={quote(question.sparql)}".encode()
        return request("POST", path, CSV, body, "application/x-www-form-urlencoded")

    return message


def _canned(question: Request) -> bytes:
    return request("GET", question.path, CSV)


@contextlib.contextmanager
def kg(world: Path) -> Iterator[Running]:
    """Give `kg serve`; a canned question has its own address."""
    begin = time.perf_counter()
    with served("--data", str(world)) as server:
        seconds = time.perf_counter() - begin
        yield Running(server.port, seconds, 0, server.pid, _canned)


@contextlib.contextmanager
def oxigraph(world: Path, store: Path) -> Iterator[Running]:
    """Give Oxigraph's own server; the store is filled where there is none."""
    command = peer("oxigraph")
    load = 0.0
    if not store.is_dir():
        arguments = [command, "load", "--location", str(store), "--file", str(world)]
        load = timed(lambda: subprocess.run(arguments, check=True, capture_output=True))
    port = _free_port()
    with _started(
        [command, "serve-read-only", "--location", str(store), "--bind", f"127.0.0.1:{port}",
         "--union-default-graph"],
        port,
    ) as (pid, seconds):  # fmt: skip
        yield Running(port, load, seconds, pid, posted("/query"))


@contextlib.contextmanager
def rdflib_endpoint(world: Path) -> Iterator[Running]:
    """Give rdflib-endpoint, with the world in memory as rdflib has it."""
    python, port = peer("python"), _free_port()
    script = (
        "import sys, uvicorn; from rdflib import Dataset; "
        "from rdflib_endpoint import SparqlEndpoint; "
        "data = Dataset(default_union=True); data.parse(sys.argv[1], format='nquads'); "
        "uvicorn.run(SparqlEndpoint(graph=data), host='127.0.0.1', port=int(sys.argv[2]), "
        "log_level='error')"
    )
    with _started([python, "-c", script, str(world), str(port)], port) as (pid, seconds):
        yield Running(port, seconds, 0, pid, posted("/"))


@contextlib.contextmanager
def virtuoso(world: Path) -> Iterator[Running]:
    """Give Virtuoso 7, loaded by its bulk loader; its files are in a temporary folder."""
    server, client = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if not server or not client:
        raise NotInstalledError("Virtuoso: apt-get install virtuoso-opensource-7")
    with tempfile.TemporaryDirectory(prefix="kg-virtuoso-") as folder:
        sql, http = _free_port(), _free_port()
        settings = Path(folder, "virtuoso.ini")
        text = _LOADED.format(folder=folder, data=world.parent, sql=sql, http=http)
        settings.write_text(text, "utf-8")
        command = [server, "+configfile", str(settings), "+foreground", "+wait"]
        with _started(command, http) as (pid, seconds):
            steps = (
                f"ld_dir('{world.parent}', '{world.name}', 'urn:none'); rdf_loader_run(); "
                "checkpoint; GRANT SELECT ON DB.DBA.RDF_QUAD TO SPARQL;"
            )
            login = [client, f"127.0.0.1:{sql}", "dba", "dba", f"exec={steps}"]
            load = timed(lambda: subprocess.run(login, check=True, capture_output=True))
            yield Running(http, load, seconds, pid, posted("/sparql"))


def peer(name: str) -> str:
    """Return the path of a program of the peers from PyPI, installed where it is not yet."""
    program = _VENV / "bin" / name
    wanted = ROOT / "benchmarks" / "requirements.txt"
    done = _VENV / "installed"
    if not done.is_file() or done.read_bytes() != wanted.read_bytes():
        subprocess.run([sys.executable, "-m", "venv", str(_VENV)], check=True)
        pip = [str(_VENV / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        step = subprocess.run([*pip, "--require-hashes", "-r", str(wanted)], check=False)
        if step.returncode:
            raise NotInstalledError(f"{name}: {' '.join(pip)} --require-hashes -r {wanted}")
        shutil.copyfile(wanted, done)
    return str(program)


@contextlib.contextmanager
def _started(command: Sequence[str], port: int) -> Iterator[tuple[int, float]]:
    """Give the process of a server and the seconds until its port answered."""
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env=_quiet(os.environ), start_new_session=True
        )
        try:
            _wait(process, port, command)
            yield process.pid, time.perf_counter() - begin
        finally:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _quiet(environment: Mapping[str, str]) -> dict[str, str]:
    return {**environment, "PYTHONWARNINGS": "ignore"}


def _wait(process: subprocess.Popen[bytes], port: int, command: Sequence[str]) -> None:
    for _ in range(30_000):
        if process.poll() is not None:
            raise SystemExit(f"{' '.join(command)[:200]}: ended with {process.returncode}")
        with contextlib.suppress(OSError), Client(port) as client:
            client.get("/")
            return
        time.sleep(0.02)
    raise SystemExit(f"{command[0]}: does not answer")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
