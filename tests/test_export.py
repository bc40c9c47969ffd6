"""The dumps: six syntaxes, one graph."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import XSD, Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from kg import export
from kg.errors import InputError
from kg.namespaces import GEO, GRAPH, MD, bind_prefixes
from kg.reading import FORMATS, read_graph, to_rdflib

DATA = r"""
@prefix md: <https://w3id.org/municipal-diplomacy/ontology#> .
@prefix place: <https://w3id.org/municipal-diplomacy/id/place/> .
@prefix geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix ex: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
place:a a md:Municipality , prov:Location , md:prefLabel ,
    <https://w3id.org/municipal-diplomacy/x/C> ;
  skos:prefLabel "首尔"@zh-Hans , "Seoul \"x\" \\ @zh-hans"@en ;
  skos:definition "one\ntwo\ttab xml:lang=\"zh-hans\""@zh-Hans , "no tag" ;
  skos:exactMatch wd:Q8684 , <urn:x:y> , <http://example.org/full> ;
  geo:lat 37.50 ; oa:start 12 ; ex:integer "012"^^xsd:integer , 7 , "x"^^ex:type ;
  skos:notation "\"quoted\" \\ @zh-hans" , "" , "a\nb" ;
  ex:link place:b , wd:Q1 ,
    <https://w3id.org/municipal-diplomacy/id/a:b> ;
  md:amendedProperty md:edtf , skos:exactMatch ;
  ex:node [ ex:list ( 1 "two"@zh-Hans ( ) [ ex:x true ] ) ] .
[] ex:alone "é 🌍" .
"""
ONTOLOGY = """
@prefix md: <https://w3id.org/municipal-diplomacy/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
md:amendedProperty a owl:AnnotationProperty .
"""


def parsed(text: str) -> Graph:
    """Turtle as the project reads it: literals keep their spelling."""
    graph = bind_prefixes(Graph())
    for quad in ox.parse(text, format=ox.RdfFormat.TURTLE):
        graph.add(tuple(to_rdflib(term) for term in quad.triple))  # type: ignore[arg-type]
    return graph


@pytest.fixture(scope="module")
def graphs() -> export.Graphs:
    """A small data set."""
    return export.canonical({GRAPH.reference: parsed(DATA), GRAPH.ontology: parsed(ONTOLOGY)})


def by_rdflib(text: str, suffix: str) -> Graph:
    """What rdflib reads, as one graph."""
    names = {".ttl": "turtle", ".nt": "nt", ".nq": "nquads", ".rdf": "xml", ".jsonld": "json-ld"}
    dataset, whole = Dataset(), Graph()
    dataset.parse(data=text, format=names.get(suffix, "trig"))
    for subject, predicate, value, _ in dataset.quads():
        whole.add((subject, predicate, value))
    return whole


@pytest.mark.parametrize("name", export.FORMATS)
def test_every_dump_is_the_same_graph(graphs: export.Graphs, name: str, tmp_path: Path) -> None:
    file, _, write = export.FORMATS[name]
    path = tmp_path / file
    text = write(graphs)
    path.write_text(text, "utf-8", newline="")
    assert isomorphic(read_graph([path]), export.union(graphs))
    # rdflib rewrites "012" and 37.50 where it reads them, whatever the syntax
    plain = by_rdflib(export.ntriples(graphs), ".nt")
    assert isomorphic(by_rdflib(text, path.suffix), plain)
    tag = 'xml:lang="zh-Hans"' if name == "rdfxml" else "zh-Hans"
    assert text.count(tag) >= 3


@pytest.mark.parametrize("name", ["jsonld", "trig", "nquads"])
def test_data_sets_keep_their_graphs(graphs: export.Graphs, name: str) -> None:
    file, _, write = export.FORMATS[name]
    found = []
    for text, kind in ((write(graphs), Path(file).suffix), (export.nquads(graphs), ".nq")):
        dataset = ox.Dataset(ox.parse(text, format=FORMATS[kind]))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        found.append({str(quad) for quad in dataset})
    assert found[0] == found[1]


def test_ntriples_are_canonical() -> None:
    graph = Graph()
    text = "".join(map(chr, (*range(0x21), 0x22, 0x27, 0x5C, 0x7F, 0x80, 0xE9, 0x1F30D)))
    for literal in (Literal(text), Literal("s", datatype=XSD.string), Literal("z", lang="zh-Hans")):
        graph.add((URIRef("urn:a"), URIRef("urn:b"), literal))
    lines = export.ntriples({MD.x: graph}).splitlines(keepends=True)
    assert {
        str(q.triple) + " .\n" for q in ox.parse("".join(lines), format=ox.RdfFormat.N_TRIPLES)
    } == {line.replace("zh-Hans", "zh-hans") for line in lines}
    assert '<urn:a> <urn:b> "s" .\n' in lines
    assert r"\u0007\b\t\n\u000B\f\r\u000E" in "".join(lines)


def test_jsonld_is_short(graphs: export.Graphs) -> None:
    document = json.loads(export.jsonld(graphs))
    entries = next(g for g in document["@graph"] if g["@id"] == "graph/reference")["@graph"]
    place = next(entry for entry in entries if entry["@id"] == "id/place/a")
    assert place["@type"] == [
        "Municipality", "https://w3id.org/municipal-diplomacy/x/C", "md:prefLabel", "prov:Location",
    ]  # fmt: skip
    assert place["exactMatch"] == ["http://example.org/full", "urn:x:y", "wd:Q8684"]
    assert place["lat"] == "37.50"
    assert place["start"] == 12
    assert place["amendedProperty"] == [{"@id": "ontology#edtf"}, {"@id": "skos:exactMatch"}]
    assert {"@value": "012", "@type": "xsd:integer"} in place["http://example.org/integer"]
    assert {"@id": "id/place/b"} in place["http://example.org/link"]


def test_jsonld_refuses_what_it_would_change() -> None:
    graph = Graph()
    graph.add((URIRef("urn:a"), GEO.location, URIRef("geo:37.5,127")))
    with pytest.raises(InputError, match="prefix 'geo'"):
        export.jsonld({GRAPH.ontology: graph})
