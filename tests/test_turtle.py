"""Canonical Turtle: one text for one graph, nothing lost."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from kg.errors import DataError, InputError, KgError
from kg.formatting import format_files
from kg.namespaces import ID, MD
from kg.reading import read_graph, to_rdflib
from kg.turtle import to_turtle

SUFFIX = st.text(
    st.characters(codec="utf-8", categories=("L", "N"), include_characters="-._~/?:'()"),
    max_size=12,
)
IRIS = st.builds(lambda base, text: URIRef(base + text), st.sampled_from([
    "http://example.org/", str(ID["place"]), str(MD),
]), SUFFIX)  # fmt: skip
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
LITERALS = st.one_of(
    TEXTS.map(Literal),
    st.tuples(TEXTS, st.sampled_from(["en", "ko", "zh-Hans"])).map(
        lambda pair: Literal(pair[0], lang=pair[1])
    ),
    st.tuples(
        st.sampled_from(["1", "01", "-5", "+7", "1.50", "true", "1", "x"]),
        st.sampled_from([XSD.integer, XSD.decimal, XSD.boolean, XSD.byte, XSD.dateTime]),
    ).map(lambda pair: Literal(pair[0], datatype=pair[1], normalize=False)),
)


@given(st.lists(st.tuples(IRIS, IRIS, st.one_of(IRIS, LITERALS)), max_size=12))
def test_what_is_written_reads_back_and_is_written_the_same(triples: list[tuple]) -> None:  # type: ignore[type-arg]
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    text = to_turtle(graph)
    again = Graph()
    # rdflib's own reading would rewrite "01" to "1"
    for quad in ox.parse(text, format=ox.RdfFormat.TURTLE):
        again.add(tuple(to_rdflib(term) for term in quad.triple))  # type: ignore[arg-type]
    assert {str(t) for t in map(repr, again)} == {str(t) for t in map(repr, graph)}
    assert to_turtle(again) == text


def test_types_come_first_then_labels_one_value_a_line() -> None:
    graph = Graph().parse(
        data="""@prefix md: <https://w3id.org/municipal-diplomacy/ontology#> .
        @prefix place: <https://w3id.org/municipal-diplomacy/id/place/> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        place:b md:within place:a ; skos:prefLabel "나"@ko , "B"@en ; a md:Region .
        place:a md:adminLevel 1 .""",
        format="turtle",
    )
    assert to_turtle(graph) == (
        "@prefix md: <https://w3id.org/municipal-diplomacy/ontology#> .\n"
        "@prefix place: <https://w3id.org/municipal-diplomacy/id/place/> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "\n"
        "place:a\n  md:adminLevel 1 .\n"
        "\n"
        'place:b\n  a md:Region ;\n  skos:prefLabel\n    "B"@en ,\n    "나"@ko ;\n'
        "  md:within place:a .\n"
    )


def test_lists_and_nested_nodes_are_kept() -> None:
    graph = Graph().parse(
        data="""@prefix : <http://example.org/> .
        :a :list ( 1 "two" ( ) [ :b :c ] ) ; :node [ :d [ :e :f ] ] .
        [] :alone true .""",
        format="turtle",
    )
    text = to_turtle(graph)
    assert isomorphic(Graph().parse(data=text, format="turtle"), graph)
    assert to_turtle(Graph().parse(data=text, format="turtle")) == text


def test_a_blank_node_without_a_place_of_its_own_is_refused() -> None:
    shared, circle = Graph(), Graph()
    node = BNode()
    for subject in "ab":
        shared.add((URIRef(f"urn:{subject}"), RDF.value, node))
    circle.add((node, RDF.value, node))
    for graph in (shared, circle):
        with pytest.raises(InputError, match="give it a name"):
            to_turtle(graph)


def test_files_are_rewritten_or_only_named(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("# head\n@prefix a: <urn:a:> .\na:b a:c 'd' .\n", "utf-8")
    before = path.read_bytes()
    assert format_files([tmp_path], check=True) == [path]
    assert path.read_bytes() == before
    assert format_files([tmp_path], check=False) == [path]
    assert path.read_text("utf-8") == '# head\n@prefix a: <urn:a:> .\n\na:b\n  a:c "d" .\n'
    assert format_files([tmp_path], check=False) == []


def test_a_comment_that_would_be_lost_stops_the_work(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("<urn:a> <urn:b> 1 .\n# why\n<urn:a> <urn:b> 2 .\n", "utf-8")
    with pytest.raises(DataError, match=r"a\.ttl:2: a comment"):
        format_files([path], check=False)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<urn:a> <urn:b> <urn:c> . # remark\n", 1),
        ("# head\r\n@prefix a: <urn:a:> .\r\na:b a:c a:d#remark\r\n.\r\n", 3),
        ('<urn:a> <urn:b> """x\n\\"""" ,\n \'#\' ; # remark\n <urn:c> 1 .\n', 3),
        ("\ufeff<urn:a> <urn:b> <urn:c> .\n  # remark\n", 2),
    ],
)
def test_every_kind_of_comment_is_seen(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "a.ttl"
    path.write_bytes(text.encode())
    with pytest.raises(DataError, match=rf"a\.ttl:{line}: a comment"):
        format_files([path], check=False)
    assert path.read_bytes() == text.encode()


def test_a_hash_that_begins_no_comment_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    text = """# head \u2028 still the head
@prefix a: <urn:a#> . @prefix h: <urn:h/> .
a:b a:c \"\"\"one
# two "" ' \\\" three\"\"\" , '''
# four " '' five''' , "# \\" '" , '# \\' "' , <urn:x#y> , h:p\\#q , a:p\\'q , "z"@en .
"""
    path.write_text(text, "utf-8")
    before = read_graph([path])
    assert format_files([path], check=False) == [path]
    assert isomorphic(read_graph([path]), before)
    assert path.read_text("utf-8").startswith(
        "# head \u2028 still the head\n@prefix a: <urn:a#> .\n"
    )
    assert format_files([path], check=True) == []


@pytest.mark.parametrize(
    "text", ["<a> <urn:b> 1 .", "@prefix : <#> .\n:a <urn:b> 1 .", "BASE <x/>\n<a> <urn:b> 1 ."]
)
def test_relative_addresses_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.ttl"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError, match=r"a\.ttl:1:\d+: .*No scheme found in an absolute IRI"):
        format_files([path], check=False)


def test_a_base_makes_addresses_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("@base <http://example.org/> .\n@prefix : <#> .\n<a> :b 1 .", "utf-8")
    format_files([path], check=False)
    text = path.read_text("utf-8")
    assert text == "\n<http://example.org/a>\n  <http://example.org/#b> 1 .\n".lstrip("\n")


def test_the_prefixes_of_a_file_are_kept_where_used(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text(
        "@prefix no: <urn:no:> .\nPREFIX : <urn:e:>\n@prefix schema: <https://schema.org/>.\n"
        "@prefix dc: <http://purl.org/dc/terms/>.@prefix t: <urn:t:> .@prefix geo: <urn:no:> .\n"
        ":prefix : <urn:x> ; dc:title '1'^^t:x ; schema:name 'n' .\n",
        "utf-8",
    )
    format_files([path], check=False)
    assert path.read_text("utf-8") == (
        "@prefix : <urn:e:> .\n@prefix dct: <http://purl.org/dc/terms/> .\n"
        "@prefix schema: <https://schema.org/> .\n@prefix t: <urn:t:> .\n\n"
        ':prefix\n  dct:title "1"^^t:x ;\n  schema:name "n" ;\n  <urn:e:> <urn:x> .\n'
    )
    assert format_files([path], check=True) == []


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_bytes(b"# caf\xe9\n<urn:a> <urn:b> 1 .\n")
    with pytest.raises(InputError, match="not UTF-8 text; save the file as UTF-8"):
        format_files([path], check=False)


def test_a_file_is_replaced_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("<urn:a> <urn:b> 1 .", "utf-8")
    path.chmod(0o640)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        with pytest.raises(InputError, match=r"a\.ttl: cannot be written: No space left"):
            format_files([path], check=False)
    assert path.read_text("utf-8") == "<urn:a> <urn:b> 1 ."
    assert format_files([path], check=False) == [path]
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("deep.ttl", b"<a:a> <a:b> " + b"[ <a:b> " * 100_000, "deep.ttl:1"),
        ("bad.ttl", b"<a:a> <a:b> '\xff' .", "bad.ttl"),
        ("broken.nt", b"<a:a> <a:b> .", "broken.nt:1"),
        ("empty.jsonld", b"{", "empty.jsonld"),
    ],
)
def test_hostile_files_end_in_one_message(
    tmp_path: Path, name: str, content: bytes, wanted: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(KgError, match=wanted):
        read_graph([path])


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "bom.ttl"
    path.write_bytes(b"\xef\xbb\xbf<urn:a> <urn:b> <urn:c> .")
    assert len(read_graph([path])) == 1
