"""RDF files are read as they stand, each by itself, and nothing is fetched for them."""

from pathlib import Path

import pytest
from rdflib import BNode, URIRef

from kg.errors import InputError, KgError
from kg.reading import files_of_subjects, read_graph, read_text, write_whole


def test_blank_nodes_of_two_files_never_meet(tmp_path: Path) -> None:
    for name in "12":
        (tmp_path / f"{name}.ttl").write_text(f'_:x <urn:name> "{name}" .', "utf-8")
    assert len(set(read_graph([tmp_path]).subjects())) == 2


def test_a_subject_is_found_in_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.TTL").write_text("<urn:a> <urn:p> <urn:b> .", "utf-8")
    assert [str(s) for s in files_of_subjects([tmp_path], [URIRef("urn:a"), BNode("x")])] == [
        "urn:a"
    ]


@pytest.mark.parametrize(("name", "size"), [("x.n3", 1), ("x.json", 1), ("x.xml", 1)])
def test_other_names_of_the_formats(tmp_path: Path, name: str, size: int) -> None:
    texts = {
        "x.n3": "<urn:a> <urn:p> <urn:b> .",
        "x.json": '{"@id": "urn:a", "urn:p": {"@id": "urn:b"}}',
        "x.xml": (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:u="urn:u:">'
            '<rdf:Description rdf:about="urn:a"><u:p rdf:resource="urn:b"/></rdf:Description>'
            "</rdf:RDF>"
        ),
    }
    (tmp_path / name).write_text(texts[name], "utf-8")
    assert len(read_graph([tmp_path / name])) == size


def test_a_context_elsewhere_is_not_fetched(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonld"
    path.write_text('{"@context": "http://127.0.0.1:9/c", "@id": "urn:a", "name": "x"}', "utf-8")
    with pytest.raises(KgError, match="nothing is fetched; put it into the file"):
        read_graph([path])


def test_text_in_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "rule.rq"
    path.write_bytes("# 서울".encode("cp949"))
    with pytest.raises(InputError, match="save the file as UTF-8"):
        read_text(path)
    path.write_bytes(b"\xef\xbb\xbfASK {}")
    assert read_text(path) == "ASK {}"


def test_a_file_is_replaced_whole_and_a_link_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    write_whole(target, b"one")
    link.symlink_to(target)
    write_whole(link, b"two")
    assert link.is_symlink() and target.read_bytes() == b"two"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "target"]
