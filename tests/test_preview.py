"""A page shows the beginning of an answer, and little is read for it."""

import pytest

from kg.limits import Limits
from kg.settings import Settings
from kg.web import create_app
from serving import small_release


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    settings = Settings(Limits(seconds=20))
    app = create_app(small_release(tmp_path_factory.mktemp("preview")), settings)
    yield app.test_client()
    app.extensions["kg"].engine.close()


def page(client, query):
    return client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/html"})


LONG = 'BIND ("x" AS ?a0) ' + " ".join(
    f"BIND (CONCAT(?a{n}, ?a{n}) AS ?a{n + 1})" for n in range(24)
)


def test_rows_that_never_end_are_shown_at_once(client):
    answer = page(client, "SELECT ?s ?t ?u ?v WHERE { ?s ?p ?o . ?t ?q ?r . ?u ?v ?w }")
    assert answer.status_code == 200
    assert "More than 1000 rows" in answer.text
    assert answer.text.count("<tr>") == 1001


def test_of_many_columns_fewer_rows_are_shown(client):
    columns = " ".join(f"(?s AS ?c{n})" for n in range(200))
    answer = page(client, f"SELECT {columns} WHERE {{ ?s ?p ?o }}")
    assert "More than 100 rows" in answer.text
    assert len(answer.data) < 5_000_000


def test_too_many_columns_are_not_for_a_page(client):
    columns = " ".join(f"(1 AS ?c{n})" for n in range(600))
    answer = page(client, f"SELECT {columns} WHERE {{}}")
    assert answer.status_code == 422
    assert "take the answer as data" in answer.text


def test_a_long_value_is_cut_and_says_so(client):
    answer = page(client, f"SELECT ?a15 WHERE {{ {LONG} }}")
    assert answer.status_code == 200
    assert "longer than a page can show" in answer.text
    assert len(answer.data) < 20_000


def test_a_row_that_is_too_large_for_a_page_is_an_error_that_says_how_to_get_it(client):
    answer = page(client, f"SELECT ?a22 WHERE {{ {LONG} }}")
    assert answer.status_code == 422
    assert "take the answer as data" in answer.text


@pytest.mark.parametrize("syntax", ["json", "xml", "csv", "tsv"])
def test_a_value_that_is_too_large_for_anything_is_an_error_or_breaks_off(client, syntax):
    text = f"SELECT ?b WHERE {{ {LONG} BIND (CONCAT(?a24, ?a24) AS ?b) }}"
    answer = client.get("/sparql", query_string={"query": text, "format": syntax})
    if answer.status_code == 422:
        assert "a single value or row" in answer.json["detail"]
    else:  # the names of the columns were out already
        with pytest.raises(ConnectionAbortedError):
            b"".join(answer.iter_encoded())


def test_triples_that_never_end_are_shown_at_once(client):
    answer = page(client, "CONSTRUCT { ?s ?q ?v } WHERE { ?s ?p ?o . ?t ?q ?r . ?u ?v ?w }")
    assert answer.status_code == 200
    assert "Only the beginning is shown" in answer.text
