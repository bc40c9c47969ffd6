"""Connections of clients, kept within bounds: waitress, and what it lacks for the open network."""

import contextlib
import logging
import socket
import struct
import threading
import time
from collections import deque
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher, WSGITask

from kg.admission import client_of
from kg.once import Once
from kg.parsing import Parser
from kg.settings import Settings

_log = logging.getLogger(__name__)
_SPARE_THREADS = 16  # for pages, beside those that wait for queries
_IDLE = 60  # seconds that a connection may stay without a request
_STALLED = 20  # seconds in which a client must send the rest of its request
_UNREAD = 5  # seconds in which it must take something of its answer


class _Task(WSGITask):  # type: ignore[misc]
    """A request whose application may hang up on a client that does not read."""

    def get_environment(self) -> dict[str, Any]:
        """Return the environment of WSGI, and our own words in it."""
        own = {"kg.hang_up": self.channel.hang_up, "kg.cut": self.request.cut}
        return {**super().get_environment(), **own}


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that knows since when a request is owed by its client, and an answer by us."""

    parser_class = Parser
    task_class = _Task
    asked_since = 0.0
    served_since = 0.0  # 0 while no request is at work

    @Once
    def client(self) -> str:
        """Whose connection this is."""
        return client_of(str(self.addr[0]))

    def service(self) -> None:
        """Answer a request; note since when."""
        self.served_since = time.time()
        try:
            super().service()
        finally:
            self.served_since = 0.0

    def hang_up(self) -> None:
        """End the connection where the client has left so much unread that we wait for it."""
        if self.total_outbufs_len > self.adj.outbuf_high_watermark:
            self.server.abort(self)

    def handle_read(self) -> None:
        """Note when the first bytes of a request came; trickling more does not help it."""
        if self.request is None:
            self.asked_since = time.time()
        super().handle_read()

    def write_soon(self, data: Any) -> int:
        """Let the head of an answer travel with the first bytes of its body."""
        if not (self.connected and isinstance(data, bytes) and data.startswith(b"HTTP/1.")):
            return int(super().write_soon(data))
        with self.outbuf_lock:
            self.outbufs[-1].append(data)
            self.current_outbuf_count += len(data)
            self.total_outbufs_len += len(data)
        return len(data)


class HttpServer(TcpWSGIServer):  # type: ignore[misc]
    """waitress with bounds for slow clients, for one client, and an end without torn answers."""

    channel_class = _Channel

    def __init__(self, site: Flask, listener: socket.socket, settings: Settings) -> None:
        limits = settings.limits
        threads = limits.workers + limits.queue + _SPARE_THREADS
        adjustments = Adjustments(
            sockets=[listener],
            threads=threads,
            connection_limit=settings.connections,
            channel_timeout=_IDLE,
            cleanup_interval=1,
            asyncore_use_poll=True,
            send_bytes=1,  # the first row does not wait for others
            outbuf_high_watermark=1024**2,
            channel_request_lookahead=1,  # the loop reads on, and so sees a client go
            max_request_body_size=2 * settings.request_bytes,  # up to which our own words tell
            log_socket_errors=False,
            ident="kg",
            **_proxy(settings.proxy),
        )
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(threads)
        family, address = listener.family, listener.getsockname()
        super().__init__(
            site,
            dispatcher=dispatcher,
            adj=adjustments,
            sockinfo=(family, listener.type, listener.proto, address),
            bind_socket=False,
            _sock=listener,
        )
        self._settings = settings
        # What takes longer is no query any more, but a reader that takes a byte now and then.
        self._longest = limits.wait_seconds + limits.seconds + _STALLED
        self._stopping = threading.Event()
        self._aborted: deque[_Channel] = deque()  # for the loop, which alone may close them

    def handle_accept(self) -> None:
        """Take a connection, unless its client has too many."""
        super().handle_accept()
        newest = next(reversed(self.active_channels.values()), None)
        if newest is None or newest.client == client_of(self._settings.proxy):
            return
        of_client = sum(c.client == newest.client for c in self.active_channels.values())
        if of_client > self._settings.client_connections:
            newest.handle_close()

    def maintenance(self, now: float) -> None:
        """Close idle connections, and those whose client neither sends nor takes what it must."""
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            half_a_request = channel.request is not None and not channel.requests
            owes = half_a_request and channel.asked_since < now - _STALLED
            unread = channel.total_outbufs_len > 0
            stuck = unread and channel.last_activity < now - _UNREAD
            endless = unread and 0 < channel.served_since < now - self._longest
            if owes or stuck or endless:
                self.abort(channel)

    def abort(self, channel: _Channel) -> None:
        """End a connection so that its client sees it torn, not ended; from any thread."""
        self._aborted.append(channel)
        self.pull_trigger()

    def serve(self) -> None:
        """Answer requests until `stop`; then end those that are being answered, and return."""
        while not self._stopping.is_set():
            self._turn()
        self.accepting = False
        self.socket.close()  # new clients go elsewhere at once
        self.del_channel()
        give_up = time.monotonic() + self._settings.stop_seconds
        while self._busy() and time.monotonic() < give_up:
            for channel in list(self.active_channels.values()):
                if not self._is_busy(channel):
                    channel.will_close = True  # its client would ask on
            self._turn()
        self.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._map)

    def stop(self) -> None:
        """Let `serve` come to its end; from any thread."""
        self._stopping.set()
        with contextlib.suppress(OSError):  # it has come to its end already
            self.pull_trigger()

    def _turn(self) -> None:
        """Let the loop look once at all connections. What goes wrong with one is no end for all."""
        try:
            wasyncore.loop(timeout=0.5, use_poll=True, map=self._map, count=1)
            while self._aborted:
                _tear(self._aborted.popleft())
        except Exception:
            _log.exception("the loop over connections failed; it goes on")
            time.sleep(0.01)

    def _busy(self) -> bool:
        return any(map(self._is_busy, self.active_channels.values()))

    def _is_busy(self, channel: HTTPChannel) -> bool:
        return bool(channel.requests or channel.total_outbufs_len or channel.request)


def _tear(channel: _Channel) -> None:
    """Close a connection by a reset, so that nobody takes what has arrived for all there was."""
    with contextlib.suppress(OSError):  # it was closed meanwhile
        channel.socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        channel.handle_close()


def _proxy(address: str) -> dict[str, Any]:
    if not address:
        return {}
    return {
        "trusted_proxy": address,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for"},
        "clear_untrusted_proxy_headers": True,
    }
