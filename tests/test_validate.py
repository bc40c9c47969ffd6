"""What a validation reports, and what it does with shapes and checks that it cannot use."""

import csv
import json
import re
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from rdflib import RDF, SH, SKOS, BNode, Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from conftest import read_dataset
from kg.errors import DataError, InputError, KgError
from kg.graphs import Project, build_graphs, quads_of
from kg.namespaces import ID, LANGUAGES, MD, SHAPE
from kg.reading import rdf_files
from kg.report import Report, curie
from kg.shapes import Shapes, read_shapes
from kg.validate import validate

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures" / "shapes"
HEAD = (
    "@prefix md: <https://w3id.org/municipal-diplomacy/ontology#> .\n"
    "@prefix place: <https://w3id.org/municipal-diplomacy/id/place/> .\n"
    "@prefix ex: <http://example.org/> .\n"
    "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
    "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
)
CHECK = """#+ rule: X01
#+ shape: shape:Test
#+ severity: Warning
#+ message: {en: "value {value}", ko: "값 {value}"}
SELECT ?focus ?value WHERE { ?focus ?path ?value }
"""


@pytest.fixture(scope="module")
def ours() -> Shapes:
    """The data shapes; the base of the fixtures holds no ontology that keeps a style."""
    files = [path for path in rdf_files([ROOT / "shapes"]) if path.name != "ontology.ttl"]
    return Shapes(read_shapes(files).graph, read_shapes([ROOT / "shapes"]).checks)


def broken(*names: str) -> Dataset:
    return read_dataset([FIXTURES / "base.ttl", *(FIXTURES / f"{name}-bad.ttl" for name in names)])


@pytest.fixture(scope="module")
def report(ours: Shapes) -> Report:
    # An agreement with one party (line 1 of source base), a malformed link without a source.
    return validate(broken("S04-one-party", "S08-level"), ours)


@pytest.fixture
def listener() -> Iterator[str]:
    """An address that nothing may connect to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(TimeoutError):
            server.accept()


def written(folder: Path, text: str, check: str = "") -> Path:
    (folder / "mine.ttl").write_text(HEAD + text, "utf-8")
    if check:
        (folder / "checks").mkdir()
        (folder / "checks" / "mine.rq").write_text(check, "utf-8")
    return folder


def test_a_result_says_where_its_node_comes_from(report: Report) -> None:
    party = next(result for result in report.results if result.rule == "S04")
    assert party.focus == ID["agreement"]["a"]
    assert party.source == ID["source"]["base"]
    assert party.line == 2
    assert party.labels == {"en": "Agreement"}
    assert party.shape == SHAPE["Agreement-party"]


def test_a_line_is_that_of_the_words_a_node_is_named_after(ours: Shapes) -> None:
    data = broken("S07-unresolved")
    event = ID["event"]["v"]
    for name, line in (("heading", 1), ("v", 7), ("note", 9)):
        data.default_graph.add((ID["evidence"][name], MD.line, Literal(line)))
        data.default_graph.add((event, MD.evidence, ID["evidence"][name]))
    lines = {r.line for r in validate(data, ours).results if r.focus == event}
    assert lines == {7}


def test_a_node_of_no_source_stands_with_the_source_of_its_evidence(ours: Shapes) -> None:
    data = broken("S47-http")
    data.default_graph.add((ID["place"]["cn-t"], MD.evidence, ID["evidence"]["base-l1"]))
    (result,) = validate(data, ours).results
    assert (result.source, result.line) == (ID["source"]["base"], 2)


def test_a_severity_of_others_own_making_is_a_violation(tmp_path: Path) -> None:
    shape = "ex:S a sh:NodeShape ; sh:targetNode ex:x ; sh:severity ex:Fatal ; sh:in ( ) ."
    report = validate(Dataset(), read_shapes([written(tmp_path, shape)]))
    assert report.counts["Violation"] == 1
    assert "Violation" in report.to_text()


def test_warnings_do_not_break_conformance(ours: Shapes, report: Report) -> None:
    assert not report.conforms
    assert report.counts == {"Violation": 1, "Warning": 1, "Info": 0}
    assert validate(broken("S08-level"), ours).conforms


def test_text_is_grouped_by_source_and_names_line_rule_and_node(report: Report) -> None:
    assert report.to_text() == (
        "base\n"
        "  document line 2: Violation S04 Agreement <agreement:a>\n"
        "    An agreement between executives or councils has two or more md:party; "
        "add the bodies that it binds.\n"
        "\n"
        "no source of its own\n"
        "  Warning S08 Town <place:cn-t>\n"
        "    The territory has no md:adminLevel; add 0 for a country or region, "
        "1 for a first-level division, 2 or 3 below it.\n"
        "\n"
        "Violation 1, Warning 1, Info 0. "
        "The data do not conform: mend the violations and run the command again.\n"
    )


def test_text_is_korean_on_request_and_english_where_there_is_no_other(report: Report) -> None:
    assert "文件行号 2: 违规 S04" in report.to_text("zh-Hans")
    korean = report.to_text("ko")
    assert "2" in korean and "줄 2: 위반 S04 Agreement" in korean
    assert "당사자 기관을 넣으세요." in korean
    assert report.to_text("fr") == report.to_text("en")


def test_text_names_the_folder_in_which_a_source_is_edited(ours: Shapes) -> None:
    files = {ID["source"]["base"]: Path("data/base")}
    text = validate(broken("S04-one-party"), ours, files).to_text()
    assert text.startswith("base (data/base)\n")


def test_a_message_names_nodes_in_its_own_language(ours: Shapes) -> None:
    data = broken("S20-joint-body")
    for label in (Literal("통합위원회", lang="ko"), Literal("整合委员会", lang="zh-Hans")):
        data.default_graph.add((ID["body"]["joint"], SKOS.prefLabel, label))
    result = next(r for r in validate(data, ours).results if r.rule == "S20")
    assert "the party Integration council is no council" in result.messages["en"]
    assert "당사자 통합위원회은(는)" in result.messages["ko"]
    assert "缔约方整合委员会不是议会" in result.messages["zh-Hans"]


def test_json_is_plain_and_complete(report: Report) -> None:
    found = json.loads(json.dumps(report.to_json()))
    assert found["conforms"] is False
    assert found["counts"] == {"Violation": 1, "Warning": 1, "Info": 0}
    first = found["results"][0]
    assert first["rule"] == "S04" and first["severity"] == "Violation" and first["line"] == 2
    assert first["focus"] == {"type": "uri", "value": str(ID["agreement"]["a"])}
    assert list(first["message"]) == list(LANGUAGES)


def test_the_graph_is_a_shacl_report_that_survives_turtle(report: Report) -> None:
    graph = Graph().parse(data=report.to_graph().serialize(format="turtle"), format="turtle")
    node = graph.value(None, RDF.type, SH.ValidationReport)
    assert (node, SH.conforms, Literal(False)) in graph
    results = list(graph.objects(node, SH.result))
    assert len(results) == 2
    for result in results:
        assert graph.value(result, RDF.type) == SH.ValidationResult
        for wanted in (
            SH.focusNode,
            SH.resultSeverity,
            SH.sourceShape,
            SH.sourceConstraintComponent,
        ):
            assert isinstance(graph.value(result, wanted), URIRef)


def test_a_row_of_a_check_becomes_a_sparql_result_in_the_graph(ours: Shapes) -> None:
    graph = validate(broken("S20-joint-body"), ours).to_graph()
    result = graph.value(None, SH.sourceShape, SHAPE["CouncilInstrument-parties"])
    assert (result, SH.sourceConstraintComponent, SH.SPARQLConstraintComponent) in graph
    assert (result, SH.resultPath, MD.party) in graph
    assert (result, SH.value, ID["body"]["joint"]) in graph


def test_paths_of_several_steps_are_written_as_shacl_writes_them(tmp_path: Path) -> None:
    paths = "md:a", "[ sh:inversePath md:a ]", "( md:a [ sh:zeroOrMorePath md:b ] )"
    paths += (
        "[ sh:alternativePath ( md:a [ sh:oneOrMorePath md:b ] [ sh:zeroOrOnePath md:c ] ) ]",
    )
    for number, path in enumerate(paths):
        folder = tmp_path / str(number)
        folder.mkdir()
        shape = (
            f"ex:S sh:targetNode place:x ; sh:property ex:P . ex:P sh:path {path} ; sh:minCount 9 ."
        )
        report = validate(
            Dataset(), read_shapes([written(folder, f"ex:S a sh:NodeShape . {shape}")])
        )
        node = report.to_graph().value(None, RDF.type, SH.ValidationResult)
        found = Graph()
        copy(report.to_graph(), report.to_graph().value(node, SH.resultPath), found)
        wanted = Graph().parse(data=f"{HEAD} ex:P sh:path {path} .", format="turtle")
        only = Graph()
        copy(wanted, wanted.value(URIRef("http://example.org/P"), SH.path), only)
        assert isomorphic(found, only)


def copy(graph: Graph, node: rdflib.term.Node | None, into: Graph) -> None:
    for predicate, value in graph.predicate_objects(node) if isinstance(node, BNode) else ():
        into.add((node, predicate, value))
        copy(graph, value, into)


def test_reports_are_the_same_each_time_and_in_any_order_of_the_data(ours: Shapes) -> None:
    names = ("S04-one-party", "S08-level", "S30-one-end", "S45-two-items", "S05-ambiguous")
    first, second = validate(broken(*names), ours), validate(broken(*reversed(names)), ours)
    assert first == second
    assert first.to_text() == second.to_text()
    assert json.dumps(first.to_json()) == json.dumps(second.to_json())
    assert first.to_graph().serialize(format="nt") == second.to_graph().serialize(format="nt")


def test_the_data_set_is_not_changed(ours: Shapes) -> None:
    data = broken("S04-one-party")
    before = set(data.quads())
    validate(data, ours)
    assert set(data.quads()) == before
    assert rdflib.NORMALIZE_LITERALS is True


def test_named_graphs_are_validated_as_one(ours: Shapes) -> None:
    data, parted = broken("S08-level"), Dataset()
    for number, quad in enumerate(sorted(data.quads())):
        parted.graph(URIRef(f"http://example.org/{number % 3}")).add(quad[:3])
    assert validate(parted, ours) == validate(data, ours)


def test_literals_keep_their_spelling_in_the_report(tmp_path: Path) -> None:
    shape = """ex:S a sh:NodeShape ; sh:targetNode ex:x ;
      sh:property [ sh:path ex:p ; sh:maxInclusive 0 ] ."""
    data = tmp_path / "data.ttl"
    data.write_text(HEAD + 'ex:x ex:p "01"^^xsd:integer .')
    report = validate(read_dataset([data]), read_shapes([written(tmp_path, shape)]))
    assert str(report.results[0].value) == "01"


def test_a_part_without_a_name_is_reported_under_the_shape_it_belongs_to(tmp_path: Path) -> None:
    shape = """ex:S a sh:NodeShape ; sh:targetNode ex:x ; sh:message "do this" ;
      sh:property [ sh:path ex:p ; sh:minCount 1 ] ."""
    (result,) = validate(Dataset(), read_shapes([written(tmp_path, shape)])).results
    assert result.shape == URIRef("http://example.org/S")
    assert result.rule == ""
    assert result.messages == {"": "do this"}


def test_shapes_of_others_need_no_checks_and_may_hold_sparql(tmp_path: Path) -> None:
    shape = """ex:S a sh:NodeShape ; sh:targetSubjectsOf md:from ; sh:sparql [
      sh:message "leaves {?value}" ; sh:prefixes ex:o ;
      sh:select "SELECT $this ?value WHERE { $this md:from ?value }" ] .
      ex:o sh:declare [ sh:prefix "md" ;
        sh:namespace "https://w3id.org/municipal-diplomacy/ontology#"^^xsd:anyURI ] ."""
    data = tmp_path / "data.ttl"
    data.write_text(HEAD + "place:a md:from place:b .")
    shapes = read_shapes([written(tmp_path, shape)])
    assert shapes.checks == ()
    (result,) = validate(read_dataset([data]), shapes).results
    assert result.severity == "Violation"


@pytest.mark.parametrize(
    ("check", "line", "said"),
    [
        (CHECK.replace("#+ rule: X01\n", ""), 1, "rule"),
        (CHECK.replace("Warning", "Bad"), 3, "want one of Violation, Warning, Info"),
        (CHECK.replace("shape:Test", "Test"), 2, "prefix"),
        (CHECK.replace('{en: "value', '{en: "value" "'), 4, "not YAML"),
        (CHECK.replace("{en:", "[en,").replace("}\nSELECT", "]\nSELECT"), 4, "a text by language"),
        (CHECK.replace('값 {value}"}', '값 {value}"'), 4, "not YAML"),
        (CHECK.replace("?focus ?path", "?focus ?path ?x ?y"), 5, "not SPARQL"),
        (CHECK.replace("?focus", "?node"), 1, "?focus"),
        (CHECK.replace("SELECT ?focus ?value WHERE", "ASK"), 1, "rows"),
        (CHECK.replace("{ ?focus", "{ SERVICE <http://x/> { ?focus") + "}", 5, "SERVICE"),
        (CHECK.replace("{ ?focus", "{" * 3000 + " ?focus"), 5, "brackets"),
    ],
)
def test_a_malformed_check_is_an_error_with_file_and_line(
    tmp_path: Path, check: str, line: int, said: str
) -> None:
    with pytest.raises(DataError) as caught:
        read_shapes([written(tmp_path, "", check)])
    assert re.match(rf".*mine\.rq:{line}:", str(caught.value)), caught.value
    assert said in str(caught.value)


def test_a_row_without_focus_is_an_error_that_names_the_check(tmp_path: Path) -> None:
    check = CHECK.replace("{ ?focus ?path ?value }", "{ BIND (1 AS ?value) }")
    with pytest.raises(KgError, match=r"mine\.rq.*\?focus"):
        validate(Dataset(), read_shapes([written(tmp_path, "", check)]))


def test_turtle_that_is_none_is_an_error_with_a_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"mine\.ttl:10"):
        read_shapes([written(tmp_path, "\n\nex:S sh:minCount")])


MALFORMED = {
    "two paths": "ex:S sh:targetNode ex:x ; sh:property [ sh:path ex:p , ex:q ; sh:minCount 1 ] .",
    "no path": "ex:S a sh:NodeShape ; sh:targetNode ex:x ; sh:property [ sh:minCount 1 ] .",
    "count of words": "ex:S sh:targetNode ex:x ; sh:path ex:p ; sh:minCount ex:y .",
    "bad pattern": "ex:S a sh:NodeShape ; sh:targetNode ex:x ; sh:pattern '(' .",
    "empty path": "ex:S a sh:PropertyShape ; sh:targetNode ex:x ; sh:path [] ; sh:minCount 1 .",
    "path in a circle": """ex:S a sh:PropertyShape ; sh:targetNode ex:x ; sh:path _:p ;
      sh:minCount 1 . _:p sh:inversePath _:p .""",
    "list in a circle": """ex:S a sh:NodeShape ; sh:targetNode ex:x ; sh:in _:l .
      _:l rdf:first 1 ; rdf:rest _:l .""",
    "not SPARQL": """ex:S a sh:NodeShape ; sh:targetNode ex:x ;
      sh:sparql [ sh:select 'SELECT' ] .""",
    "circle of shapes": """ex:S a sh:NodeShape ; sh:targetNode ex:x ; sh:node ex:T .
      ex:T a sh:NodeShape ; sh:node ex:S .""",
    "JavaScript": """ex:S a sh:NodeShape ; sh:targetNode ex:x ;
      sh:js [ sh:jsFunctionName 'f' ] .""",
    "SPARQL target": """ex:S a sh:NodeShape ;
      sh:target [ sh:select 'SELECT ?this WHERE { ?this ?p ?o }' ] .""",
    "deep query": f"""ex:S a sh:NodeShape ; sh:targetNode ex:x ;
      sh:sparql [ sh:select 'SELECT $this WHERE {"{" * 900} {"}" * 900}' ] .""",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_shapes_that_cannot_be_used_are_explained(tmp_path: Path, text: str) -> None:
    with pytest.raises(KgError) as caught:
        validate(Dataset(), read_shapes([written(tmp_path, text)]))
    assert "shape" in str(caught.value)


@pytest.mark.parametrize("chain", [40, 3000])
def test_a_long_chain_of_shapes_ends_in_an_error(tmp_path: Path, chain: int) -> None:
    links = "".join(f"ex:s{n} a sh:NodeShape ; sh:node ex:s{n + 1} .\n" for n in range(chain))
    with pytest.raises(InputError):
        validate(Dataset(), read_shapes([written(tmp_path, f"ex:s0 sh:targetNode ex:x . {links}")]))


QUERIES = [
    "SELECT $this WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT $this WHERE { \\\\u0053ERVICE <URL> { ?s ?p ?o } }",
    "SELECT $this FROM <URL> WHERE { $this ?p ?o }",
    "SELECT $this FROM NAMED <URL> WHERE { GRAPH ?g { $this ?p ?o } }",
    "SELECT $this \\\\u0046ROM <URL> WHERE { $this ?p ?o }",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_in_a_shape_does_not_reach_the_network(
    tmp_path: Path, listener: str, query: str
) -> None:
    text = f"""ex:S a sh:NodeShape ; sh:targetNode ex:x ;
      sh:sparql [ sh:select "{query.replace("URL", listener)}" ] ."""
    with pytest.raises(KgError):
        validate(Dataset(), read_shapes([written(tmp_path, text)]))


def test_imports_of_shapes_and_data_are_not_followed(tmp_path: Path, listener: str) -> None:
    text = f"""ex:s a <http://www.w3.org/2002/07/owl#Ontology> ;
      <http://www.w3.org/2002/07/owl#imports> <{listener}> ; sh:shapesGraph <{listener}> .
      ex:S a sh:NodeShape ; sh:targetNode ex:x ; sh:nodeKind sh:IRI ."""
    shapes = read_shapes([written(tmp_path, text)])
    assert validate(read_dataset([tmp_path]), shapes).conforms


def expected_warnings() -> set[tuple[str, str]]:
    """The reviewed list: rule and node of each warning that the sources themselves give rise to."""
    with (ROOT / "shapes" / "expected-warnings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["reason"] and row["reviewed"] for row in rows)
    return {(row["rule"], row["focus"]) for row in rows}


NOTES = {"S24": 4, "S31": 1, "S35": 1, "S47": 8, "S49": 1, "S50": 1}


def test_the_projects_data_hold_and_warn_only_of_what_the_sources_really_say(ours: Shapes) -> None:
    report = validate(quads_of(build_graphs(Project(ROOT))), ours)
    hint = f"{report.to_text()}\nrun: kg validate"
    assert report.conforms, hint
    found = {(r.rule, curie(r.focus)) for r in report.results if r.severity == "Warning"}
    assert found == expected_warnings(), f"{hint}\nreview shapes/expected-warnings.csv"
    assert Counter(r.rule for r in report.results if r.severity == "Info") == NOTES, hint
