"""Every rule has data that break it and data that keep it, and every shape speaks for itself."""

import re
from functools import cache
from pathlib import Path

import pytest
from rdflib import RDF, SH, SKOS, Dataset, Graph, Literal, URIRef

from conftest import read_dataset
from kg.errors import DataError, Place
from kg.namespaces import LANGUAGES, SHAPE
from kg.reading import rdf_files
from kg.report import SEVERITIES
from kg.shapes import Check, Shapes, read_shapes
from kg.validate import validate

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures" / "shapes"
BASE = FIXTURES / "base.ttl"
CASES = sorted(p for p in FIXTURES.iterdir() if p != BASE)
BAD = [path for path in CASES if path.stem.endswith("-bad")]
GOOD = [path for path in CASES if path.stem.endswith("-good")]
EXPECT = re.compile(r"# expect: (S\d\d) (\w+) shape:([\w-]+)")


@cache
def shapes() -> Shapes:
    """The data shapes; those for the ontology's own style have tests of their own."""
    files = [p for p in rdf_files([ROOT / "shapes"]) if p.name != "ontology.ttl"]
    whole = read_shapes([ROOT / "shapes"])
    checks = tuple(check for check in whole.checks if check.rule.startswith("S"))
    return Shapes(read_shapes(files).graph, checks)


@cache
def ontology() -> Dataset:
    files = sorted((ROOT / "ontology").glob("*.ttl"))
    return read_dataset(files) if files else Dataset()


def with_base(path: Path) -> Dataset:
    data = read_dataset([BASE, path])
    for quad in ontology().quads():
        data.default_graph.add(quad[:3])
    return data


def expected(path: Path) -> set[tuple[str, ...]]:
    found = {match.groups() for match in map(EXPECT.match, path.read_text().splitlines()) if match}
    if not found:
        raise DataError(Place(path, 1), "want a first line '# expect: S04 Violation shape:Name'")
    return found


def named_shapes() -> dict[URIRef, str]:
    """Rules by shape, of those shapes and checks that report something."""
    graph = shapes().graph
    found = {s: str(n) for s, n in graph.subject_objects(SKOS.notation) if isinstance(s, URIRef)}
    return found | {check.shape: check.rule for check in shapes().checks}


def test_the_base_of_the_fixtures_breaks_no_rule() -> None:
    assert validate(with_base(BASE), shapes()).results == ()


def test_the_base_alone_breaks_no_rule() -> None:
    assert validate(read_dataset([BASE]), shapes()).results == ()


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_data_break_exactly_the_rule_they_are_made_for(path: Path) -> None:
    report = validate(with_base(path), shapes())
    found = {(r.rule, r.severity, r.shape.removeprefix(SHAPE)) for r in report.results}
    assert found == expected(path)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_data_keep_the_rule(path: Path) -> None:
    report = validate(with_base(path), shapes())
    rule = path.stem[:3]
    assert [result for result in report.results if result.rule == rule] == []
    assert report.conforms


def test_every_shape_has_bad_data() -> None:
    covered = {SHAPE[name] for path in BAD for _, _, name in expected(path)}
    assert covered == set(named_shapes())


def test_every_rule_has_good_data() -> None:
    assert {path.stem[:3] for path in GOOD} == set(named_shapes().values())


def test_every_fixture_is_bad_or_good() -> None:
    assert set(CASES) == {*BAD, *GOOD}


def test_the_rules_are_those_of_the_list() -> None:
    numbers = [*range(1, 19), 20, 21, 22, 24, 25, 26, 27, 28, 30, 31, 34, 35, 36, 37, 38, 40, 41,
               42, 44, 45, 46, 47, 49, 50]  # fmt: skip
    assert set(named_shapes().values()) == {f"S{number:02d}" for number in numbers}


def test_no_two_shapes_or_checks_share_a_name() -> None:
    names = [check.shape for check in shapes().checks]
    assert len(names) == len(set(names))
    assert not set(names) & set(shapes().graph.subjects())


def test_every_property_shape_of_a_target_is_named() -> None:
    graph = shapes().graph
    for node_shape in graph.subjects(RDF.type, SH.NodeShape):
        if targets(graph, node_shape):
            assert all(isinstance(p, URIRef) for p in graph.objects(node_shape, SH.property))


def targets(graph: Graph, shape: URIRef) -> bool:
    names = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
    return any((shape, name, None) in graph for name in names)


def test_every_shape_that_reports_has_rule_severity_name_and_messages() -> None:
    graph = shapes().graph
    reporting = {
        p for s in graph.subjects(RDF.type, SH.NodeShape) for p in graph.objects(s, SH.property)
    }
    reporting = {shape for shape in reporting if isinstance(shape, URIRef)}
    reporting |= {shape for shape in named_shapes() if (shape, None, None) in graph}
    assert set(graph.subjects(RDF.type, SH.PropertyShape)) <= reporting
    for shape in reporting:
        assert re.fullmatch(r"S\d\d", str(graph.value(shape, SKOS.notation))), shape
        assert str(graph.value(shape, SH.severity)).removeprefix(str(SH)) in SEVERITIES, shape
        assert literals(graph, shape, SH.message) == list(LANGUAGES), shape
        texts = [str(text) for text in graph.objects(shape, SH.message)]
        assert len({places_in(text) for text in texts}) == 1, texts
        assert "en" in literals(graph, shape, SH.name), shape


def places_in(message: str) -> frozenset[str]:
    """What a message leaves open: the names in braces."""
    return frozenset(re.findall(r"\{(\w+)\}", message))


def literals(graph: Graph, subject: URIRef, predicate: URIRef) -> list[str | None]:
    found = graph.objects(subject, predicate)
    return sorted(text.language or "" for text in found if isinstance(text, Literal))


@pytest.mark.parametrize("check", shapes().checks, ids=lambda check: check.path.stem)
def test_every_check_has_messages_and_runs_on_rdflib_too(check: Check) -> None:
    assert sorted(check.messages) == list(LANGUAGES)
    Graph().query(check.query)
    (mentioned,) = {places_in(text) for text in check.messages.values()}
    assert mentioned <= set(re.findall(r"\?(\w+)", check.query))
