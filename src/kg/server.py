"""The site served by gunicorn, until Ctrl-C."""

import logging
import os
import signal
import socket
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from kg.errors import InputError
from kg.queries import read_queries
from kg.release import Release
from kg.store import require_store
from kg.web import Settings, create_app

WORKERS = 2
THREADS = 8


class _Site(BaseApplication):  # type: ignore[misc] # gunicorn publishes no types
    """Our application in gunicorn's frame, set from code and from nothing else."""

    def __init__(self, release: Release, settings: Settings, options: dict[str, Any]) -> None:
        self._release = release
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application; called in each process, so that each opens its own store."""
        return create_app(self._release, self._settings)


def serve(release: Release, host: str, port: int, settings: Settings | None = None) -> None:
    """Serve `release` at http://host:port/ until Ctrl-C, then exit with 0.

    Port 0 takes a free one; the line that is printed names it.
    Raises InputError where the address cannot be used.
    """
    settings = settings or Settings.from_environment()
    # What can be wrong is told here, in one line, before any process is started.
    read_queries(release.queries)
    require_store(release.store)
    listener = listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listener.getsockname()[1]}/"

    def announce(_: object) -> None:
        print(f"Release {release.id}", f"Open {address} (Ctrl-C stops)", sep="\n", flush=True)

    def leave_ctrl_c_to_the_master(_: object) -> None:
        # A terminal sends it to all; the master alone decides, and then tells each worker.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def leave(worker: Any) -> None:
        # At once: nothing is ever written here, so there is nothing to finish; and what the
        # caller of `serve` does in the end is for the first process alone to do.
        if worker.booted:
            worker.wsgi.extensions["kg"].engine.close()
        os._exit(0)

    def leave_in_the_end(_: object, worker: Any) -> None:
        if not worker.booted:  # the first process then stops too, and says so
            os._exit(Arbiter.WORKER_BOOT_ERROR)
        leave(worker)

    options = {
        "bind": f"fd://{listener.fileno()}",
        "workers": WORKERS,
        "worker_class": "gthread",
        "threads": THREADS,
        "timeout": int(settings.limits.seconds + settings.limits.wait_seconds) + 30,
        "graceful_timeout": 2,
        "keepalive": 5,
        "limit_request_line": 8190,  # the most that gunicorn allows
        "loglevel": "warning",
        "proc_name": "kg",
        "when_ready": announce,
        "post_worker_init": leave_ctrl_c_to_the_master,
        "worker_int": leave,  # Ctrl-C and SIGQUIT
        "worker_exit": leave_in_the_end,
    }
    logging.getLogger("gunicorn.error").propagate = False
    _Site(release, settings, options).run()


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
    listener.set_inheritable(True)
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
