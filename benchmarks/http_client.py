"""A plain HTTP client for the benchmarks: a socket, and little but waiting."""

import re
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

JSON, CSV, TRIPLES = "application/sparql-results+json", "text/csv", "application/n-triples"


@dataclass(frozen=True)
class Reply:
    """An answer: status, body, and the seconds to the first byte of the body and to the last."""

    status: int
    body: bytes
    first: float
    seconds: float


class Client:
    """HTTP with keep-alive over a plain socket, from an address of its own: little but waiting.

    Raises OSError where the connection breaks, also in the middle of an answer.
    """

    def __init__(self, port: int, source: str = "127.0.0.1", timeout: float = 120) -> None:
        self._port, self._source, self._timeout = port, source, timeout
        self._socket: socket.socket | None = None
        self._rest = b""

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self, receive_buffer: int = 0) -> socket.socket:
        """Return the socket, open; with `receive_buffer` bytes for what is not read yet."""
        if self._socket is None:
            self._socket = socket.socket()
            if receive_buffer:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            self._socket.settimeout(self._timeout)
            self._socket.bind((self._source, 0))
            self._socket.connect(("127.0.0.1", self._port))
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._rest = None, b""

    def query(self, text: str, accept: str = JSON) -> Reply:
        """Return the answer to a SPARQL query."""
        return self.get(f"/sparql?query={quote(text)}", accept)

    def get(self, target: str, accept: str = "*/*") -> Reply:
        """Return the answer to a GET."""
        return self.send(request("GET", target, accept))

    def send(self, message: bytes, take: Callable[[bytes], object] | None = None) -> Reply:
        """Return the answer to `message`; each part of the body goes to `take` if there is one."""
        parts: list[bytes] = []
        try:
            begin = time.perf_counter()
            self.connect().sendall(message)
            head = self._head()
            first = 0.0
            for part in self._body(head):
                first = first or time.perf_counter() - begin
                (take or parts.append)(part)
            seconds = time.perf_counter() - begin
        except OSError:
            self.close()
            raise
        if b"connection: close" in head.lower():
            self.close()
        return Reply(int(head.split(None, 2)[1]), b"".join(parts), first or seconds, seconds)

    def _head(self) -> bytes:
        while b"\r\n\r\n" not in self._rest:
            self._rest += self._receive()
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        return head

    def _body(self, head: bytes) -> Iterator[bytes]:
        if re.search(rb"(?i)\r\ntransfer-encoding: *chunked", head):
            while size := int(self._line().split(b";")[0], 16):
                yield from self._exactly(size)
                self._line()
            self._line()
        elif length := re.search(rb"(?i)\r\ncontent-length: *(\d+)", head):
            yield from self._exactly(int(length[1]))
        elif not re.match(rb"\S+ (204|304)", head):
            raise ConnectionError("an answer without a length")

    def _line(self) -> bytes:
        while b"\r\n" not in self._rest:
            self._rest += self._receive()
        line, _, self._rest = self._rest.partition(b"\r\n")
        return line

    def _exactly(self, size: int) -> Iterator[bytes]:
        while size:
            part = self._rest or self._receive()
            part, self._rest = part[:size], part[size:]
            size -= len(part)
            yield part

    def _receive(self) -> bytes:
        part = self.connect().recv(1 << 18)
        if not part:
            raise ConnectionError("closed in the middle of an answer")
        return part


def request(
    method: str, target: str, accept: str = "*/*", body: bytes = b"", content_type: str = ""
) -> bytes:
    """Return a request as it goes over the wire."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", f"Accept: {accept}"]
    if content_type:
        lines += [f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
