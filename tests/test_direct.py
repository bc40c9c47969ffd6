"""Queries that are answered beside Flask: nothing but the way is different."""

import json
import logging
from urllib.parse import quote, urlencode

import pytest

from kg.limits import Limits
from kg.settings import Settings
from kg.web import create_app
from kg.web.journal import access
from serving import small_release

ACCEPTS = [
    {},
    {"Accept": "application/sparql-results+json"},
    {"Accept": "text/csv", "Accept-Encoding": "gzip"},
    {"Accept": "application/json;q=0.5, text/turtle", "Accept-Language": "ko"},
    {"Accept": "application/sparql-results+xml, application/rdf+xml;q=0.9"},
    {"Accept": "image/png"},
]
QUERIES = [
    "SELECT ?s WHERE { ?s ?p ?o } ORDER BY ?s LIMIT 3",
    "SELECT * WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 60",
    "ASK { ?s ?p ?o }",
    "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }",
    "DESCRIBE <urn:nothing>",
    "# a remark\nPREFIX x: <urn:x> select (1 as ?one) where {}",
    "SELECT ?s WHERE { ?s ?p }",
    "ASK { SERVICE <urn:x> { ?s ?p ?o } }",
    "SELECT ?s WHERE { ?s ?p ?o } LIMIT 61",  # one more than there may be
    "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
    "SELECT (NOW() AS ?now) WHERE { FILTER (false) }",
    "SELECT ?s WHERE { ?s ?p ?_city_iri }",
    "SELECT ?ö WHERE { BIND ('서울+&=%' AS ?ö) }",
    "SELECT (NOSUCH(1) AS ?x) WHERE {}",
    "SELECT (<urn:f>(1) AS ?x) WHERE {}",
    "",
]


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    settings = Settings(Limits(rows=60, client_queries=100, client_seconds=1e6))
    app = create_app(small_release(tmp_path_factory.mktemp("direct")), settings)
    yield app
    app.extensions["kg"].engine.close()


@pytest.fixture
def flask_calls(app, monkeypatch):
    """How often the site itself was asked."""
    calls = []
    inner = app.full_dispatch_request
    monkeypatch.setattr(app, "full_dispatch_request", lambda: (calls.append(1), inner())[1])
    return calls


def told(response):
    """What a client is told, but for the number of the request."""
    headers = sorted((n, v) for n, v in response.headers if n != "X-Request-Id")
    body = response.data
    if response.mimetype == "application/problem+json":
        body = json.loads(body) | {"instance": None}
    return response.status, headers, body


@pytest.mark.parametrize("headers", ACCEPTS, ids=str)
@pytest.mark.parametrize("query", QUERIES)
def test_the_answer_is_the_same(app, query, headers):
    client = app.test_client()
    text = urlencode({"query": query})
    around = client.get(f"/sparql?{text}&format=", headers=headers)  # not as plain as it has to be
    for _ in range(3):
        direct = client.get(f"/sparql?{text}", headers=headers)
        assert told(direct) == told(around)


def test_the_site_is_asked_once_for_each_kind(app, flask_calls):
    client = app.test_client()
    for n in range(5):
        for query in (f"SELECT ({n} AS ?n) WHERE {{}}", f"ASK {{ FILTER ({n} < 9) }}"):
            for accept in ("text/csv", "text/tab-separated-values"):
                answer = client.get(f"/sparql?query={quote(query)}", headers={"Accept": accept})
                assert answer.status_code == 200
    assert len(flask_calls) <= 4


@pytest.mark.parametrize(
    ("rest", "headers", "method"),
    [("&timeout=1", {}, "GET"), ("&query=ASK+{}", {}, "GET"), ("%FF", {}, "GET"),
     ("&default-graph-uri=urn:g", {}, "GET"), ("", {"If-None-Match": '"x"'}, "GET"),
     ("", {}, "HEAD"), ("", {}, "OPTIONS"), ("", {}, "DELETE")],
)  # fmt: skip
def test_what_says_more_goes_through_the_site(app, flask_calls, rest, headers, method):
    client = app.test_client()
    for _ in range(2):
        client.open(f"/sparql?query=ASK+{{}}{rest}", headers=headers, method=method)
    assert len(flask_calls) == 2


def test_a_tag_that_a_client_holds_spares_the_answer(app):
    client = app.test_client()
    for _ in range(2):
        answer = client.get("/sparql?query=ASK+{}")
        again = client.get(
            "/sparql?query=ASK+{}", headers={"If-None-Match": answer.headers["ETag"]}
        )
        assert (answer.status_code, again.status_code) == (200, 304)


def test_only_so_many_kinds_are_remembered(app, flask_calls):
    client = app.test_client()
    for n in range(300):
        client.get("/sparql?query=ASK+{}", headers={"Accept": "*/*", "Accept-Language": f"x{n}"})
    before = len(flask_calls)
    for n in (0, 299):
        client.get("/sparql?query=ASK+{}", headers={"Accept": "*/*", "Accept-Language": f"x{n}"})
    assert len(flask_calls) == before + 1


def test_the_journal_tells_the_same(app, caplog):
    client = app.test_client()
    lines = []
    with caplog.at_level(logging.INFO, access.name):
        for query in ("SELECT ?s WHERE { ?s ?p ?o } LIMIT 2", "SELECT ?s WHERE { ?s ?p }"):
            for rest in ("&format=", "", ""):
                client.get(f"/sparql?query={quote(query)}{rest}").close()
                line = json.loads(caplog.records[-1].getMessage())
                lines.append({k: line[k] for k in line if k not in ("time", "request", "seconds")})
    assert lines[0] == lines[1] == lines[2]
    assert lines[0]["rows"] == 2
    assert lines[3] == lines[4] == lines[5]
    assert lines[3]["outcome"] == "refused"


# Rows of canned questions

ROWS = [
    {"Accept": "text/csv"},
    {"Accept": "text/tab-separated-values", "Accept-Encoding": "gzip"},
    {"Accept": "application/sparql-results+xml", "Accept-Language": "ko"},
    {"Accept": "application/xml;q=0.9, image/png", "Accept-Language": "zh, ko;q=0.5"},
]
CITIES = [
    "city=kr-seoul", "city=%EC%84%9C%EC%9A%B8", "city=Q956&lang=zh-Hans", "lang=ko&city=cn-hebi",
    "lang=ko&city=Seocho-gu&format=tsv", "format=xml", "city=kr-seoul&format=csv",
    "city=Hebi&lang=ko",
]  # fmt: skip
WRONG = [
    "city=Atlantis", "city=", "city=kr-seoul&city=kr-seoul", "town=x", "city=%FF", "lang=xx",
    "city=" + "x" * 1001, "city=kr-seoul&format=exe", "city=a%00b", "format=",
    "&".join(f"a{n}=b" for n in range(60)),
]  # fmt: skip


@pytest.fixture(scope="module")
def sites(built):
    """Two sites over the same release: one that is asked as anybody asks, one around."""
    settings = Settings(Limits(client_queries=100, client_seconds=1e6))
    apps = [create_app(built[1], settings) for _ in range(2)]
    yield apps
    for one in apps:
        one.extensions["kg"].engine.close()


@pytest.mark.parametrize("headers", ROWS, ids=str)
@pytest.mark.parametrize("question", ["ties-of", "council-only", "evidence-of", "anniversaries"])
def test_rows_are_the_same(sites, question, headers):
    asked, around = (app.test_client() for app in sites)
    for rest in [*CITIES, *WRONG]:
        address = f"/queries/{question}?{rest}"
        through = around.get(address, headers={**headers, "If-None-Match": '"x"'})
        for again in range(2):  # what is known word for word, and what is not
            found = asked.get(f"{address}{'&' * again}", headers=headers)
            assert told(found) == told(through), address
        if through.status_code == 200:
            tag = {"If-None-Match": found.headers["ETag"]}
            assert asked.get(address, headers={**headers, **tag}).status_code == 304


def test_rows_of_a_kind_ask_the_site_once(sites, monkeypatch):
    app, calls = sites[0], []
    inner = app.full_dispatch_request
    monkeypatch.setattr(app, "full_dispatch_request", lambda: (calls.append(1), inner())[1])
    client = app.test_client()
    for year in range(1950, 1990):
        answer = client.get(f"/queries/anniversaries?year={year}&format=csv")
        assert answer.status_code == 200
    assert len(calls) == 1
    for form in ("json", "html", "xlsx", "profile"):  # these say more than the rows
        for year in (1990, 1991):
            client.get(f"/queries/anniversaries?year={year}&format={form}")
    assert len(calls) == 9


def test_rows_that_cannot_be_had_are_an_error_of_the_site(built):
    app = create_app(built[1], Settings(Limits(rows=3, client_queries=100, client_seconds=1e6)))
    try:
        client = app.test_client()
        types = {}
        for year in range(2000, 2020):
            answer = client.get(f"/queries/anniversaries?year={year}&format=csv")
            types.setdefault(answer.status_code, set()).add(answer.mimetype)
        assert types == {200: {"text/csv"}, 422: {"application/problem+json"}}
    finally:
        app.extensions["kg"].engine.close()
