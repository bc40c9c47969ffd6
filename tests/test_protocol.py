"""The endpoint keeps to the SPARQL 1.1 Protocol, to HTTP, and to itself."""

import gzip
import json
import socket
from io import BytesIO
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import VOID

from kg.limits import Limits
from kg.loading import build_store
from kg.namespaces import BASE
from kg.reading import read_quads, to_rdflib
from kg.release import Release
from kg.settings import Settings
from kg.web import create_app
from serving import QUERIES, small_release
from test_engine import DEATH, SERVICES

W3C = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
DOCUMENT = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://xmlns.com/foaf/0.1/Document>"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
QUERY, UPDATE = "application/sparql-query", "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
ROWS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
}
TRIPLES = {
    "turtle": "text/turtle; charset=utf-8",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "nquads": "application/n-quads",
    "trig": "application/trig",
}
SELECT = "SELECT ?s WHERE { ?s ?p ?o } ORDER BY ?s LIMIT 100"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    release = small_release(tmp_path_factory.mktemp("protocol"))
    app = create_app(release, Settings(Limits(seconds=1)))
    yield app
    app.extensions["kg"].engine.close()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture(scope="module")
def w3c_app(tmp_path_factory):
    """The data of the W3C's tests: three named graphs of one triple each."""
    app = create_app(w3c_release(tmp_path_factory.mktemp("w3c"), "fedcba9876543210"))
    yield app
    app.extensions["kg"].engine.close()


@pytest.fixture
def w3c(w3c_app):
    return w3c_app.test_client()


def w3c_release(folder, identifier):
    lines = [f"<{W3C.format(n)}> {DOCUMENT} <{W3C.format(n)}> ." for n in (1, 2, 3)]
    (folder / "data.nq").write_text("\n".join([*lines, f"<urn:d> {DOCUMENT} ."]), "utf-8")
    build_store(read_quads(folder / "data.nq"), folder / "store")
    (folder / "queries").symlink_to(QUERIES)
    return Release(identifier, folder, {"id": identifier, "dumps": []})


@pytest.fixture
def listener():
    """A server that nobody may reach: the test fails on any connection."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0)
    yield f"http://127.0.0.1:{server.getsockname()[1]}/x"
    with pytest.raises(BlockingIOError):
        server.accept()
    server.close()


def get(client, query, headers=None, **more):
    return client.get("/sparql", query_string={"query": query, **more}, headers=headers)


def subjects(answer):
    assert answer.status_code == 200, answer.text
    return sorted(row["s"]["value"] for row in answer.json["results"]["bindings"])


# P1: the W3C's protocol tests, each by its name in the manifest


def asks(*numbers):
    triples = " . ".join(f"<{W3C.format(n)}> a ?type" for n in numbers)
    return f"ASK {{ {triples} }}"


def asks_named(start="ASK", default=""):
    one, two = (f"GRAPH ?g{n} {{ <{W3C.format(n)}> a ?type }}" for n in (1, 2))
    return f"{start} {{ {default} {one} {two} }}"


def at(*parameters):
    return "/sparql/?" + urlencode(parameters) if parameters else "/sparql/"


def default(*numbers):
    return [("default-graph-uri", W3C.format(n)) for n in numbers]


def named(*numbers):
    return [("named-graph-uri", W3C.format(n)) for n in numbers]


# Name, method, address, Content-Type, body.
W3C_QUERIES = [
    ("query_post_form", "POST", at(*default(0)), FORM, "query=ASK%20%7B%7D"),
    ("query_dataset_default_graphs_get", "GET", at(("query", asks(1, 2)), *default(1, 2)), None,
     None),
    ("query_dataset_default_graphs_post", "POST", at(*default(1, 2)), QUERY, asks(1, 2)),
    ("query_dataset_named_graphs_post", "POST", at(*named(1, 2)), QUERY, asks_named()),
    ("query_dataset_named_graphs_get", "GET", at(("query", asks_named()), *named(1, 2)), None,
     None),
    ("query_dataset_full", "POST", at(*default(3), *named(1, 2)), QUERY,
     asks_named(default=f"<{W3C.format(3)}> a ?type")),
    ("query_multiple_dataset", "POST", at(*named(1, 2)), QUERY,
     asks_named(f"ASK FROM <{W3C.format(3)}>")),
    ("query_get", "GET", at(("query", "ASK {}"), *default(0)), None, None),
    ("query_content_type_ask", "POST", at(*default(0)), QUERY, "ASK {}"),
    ("query_post_direct", "POST", at(), QUERY, "ASK {}"),
]  # fmt: skip
W3C_TYPES = [
    ("query_content_type_select", "SELECT (1 AS ?value) {}", set(ROWS.values())),
    ("query_content_type_describe", "DESCRIBE <http://example.org/>", set(TRIPLES.values())),
    ("query_content_type_construct", "CONSTRUCT { <s> <p> 1 } WHERE {}", set(TRIPLES.values())),
]
W3C_BAD = [
    ("bad_query_method", "PUT", at(("query", "ASK {}"), *default(0)), FORM, "", 405),
    ("bad_multiple_queries", "GET", at(("query", "ASK {}"), ("query", "SELECT * {}")), None, None,
     400),
    ("bad_query_wrong_media_type", "POST", at(), "text/plain", "ASK {}", 415),
    ("bad_query_missing_form_type", "POST", at(), None, "query=ASK%20%7B%7D", 415),
    ("bad_query_missing_direct_type", "POST", at(), None, "ASK {}", 415),
    ("bad_query_non_utf8", "POST", at(), f"{QUERY}; charset=UTF-16", "ASK {}".encode("utf-16"),
     400),
    ("bad_query_syntax", "GET", at(("query", "ASK {")), None, None, 400),
]  # fmt: skip
INSERT = "INSERT DATA { <urn:s> <urn:p> <urn:o> }"
USING, USING_NAMED = "using-graph-uri", "using-named-graph-uri"
W3C_UPDATES = [
    ("update_dataset_default_graph", "POST", at((USING, W3C.format(1))), UPDATE, INSERT, 400),
    ("update_dataset_default_graphs", "POST",
     at((USING, W3C.format(1)), (USING, W3C.format(2))), UPDATE, INSERT, 400),
    ("update_dataset_named_graphs", "POST",
     at((USING_NAMED, W3C.format(1)), (USING_NAMED, W3C.format(2))), UPDATE, INSERT, 400),
    ("update_dataset_full", "POST",
     at((USING, W3C.format(1)), (USING_NAMED, W3C.format(2))), UPDATE, INSERT, 400),
    ("update_post_form", "POST", at(), FORM, "update=CLEAR+ALL", 400),
    ("update_post_direct", "POST", at(), UPDATE, "CLEAR ALL", 400),
    ("update_base_uri", "POST", at(), UPDATE,
     "CLEAR SILENT GRAPH <http://example.org/g> ; INSERT DATA { <urn:s> <urn:p> <test> }", 400),
    ("bad_update_get", "GET", at(("update", "CLEAR ALL")), None, None, 400),
    ("bad_multiple_updates", "POST", at(), FORM, "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT",
     400),
    ("bad_update_wrong_media_type", "POST", at(), "text/plain", "CLEAR NAMED", 415),
    ("bad_update_missing_form_type", "POST", at(), None, "update=CLEAR%20NAMED", 415),
    ("bad_update_non_utf8", "POST", at(), f"{UPDATE}; charset=UTF-16",
     "CLEAR NAMED".encode("utf-16"), 400),
    ("bad_update_syntax", "POST", at(), FORM, "update=CLEAR%20XYZ", 400),
    ("bad_update_dataset_conflict", "POST", at((USING_NAMED, "http://example/people")), UPDATE,
     "WITH <http://example/addresses> DELETE { ?s ?p 'Bill' } WHERE { ?s ?p 'Bill' }", 400),
]  # fmt: skip


def send(client, method, address, content_type, body):
    return client.open(address, method=method, content_type=content_type, data=body)


@pytest.mark.parametrize("case", W3C_QUERIES, ids=lambda case: case[0])
def test_w3c_query_is_answered_yes(w3c, case):
    answer = send(w3c, *case[1:])
    assert answer.status_code == 200, answer.text
    assert answer.content_type == ROWS["json"]
    assert answer.json["boolean"] is True


@pytest.mark.parametrize("case", W3C_TYPES, ids=lambda case: case[0])
def test_w3c_query_is_answered_in_a_fitting_type(w3c, case):
    answer = send(w3c, "POST", at(*default(0)), QUERY, case[1])
    assert answer.status_code == 200, answer.text
    assert answer.content_type in case[2]


@pytest.mark.parametrize("case", [*W3C_BAD, *W3C_UPDATES], ids=lambda case: case[0])
def test_w3c_bad_query_or_update_is_refused(w3c, case):
    answer = send(w3c, *case[1:-1])
    assert answer.status_code == case[-1], answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == case[-1]


def test_all_34_tests_of_the_w3c_are_here():
    cases = [*W3C_QUERIES, *W3C_TYPES, *W3C_BAD, *W3C_UPDATES]
    assert len({case[0] for case in cases}) == 34


# P2: without a query


@pytest.mark.parametrize("address", ["/sparql", "/.well-known/void"])
@pytest.mark.parametrize("media", [None, "*/*", *TRIPLES.values()])
def test_the_service_describes_itself(w3c, address, media):
    answer = w3c.get(address, headers={"Accept": media.partition(";")[0]} if media else {})
    assert answer.content_type == (TRIPLES["turtle"] if media in (None, "*/*") else media)
    graph = read(answer)
    service = URIRef(BASE + "sparql")
    assert (service, RDF.type, SD.Service) in graph
    assert (service, SD.endpoint, service) in graph
    assert (service, SD.supportedLanguage, SD.SPARQL11Query) in graph
    assert (service, SD.feature, SD.UnionDefaultGraph) in graph
    assert len(list(graph.objects(service, SD.resultFormat))) == len(ROWS) + len(TRIPLES)
    assert (None, VOID.sparqlEndpoint, service) in graph
    counts = {
        str(name): graph.value(graph.value(node, SD.graph), VOID.triples)
        for node, name in graph.subject_objects(SD.name)
    }
    assert counts == {W3C.format(n): Literal(1) for n in (1, 2, 3)}


def test_a_browser_gets_a_page_to_write_a_query_on(client):
    answer = client.get("/sparql", headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert "<textarea" in answer.text


def test_without_a_query_there_are_no_rows(client):
    answer = client.get("/sparql", headers={"Accept": "text/csv"})
    assert answer.status_code == 406
    assert "no query" in answer.json["detail"] and "text/turtle" in answer.json["detail"]


# P3: which graphs a query sees; N2: none is ever fetched

ONE, TWO, THREE = (W3C.format(n) for n in (1, 2, 3))
PLAIN = "SELECT ?s %s WHERE { ?s a ?type }"
NAMED = "SELECT ?s %s WHERE { GRAPH ?g { ?s a ?type } }"
DATASETS = [
    # Clauses in the query, parameters, what the default graph holds, what the named graphs hold.
    ("", [], [ONE, TWO, THREE, "urn:d"], [ONE, TWO, THREE]),
    ("", default(1), [ONE], []),
    ("", default(1, 2), [ONE, TWO], []),
    ("", named(1, 2), [], [ONE, TWO]),
    ("", [*default(3), *named(1)], [THREE], [ONE]),
    ("", [("default-graph-uri", "urn:unknown")], [], []),
    ("", [("named-graph-uri", "urn:unknown")], [], []),
    ("", [("default-graph-uri", "")], [ONE, TWO, THREE, "urn:d"], [ONE, TWO, THREE]),
    (f"FROM <{ONE}>", [], [ONE], []),
    (f"FROM<{ONE}>", [], [ONE], []),
    (f"from <{ONE}> FROM <{TWO}>", [], [ONE, TWO], []),
    (f"FROM NAMED <{ONE}>", [], [], [ONE]),
    (f"FROM <{THREE}> FROM NAMED <{ONE}>", [], [THREE], [ONE]),
    ("FROM <urn:unknown>", [], [], []),
    (f"FROM <{THREE}>", default(1), [ONE], []),
    (f"FROM <{THREE}> FROM NAMED <{TWO}>", named(1), [], [ONE]),
    (f"FROM NAMED <{TWO}>", default(1), [ONE], []),
]


@pytest.mark.parametrize(("clauses", "parameters", "plain", "in_graphs"), DATASETS)
@pytest.mark.parametrize("road", ["get", "form", "direct"])
def test_a_query_sees_the_graphs_that_it_names(w3c, road, clauses, parameters, plain, in_graphs):
    for query, expected in ((PLAIN % clauses, plain), (NAMED % clauses, in_graphs)):
        if road == "get":
            answer = w3c.get(at(("query", query), *parameters))
        elif road == "form":
            answer = send(w3c, "POST", at(), FORM, urlencode([("query", query), *parameters]))
        else:
            answer = send(w3c, "POST", at(*parameters), QUERY, query)
        assert subjects(answer) == expected


@pytest.mark.parametrize(
    ("query", "clause"),
    [
        ("PREFIX : <urn:> SELECT ?s FROM:unknown WHERE { ?s a ?type }", True),
        ("PREFIX e: <urn:> SELECT ?s FROM e:unknown { ?s a ?type }", True),
        ("PREFIX FROM: <urn:> SELECT ?s WHERE { ?s a ?type }", False),
        ("PREFIX e: <urn:> SELECT ?s WHERE { ?s a ?type MINUS { ?s a e:a-from } }", False),
        ("SELECT ?s WHERE { ?s a ?type MINUS { ?s a 'FROM <urn:x>'@from } } # FROM <urn:x>", False),
        ("SELECT ?s (1 AS ?from) WHERE { ?s a ?type }", False),
    ],
)
def test_from_is_told_from_what_only_looks_like_it(w3c, query, clause):
    assert subjects(get(w3c, query)) == ([] if clause else [ONE, TWO, THREE, "urn:d"])


@pytest.mark.parametrize("parameter", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize("iri", ["x", "//host/x", "a b", "urn:<x>", "http://a/\n"])
def test_what_is_no_address_of_a_graph_is_said(client, parameter, iri):
    answer = get(client, "ASK {}", **{parameter: iri})
    assert answer.status_code == 400
    assert "absolute address" in answer.json["detail"]


@pytest.mark.parametrize("scheme", ["URL", "file:///etc/passwd", "ftp://127.0.0.1/x"])
@pytest.mark.parametrize("where", ["FROM", "FROM NAMED", "default-graph-uri", "named-graph-uri"])
def test_no_graph_is_fetched(client, listener, scheme, where):
    iri = scheme.replace("URL", listener)
    clause = f"{where} <{iri}>" if where.startswith("FROM") else ""
    parameters = {} if clause else {where: iri}
    for query in (PLAIN % clause, NAMED % clause):
        assert subjects(get(client, query, **parameters)) == []
    described = get(client, f"DESCRIBE <{iri}> {clause}", **parameters)
    assert (described.status_code, described.text.strip()) == (200, "")
    assert client.get("/data", query_string={"graph": iri}).status_code == 404


# N1, N3: what is refused, by every road


def roads(client, text, name="query"):
    yield client.get("/sparql", query_string={name: text})
    yield client.post("/sparql", data={name: text})
    content_type = QUERY if name == "query" else UPDATE
    yield client.post("/sparql", data=text.encode(), content_type=content_type)


@pytest.mark.parametrize("query", SERVICES)
def test_service_is_refused_by_every_road(client, listener, query):
    for answer in roads(client, query.replace("URL", listener)):
        assert answer.status_code == 400
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "update",
    ["LOAD <URL>", "LOAD SILENT <URL>", "LOAD <file:///etc/passwd>", "CLEAR ALL", "DROP ALL",
     "INSERT DATA { <urn:a> <urn:b> <urn:c> }", "DELETE WHERE { ?s ?p ?o }",
     "PREFIX x: <urn:x> INSERT { ?s ?p 1 } WHERE { SERVICE <URL> { ?s ?p ?o } }",
     "ASK {} ; DROP ALL"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["query", "update"])
def test_updates_are_refused_by_every_road(client, listener, name, update):
    before = get(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").data
    for answer in roads(client, update.replace("URL", listener), name):
        assert answer.status_code == 400
        if not update.startswith("ASK") or name == "update":
            assert "read-only" in answer.json["detail"]
    assert get(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").data == before


def test_a_query_seen_on_the_page_keeps_its_graphs(w3c):
    page = w3c.get(at(("query", PLAIN % ""), *default(2)), headers=BROWSER)
    assert TWO in page.text and ONE not in page.text
    assert "format=csv" not in page.text  # the link would leave the graphs out


# P4 to P6: what comes in


def test_two_queries_are_refused_wherever_they_stand(client):
    two = [("query", "ASK {}"), ("query", "ASK {}")]
    assert client.get(at(*two)).status_code == 400
    assert send(client, "POST", at(), FORM, urlencode(two)).status_code == 400
    assert send(client, "POST", at(two[0]), QUERY, "ASK {}").status_code == 400
    assert send(client, "POST", at(two[0]), FORM, urlencode(two[:1])).status_code == 400


@pytest.mark.parametrize(
    "text", ["a+b&c=d%2F%%", "😀 𝒳 한국어 中文", "é e\u0301", "\u202e x", "#;?"]
)
def test_every_sign_survives_every_road(client, text):
    for answer in roads(client, f"SELECT ?x WHERE {{ BIND ('{text}' AS ?x) }}"):
        assert answer.json["results"]["bindings"][0]["x"]["value"] == text


@pytest.mark.parametrize(
    ("method", "address", "content_type", "body"),
    [
        ("POST", "/sparql", QUERY, b"ASK { BIND ('\xff' AS ?x) }"),
        ("POST", "/sparql", f"{QUERY}; charset=utf-8", "ASK {} # é".encode("latin-1")),
        ("POST", "/sparql", f"{QUERY}; charset=iso-8859-1", b"ASK {}"),
        ("POST", "/sparql", FORM, b"query=ASK+%7B%7D+%23%FF"),
        ("POST", "/sparql", FORM, b"query=ASK+{}+#\xff"),
        ("GET", "/sparql?query=ASK+%7B%7D+%23%FF", None, None),
    ],
)
def test_what_is_not_utf_8_is_refused(client, method, address, content_type, body):
    answer = send(client, method, address, content_type, body)
    assert answer.status_code == 400
    assert "not UTF-8" in answer.json["detail"]


@pytest.mark.parametrize("content_type", [f"{QUERY}; charset=UTF-8", f'{QUERY};charset="utf-8"'])
def test_a_charset_may_be_named(client, content_type):
    assert send(client, "POST", "/sparql", content_type, "ASK {}").json["boolean"] is True


def test_a_compressed_body_and_too_many_parameters_are_refused(client):
    answer = client.post(
        "/sparql",
        data=gzip.compress(b"ASK {}"),
        content_type=QUERY,
        headers={"Content-Encoding": "gzip"},
    )
    assert answer.status_code == 415 and "compressed" in answer.json["detail"]
    answer = client.post("/sparql", data=b"x=1&" * 10_000, content_type=FORM)
    assert answer.status_code == 400 and "parameters" in answer.json["detail"]


# P7, P10: what goes out

JSON, XML = ROWS["json"], ROWS["xml"]


@pytest.mark.parametrize(
    ("accept", "rows", "triples"),
    [
        (None, JSON, TRIPLES["turtle"]),
        ("*/*", JSON, TRIPLES["turtle"]),
        ("application/*", JSON, TRIPLES["ntriples"]),
        ("text/*", ROWS["csv"], TRIPLES["turtle"]),
        ("application/json", "application/json", "application/json"),
        ("application/sparql-results+json;q=0, */*", "application/json", TRIPLES["turtle"]),
        ("text/turtle;q=0, */*", JSON, TRIPLES["ntriples"]),
        ("*/*;q=0.1, text/csv, application/trig;q=0.5", ROWS["csv"], TRIPLES["trig"]),
        ("text/csv;q=0.1, application/sparql-results+xml, text/turtle;q=0.1", XML,
         TRIPLES["turtle"]),
        ("*/*, text/csv, application/rdf+xml", ROWS["csv"], TRIPLES["rdfxml"]),
        ("TEXT/CSV, text/turtle; charset=utf-8", ROWS["csv"], TRIPLES["turtle"]),
        ('application/sparql-results+xml, application/ld+json; profile="x"', XML,
         TRIPLES["jsonld"]),
        ("application/xml, application/n-quads", "application/xml", TRIPLES["nquads"]),
        ("image/png", None, None),
        ("text/turtle", None, TRIPLES["turtle"]),
        ("text/csv", ROWS["csv"], None),
        ("*/*;q=0", None, None),
    ],
)  # fmt: skip
def test_accept_is_weighed(client, accept, rows, triples):
    headers = {"Accept": accept} if accept else {}
    for query, expected, offered in ((SELECT, rows, JSON), (CONSTRUCT, triples, "text/turtle")):
        answer = get(client, query, headers)
        if expected is None:
            assert answer.status_code == 406
            assert offered in answer.json["detail"]
        else:
            assert (answer.status_code, answer.content_type) == (200, expected)


@pytest.mark.parametrize(
    ("asked", "rows", "triples"),
    [
        ("json", JSON, TRIPLES["jsonld"]),
        ("xml", XML, TRIPLES["rdfxml"]),
        ("text/csv", ROWS["csv"], None),
        ("tsv", ROWS["tsv"], None),
        ("ttl", None, TRIPLES["turtle"]),
        ("nt", None, TRIPLES["ntriples"]),
        ("nq", None, TRIPLES["nquads"]),
        ("trig", None, TRIPLES["trig"]),
        ("rdf", None, TRIPLES["rdfxml"]),
        ("nonsense", None, None),
    ],
)
def test_format_goes_before_accept(client, asked, rows, triples):
    for query, expected in ((SELECT, rows), (CONSTRUCT, triples)):
        answer = get(client, query, {"Accept": "text/html"} if expected else {}, format=asked)
        if expected is None:
            assert answer.status_code == 400 and "want one of" in answer.json["detail"]
        else:
            assert (answer.status_code, answer.content_type) == (200, expected)


def read(answer):
    """The triples of an answer, read by the engine as its Content-Type says."""
    assert answer.status_code == 200, answer.text
    form = ox.RdfFormat.from_media_type(answer.mimetype)
    graph = Graph()
    for quad in ox.parse(BytesIO(answer.data), form):
        graph.add(tuple(to_rdflib(term) for term in quad.triple))
    return graph


@pytest.mark.parametrize("syntax", TRIPLES)
def test_triples_are_what_their_type_says_and_the_same_in_all(client, syntax):
    answer = get(client, CONSTRUCT, {"Accept": TRIPLES[syntax].partition(";")[0]})
    assert answer.content_type == TRIPLES[syntax]
    assert set(read(answer)) == set(read(get(client, CONSTRUCT, format="nt")))


VALUES = """SELECT ?z ?a ?m WHERE { VALUES (?z ?a ?m) {
  ("서울"@ko "x"@zh-hans 1.5) (<urn:x> 'a"@zh-hans' UNDEF) (true "@zh-hans" "1"^^<urn:t>) } }"""


@pytest.mark.parametrize("syntax", ROWS)
def test_rows_are_what_their_type_says_with_columns_in_order(client, syntax):
    answer = get(client, VALUES, {"Accept": ROWS[syntax].partition(";")[0]})
    assert answer.content_type == ROWS[syntax]
    if syntax == "csv":
        assert answer.text.splitlines()[0] == "z,a,m"
        assert answer.text.splitlines()[1] == "서울,x,1.5"
        return
    form = ox.QueryResultsFormat.from_media_type(answer.mimetype)
    found = ox.parse_query_results(BytesIO(answer.data), form)
    assert [variable.value for variable in found.variables] == ["z", "a", "m"]
    rows = [[str(row[name]) if row[name] else None for name in "zam"] for row in found]
    assert rows[0][:2] == ['"서울"@ko', '"x"@zh-hans']  # pyoxigraph's own spelling of tags
    assert rows[1] == ["<urn:x>", '"a\\"@zh-hans"', None]
    assert rows[2][1:] == ['"@zh-hans"', '"1"^^<urn:t>']


@pytest.mark.parametrize("syntax", [*ROWS, *TRIPLES])
def test_language_tags_are_written_as_they_ought_to_be_and_words_like_them_left_alone(
    client, syntax
):
    values = r"""VALUES ?o { "x"@zh-HANS "é\\"@en-gb '@zh-hans' '"@zh-hans' 'xml:lang="zh-hans"'
        '"@language":"zh-hans"' "\\\"@zh-hans" }"""
    rows = syntax in ROWS
    start = "SELECT ?o" if rows else "CONSTRUCT { <urn:s> <urn:p> ?o }"
    answer = get(client, f"{start} WHERE {{ {values} }}", format=syntax)
    assert answer.status_code == 200
    if syntax == "csv":
        assert answer.text.count("zh-Hans") == 0
        return
    assert answer.text.count("zh-Hans") == 1
    assert answer.text.count("en-GB") == 1
    assert answer.text.count("zh-hans") == 5


@pytest.mark.parametrize("syntax", ROWS)
def test_yes_and_no_come_in_every_type_of_rows(client, syntax):
    answer = get(client, "ASK {}", format=syntax)
    assert answer.content_type == ROWS[syntax] and "true" in answer.text


def test_relative_addresses_begin_at_the_endpoint(client):
    answer = get(client, "CONSTRUCT { <s> <#p> 1 } WHERE {}", format="nt")
    assert answer.text.startswith(f"<{BASE}s> <{BASE}sparql#p> ")


@pytest.mark.parametrize(
    "prologue",
    ["", "# SELECT\n", "BASE <urn:x> PREFIX ask: <urn:select> ", 'VERSION "1.2" ',
     "PREFIX select: <urn:x>\nPREFIX : <urn:y>"],
)  # fmt: skip
def test_the_form_is_seen_behind_any_prologue(client, prologue):
    assert get(client, f"{prologue} {CONSTRUCT}").content_type == TRIPLES["turtle"]
    assert get(client, f"{prologue} {SELECT}").content_type == JSON
    assert get(client, f"{prologue} {SELECT}", {"Accept": "text/turtle"}).status_code == 406


# P8: methods, other sites, compression


@pytest.mark.parametrize(
    "address", [at(("query", SELECT)), "/sparql", "/data?default", "/.well-known/void"]
)
def test_head_is_get_without_the_body(client, address):
    got, head = client.get(address), client.head(address)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Vary", "Access-Control-Allow-Origin"):
        assert head.headers[name] == got.headers[name]


def test_what_a_plain_query_sees_is_one_setting_in_behaviour_and_description(tmp_path):
    """`own` is the data set's default graph, as the W3C's tests expect; `union` all graphs."""
    release = w3c_release(tmp_path, "fedcba9876543210")
    seen, tags = {}, set()
    for setting in ("union", "own"):
        app = create_app(release, Settings(default_graph=setting))
        client = app.test_client()
        answer = get(client, "SELECT ?s WHERE { ?s ?p ?o } ORDER BY ?s")
        tags.add(answer.headers["ETag"])
        whole = client.get("/data?default", headers={"Accept": "application/n-triples"})
        in_graphs = get(client, "SELECT ?s WHERE { GRAPH ?g { ?s ?p ?o } }")
        from_ = get(client, f"SELECT ?s FROM <{W3C.format(1)}> WHERE {{ ?s ?p ?o }}")
        described = Graph().parse(data=client.get("/sparql").data, format="turtle")
        seen[setting] = (
            len(answer.json["results"]["bindings"]),
            whole.data.count(b"\n"),
            len(in_graphs.json["results"]["bindings"]),
            len(from_.json["results"]["bindings"]),
            (None, SD.feature, SD.UnionDefaultGraph) in described,
        )
        app.extensions["kg"].engine.close()
    assert len(tags) == 2
    assert seen == {"union": (4, 4, 3, 1, True), "own": (1, 1, 3, 1, False)}


def test_scripts_of_other_sites_read_nothing_where_they_may_not(tmp_path):
    app = create_app(small_release(tmp_path), Settings(cross_origin="none"))
    for answer in (get(app.test_client(), SELECT), app.test_client().options("/sparql")):
        assert answer.status_code == 200
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    app.extensions["kg"].engine.close()


@pytest.mark.parametrize("address", ["/sparql", "/data", "/.well-known/void"])
def test_scripts_of_other_sites_may_read_but_send_no_credentials(client, address):
    origin = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    for answer in (
        client.options(address, headers=origin),
        client.get(address + "?graph=urn:unknown", headers=origin),
        client.put(address, headers=origin),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Set-Cookie" not in answer.headers
    options = client.options(address, headers=origin)
    assert options.status_code == 200
    assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["Allow"].split(", "))
    assert options.headers["Access-Control-Allow-Methods"]


def test_vary_names_all_that_an_answer_follows_from(client):
    for answer in (get(client, SELECT), client.get("/data?default"), get(client, "SELEC")):
        assert {"Accept", "Accept-Encoding"} <= set(answer.vary.as_set(True))
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("br", False), (None, False)],
)
def test_an_answer_is_compressed_for_those_who_take_it(client, accepted, compressed):
    plain = get(client, CONSTRUCT)
    answer = get(client, CONSTRUCT, {"Accept-Encoding": accepted} if accepted else {})
    assert answer.headers.get("Content-Encoding") == ("gzip" if compressed else None)
    body = gzip.decompress(answer.data) if compressed else answer.data
    assert body == plain.data
    assert int(answer.headers["Content-Length"]) == len(answer.data)


# P9: errors


def test_a_syntax_error_shows_where_it_is(client):
    answer = get(client, "SELECT ?s\nWHERE { ?s ?p }")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert answer.json["detail"].startswith("line 2, column 16: ")
    assert answer.json["detail"].endswith("\nWHERE { ?s ?p }\n               ^")


def test_a_terminal_gets_errors_as_text_where_it_asks(client):
    answer = get(client, "SELEC", {"Accept": "text/csv, text/plain"})
    assert (answer.status_code, answer.content_type) == (400, "text/plain; charset=utf-8")
    assert answer.text.startswith("400 Bad request\nline 1, column ")
    for accept in ("text/csv", "*/*", "text/*, application/problem+json"):
        answer = get(client, "SELEC", {"Accept": accept})
        assert answer.content_type == "application/problem+json"


def test_a_query_past_its_deadline_is_an_error_in_words(client):
    answer = get(client, DEATH)
    assert (answer.status_code, answer.content_type) == (504, "application/problem+json")
    assert "Traceback" not in answer.text and "ETag" not in answer.headers


# P12: tags


def test_an_answer_that_the_client_holds_is_not_found_again(app, client, monkeypatch):
    tag = get(client, SELECT).headers["ETag"]
    description = client.get("/sparql").headers["ETag"]
    graph = client.get("/data?default").headers["ETag"]

    def never(*_args, **_more):
        raise AssertionError("the query was run")

    monkeypatch.setattr(app.extensions["kg"].engine, "answer", never)
    for held in (tag, tag.removeprefix("W/"), f'"other", {tag}'):
        answer = get(client, SELECT, {"If-None-Match": held})
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == tag and "Accept" in answer.headers["Vary"]
    assert client.head(at(("query", SELECT)), headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/sparql", headers={"If-None-Match": description}).status_code == 304
    assert client.get("/data?default", headers={"If-None-Match": graph}).status_code == 304


def test_a_tag_stands_for_release_query_graphs_and_format(w3c, tmp_path):
    def tag(client, query="ASK {}", **more):
        return get(client, query, **more).headers["ETag"]

    other = create_app(w3c_release(tmp_path, "0123456789abcdef"))
    tags = [
        tag(w3c),
        tag(w3c, "ASK { }"),
        tag(w3c, format="xml"),
        tag(w3c, **{"default-graph-uri": ONE}),
        tag(w3c, **{"named-graph-uri": ONE}),
        tag(other.test_client()),
    ]
    other.extensions["kg"].engine.close()
    assert len(set(tags)) == len(tags)
    assert tag(w3c) == tags[0]


def test_pages_in_two_languages_have_two_tags(client):
    page = at(("query", "ASK {}"), ("format", "html"))
    tags = {client.get(f"{page}&lang={lang}").headers["ETag"] for lang in ("en", "ko")}
    assert len(tags) == 2
    held = client.get(f"{page}&lang=en").headers["ETag"]
    assert client.get(f"{page}&lang=en", headers={"If-None-Match": held}).status_code == 304


@pytest.mark.parametrize("word", ["NOW()", "rand()", "UUID()", "STRUUID()"])
def test_an_answer_that_changes_by_itself_is_not_kept(client, word):
    answer = get(client, f"SELECT ({word} AS ?x) WHERE {{}}")
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_errors_and_posts_have_no_tag(client):
    for answer in (
        get(client, "SELEC", {"If-None-Match": "*"}),
        client.post("/sparql", data={"query": "ASK {}"}, headers={"If-None-Match": "*"}),
    ):
        assert answer.status_code in (200, 400) and "ETag" not in answer.headers


# The Graph Store Protocol, its reading half


@pytest.mark.parametrize("syntax", TRIPLES)
def test_a_graph_is_read_by_its_address(w3c, syntax):
    accept = {"Accept": TRIPLES[syntax].partition(";")[0]}
    answer = w3c.get("/data", query_string={"graph": ONE}, headers=accept)
    assert answer.content_type == TRIPLES[syntax]
    assert {str(subject) for subject in read(answer).subjects()} == {ONE}
    everything = w3c.get("/data?default", headers=accept)
    assert {str(subject) for subject in read(everything).subjects()} == {ONE, TWO, THREE, "urn:d"}


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/data?graph=urn:unknown", 404, "no graph <urn:unknown>"),
        ("/data", 400, "want either"),
        (f"/data?default&graph={ONE}", 400, "want either"),
        (f"/data?graph={ONE}&graph={TWO}", 400, "want either"),
        ("/data?graph=x", 400, "absolute address"),
        ("/data?graph=urn:x%3E+%7B%7D+SERVICE", 400, "absolute address"),
        ("/data?default&format=csv", 400, "want one of turtle"),
    ],
)
def test_what_is_no_graph_is_said(w3c, address, status, words):
    answer = w3c.get(address)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert words in answer.json["detail"]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_graphs_are_not_written(w3c, method):
    answer = w3c.open(f"/data?graph={ONE}", method=method, data="", content_type="text/turtle")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert json.loads(answer.data)["status"] == 405
