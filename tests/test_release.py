"""Releases: the same input the same bytes, and a failed build changes nothing."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph

from conftest import ROOT, copy_project
from kg import export
from kg.building import InvalidDataError, build_release
from kg.errors import InputError, KgError, NotFoundError
from kg.graphs import Project, complete
from kg.growing import GrowingStore
from kg.namespaces import GRAPH, PREFIXES
from kg.reading import FORMATS, read_graph, read_quads
from kg.release import Release, current_release, temporary_release
from kg.store import EmbeddedStore

Built = tuple[Project, Release]


def quiet(_: str) -> None:
    """No progress."""


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "store" not in path.parts
    }


def test_another_process_and_folder_give_the_same_release(built: Built, tmp_path: Path) -> None:
    _project, release = built
    copy_project(tmp_path)
    environment = {**os.environ, "PYTHONHASHSEED": "77", "LC_ALL": "C", "TZ": "Asia/Seoul"}
    subprocess.run(
        [sys.executable, "-m", "kg", "--project", str(tmp_path), "build"],
        check=True,
        env=environment,
        capture_output=True,
    )
    other = current_release(Project(tmp_path))
    assert other.id == release.id
    assert snapshot(other.folder) == snapshot(release.folder)


def test_the_description_tells_the_truth(built: Built) -> None:
    _, release = built
    assert json.loads((release.folder / "release.json").read_text("utf-8")) == release.description
    for dump in release.description["dumps"]:
        data = (release.folder / dump["file"]).read_bytes()
        assert len(data) == dump["bytes"]
        assert hashlib.sha256(data).hexdigest() == dump["sha256"]
    store = EmbeddedStore.open(release.store)
    assert store.size() == release.description["quads"]
    assert sum(release.description["graphs"].values()) == release.description["quads"]


def canonical(path: Path) -> set[str]:
    """The canonical quads of a dump."""
    dataset = ox.Dataset(ox.parse(path=str(path), format=FORMATS[path.suffix]))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def test_every_dump_loads_back_to_the_same_graph(built: Built) -> None:
    folder = built[1].folder
    quads, triples = canonical(folder / "kg.nq"), canonical(folder / "kg.nt")
    for name in ("kg.jsonld", "kg.trig"):
        assert canonical(folder / name) == quads, name
    for name in ("kg.ttl", "kg.rdf"):
        assert canonical(folder / name) == triples, name


@pytest.mark.parametrize("name", ["kg.ttl", "kg.nt", "kg.rdf"])
def test_rdflib_reads_the_dumps_alike(built: Built, name: str) -> None:
    path = built[1].folder / name
    assert len(Graph().parse(path)) == len(read_graph([path]))


def test_every_dump_names_its_release(built: Built) -> None:
    _, release = built
    for file, _, _ in export.FORMATS.values():
        assert release.id in (release.folder / file).read_text("utf-8"), file


def test_jsonld_is_short_and_says_each_subject_once_a_graph(built: Built) -> None:
    document = json.loads((built[1].folder / "kg.jsonld").read_text("utf-8"))
    for graph in document["@graph"]:
        names = [entry["@id"] for entry in graph["@graph"]]
        assert len(names) == len(set(names))
    places = next(g for g in document["@graph"] if g["@id"] == "graph/reference")["@graph"]
    seoul = next(entry for entry in places if entry["@id"] == "id/place/kr-seoul")
    assert seoul["@type"] == "Municipality"
    assert seoul["prefLabel"] == {"en": "Seoul", "ko": "서울특별시", "zh-Hans": "首尔"}
    assert seoul["within"] == "id/place/kr"
    assert seoul["adminLevel"] == 1
    published = json.loads((built[1].folder / "context.jsonld").read_text("utf-8"))
    assert published["@context"] == document["@context"]


def test_building_again_finds_the_release(built: Built) -> None:
    project, release = built
    before = {p: p.stat().st_mtime_ns for p in release.folder.rglob("*")}
    assert build_release(project, quiet).id == release.id
    assert {p: p.stat().st_mtime_ns for p in release.folder.rglob("*")} == before


@pytest.fixture
def project(built: Built, tmp_path: Path) -> Project:
    """A copy with a current release, which a test may break."""
    copy = copy_project(tmp_path)
    releases = copy.build / "releases"
    releases.mkdir(parents=True)
    (releases / built[1].id).symlink_to(built[1].folder)
    (copy.build / "current").write_text(f"{built[1].id}\n", "utf-8")
    return copy


def replace(path: Path, old: str, new: str) -> None:
    """Replace the first `old` in a file."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_data_that_are_not_understood_change_nothing(project: Project) -> None:
    replace(project.data / "seoul-council-exchanges" / "events.csv", "曼谷", "曼各")
    before = snapshot(project.folder)
    with pytest.raises(KgError, match=r"events\.csv:2: place is '曼各'"):
        build_release(project, quiet)
    assert snapshot(project.folder) == before


def test_data_that_break_a_shape_change_nothing(project: Project) -> None:
    rows = project.data / "seoul-council-exchanges" / "events.csv"
    lines = rows.read_text("utf-8").splitlines(keepends=True)
    rows.write_text("".join(line for line in lines if not line.startswith("l66-2,")), "utf-8")
    evidence = project.data / "seoul-council-exchanges" / "evidence.csv"
    lines = evidence.read_text("utf-8").splitlines(keepends=True)
    evidence.write_text("".join(line for line in lines if not line.startswith("l66-2,")), "utf-8")
    before = snapshot(project.folder)
    with pytest.raises(InvalidDataError) as caught:
        build_release(project, quiet)
    assert "S21" in str(caught.value) and "Warning S" not in str(caught.value)
    assert caught.value.exit_code == 1
    assert snapshot(project.folder) == before


def test_a_disk_that_cannot_be_written(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also root may not write here: the folder of the releases is a file."""
    (project.queries / "extra.rq").write_text(
        (project.queries / "intents.rq").read_text("utf-8"), "utf-8"
    )
    releases = project.build / "releases"
    (releases / os.listdir(releases)[0]).unlink()
    releases.rmdir()
    releases.write_text("", "utf-8")
    before = snapshot(project.folder)
    with pytest.raises(InputError, match="Free the disk"):
        build_release(project, quiet)
    assert snapshot(project.folder) == before


def test_no_release_yet_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="kg build"):
        current_release(Project(tmp_path))


def test_a_changed_query_is_another_release(project: Project, built: Built) -> None:
    (project.queries / "again.rq").write_text(
        (project.queries / "intents.rq").read_text("utf-8"), "utf-8"
    )
    assert build_release(project, quiet).id != built[1].id


def test_any_rdf_can_be_served_for_a_while(tmp_path: Path) -> None:
    path = tmp_path / "city.ttl"
    path.write_text('<urn:city> <urn:name> "Testville" .', "utf-8")
    with temporary_release([path], Project(ROOT)) as release:
        folder = release.folder
        rows = EmbeddedStore.open(release.store).select("SELECT ?n { ?c <urn:name> ?n }").rows
        assert len(rows) == 1
        assert len(release.id) == 16
    assert not folder.exists()


def test_data_in_other_terms_are_served_as_they_are(tmp_path: Path) -> None:
    named, plain = tmp_path / "a.trig", tmp_path / "b.nt"
    named.write_text('<urn:g> { <urn:a> <urn:p> "서울"@ko } <urn:a> <urn:p> <urn:b> .', "utf-8")
    plain.write_text("<urn:a> <urn:p> <urn:b> .\n_:x <urn:p> <urn:b> .\n", "utf-8")
    with temporary_release([tmp_path], Project(ROOT)) as release:
        quads = list(EmbeddedStore.open(release.store).quads())
        assert (
            release.id == hashlib.sha256(named.read_bytes() + plain.read_bytes()).hexdigest()[:16]
        )
    shown = sorted(str(quad) for quad in quads if isinstance(quad.subject, ox.NamedNode))
    assert shown == ['<urn:a> <urn:p> "서울"@ko <urn:g>', "<urn:a> <urn:p> <urn:b>"]
    assert len(quads) == 3


def test_data_in_our_terms_are_completed(tmp_path: Path) -> None:
    path = tmp_path / "city.ttl"
    path.write_text(
        """@prefix md: <https://w3id.org/municipal-diplomacy/ontology#> .
        <urn:tie> md:party <urn:council> . <urn:council> md:actsFor <urn:city> .""",
        "utf-8",
    )
    with temporary_release([path], Project(ROOT)) as release:
        store = EmbeddedStore.open(release.store)
        (quad,) = store.quads(GRAPH.derived)
        assert [quad.subject.value, quad.object.value] == ["urn:tie", "urn:city"]  # type: ignore[union-attr]
        assert len(list(store.quads(GRAPH.ontology))) == len(read_graph([ROOT / "ontology"]))
        in_memory = GrowingStore.of(read_quads(path))
        complete(in_memory, Project(ROOT))
        assert in_memory.size() == store.size()


def test_a_dump_with_more_beside_it_is_derived_anew(tmp_path: Path, built: Built) -> None:
    dump, more = built[1].folder / "kg.nq", tmp_path / "more.ttl"
    prefixes = "PREFIX md: <{md}> PREFIX source: <{source}> PREFIX channel: <{channel}>\n"
    prefixes = prefixes.format(**PREFIXES)
    number = (
        prefixes + "SELECT ?number { ?coverage md:coverageOf source:seocho-china-partners ; "
        "md:countedClass md:Agreement ; md:countedChannel channel:executive ; "
        "md:recordedNumber ?number }"
    )
    more.write_text(
        prefixes + "<urn:new> a md:Agreement ; md:channel channel:executive ; md:evidence <urn:e> ."
        "<urn:e> a md:Evidence ; md:line 1 ; md:inSource source:seocho-china-partners .",
        "utf-8",
    )

    def derived(*paths: Path) -> tuple[set[str], str]:
        with temporary_release(paths, Project(ROOT)) as release:
            store = EmbeddedStore.open(release.store)
            ((found,),) = store.select(number).rows
            assert found is not None
            return {str(quad) for quad in store.quads(GRAPH.derived)}, found.value

    ours = {str(quad) for quad in EmbeddedStore.open(built[1].store).quads(GRAPH.derived)}
    alone, before = derived(dump)
    assert alone == ours
    _, after = derived(dump, more)
    assert int(after) == int(before) + 1


def test_files_that_cannot_be_served_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    good, bad = tmp_path / "good.nt", tmp_path / "bad.ttl"
    good.write_text("<urn:a> <urn:p> <urn:b> .", "utf-8")
    bad.write_text("<urn:a> <urn:b>\n  ;; 5 .", "utf-8")
    with (
        pytest.raises(KgError, match=r"bad\.ttl:2:3:"),
        temporary_release([good, bad], Project(ROOT)),
    ):
        pass
    assert list((tmp_path / "temporary").iterdir()) == []


def test_no_triple_stands_in_two_graphs(built: Built) -> None:
    """A union of graphs would count it twice in an engine that does not remove duplicates."""
    folder = built[1].folder
    quads = sum(1 for _ in (folder / "kg.nq").open(encoding="utf-8"))
    assert quads == sum(1 for _ in (folder / "kg.nt").open(encoding="utf-8"))


@pytest.mark.parametrize("damage", ["store", "release.json", "kg.ttl", "truncated"])
def test_a_damaged_release_is_built_again(tmp_path: Path, built: Built, damage: str) -> None:
    project = copy_project(tmp_path)
    folder = project.build / "releases" / built[1].id
    shutil.copytree(built[1].folder, folder)
    (project.build / "current").write_text(f"{built[1].id}\n", "utf-8")
    match damage:
        case "store":
            shutil.rmtree(folder / "store")
        case "truncated":
            (folder / "release.json").write_text('{"id": ', "utf-8")
        case name:
            (folder / name).unlink()
    with pytest.raises(NotFoundError, match="no whole release"):
        current_release(project)
    assert build_release(project, quiet).id == built[1].id
    assert snapshot(folder) == snapshot(built[1].folder)


def test_a_malformed_query_or_missing_rules_stop_the_build(project: Project) -> None:
    rules = project.ontology / "rules"
    rules.rename(project.ontology / "away")
    with pytest.raises(InputError, match="no rules"):
        build_release(project, quiet)
    (project.ontology / "away").rename(rules)
    replace(project.queries / "intents.rq", "SELECT", "SELEC")
    before = snapshot(project.folder)
    with pytest.raises(KgError, match=r"queries/intents\.rq"):
        build_release(project, quiet)
    assert snapshot(project.folder) == before


def test_what_an_editor_leaves_behind_changes_no_identifier(project: Project, built: Built) -> None:
    (project.shapes / ".agreement.ttl.swp").write_text("x", "utf-8")
    (project.shapes / "notes.txt").write_text("x", "utf-8")
    assert build_release(project, quiet).id == built[1].id
