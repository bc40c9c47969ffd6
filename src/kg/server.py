"""The site served: one process, its signals, its log, its address."""

import contextlib
import ctypes
import logging
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType

from flask import Flask

from kg.connections import HttpServer
from kg.errors import InputError, KgError
from kg.logs import PatientHandler
from kg.release import Release
from kg.settings import Settings
from kg.web import change_release, create_app
from kg.web.journal import access

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # in glibc's malloc.h
_WARM_AFTER = 1.0  # seconds
_log = logging.getLogger(__name__)


def serve(
    find: Callable[[], Release], host: str, port: int, settings: Settings | None = None
) -> None:
    """Serve the release that `find` returns at http://host:port/ until Ctrl-C or SIGTERM.

    On SIGHUP it is found again; the site goes on with the new one, and no request fails.
    Port 0 takes a free one; the line that is printed names it.
    Raises InputError where the address cannot be used.
    """
    settings = settings or Settings.from_environment()
    _keep_memory_in_one_place()
    release = find()
    listener = listen(host, port)
    site = create_app(release, settings)
    server = HttpServer(site, listener, settings)

    log_to_stderr()

    def reload(_: int, __: FrameType | None) -> None:
        threading.Thread(target=_reload, args=(site, find), daemon=True).start()

    def stop(_: int, __: FrameType | None) -> None:
        server.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    signal.signal(signal.SIGHUP, reload)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listener.getsockname()[1]}/"
    print(f"Release {release.id}", f"Open {address} (Ctrl-C stops)", sep="\n", flush=True)
    # Later: a start takes the same time whatever the release holds, and the first page goes first.
    warming = threading.Timer(_WARM_AFTER, site.extensions["kg"].warm)
    warming.daemon = True
    warming.start()
    try:
        server.serve()
    finally:
        site.extensions["kg"].engine.close()


def _reload(site: Flask, find: Callable[[], Release]) -> None:
    try:
        release = find()
        if release.id == site.extensions["kg"].release.id:
            _log.warning("release %s is served already", release.id)
        else:
            change_release(site, release)
            _log.warning("release %s is served now", release.id)
    except KgError as error:
        _log.error("the release was not changed: %s", error)


def _keep_memory_in_one_place() -> None:
    """Let glibc keep one heap for all threads, and give large pieces back as soon as they are sent.

    By itself it keeps a heap for each few threads, and as much of each as was ever used. Pieces of
    answers have 64 kB; in the heap those of many requests at once leave holes that never close.
    """
    with contextlib.suppress(AttributeError):  # another C library
        system = ctypes.CDLL(None)
        system.mallopt(_M_ARENA_MAX, 1)
        system.mallopt(_M_MMAP_THRESHOLD, 32 * 1024)
        system.mallopt(_M_TRIM_THRESHOLD, 1024**2)


def log_to_stderr() -> None:
    """Let requests and faults be written to standard error: one line of JSON a request."""
    handler = PatientHandler()
    handler.setFormatter(_Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    access.setLevel(logging.INFO)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # our own gauge tells


class _Formatter(logging.Formatter):
    """Leaves the lines about requests as they are: they are JSON."""

    def format(self, record: logging.LogRecord) -> str:
        return record.getMessage() if record.name == access.name else super().format(record)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at `host` and `port`.

    Raises InputError, in one line that says what to do, where that cannot be.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except (socket.gaierror, OverflowError) as error:
        raise InputError(f"no such address: {host}, port {port}; check HOST and PORT") from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise InputError(_why(host, port, error)) from error
    listener.listen(2048)
    return listener


def _why(host: str, port: int, error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == 98:  # EADDRINUSE
        return (
            f"port {port} on {host} is in use; stop the other program or choose another: "
            f"make serve PORT={port + 1 if port < 65535 else 8001}"
        )
    if isinstance(error, PermissionError):
        return f"port {port} on {host} is not allowed; choose one above 1023: make serve PORT=8000"
    return f"cannot listen on {host}, port {port}: {error}; check HOST and PORT"
