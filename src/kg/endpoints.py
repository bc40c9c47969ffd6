"""Equal SPARQL endpoints over HTTP: one of those that answer is asked, the others stand in."""

import itertools
import random
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth
from urllib3.exceptions import HTTPError

from kg.errors import InputError
from kg.limits import BrokenError, DeadlineError, TooLargeError, UnansweredError
from kg.namespaces import GRAPH, PREFIXES, RELEASE

CONNECT = 3.0  # seconds that an endpoint has to take a connection
LEFT_OUT = 5.0  # seconds without an endpoint that failed, and between two looks at its release
_PIECE = 1 << 16
_POOL = 64  # connections that are kept for each endpoint
_MOST_TOLD = 300  # characters of what an engine says
_MS, _S = "{ms}", "{s}"  # stand in an address for the deadline of a query
# By these numbers Virtuoso says, with status 500, that time is up, and that a row is too long.
_STOPPED, _TOO_LONG = re.compile(r"\bSR171\b"), re.compile(r"\bSR(?:319|478)\b")
_CUT_SHORT = "the store stopped the query; there is no partial answer"
_ELSEWHERE = "the store does not answer; try again in a moment"


@dataclass(frozen=True)
class Remote:
    """A release in other servers: their addresses, who asks, the graphs of the release.

    Without `graphs` a plain query sees what the server takes for its default graph.
    `login` is how the password is sent: `basic` or `digest`. Where `release` is given, only
    endpoints that say that they hold just it are asked.
    """

    addresses: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    login: str = "basic"
    release: str = ""
    graphs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for address in self.addresses:
            check_address(address)

    @property
    def auth(self) -> AuthBase | None:
        """How requests show who asks."""
        if not self.user:
            return None
        kind = HTTPDigestAuth if self.login == "digest" else HTTPBasicAuth
        return kind(self.user, self.password)


def check_address(address: str) -> None:
    """Raise InputError where `address` is not one of an HTTP server, or holds a password."""
    try:
        parts = urlsplit(address)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine or " " in address:
        raise InputError(f"'{address}' is no store; want an address such as https://HOST/sparql")
    if parts.username is not None or parts.password is not None:
        raise InputError(
            "the address of the store holds a name or password; give them in KG_STORE_USER and "
            "KG_STORE_PASSWORD"
        )


def open_session(auth: AuthBase | None) -> requests.Session:
    """Return a pool of connections that follows nobody elsewhere and keeps no cookies."""
    session = requests.Session()
    session.trust_env = False  # neither ~/.netrc nor a proxy gets the password
    session.auth = auth
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_connections=16, pool_maxsize=_POOL)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


class Body:
    """The body of an answer, to be read once, in pieces as they come."""

    def __init__(self, response: requests.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces. Raises BrokenError."""
        try:
            while piece := self._response.raw.read1(_PIECE, decode_content=True):
                yield piece
        except (HTTPError, OSError) as error:
            raise BrokenError("the store broke its answer off; there is no whole one") from error
        finally:
            self._response.close()  # what was read to its end gives its connection back


class Endpoints:
    """The endpoints of a `Remote`, asked in turn. Safe for threads."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._session = open_session(remote.auth)
        self._turn = itertools.count(random.randrange(len(remote.addresses)))  # noqa: S311
        self._until: dict[str, float] = {}  # when one that was left out is looked at again
        self._seen: dict[str, float] = {}  # when one was last seen to hold the release

    def ask(
        self,
        query: str,
        accept: str,
        seconds: float,
        default: Iterable[str] = (),
        named: Iterable[str] = (),
    ) -> Body:
        """Return the answer to `query` from one endpoint, over the graphs that are named.

        Who fails before it begins to answer is left out for some seconds. Raises LimitError.
        """
        form = [("query", query)]
        form += [("default-graph-uri", iri) for iri in default]
        form += [("named-graph-uri", iri) for iri in named]
        why = _ELSEWHERE
        for address in self._in_turn():
            try:
                self._look_at(address)
                return self._post(address, form, accept, seconds)
            except BrokenError as error:
                why = str(error)  # not the error: it would keep this call, and all above it
                self._seen.pop(address, None)
                self._until[address] = time.monotonic() + LEFT_OUT
        raise BrokenError(why)

    def _in_turn(self) -> Sequence[str]:
        """Return the endpoints: those that are well, in turn, and in the end the others."""
        addresses, now = self._remote.addresses, time.monotonic()
        start = next(self._turn) % len(addresses)
        turned = (*addresses[start:], *addresses[:start])
        return sorted(turned, key=lambda address: self._until.get(address, 0) > now)

    def _look_at(self, address: str) -> None:
        """Raise BrokenError where the endpoint does not say that it holds the release."""
        now, release = time.monotonic(), self._remote.release
        if not release or now - self._seen.get(address, -LEFT_OUT) < LEFT_OUT:
            return
        body = self._post(address, [("query", holding(release))], "text/csv", CONNECT)
        if release.encode() not in b"".join(body):
            raise BrokenError(
                f"the store does not hold release {release}, or is just getting it; see: kg publish"
            )
        self._seen[address] = now

    def _post(self, address: str, form: list[tuple[str, str]], accept: str, seconds: float) -> Body:
        url = address.replace(_MS, f"{seconds * 1000:.0f}").replace(_S, f"{seconds:g}")
        for attempt in (1, 2):
            try:
                response = self._session.post(
                    url,
                    data=form,
                    headers={"Accept": accept},
                    timeout=(CONNECT, seconds + 1),  # a worker is stopped before
                    stream=True,
                    allow_redirects=False,
                )
                break
            except requests.Timeout as error:
                if isinstance(error, requests.ConnectTimeout):
                    raise BrokenError(_ELSEWHERE) from None
                raise DeadlineError(
                    f"the store did not answer within {seconds:g} seconds; ask for less"
                ) from None
            except (requests.RequestException, HTTPError):
                # A connection that was kept may have been closed meanwhile: a new one is tried.
                if attempt == 2:
                    raise BrokenError(_ELSEWHERE) from None
        raise_for(response)
        return Body(response)


def holding(release: str) -> str:
    """Return the query whose answer holds `release` where a store holds it whole."""
    return (
        f"SELECT ?id WHERE {{ GRAPH <{GRAPH.release}> "
        f"{{ <{RELEASE[release]}> <{PREFIXES['dct']}identifier> ?id }} }}"
    )


def raise_for(response: requests.Response) -> None:
    """Raise LimitError where `response` is no answer, in our words: its own may say too much."""
    status = response.status_code
    if most := response.headers.get("X-SPARQL-MaxRows"):  # Virtuoso gave just so many
        response.close()
        raise TooLargeError(
            f"the store gives at most {most[:20]} rows; there is no partial answer. Ask for less"
        )
    if status == HTTPStatus.OK and "X-SQL-State" not in response.headers:
        if "html" not in response.headers.get("Content-Type", ""):
            return
        status = HTTPStatus.NOT_FOUND
    told = status in (HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR)
    said = _said(response) if told else ""
    response.close()
    match status:
        case HTTPStatus.BAD_REQUEST:
            raise UnansweredError(f"the store cannot answer this{said}")
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            raise BrokenError("the store refuses our name or password; see KG_STORE_USER")
        case HTTPStatus.OK | HTTPStatus.REQUEST_TIMEOUT | HTTPStatus.GATEWAY_TIMEOUT:
            # Virtuoso says by X-SQL-State that what follows is a part.
            raise DeadlineError(_CUT_SHORT)
        case HTTPStatus.INTERNAL_SERVER_ERROR if _STOPPED.search(said):
            raise DeadlineError(_CUT_SHORT)
        case HTTPStatus.INTERNAL_SERVER_ERROR if _TOO_LONG.search(said):
            raise UnansweredError("a row of the answer is too long for the store; ask for less")
        case HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UnansweredError("the store failed on this query (its status is 500)")
        case HTTPStatus.BAD_GATEWAY | HTTPStatus.SERVICE_UNAVAILABLE | 429:
            raise BrokenError(_ELSEWHERE)
        case _:
            raise BrokenError(f"at the store's address is no SPARQL endpoint (status {status})")


def _said(response: requests.Response) -> str:
    """Return the first line of what an engine says of a query, without addresses or markup."""
    text = ""
    with suppress(HTTPError, OSError):
        text = response.raw.read(4096, decode_content=True).decode("utf-8", "replace")
    if "html" in response.headers.get("Content-Type", "") or "<" in text.partition("\n")[0]:
        return ""
    line = re.sub(r"\bhttps?://\S+", "…", text.strip().partition("\n")[0])
    line = re.sub(r"[^\S ]|[\x00-\x1f]", " ", line)[:_MOST_TOLD].strip()
    return f": {line}" if line else ""
