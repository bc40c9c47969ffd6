"""The clients of benchmarks/soak.py: those that know the right answers, those that hurt."""

import random
import time
from collections.abc import Callable
from urllib.parse import quote

import pyoxigraph as ox

from http_client import CSV, JSON, Client, request
from measuring import CANNED, CROSS_PRODUCT, HARMLESS, IN_CSV, answer, places, point_query

SECONDS = 3  # that a query may run
HOSTILE_TIMEOUT = 20  # seconds


def expected(store: ox.Store, text: str) -> list[bytes]:
    """Return the lines of the right answer in CSV, sorted."""
    return lines(answer(store, text, IN_CSV))


def lines(body: bytes) -> list[bytes]:
    """Return the lines of an answer, sorted: the order of rows is not promised."""
    return sorted(body.splitlines())


class Harmless:
    """A client that asks simple things and knows the right answers."""

    def __init__(self, port: int, source: str, store: ox.Store, canned: bytes) -> None:
        self._client = Client(port, source)
        self._store, self._canned = store, canned
        self._subjects = places(store)
        self.wrong: list[str] = []

    def act(self, chance: random.Random) -> str:
        """Send a request; return how it went."""
        number = chance.randrange(10**9)
        kind = chance.choice(["point", "canned", *HARMLESS])
        try:
            if kind == "canned":
                reply = self._client.get(CANNED, CSV)
                right = reply.body == self._canned
            else:
                text = HARMLESS.get(kind) or point_query(self._subjects, number)
                reply = self._client.query(f"{text} # {number}", CSV)
                right = lines(reply.body) == expected(self._store, text)
        except OSError as error:
            self.wrong.append(f"{kind}: {error!r}")
            return "harmless: broken"
        if reply.status != 200 or not right:
            self.wrong.append(f"{kind}: {reply.status} {reply.body[:150]!r}")
        return f"harmless: {reply.status}"

    def rest(self) -> None:
        """Close the connection."""
        self._client.close()


_DEEP = "ASK { " + "{ " * 3000 + "}" * 3000 + " }"
_MANY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
_QUERIES = {
    "SERVICE": "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "SERVICE SILENT": "SELECT * { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "cross product": CROSS_PRODUCT,
    "nesting bomb": _DEEP,
    "nesting within the limit": "ASK { " + "{ " * 90 + "}" * 90 + " }",
    "planning bomb": "ASK { " + "(" * 90 + "1" + ")" * 90 + " <urn:p> 1 }",
    "sorting bomb": f"{_MANY} ORDER BY ?i ?f ?c",
    "distinct bomb": _MANY.replace("*", "DISTINCT ?a ?d ?g"),
    "text bomb": "SELECT (GROUP_CONCAT(STR(?c)) AS ?t) { ?a ?b ?c . ?d ?e ?f }",
    "no SPARQL": "SELECT ?s {",
    "an update as a query": "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
    "large result": "SELECT ?a ?c ?d ?f { ?a ?b ?c . ?d ?e ?f } LIMIT 100000",
    "huge result": _MANY,
}
_UPDATE = b"DELETE WHERE { ?s ?p ?o }"
_RAW = {
    "bad UTF-8 in the address": request("GET", "/sparql?query=ASK%20%7B%7D%20%23%FF%FE"),
    "bad UTF-8 in the body": request(
        "POST", "/sparql", body=b"ASK {} # \xff\xfe", content_type="application/sparql-query"
    ),
    "update": request("POST", "/sparql", JSON, _UPDATE, "application/sparql-update"),
    "update by form": request(
        "POST", "/sparql", JSON, b"update=" + _UPDATE, "application/x-www-form-urlencoded"
    ),
    "unknown type": request("POST", "/sparql", JSON, b"ASK {}", "image/png"),
    "huge body": request("POST", "/sparql", JSON, b"#" * 1_000_000, "application/sparql-query"),
    "no HTTP": b"\x16\x03\x01\x02\x00 this is not HTTP\r\n\r\n",
    "huge header": b"GET / HTTP/1.1\r\nX: " + b"x" * 400_000 + b"\r\n\r\n",
    "bad length": b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "two lengths": b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
    b"Content-Length: 5\r\n\r\nASK",
    "bad chunks": b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
}


class Hostile:
    """A client that tries what hurts."""

    def __init__(self, port: int, number: int) -> None:
        self._port, self._number, self._moved = port, number, 0

    def _client(self) -> Client:
        network, machine = divmod(self._moved, 250)
        return Client(
            self._port, f"127.{self._number}.{network}.{machine + 6}", timeout=HOSTILE_TIMEOUT
        )

    def act(self, chance: random.Random) -> str:
        """Do something; return what it was and how it went."""
        ways: list[Callable[[random.Random], str]] = [
            self._ask, self._ask, self._send, self._leave, self._read_slowly, self._say_half,
        ]  # fmt: skip
        try:
            return chance.choice(ways)(chance)
        except OSError as error:
            return f"hostile: {type(error).__name__}"

    def rest(self) -> None:
        """Nothing stays open."""

    def _ask(self, chance: random.Random) -> str:
        name = chance.choice(list(_QUERIES))
        with self._client() as client:
            try:
                message = request("GET", _target(_QUERIES[name], chance), JSON)
                found = client.send(message, lambda part: None).status
            except TimeoutError:
                return f"{name}: not ended after {HOSTILE_TIMEOUT} s"
            except OSError:
                return f"{name}: broken off"
        self._moved += found == 429
        return f"{name}: {found}"

    def _send(self, chance: random.Random) -> str:
        name = chance.choice(list(_RAW))
        with self._client() as client:
            try:
                return f"{name}: {client.send(_RAW[name]).status}"
            except OSError as error:  # also where the server closes before it has read all
                return f"{name}: {type(error).__name__}"

    def _leave(self, chance: random.Random) -> str:
        with self._client() as client:
            query = chance.choice([CROSS_PRODUCT, _MANY, _QUERIES["large result"]])
            client.connect().sendall(request("GET", _target(query, chance), JSON))
            time.sleep(chance.random() / 2)
        return "gone in the middle of it"

    def _read_slowly(self, chance: random.Random) -> str:
        with self._client() as client:
            connection = client.connect(receive_buffer=4096)
            connection.sendall(request("GET", _target(_QUERIES["huge result"], chance), CSV))
            until = time.monotonic() + 2 * SECONDS * chance.random()
            while time.monotonic() < until and connection.recv(1000):
                time.sleep(0.1)
        return "read slowly"

    def _say_half(self, chance: random.Random) -> str:
        with self._client() as client:
            client.connect().sendall(b"GET /sparql?query=ASK")
            time.sleep(chance.random())
        return "half a request"


def _target(query: str, chance: random.Random) -> str:
    return f"/sparql?query={quote(f'{query} # {chance.random()}')}"
