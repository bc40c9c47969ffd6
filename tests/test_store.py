from io import BytesIO
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDF, URIRef

from kg.errors import InputError, QueryError
from kg.growing import GrowingStore
from kg.loading import build_store, new_store
from kg.messages import syntax_message
from kg.reading import read_quads
from kg.store import EmbeddedStore
from kg.tags import language_tag
from serving import GRAPH, small_store


def test_a_store_on_disk_answers_like_one_in_memory(tmp_path):
    build_store(read_quads(GRAPH), tmp_path / "store")
    on_disk = EmbeddedStore.open(tmp_path / "store")
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    assert on_disk.select(count) == small_store().select(count)
    assert on_disk.size() == small_store().size() > 100


def test_the_plain_graph_is_all_graphs_together():
    assert small_store().ask(
        "PREFIX md: <https://w3id.org/municipal-diplomacy/ontology#> "
        "ASK { ?agreement md:dateBasis ?curated ; md:channel ?from_the_source }"
    )


def test_columns_keep_the_order_of_the_projection_and_unbound_is_none():
    table = small_store().select("SELECT ?b ?a WHERE { VALUES (?a ?b) { (1 UNDEF) } }")
    assert table.columns == ("b", "a")
    assert table.rows[0][0] is None
    assert table.rows[0][1] == ox.Literal(1)


def test_a_query_of_another_form_is_refused():
    store = small_store()
    with pytest.raises(QueryError, match="want a SELECT"):
        store.select("ASK {}")
    with pytest.raises(QueryError, match="want a CONSTRUCT"):
        store.construct("ASK {}")
    with pytest.raises(QueryError, match="want an ASK"):
        store.ask("SELECT ?s WHERE { ?s ?p ?o }")


def test_a_syntax_error_names_line_and_column():
    with pytest.raises(QueryError, match="line 2, column 8"):
        small_store().select("SELECT ?s\n  WHRE {}")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT * { ?s ?p }", "line 1, column 19: not SPARQL: something else is expected here"),
        ("SELECT * { ?s a no:x }", "line 1, column 21: not SPARQL here: Prefix not found"),
        ("SELECT * { no:x ?p ?o }", "line 1, column 20: not SPARQL: not expected here: '?o }'"),
        (
            "ASK { FILTER(STRFOO(?x)) } # a long comment",
            "not SPARQL: something else is expected here",
        ),
        ("SELECT ?x\n WHRE {}", "line 2, column 7: not SPARQL here: expected WHERE"),
        ("SELECT ?x ?y { ?x ?p ?y } GROUP BY ?x", "contains a variable that is unbound"),
        ("SELECT * { ?s ?p ?o } LIMIT x", "expected one of HAVING, OFFSET"),
    ],
)
def test_a_syntax_error_names_what_helps_and_nothing_else(query, message):
    with pytest.raises(QueryError) as caught:
        small_store().select(query)
    assert message in str(caught.value)
    assert "[_]" not in str(caught.value) and "ENCODE" not in str(caught.value)


def test_a_syntax_error_without_the_text_of_the_query_stays_general():
    message = syntax_message("error at 3:4: expected one of [_]")
    assert message == "line 3, column 4: not SPARQL: something else is expected here"


def test_a_folder_without_a_store_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="kg build"):
        EmbeddedStore.open(tmp_path)


def test_a_folder_that_cannot_be_written_is_an_input_error(tmp_path):
    (tmp_path / "store").write_text("a file stands here")
    with pytest.raises(InputError, match="cannot be written"):
        build_store([], tmp_path / "store")


def test_quads_are_added_in_batches_and_each_is_there_once(monkeypatch):
    monkeypatch.setattr("kg.store._BATCH", 7)
    store = EmbeddedStore.of([])
    size = small_store().size()
    assert [store.add(read_quads(GRAPH)) for _ in range(2)] == [size, size]
    assert set(store.quads()) == set(small_store().quads())


def concluded(store, rule):
    lines = BytesIO()
    store.conclude(rule, lines)
    lines.seek(0)
    return lines


def test_a_rule_adds_what_no_graph_has_yet():
    store = GrowingStore.of(small_store().quads())
    named = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> CONSTRUCT { ?s <urn:named> true ; "
    rule = named + "skos:prefLabel ?name } WHERE { ?s skos:prefLabel ?name }"
    graph = URIRef("urn:derived")
    assert set(store.add_new(concluded(store, rule), graph)) == {"urn:named"}
    assert {quad.predicate.value for quad in store.quads(graph)} == {"urn:named"}
    assert not store.add_new(concluded(store, rule), graph)
    with pytest.raises(QueryError, match="want a CONSTRUCT"):
        concluded(store, "ASK {}")


def test_what_is_like_a_triple_in_part_is_no_such_triple():
    """A class, a predicate, or a subject with a predicate that the store has, and has not."""
    known = ["<urn:a> <urn:p> <urn:b>", "<urn:a> {type} <urn:C>", "<urn:d> <urn:q> <urn:b>"]
    new = ["<urn:a> <urn:p> <urn:c>", "<urn:d> <urn:p> <urn:b>", "<urn:d> {type} <urn:C>",
           "<urn:a> {type} <urn:D>", "<urn:e> {type} <urn:D>", "<urn:a> <urn:r> <urn:b>",
           "<urn:a> <urn:q> <urn:b>"]  # fmt: skip
    first, later = ("".join(f"{line} .\n" for line in lines) for lines in (known, known + new))
    store, graph = GrowingStore.of([]), URIRef("urn:derived")
    typed = f"<{RDF.type}>"
    store.load(first.replace("{type}", typed).encode(), "ntriples")
    lines = later.replace("{type}", typed).encode()
    found = store.add_new(BytesIO(lines), graph)
    assert found == {"urn:p": 2, str(RDF.type): 3, "urn:r": 1, "urn:q": 1}
    assert {f"{quad.triple}" for quad in store.quads(graph)} == {
        line.replace("{type}", typed) for line in new
    }
    assert not store.add_new(BytesIO(lines), graph)


def test_a_new_store_is_closed_when_filling_it_fails(tmp_path):
    with pytest.raises(KeyError) as caught, new_store(tmp_path / "store") as store:
        raise KeyError
    assert caught.tb is not None  # which holds `store`
    assert not hasattr(store, "_store")
    build_store(read_quads(GRAPH), tmp_path / "store")  # nobody has it locked


def test_only_prefixes_in_use_are_written():
    place = "https://w3id.org/municipal-diplomacy/id/place/"
    body = small_store().write(
        f"CONSTRUCT {{ <{place}kr-seoul> ?p ?o }} WHERE {{ <{place}kr-seoul> ?p ?o }}",
        "turtle",
        {"place": place, "unused": "http://example.org/"},
    )
    assert b"@prefix place:" in body
    assert b"unused" not in body


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("zh-hans", "zh-Hans"),
        ("en", "en"),
        ("en-gb", "en-GB"),
        (None, ""),
        ("zh-hant-tw", "zh-Hant-TW"),
    ],
)
def test_language_tags_are_written_as_bcp_47_says(stored, written):
    assert language_tag(stored) == written


def test_rdflib_users_get_a_dataset_over_the_same_store(tmp_path: Path) -> None:
    build_store(read_quads(GRAPH), tmp_path / "store")
    store = EmbeddedStore.open(tmp_path / "store")
    query = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"
    rows = [tuple(map(str, row)) for row in store.dataset().query(query)]  # type: ignore[arg-type]
    assert len(rows) == len(store.select(query).rows) > 0
    with pytest.raises(RuntimeError, match="read-write"):
        store.dataset().add((URIRef("urn:a"), URIRef("urn:b"), URIRef("urn:c")))
