"""Requests as they are read from a connection: bounded, and refused in words."""

import re

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import RequestHeaderFieldsTooLarge

_LINE = 250_000  # bytes of a request line, of which longer ones lose all but the beginning
_KEPT = 4000  # bytes of what is kept of those
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_LONGEST_LINE = 16 * 1024**2  # bytes that are read, and forgotten, so that the client gets words


class Parser(HTTPRequestParser):  # type: ignore[misc] # waitress publishes no types
    """Reads requests, and refuses in words what would else end the connection without any.

    Of an address that is too long only the beginning is kept, and `cut` tells its length: the site
    then says in the reader's language which value it is. It is read to its end, since a client that
    still sends does not see an answer.
    """

    header_plus: bytes = b""
    cut = 0
    _in_line = True

    def received(self, data: bytes) -> int:
        """Take the next bytes; return how many of them belong to this request."""
        if not self.cut and len(self.header_plus) + len(data) > _LINE and (
            b"\n" not in self.header_plus and b"\n" not in data
        ):  # fmt: skip
            begun = self.header_plus + data
            # A space would end the address, and half of an escaped sign would be another one.
            address = begun[:_KEPT].rpartition(b"%")[0] if b"%" in begun[_KEPT - 2 : _KEPT] else b""
            self.header_plus, self.cut = address or begun[:_KEPT], len(begun)
            return len(data)
        if self.cut and self._in_line:
            return self._skipped(data)
        return int(super().received(data))

    def _skipped(self, data: bytes) -> int:
        line, newline, rest = data.partition(b"\n")
        self.cut += len(line)
        if newline:
            self._in_line = False
            self.header_plus += b" HTTP/1.0\r\n"
            return len(line) + 1 + (int(super().received(rest)) if rest else 0)
        if self.cut > _LONGEST_LINE:
            super().parse_header(b"GET / HTTP/1.0\r\n")
            self.error = RequestHeaderFieldsTooLarge(f"exceeds {_LONGEST_LINE} bytes")
            self.completed = True
        return len(data)

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head of a request. Raises ParsingError, which is answered with 400."""
        line, end, rest = header_plus.partition(b"\n")
        # RFC 3986 wants `서울` escaped in an address; who types it into curl means the same.
        escaped = _NOT_ASCII.sub(lambda sign: b"%%%02X" % sign[0][0], line)
        try:
            super().parse_header(escaped + end + rest)
        except ValueError as error:
            raise ParsingError(f"Invalid request: {error}") from error
        # RFC 9112, 6.1: who sends both may smuggle one request within another.
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length beside Transfer-Encoding")
