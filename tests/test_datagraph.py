"""Data that are held to be validated: files give the report that their union in memory gives."""

import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyshacl
import pytest
from rdflib import SH, URIRef
from rdflib.term import Node

from conftest import read_dataset
from kg.datagraph import DataGraph
from kg.errors import DataError, InputError
from kg.reading import read_graph
from kg.report import Report
from kg.shapes import Shapes
from kg.validate import validate

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures" / "shapes"
ONTOLOGY = sorted((ROOT / "ontology").glob("*.ttl"))
SCALE, FAULTS = 0.01, 400

sys.path.append(str(ROOT / "benchmarks"))

from world import write_asserted  # noqa: E402
from world_terms import Sheet  # noqa: E402


def validated(paths: Sequence[Path], shapes: Shapes) -> Report:
    """The report of files as `kg validate --data` reads them, found the same in another way."""
    report = validate(DataGraph.read(paths), shapes)
    plain = validate(read_dataset(paths), shapes)
    assert report == plain
    return report


@pytest.mark.parametrize("kind", ["good", "bad"])
def test_files_have_the_report_of_their_union(kind: str, own_shapes: Shapes) -> None:
    report = validated(
        [FIXTURES / "base.ttl", *sorted(FIXTURES.glob(f"*-{kind}.ttl")), *ONTOLOGY], own_shapes
    )
    shapes = {result.shape for result in report.results}
    assert len(shapes) > (60 if kind == "bad" else 30)  # some faults mend each other


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small world in which lines are missing, doubled, torn between subjects, or misspelt."""
    path = tmp_path_factory.mktemp("faulty") / "world.nq"
    with path.open("w", encoding="utf-8") as file:
        write_asserted(Sheet(file), SCALE)
    lines = path.read_text("utf-8").splitlines()
    # A predicate is drawn before a line: those that stand rarely have to break as well.
    kinds: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        kinds.setdefault(line.split(" ", 2)[1], []).append(number)
    chance = random.Random(7)
    faults = list(lines)
    for _ in range(FAULTS):
        numbers = kinds[chance.choice(sorted(kinds))]
        here, other = chance.choice(numbers), lines[chance.choice(numbers)]
        subject, rest = lines[here].split(" ", 1)
        stray = chance.choice(lines).split(" ", 1)[1]
        faults[here] = chance.choice(
            (
                "",
                f"{lines[here]}\n{other.split(' ', 1)[0]} {rest}",
                f"{lines[here]}\n{subject} {stray}",
                lines[here].replace('"^^<http://www.w3.org/2001/XMLSchema#', 'x"^^<urn:no#'),
                lines[here].replace('"@', '"@x-').replace("/vocabulary/", "/nowhere/"),
            )
        )
    path.write_text("".join(f"{line}\n" for line in faults if line), "utf-8")
    return path


def test_a_world_with_faults_of_all_kinds_has_the_report_of_its_union(
    faulty: Path, own_shapes: Shapes
) -> None:
    report = validated([faulty, *ONTOLOGY], own_shapes)
    assert len({result.shape for result in report.results}) > 45
    assert len({result.component for result in report.results}) > 8


def test_every_result_is_one_of_pyshacl_and_each_of_pyshacl_is_a_result(
    faulty: Path, own_shapes: Shapes
) -> None:
    _, answer, _ = pyshacl.validate(read_graph([faulty, *ONTOLOGY]), shacl_graph=own_shapes.graph)
    keys = SH.focusNode, SH.value, SH.sourceConstraintComponent
    wanted = Counter(
        tuple(str(answer.value(node, key)) for key in keys)
        for node in answer.objects(None, SH.result)
    )
    named = {check.shape for check in own_shapes.checks} | {BOUNDS}
    found = Counter(
        (str(r.focus), str(r.value), str(r.component))
        for r in validate(DataGraph.read([faulty, *ONTOLOGY]), own_shapes).results
        if r.shape not in named
    )
    assert found == wanted


BOUNDS: Node = URIRef("https://w3id.org/municipal-diplomacy/shape/Dated-bounds")


def test_a_blank_node_is_known_in_its_own_file_only(tmp_path: Path) -> None:
    paths = [tmp_path / "a.nt", tmp_path / "b.nt"]
    for path in paths:
        path.write_text(f"_:x <urn:p> <urn:{path.stem}> .\n")
    data = DataGraph.read(paths)
    assert len(set(data.union.subjects())) == 2
    assert data.store.size() == len(data.union) == 2


def test_a_file_that_cannot_be_read_is_an_error_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "torn.nq"
    path.write_text("<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b>")
    with pytest.raises(DataError, match=r"torn\.nq:2"):
        DataGraph.read([path])
    with pytest.raises(InputError, match="no such file"):
        DataGraph.read([tmp_path / "none.nq"])
