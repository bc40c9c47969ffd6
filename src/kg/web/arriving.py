"""Workers' answers as responses: made ready while the worker works, sent as they come."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request
from werkzeug.wsgi import ClosingIterator

from kg.coming import Answer, Beginning
from kg.errors import KgError
from kg.limits import LimitError
from kg.web import formats
from kg.web.journal import told
from kg.web.transfer import SMALLEST, packed


@dataclass(frozen=True)
class Late:
    """An answer that is still at work, and what its response must know when it comes.

    It is expected in `syntax`, sent as `media`, and `packed` where the client takes that. Where it
    turns out to be an error, `explain` may say more about it.
    """

    answer: Answer
    syntax: str
    media: str
    packed: bool
    explain: Callable[[KgError], KgError]


def sent(
    answer: Answer,
    syntax: str,
    media: str,
    explain: Callable[[KgError], KgError] = lambda error: error,
) -> Response:
    """Return the response that will carry `answer`; see `Late`, and `arriving` below."""
    told(request.environ).answer = answer
    packed = request.accept_encodings.quality("gzip") > 0
    request.environ["kg.late"] = Late(answer, syntax, media, packed, explain)
    return Response(iter(()), content_type=formats.content_type(media))


def arriving(app: Flask, inner: Callable[..., Iterable[bytes]]) -> Any:
    """Return the WSGI application `inner` of `app`, which need not wait for what it sends.

    While a worker is at a query, the response is made ready; here it waits for the answer, and
    becomes the response of an error where there is none.
    """

    def arrive(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        held: list[Any] = []

        def hold(*response: Any) -> None:
            held[:] = response

        pieces = inner(environ, hold)
        late: Late | None = environ.pop("kg.late", None)
        if late is None:
            start_response(*held)
            return pieces
        status, headers, *_ = held
        if not status.startswith("200"):  # something went wrong in the meantime
            late.answer.close()
            start_response(*held)
            return pieces
        if hasattr(pieces, "close"):  # there are none
            pieces.close()
        try:
            begins = late.answer.begin()
        except KgError as error:
            return failed(app, environ, late.explain(error))(environ, start_response)
        if begins.syntax != late.syntax:  # the form of the answer was not to be seen in the query
            headers = [pair for pair in headers if pair[0] != "Content-Type"]
            headers.append(("Content-Type", formats.media_type(begins.syntax)))
        body = _body(late, begins, headers, environ["REQUEST_METHOD"])
        start_response(status, headers)
        return body

    return arrive


def _body(
    late: Late, begins: Beginning, headers: list[tuple[str, str]], method: str
) -> Iterable[bytes]:
    """Return the body of a response, and add to its `headers` what is known of it now."""
    whole = begins.piece if begins.whole else None
    zipped = late.packed and (whole is None or len(whole) >= SMALLEST)
    if zipped:
        headers.append(("Content-Encoding", "gzip"))
    if whole is not None:
        whole = packed(whole) if zipped else whole
        headers.append(("Content-Length", str(len(whole))))
    if method == "HEAD":
        late.answer.close()
        return ()
    if whole is not None:
        return [whole]
    pieces = _pieces(late.answer)
    return ClosingIterator(_compressed(pieces) if zipped else pieces, late.answer.close)


def failed(app: Flask, environ: dict[str, Any], error: KgError) -> Response:
    """Return the response that tells of `error`, as if a view had raised it."""
    with app.request_context(environ):
        return app.process_response(app.make_response(app.handle_user_exception(error)))


def _pieces(answer: Answer) -> Iterator[bytes]:
    """Yield the pieces of `answer`; where it breaks off, words that no format takes for its end.

    A quotation mark that is never closed is an error in each of them. The connection then ends
    without the last chunk, which tells those who look at HTTP only.
    """
    try:
        yield from answer
    except LimitError as error:
        yield f'\n"INCOMPLETE ANSWER: {error}\n'.encode()
        raise ConnectionAbortedError("the answer was broken off") from None


def _compressed(pieces: Iterable[Any]) -> Iterator[bytes]:
    """Yield `pieces` as gzip, each at once; what breaks off has no end that gzip accepts."""
    packer = zlib.compressobj(1, wbits=31)
    for piece in pieces:
        yield packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()
