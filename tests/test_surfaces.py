"""One file, every surface: what is true of each question, and of one that is added."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from urllib.parse import urlencode

import pytest
import rdflib
from rdflib import RDF, RDFS
from rdflib.plugins.sparql.parser import parseQuery

from conftest import copy_project
from documented import NAME, documented_question
from kg.building import build_release
from kg.errors import KgError
from kg.namespaces import BASE, GRAPH, LANGUAGES, SH
from kg.queries import read_queries
from kg.store import EmbeddedStore
from kg.web import create_app
from kg.web.queries import offered
from serving import QUERIES, small_release

ALL = read_queries(QUERIES)
EXAMPLES = """\
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?example ?comment ?query WHERE {
  ?example a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct ?query .
} ORDER BY ?example"""
BROWSER = {"Accept": "text/html"}
PROGRAM = {"Accept": "application/problem+json, */*;q=0.1"}


@pytest.fixture(scope="module")
def added(tmp_path_factory):
    """A project with one question more: the file that the documentation shows, and no code."""
    project = copy_project(tmp_path_factory.mktemp("added"))
    path = project.queries / f"{NAME}.rq"
    path.write_text(documented_question(), encoding="utf-8")
    return project, build_release(project, lambda _: None)


@pytest.fixture(scope="module")
def client(added):
    app = create_app(added[1])
    yield app.test_client()
    app.extensions["kg"].engine.close()


# Every question


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*ALL, NAME])
def test_every_question_is_a_page_in_every_language(client, added, name, language):
    query = read_queries(added[1].queries)[name]
    page = client.get(f"/queries/{name}?lang={language}", headers=BROWSER)
    assert page.status_code == 200 and page.content_type == "text/html; charset=utf-8"
    assert f'<html lang="{language}"' in page.text
    assert query.title[language] in page.text.replace("&#39;", "'")
    assert all(f'name="{key}"' in page.text for key in query.parameters if key != "lang")
    listed = client.get(f"/queries/?lang={language}", headers=BROWSER).text
    assert f"/queries/{name}?lang={language}" in listed


@pytest.mark.parametrize("name", [*ALL, NAME])
def test_every_question_answers_in_every_form_by_format_and_by_accept(client, added, name):
    query = read_queries(added[1].queries)[name]
    own = {}
    for syntax, media in offered(query):
        by_format = client.get(f"/queries/{name}?format={syntax}")
        assert by_format.status_code == 200 and by_format.data
        assert by_format.mimetype == own.setdefault(syntax, media.partition(";")[0])
        if ";" in media:  # two forms of one type: `?format=` alone tells them apart
            continue
        by_accept = client.get(f"/queries/{name}", headers={"Accept": media})
        assert by_accept.status_code == 200 and by_accept.mimetype == media
        assert syntax == "html" or by_format.data == by_accept.data
    rows = client.get(f"/queries/{name}?format=json").json["results"]["bindings"]
    assert rows
    table = list(csv.reader(io.StringIO(client.get(f"/queries/{name}?format=csv").text)))
    assert table[0] == list(query.columns) and len(table) == len(rows) + 1
    lines = client.get(f"/queries/{name}?format=tsv").text.splitlines()
    assert len(lines) == len(rows) + 1
    xml = client.get(f"/queries/{name}?format=xml").text
    assert xml.count("<result>") == len(rows)


@pytest.mark.parametrize("name", [*ALL, NAME])
def test_a_parameter_that_is_repeated_empty_or_unknown_is_400_and_named(client, added, name):
    query = read_queries(added[1].queries)[name]
    wrong = [("town", [("town", "x")])]
    for key, parameter in query.parameters.items():
        wrong.append((key, [(key, "x"), (key, "y")]))
        if parameter.type != "text":
            wrong += [(key, [(key, "")]), (key, [(key, "\0\"'>}#\\u0022")])]
        wrong.append((key, [(key, "x" * 2_000)]))
    for key, pairs in wrong:
        answer = client.get(f"/queries/{name}?{urlencode(pairs)}&format=json")
        assert answer.status_code == 400, pairs
        assert answer.content_type == "application/problem+json"
        assert key in answer.json["detail"]


LOOK_ALIKES = ["../intents", "..%2fintents", "%2e%2e", "%2e%2e%2fintents", "intents.rq",
               "intents%00", "INTENTS", "іntents", "ｉntents", "intents%20", "%c0%ae%c0%ae",
               "ties‐of", "in\u00adtents", "\u202eintents", "intents%0a"]  # fmt: skip


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_name_that_only_looks_like_a_question_is_404(client, name):
    answer = client.get(f"/queries/{name}", headers=PROGRAM)
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


# As examples for SPARQL editors


def test_editors_find_every_question_as_an_example_in_the_data(client, added):
    rows = client.get("/sparql", query_string={"query": EXAMPLES}).json["results"]["bindings"]
    queries = read_queries(added[1].queries)
    assert {row["example"]["value"] for row in rows} == {f"{BASE}queries/{n}" for n in queries}
    assert len({row["comment"]["value"] for row in rows}) == len(queries)
    assert len(rows) == len(queries)
    for row in rows:
        name = row["example"]["value"].rpartition("/")[2]
        sparql = row["query"]["value"]
        assert "?_" not in sparql
        parseQuery(sparql)
        answer = client.get("/sparql", query_string={"query": sparql})
        own = client.get(f"/queries/{name}?format=json&lang=en").json
        assert answer.json["results"]["bindings"] == own["results"]["bindings"]


@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void"])
def test_the_service_description_lists_them_with_prefixes_and_labels(client, added, path):
    text = client.get(path, headers={"Accept": "text/turtle"}).text
    graph = rdflib.Graph().parse(data=text, format="turtle")
    found = set(graph.subjects(RDF.type, SH.SPARQLExecutable))
    queries = read_queries(added[1].queries)
    assert found == {rdflib.URIRef(f"{BASE}queries/{name}") for name in queries}
    for node in found:
        assert {label.language for label in graph.objects(node, RDFS.label)} == set(LANGUAGES)
        assert [comment.language for comment in graph.objects(node, RDFS.comment)] == ["en"]
        declared = {
            (str(graph.value(one, SH.prefix)), str(graph.value(one, SH.namespace)))
            for one in graph.objects(graph.value(node, SH.prefixes), SH.declare)
        }
        used = re.findall(r"PREFIX ([\w-]+): <(.*)>", str(graph.value(node, SH.select)))
        assert set(used) <= declared
        assert graph.value(node, rdflib.URIRef("https://schema.org/target"))


def test_a_release_without_them_in_its_data_describes_them_all_the_same(tmp_path):
    app = create_app(small_release(tmp_path))
    text = app.test_client().get("/sparql", headers={"Accept": "text/turtle"}).text
    graph = rdflib.Graph().parse(data=text, format="turtle")
    assert len(set(graph.subjects(RDF.type, SH.SPARQLSelectExecutable))) == len(ALL)
    app.extensions["kg"].engine.close()


# One question more is one file more


def test_the_added_question_is_in_the_openapi_document(client):
    operation = client.get("/openapi.json?lang=ko").json["paths"][f"/queries/{NAME}"]["get"]
    assert operation["summary"] == "이름으로 찾는 협정"
    assert operation["parameters"][0]["schema"]["default"] == "London"


def test_the_added_question_answers_what_was_asked(client):
    rows = client.get(f"/queries/{NAME}?format=json&part=%EC%9D%B8%EB%8F%88&lang=ko").json
    assert rows["results"]["bindings"] == []
    answer = client.get(f"/queries/{NAME}?format=json&part=london").json["results"]["bindings"]
    assert {row["signed"]["value"] for row in answer} == {"2015-12", "2017-04-03"}


def test_the_added_question_is_a_command(added):
    project, _ = added
    command = [sys.executable, "-m", "kg", "--project", str(project.folder)]
    asked = [*command, "query", NAME, "-p", "part=Beijing", "--format", "csv"]
    run = subprocess.run(asked, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "1993-10-23" in run.stdout
    wrong = subprocess.run(
        [*command, "query", NAME, "-p", "word=x"], capture_output=True, text=True
    )
    assert wrong.returncode == 2 and "word" in wrong.stderr and "part" in wrong.stderr


def test_the_added_question_asks_data_of_others_too(added, tmp_path):
    file = tmp_path / f"{NAME}.rq"
    shutil.copy(added[0].queries / file.name, file)
    command = [sys.executable, "-m", "kg", "--project", str(added[0].folder), "query", str(file)]
    run = subprocess.run([*command, "--format", "json"], capture_output=True, text=True)
    assert len(json.loads(run.stdout)["results"]["bindings"]) == 4


def test_a_malformed_one_stops_the_build_with_file_and_line(added, tmp_path):
    project = copy_project(tmp_path)
    text = documented_question().replace("type: text", "type: words")
    (project.queries / f"{NAME}.rq").write_text(text, encoding="utf-8")
    with pytest.raises(KgError, match=rf"{NAME}\.rq:\d+: .*words"):
        build_release(project, lambda _: None)


def test_the_examples_are_part_of_the_released_graph(added):
    store = EmbeddedStore.open(added[1].store)
    graph = GRAPH["release"]
    count = f"SELECT ?q {{ GRAPH <{graph}> {{ ?q a <{SH.SPARQLExecutable}> }} }}"
    assert len(store.select(count).rows) == len(ALL) + 1
