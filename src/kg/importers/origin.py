"""Where a list of others comes from, and the description that its graph begins with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import DCTERMS, FOAF, RDF, SKOS, Literal, URIRef
from rdflib.term import Node

from kg.dates import read_edtf
from kg.errors import InputError
from kg.importers.pairs import File, Pairs
from kg.namespaces import DCAT, GRAPH, ID, LANGUAGES, MD, VOID
from kg.reading import to_oxigraph

Triple = tuple[Node, Node, Node]

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ADDRESS = re.compile(r"https?://[^/\s]\S*")
_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
TITLES = {
    "en": "Pairs of places: {}",
    "ko": "지역 쌍 목록: {}",
    "zh-Hans": "地方结对名单：{}",
}
_NAMES = {
    "en": "Names of places: {}",
    "ko": "지역 이름 목록: {}",
    "zh-Hans": "地名名单：{}",
}
_NOTES = {
    "en": "A list of others, taken in as it stands and held against nothing: no evidence of any "
    "tie, and not merged with the checked graph. It names places only; that their executives "
    "agreed is inferred. Names of places are those of the list, in whatever language it has them.",
    "ko": "다른 이들이 만든 목록을 확인하지 않고 그대로 옮긴 것으로, 결연의 증거가 아니며 검토한 "
    "그래프와 합치지 않았다. 지역만 적혀 있어 집행기관 사이의 협정이라는 것은 추론이다. 지역 "
    "이름은 목록에 적힌 언어 그대로이다.",
    "zh-Hans": "他人编制的名单，照录而未经核对：不能作为结好的证据，也未并入经核对的图谱。名单只写"
    "地名，由其行政机关缔结系推断。地名照录名单所用的语言。",
}
_COUNTS = {
    "en": "Lines: {lines}, of which duplicates: {duplicates}. Statements: {statements}. Pairs: "
    "{pairs}, of which stated from one side only: {one_sided}. Places: {places}, of which without "
    "a name: {unnamed}. Names without a pair: {unused}; repeated: {repeated}.",
    "ko": "줄: {lines}(중복 {duplicates}). 서로 다른 진술: {statements}. 쌍: {pairs}(한쪽에서만 "
    "적은 것 {one_sided}). 지역: {places}(이름 없는 곳 {unnamed}). 쌍이 없는 이름: "
    "{unused}, 되풀이된 이름: {repeated}.",
    "zh-Hans": "行：{lines}（其中重复{duplicates}）。不同陈述：{statements}。对：{pairs}（其中仅由"
    "一方列出{one_sided}）。地方：{places}（其中无名称{unnamed}）。不在任何一对中的名称：{unused}；"
    "重复的名称：{repeated}。",
}


@dataclass(frozen=True)
class Origin:
    """Where a list comes from.

    `key` names its graph, `licence` is an address or a text, `source` the address where the list
    was found, `date` the EDTF date on which it was made, `term` the English word by which it calls
    the relation, `language` the BCP 47 tag of its names.

    Raises InputError for a value that is not understood.
    """

    key: str
    licence: str
    source: str
    date: str
    term: str
    language: str

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise InputError(
                f"the name '{self.key}' becomes part of addresses; want letters a-z, digits and "
                "hyphens, such as sister-cities-2016"
            )
        if not _is_address(self.source):
            raise InputError(
                f"the source '{self.source}' is no address; want one that begins with https://"
            )
        if read_edtf(self.date).precision == "interval" or "X" in self.date:
            raise InputError(
                f"the date '{self.date}' is no single one; want a day, month or year: 2016-09"
            )
        if not _TAG.fullmatch(self.language):
            raise InputError(
                f"'{self.language}' is no language tag; want one such as en, zh-Hans, or und where "
                "the names are of many languages"
            )
        for what, text in (("licence", self.licence), ("term", self.term)):
            if not text.strip():
                raise InputError(f"the {what} is empty; tell it")

    @property
    def graph(self) -> URIRef:
        """The name of the graph."""
        return GRAPH[f"external/{self.key}"]

    def own(self, kind: str, rest: str = "") -> URIRef:
        """Return an address of this graph's own: of a place, a body, an agreement …"""
        return ID[kind][f"external-{self.key}{rest}"]


def in_words(pairs: Pairs, language: str) -> str:
    """Return what the files hold, counted, in words of `language`, one of LANGUAGES."""
    shown = {name: f"{number:,}" for name, number in pairs.counts.items()}
    return _COUNTS[language].format(**shown)


def described(pairs: Pairs, origin: Origin) -> Iterator[Triple]:
    """Yield what the graph holds in numbers and words, its licence, its documents."""
    graph, told = origin.graph, pairs.counts
    yield graph, RDF.type, VOID.Dataset
    yield graph, RDF.type, DCAT.Dataset
    for language in LANGUAGES:
        yield graph, DCTERMS.title, Literal(TITLES[language].format(origin.key), lang=language)
        yield graph, DCTERMS.description, Literal(in_words(pairs, language), lang=language)
    yield from _licensed(graph, origin)
    classes = {
        "Agreement": told["pairs"],
        "Evidence": told["lines"],
        "Executive": told["places"],
        "SubnationalTerritory": told["places"],
    }
    for name, number in classes.items():
        part = URIRef(f"{graph}/{name}")
        yield graph, VOID.classPartition, part
        yield part, RDF.type, VOID.Dataset
        yield part, VOID["class"], MD[name]
        yield part, VOID.entities, Literal(number)
    documents: list[tuple[str, dict[str, str], File | None]] = [
        ("", TITLES, pairs.file),
        ("--names", _NAMES, pairs.names_file),
    ]
    for rest, titles, file in documents:
        if file:
            yield graph, DCTERMS.source, origin.own("source", rest)
            yield from _document(origin.own("source", rest), titles, file, origin)


def _document(node: URIRef, titles: dict[str, str], file: File, origin: Origin) -> Iterator[Triple]:
    yield node, RDF.type, MD.SourceDocument
    for language, title in titles.items():
        yield node, SKOS.prefLabel, Literal(title.format(origin.key), lang=language)
    for language, note in _NOTES.items():
        yield node, SKOS.editorialNote, Literal(note, lang=language)
    yield node, DCTERMS.identifier, Literal(file.name)
    yield from _licensed(node, origin)
    yield node, FOAF.page, URIRef(origin.source)
    yield node, MD.ingestFirstLine, Literal(1)
    yield node, MD.ingestLastLine, Literal(file.lines)
    yield node, MD.publishedOn, Literal(origin.date)
    yield node, MD.sha256, Literal(file.sha256)


def _licensed(node: URIRef, origin: Origin) -> Iterator[Triple]:
    """Yield the licence: the address of one, or a note about the rights."""
    if _is_address(origin.licence):
        yield node, DCTERMS.license, URIRef(origin.licence)
    else:
        yield node, DCTERMS.rights, Literal(origin.licence, lang="en")


def _is_address(text: str) -> bool:
    if not _ADDRESS.fullmatch(text):
        return False
    try:
        to_oxigraph((URIRef(text), RDF.type, URIRef(text)))
    except ValueError:  # no IRI (RFC 3987): the writers would refuse it
        return False
    return True
