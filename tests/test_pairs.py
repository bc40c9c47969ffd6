"""Lists of pairs of others: every line is accounted for, nothing is merged, all of it loads."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import DCTERMS, FOAF, RDF, SKOS, Dataset, Graph, Literal, URIRef

from conftest import ROOT, read_dataset
from kg.comparing import compare
from kg.errors import KgError
from kg.evidence import check_evidence
from kg.graphs import Project, complete
from kg.growing import GrowingStore
from kg.importers.external import external_triples
from kg.importers.origin import Origin, in_words
from kg.importers.pairs import Pairs, read_pairs
from kg.namespaces import CONCEPT, GRAPH, ID, MD, OA, VOID, WD
from kg.places import Places
from kg.queries import find_query, read_queries, run
from kg.reading import read_quads, to_oxigraph
from kg.release import Release
from kg.shapes import Shapes
from kg.store import EmbeddedStore
from kg.validate import validate

SCALE = ROOT.parent / "shared" / "scale"
RELATIONS = "Q8684\tQ956\nQ956\tQ8684\nQ8684\tQ3640\nQ8684\tQ3640\nQ60\tQ7\n"
NAMES = "Q8684\tSeoul\nQ956\tPeking\nQ3640\tAnkara\nQ60\tVictoria\nQ60\tVictoria\nQ9\tVictoria\n"
ORIGIN = Origin(
    "twins-2016", "none stated", "https://example.org/twins", "2016-09", "twin town", "und"
)
COMMAND = (
    "pairs", "import", "--name", "twins-2016", "--licence", "none stated", "--source",
    "https://example.org/twins", "--as-of", "2016-09", "--term", "twin town",
)  # fmt: skip

Built = tuple[Project, Release]


def kg(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [sys.executable, "-m", "kg", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    relations, names = tmp_path / "relations.tsv", tmp_path / "names.tsv"
    relations.write_text(RELATIONS, "utf-8")
    names.write_text(NAMES, "utf-8")
    return relations, names


@pytest.fixture
def graph(files: tuple[Path, Path]) -> Graph:
    made = Graph()
    for triple in external_triples(read_pairs(*files), ORIGIN):
        made.add(triple)
    return made


# --- reading


def test_every_line_is_counted(files: tuple[Path, Path]) -> None:
    assert read_pairs(*files).counts == {
        "lines": 5, "statements": 4, "duplicates": 1, "pairs": 3, "one_sided": 2, "places": 5,
        "unnamed": 1, "unused": 1, "repeated": 1,
    }  # fmt: skip
    assert read_pairs(files[0]).counts["unnamed"] == 5


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Q1\tQ2\nq3\tQ4\n", ("relations.tsv:2: 'q3' is no Wikidata item", "such as Q8684")),
        ("item\tpartner\n", ("relations.tsv:1: 'item' is", "if this is a heading, delete it")),
        ("Q1\tQ02\n", ("relations.tsv:1: 'Q02' is no Wikidata item",)),
        ("Q1\tQ２\n", ("relations.tsv:1: 'Q２' is no Wikidata item",)),
        ("Q1\t Q2\n", ("relations.tsv:1: ' Q2' is no Wikidata item",)),
        ("Q1\tQ2\n\nQ3\tQ4\n", ("relations.tsv:2: 1 column in ''", "a tab between")),
        ("Q1\tQ2\tQ3\n", ("relations.tsv:1: 3 columns in 'Q1\\tQ2\\tQ3'", "a tab between")),
        ("Q1,Q2\n", ("relations.tsv:1: 1 column in 'Q1,Q2'",)),
        ("Q5\tQ5\n", ("relations.tsv:1: Q5 is paired with itself", "delete it")),
        ("Q1\tQ" + "9" * 5000, ("relations.tsv:1: 'Q999", "…' is no Wikidata item")),
        ("", ("relations.tsv: no lines in this file",)),
        ("x\n" * 25, ("relations.tsv:20: ", "relations.tsv: 5 more lines like these")),
    ],
)
def test_a_line_that_is_no_pair_is_told(tmp_path: Path, text: str, parts: tuple[str, ...]) -> None:
    path = tmp_path / "relations.tsv"
    path.write_text(text, "utf-8")
    with pytest.raises(KgError) as caught:
        read_pairs(path)
    for part in parts:
        assert part in str(caught.value)
    assert len(str(caught.value)) < 5000


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Q1\tBern\nQ1\tBerne\n", "names.tsv:2: Q1 is called 'Berne' here and 'Bern' on line 1"),
        ("Q1\t\n", "names.tsv:1: the name is empty"),
        ("Q1\tBe\x07rn\n", "names.tsv:1: an unseen character U+0007"),
        ("Q1\tBern\tCH\n", "names.tsv:1: 3 columns in 'Q1\\tBern\\tCH'"),
        ("Bern\tQ1\n", "names.tsv:1: 'Bern' is no Wikidata item"),
    ],
)
def test_a_line_that_is_no_name_is_told(files: tuple[Path, Path], text: str, part: str) -> None:
    files[1].write_text(text, "utf-8")
    with pytest.raises(KgError) as caught:
        read_pairs(*files)
    assert part in str(caught.value)


def test_a_file_that_is_not_utf_8_or_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "relations.tsv"
    with pytest.raises(KgError, match="cannot be read"):
        read_pairs(path)
    path.write_bytes(b"Q1\tQ2\nQ3\tQ\xff4\n")
    with pytest.raises(KgError, match=r"relations\.tsv:2: byte 0xff is not UTF-8; save"):
        read_pairs(path)
    path.write_bytes("Q1\tQ2\n".encode("utf-16"))
    with pytest.raises(KgError, match=r"relations\.tsv:1: byte 0xff is not UTF-8"):
        read_pairs(path)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"key": "Twins 2016"}, "the name 'Twins 2016' becomes part of addresses"),
        ({"key": "a--names"}, "the name 'a--names'"),
        ({"source": "example.org"}, "the source 'example.org' is no address"),
        ({"source": "https://example.org/<x>"}, "is no address"),
        ({"source": "https://[::1"}, "is no address"),
        ({"date": "last year"}, "last year"),
        ({"date": "2015/2016"}, "no single one"),
        ({"date": "201X"}, "no single one"),
        ({"language": "German"}, "'German' is no language tag"),
        ({"licence": " "}, "the licence is empty"),
        ({"term": ""}, "the term is empty"),
    ],
)
def test_where_a_list_comes_from_has_to_be_told(change: dict[str, str], part: str) -> None:
    with pytest.raises(KgError) as caught:
        Origin(**{**vars(ORIGIN), **change})
    assert part in str(caught.value)


# --- the graph


def test_a_pair_is_one_agreement_that_cites_every_line_of_it(graph: Graph) -> None:
    agreements = set(graph.subjects(RDF.type, MD.Agreement))
    assert agreements == {
        ORIGIN.own("agreement", rest) for rest in ("-q956-q8684", "-q3640-q8684", "-q7-q60")
    }
    node = ORIGIN.own("agreement", "-q956-q8684")
    assert graph.value(node, MD.agreementType) == CONCEPT["type"]["unspecified-tie"]
    assert graph.value(node, MD.status) == CONCEPT["status"]["asserted-by-third-party"]
    assert graph.value(node, MD.sourceTerm) == Literal("twin town", lang="en")
    assert graph.value(node, MD.edtf) is None
    lines = {
        node: {int(str(graph.value(e, MD.line))) for e in graph.objects(node, MD.evidence)}
        for node in agreements
    }
    assert sorted(map(sorted, lines.values())) == [[1, 2], [3, 4], [5]]
    for party in graph.objects(node, MD.party):
        assert (party, RDF.type, MD.Executive) in graph
    places = [graph.value(p, MD.actsFor) for p in graph.objects(node, MD.party)]
    assert {graph.value(place, SKOS.exactMatch) for place in places} == {WD.Q956, WD.Q8684}


def test_what_one_side_only_states_is_marked(graph: Graph) -> None:
    marked = {
        str(node).rpartition("twins-2016-")[2]: str(value)
        for node, value in graph.subject_objects(MD.reciprocated)
    }
    assert marked == {"q956-q8684": "true", "q3640-q8684": "false", "q7-q60": "false"}
    node = ORIGIN.own("agreement", "-q3640-q8684")
    notes = {str(note) for note in graph.objects(node, SKOS.editorialNote)}
    words = "The list names Ankara (Q3640) for Seoul (Q8684), and not the other way round."
    assert words in notes and len(notes) == 3


def test_places_have_addresses_of_their_own_and_the_names_of_the_list(graph: Graph) -> None:
    assert set(graph.subjects(RDF.type, MD.SubnationalTerritory)) == {
        ID["place"][f"external-twins-2016-q{n}"] for n in (7, 60, 956, 3640, 8684)
    }
    place = ORIGIN.own("place", "-q60")
    assert graph.value(place, SKOS.prefLabel) == Literal("Victoria (Q60)", lang="en")
    assert graph.value(place, SKOS.altLabel) == Literal("Victoria", lang="und")
    unnamed = ORIGIN.own("place", "-q7")
    assert graph.value(unnamed, SKOS.prefLabel) == Literal("Q7", lang="en")
    assert graph.value(unnamed, SKOS.altLabel) is None


def test_the_graph_describes_itself(graph: Graph) -> None:
    node, document = ORIGIN.graph, ORIGIN.own("source")
    assert node == GRAPH["external/twins-2016"]
    assert graph.value(node, DCTERMS.rights) == Literal("none stated", lang="en")
    words = [str(text) for text in graph.objects(node, DCTERMS.description)]
    assert len(words) == 3
    assert (
        "Lines: 5, of which duplicates: 1. Statements: 4. Pairs: 3, of which stated from one side "
        "only: 2. Places: 5, of which without a name: 1. Names without a pair: 1; repeated: 1."
    ) in words
    for part in graph.objects(node, VOID.classPartition):
        class_, number = graph.value(part, VOID["class"]), graph.value(part, VOID.entities)
        assert number == Literal(len(set(graph.subjects(RDF.type, class_))))
    assert set(graph.objects(node, DCTERMS.source)) == set(
        graph.subjects(RDF.type, MD.SourceDocument)
    )
    assert graph.value(document, FOAF.page) == URIRef("https://example.org/twins")
    assert graph.value(document, MD.publishedOn) == Literal("2016-09")
    assert graph.value(document, DCTERMS.identifier) == Literal("relations.tsv")
    assert graph.value(document, MD.ingestLastLine) == Literal(5)


def test_a_licence_with_an_address_is_linked(files: tuple[Path, Path]) -> None:
    licence = "https://creativecommons.org/publicdomain/zero/1.0/"
    origin = Origin(**{**vars(ORIGIN), "licence": licence})
    graph = Graph()
    for triple in external_triples(read_pairs(*files), origin):
        graph.add(triple)
    assert graph.value(origin.graph, DCTERMS.license) == URIRef(licence)
    assert graph.value(origin.own("source"), DCTERMS.license) == URIRef(licence)


@pytest.mark.parametrize("change", [str.encode, lambda text: text.encode("utf-8-sig"), None])
def test_its_evidence_holds_against_the_file(
    files: tuple[Path, Path], change: object, tmp_path: Path
) -> None:
    text = RELATIONS if change else RELATIONS.replace("\n", "\r\n").rstrip()
    files[0].write_bytes(change(text) if callable(change) else text.encode())
    graph = Graph()
    for triple in external_triples(read_pairs(*files), ORIGIN):
        graph.add(triple)
    checked = check_evidence(graph, tmp_path)
    assert (checked.records, list(checked.findings)) == (5, [])


_STATEMENTS = st.lists(
    st.tuples(st.integers(1, 9), st.integers(1, 9)).filter(lambda pair: pair[0] != pair[1]),
    min_size=1,
)


@given(_STATEMENTS)
def test_the_lines_can_be_had_back_from_the_graph(
    tmp_path_factory: pytest.TempPathFactory, statements: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("pairs") / "relations.tsv"
    text = "".join(f"Q{one}\tQ{other}\n" for one, other in statements)
    path.write_text(text, "utf-8")
    listed = read_pairs(path)
    graph = Graph()
    for triple in external_triples(listed, ORIGIN):
        graph.add(triple)
    spans = {
        int(str(graph.value(node, MD.line))): text[int(str(start)) : int(str(end))]
        for node, start in graph.subject_objects(OA.start)
        for end in graph.objects(node, OA.end)
    }
    assert "".join(f"{spans[line]}\n" for line in sorted(spans)) == text
    told = listed.counts
    assert told["lines"] == told["statements"] + told["duplicates"] == len(statements)
    assert told["statements"] == len(set(statements))
    assert told["pairs"] == len({frozenset(pair) for pair in statements})
    assert told["one_sided"] == len({p for p in statements if p[::-1] not in statements})


def test_the_order_of_lines_changes_no_address_of_an_agreement(tmp_path: Path) -> None:
    path = tmp_path / "relations.tsv"
    found = []
    for text in (RELATIONS, "".join(reversed(RELATIONS.splitlines(keepends=True)))):
        path.write_text(text, "utf-8")
        triples = external_triples(read_pairs(path), ORIGIN)
        found.append({s for s, p, o in triples if (p, o) == (RDF.type, MD.Agreement)})
    assert found[0] == found[1]


# --- the commands


@pytest.fixture
def written(files: tuple[Path, Path], tmp_path: Path) -> Path:
    out = tmp_path / "pairs.nq"
    result = kg(*COMMAND, files[0], "--names", files[1], "-o", out)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "" and "Lines: 5, of which duplicates: 1." in result.stderr
    return out


def test_the_command_gives_the_same_bytes_each_time_in_one_graph(
    files: tuple[Path, Path], written: Path, tmp_path: Path
) -> None:
    result = kg(*COMMAND, files[0], "--names", files[1], cwd=tmp_path)
    assert result.stdout.encode() == written.read_bytes()
    assert {str(quad.graph_name.value) for quad in read_quads(written)} == {str(ORIGIN.graph)}
    trig = tmp_path / "pairs.trig"
    kg(*COMMAND, files[0], "--names", files[1], "--format", "trig", "-o", trig)
    assert set(read_quads(trig)) == set(read_quads(written))
    listed = read_pairs(*files)
    assert [*read_quads(written)] == [
        to_oxigraph(triple, ORIGIN.graph) for triple in external_triples(listed, ORIGIN)
    ]


def test_where_a_line_is_wrong_nothing_is_written(
    files: tuple[Path, Path], written: Path, tmp_path: Path
) -> None:
    before = written.read_bytes()
    files[0].write_text(RELATIONS + "Q1\n", "utf-8")
    result = kg(*COMMAND, files[0], "-o", written)
    assert result.returncode == 2 and result.stdout == ""
    assert f"{files[0]}:6: 1 column in 'Q1'" in result.stderr and "Traceback" not in result.stderr
    assert written.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"relations.tsv", "names.tsv", "pairs.nq"}
    result = kg(*COMMAND, files[0], "-o", tmp_path / "nowhere" / "pairs.nq")
    assert result.returncode == 2


def test_it_conforms_alone_and_beside_ours(
    written: Path, graphs: dict[URIRef, Graph], own_shapes: Shapes
) -> None:
    ontology = graphs[GRAPH.ontology]
    alone = read_dataset([written])
    for triple in ontology:
        alone.default_graph.add(triple)
    assert validate(alone, own_shapes).results == ()
    beside = Dataset()
    for name, graph in graphs.items():
        beside.addN((*triple, beside.graph(name)) for triple in graph)
    warned = {str(r.focus) for r in validate(beside, own_shapes).results}
    beside.addN((s, p, o, beside.graph(ORIGIN.graph)) for s, p, o, _ in alone.quads() if _)
    report = validate(beside, own_shapes)
    assert report.conforms
    assert {str(r.focus) for r in report.results} == warned


def test_canned_questions_answer_on_it(written: Path) -> None:
    store = GrowingStore.of(read_quads(written))
    complete(store, Project(ROOT))
    places = Places(store)
    ties = find_query(read_queries(ROOT / "queries"), "ties-of")
    for name in ("Q8684", "Seoul", str(ORIGIN.own("place", "-q8684"))):
        table = run(ties, {"city": name}, store, places).table
        assert len(table.rows) == 2, name
    signed = find_query(read_queries(ROOT / "queries"), "friendship-and-council-pairs")
    assert run(signed, {}, store, places).table.rows == []  # no one says that any was signed
    assert not store.ask(f"ASK {{ ?one <{MD.friendshipTieWith}> ?other }}")


def test_the_overlap_tells_who_knows_which_partner(written: Path, store: EmbeddedStore) -> None:
    found = compare(store, EmbeddedStore.of(read_quads(written)))
    partners = {
        (place.label, partner.label): partner
        for place, all_ in found.found.items() for partner in all_
    }  # fmt: skip
    assert {place.label for place in found.found} == {"Seoul", "Beijing", "Ankara"}
    assert partners["Seoul", "Beijing"].state == "both"
    assert len(partners["Seoul", "Beijing"].ours) == 2
    assert partners["Seoul", "Beijing"].theirs == ("Peking (Q956) – Seoul (Q8684)",)
    assert partners["Seoul", "Almaty"].state == "only ours"
    counts = Counter(p.state for (place, _), p in partners.items() if place == "Seoul")
    assert counts == {"both": 2, "only ours": 28}
    assert "Tokyo" in {place.label for place in found.absent}
    assert "Chongwen District" in {place.label for place in found.unlinked}


def test_close_matches_and_namesakes_are_told(tmp_path: Path, store: EmbeddedStore) -> None:
    path, names = tmp_path / "relations.tsv", tmp_path / "names.tsv"
    path.write_text("Q8684\tQ487704\nQ8684\tQ99999999\nQ8684\tQ7\n", "utf-8")
    names.write_text("Q487704\tHonolulu\nQ99999999\tHebei\n", "utf-8")
    listed = read_pairs(path, names)
    quads = (to_oxigraph(triple, ORIGIN.graph) for triple in external_triples(listed, ORIGIN))
    found = compare(store, EmbeddedStore.of(quads))
    (seoul,) = [place for place in found.found if place.label == "Seoul"]
    states = {p.label: (p.state, str(p.match)) for p in found.found[seoul] if p.theirs}
    assert states == {
        "Honolulu": ("both", "Q487704 (close match)"),
        "Hebei (Q99999999)": ("only theirs", "Q99999999"),
        "Q7": ("only theirs", "Q7"),
    }
    (hebei,) = [place for place in found.absent if place.label == "Hebei"]
    assert str(hebei) == "Hebei (there: Q99999999)"


def test_the_command_of_the_overlap(built: Built, written: Path, tmp_path: Path) -> None:
    command = ("--project", built[0].folder, "pairs", "overlap", written)
    text = kg(*command).stdout
    assert "Seoul    Q8684  2     28         0            0" in text
    assert "of our places match an item that is not there: " in text
    shown = kg(*command, "--place", "서울").stdout
    assert "both       Ankara" in shown and "(1 row)" in shown
    data = json.loads(kg(*command, "--format", "json").stdout)
    seoul = next(place for place in data["found"] if place["label"] == "Seoul")
    assert Counter(p["state"] for p in seoul["partners"]) == {"both": 2, "only ours": 28}
    out = tmp_path / "overlap.csv"
    assert kg(*command, "--format", "csv", "-o", out).returncode == 0
    lines = out.read_text("utf-8-sig").splitlines()
    assert lines[0] == '"place","item","partner","partner item","state","ours","theirs"'
    assert len(lines) == 1 + sum(len(place["partners"]) for place in data["found"])
    wrong = kg(*command, "--place", "Atlantis")
    assert wrong.returncode == 2 and "no place is called 'Atlantis'" in wrong.stderr


# --- the real list


@pytest.fixture(scope="module")
def scale() -> Pairs:
    if not SCALE.is_dir():
        pytest.skip(f"the list of 2016 is not here ({SCALE})")
    return read_pairs(SCALE / "relations.tsv", SCALE / "names.tsv")


@pytest.fixture(scope="module")
def quads(scale: Pairs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("scale") / "pairs.nq"
    names = SCALE / "names.tsv"
    result = kg(*COMMAND, SCALE / "relations.tsv", "--names", names, "-o", path)
    assert result.returncode == 0, result.stderr
    yield path
    path.unlink()  # some 160 MB


def test_the_list_of_2016_has_the_known_figures(scale: Pairs) -> None:
    assert f"pairs.nq: {in_words(scale, 'en')}\n" in (ROOT / "docs" / "pairs.md").read_text("utf-8")
    assert scale.counts == {
        "lines": 34_182, "statements": 34_178, "duplicates": 4, "pairs": 17_401, "one_sided": 624,
        "places": 10_055, "unnamed": 0, "unused": 0, "repeated": 0,
    }  # fmt: skip
    degrees = Counter(scale.names[item] for pair in scale.pairs for item in pair)
    assert degrees.most_common(5) == [
        ("Sankt Petersburg", 98), ("Shanghai", 75), ("Rio de Janeiro", 71), ("Istanbul", 68),
        ("Buenos Aires", 67),
    ]  # fmt: skip
    assert sum(8684 in pair for pair in scale.pairs) == 30
    lines = {s.line: s.words for statements in scale.pairs.values() for s in statements}
    text = (SCALE / "relations.tsv").read_text("utf-8")
    assert [lines[line] for line in sorted(lines)] == text.splitlines()


def test_the_list_of_2016_loads_and_overlaps(quads: Path, store: EmbeddedStore) -> None:
    theirs = GrowingStore.of(read_quads(quads))
    marks = theirs.select(f"SELECT ?mark {{ ?agreement <{MD.reciprocated}> ?mark }}").rows
    assert Counter(mark.value for (mark,) in marks if mark) == {"true": 16_777, "false": 624}
    found = compare(store, theirs)
    states = {
        place.label: Counter(partner.state for partner in partners)
        for place, partners in found.found.items()
    }
    (seoul,) = [place for place in found.found if place.label == "Seoul"]
    for line in found.of({seoul.iri}).to_text().splitlines():
        assert f"{line}\n" in (ROOT / "docs" / "pairs.md").read_text("utf-8")
    assert states["Seoul"] == {"both": 21, "only ours": 9, "only theirs": 9}
    assert states["Shanghai"] == {"only ours": 1, "only theirs": 75}
    assert states["Istanbul"] == {"only theirs": 68}
    complete(theirs, Project(ROOT))
    ties = find_query(read_queries(ROOT / "queries"), "ties-of")
    assert len(run(ties, {"city": "Q8684"}, theirs, Places(theirs)).table.rows) == 30


def test_the_list_of_2016_conforms(quads: Path) -> None:
    report = kg("validate", "--data", quads)
    assert report.stdout.splitlines() == [
        "Violation 0, Warning 0, Info 0. The data conform: no violations."
    ]
