"""Evidence holds against the documents, and tells when it does not."""

from pathlib import Path

import pytest
from rdflib import RDF, Graph, Literal

from kg.errors import InputError
from kg.evidence import check_evidence, cite, sha256
from kg.namespaces import ID, MD, OA

TEXT = "first\n1 서울 友好城市, 友好城市\nlast"
SOURCE = ID["source"]["test"]
RECORD = ID["evidence"]["test-l2"]


def graph(words: str = "友好城市", line: int = 2, start: int = 11) -> Graph:
    """A graph with one source and one record of evidence."""
    made = Graph()
    made.add((SOURCE, RDF.type, MD.SourceDocument))
    made.add((SOURCE, MD.sha256, Literal(sha256(TEXT))))
    made.add((RECORD, RDF.type, MD.Evidence))
    made.add((RECORD, MD.inSource, SOURCE))
    made.add((RECORD, MD.line, Literal(line)))
    made.add((RECORD, OA.start, Literal(start)))
    made.add((RECORD, OA.end, Literal(start + len(words))))
    made.add((RECORD, MD.sha256, Literal(sha256(words))))
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "any name.txt").write_text(TEXT, "utf-8")
    return tmp_path


def test_every_record_holds_against_the_documents(whole: Graph, documents: Path) -> None:
    checked = check_evidence(whole, documents)
    assert [str(finding) for finding in checked.findings] == []
    assert checked.documents == 5
    assert checked.records == len(set(whole.subjects(RDF.type, MD.Evidence))) > 500


def test_words_that_stand_there_hold(folder: Path) -> None:
    assert check_evidence(graph(), folder).findings == []


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (graph(words="友好合作"), "another SHA-256"),
        (graph(line=3), "its words stand on line 2"),
        (graph(start=1000), "not in the document"),
    ],
)
def test_words_that_do_not_hold_are_told(folder: Path, record: Graph, message: str) -> None:
    (finding,) = check_evidence(record, folder).findings
    assert message in str(finding) and "test-l2" in str(finding)


def test_a_missing_document_or_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="put the document there unchanged"):
        check_evidence(graph(), tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        check_evidence(graph(), tmp_path / "nowhere")


def test_cite_gives_the_row_that_then_holds(folder: Path) -> None:
    row = cite(folder / "any name.txt", "l2", 2, "友好城市", 1)
    assert row == f"l2,2,11,15,{sha256('友好城市')}"
    assert cite(folder / "any name.txt", "l2", 2, "友好城市", 2).startswith("l2,2,17,21,")
    assert cite(folder / "any name.txt", "l1", 1, None, 1) == f"l1,1,0,5,{sha256('first')}"


@pytest.mark.parametrize(("line", "words"), [(9, None), (2, "友城"), (1, "서울"), (0, "first")])
def test_cite_refuses_words_that_are_not_there(folder: Path, line: int, words: str | None) -> None:
    with pytest.raises(InputError):
        cite(folder / "any name.txt", "key", line, words, 1)


def test_no_sentence_of_a_document_stands_in_the_project(documents: Path) -> None:
    """Facts, names and terms may stand in the project; the documents' sentences may not."""
    root = Path(__file__).parent.parent
    lines = {
        line.strip("• \n")
        for path in documents.iterdir()
        for line in path.read_text("utf-8").splitlines()
        if len(line.strip("• \n")) > 40
    }
    kinds = {".csv", ".ttl", ".md", ".py", ".rq", ".html", ".po"}
    for part in ("data", "docs", "ontology", "queries", "shapes", "src", "README.md"):
        paths = (root / part).rglob("*") if (root / part).is_dir() else [root / part]
        for path in paths:
            if path.suffix in kinds:
                text = path.read_text("utf-8")
                assert [line for line in lines if line in text] == [], path
