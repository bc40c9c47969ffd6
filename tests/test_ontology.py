"""The ontology, its vocabularies and alignments: complete, in style, consistent, and used."""

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyshacl
import pytest
import rdflib
from rdflib import DCTERMS, OWL, PROV, RDF, RDFS, SH, SKOS, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection

from kg.graphs import quads_of
from kg.namespaces import BASE, CONCEPT, GRAPH, MD, PREFIXES, VANN, VOCABULARY
from kg.shapes import Shapes, read_shapes
from kg.validate import validate

ROOT = Path(__file__).resolve().parents[1]
ONTOLOGY = ROOT / "ontology"
HEADER = URIRef(BASE + "ontology")
LANGUAGES = {"en", "ko", "zh-Hans"}
KINDS = {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
# Not imported by name: pytest asks each name of a module for attributes, and XSD warns of that.
DATATYPES = {
    rdflib.XSD.string,
    rdflib.XSD.integer,
    rdflib.XSD.decimal,
    rdflib.XSD.boolean,
    rdflib.XSD.dateTime,
    RDF.langString,
}

needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="HermiT needs java")


def data_files() -> list[Path]:
    return sorted((ROOT / "data").glob("**/graph.ttl"))


def read(*paths: Path) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return read(ONTOLOGY / "municipal-diplomacy.ttl", ONTOLOGY / "vocabularies.ttl")


@pytest.fixture(scope="module")
def with_data(ontology: Graph) -> Graph:
    """The ontology with all data that are there: none of the tests below fails for want of data."""
    return ontology + read(*data_files())


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    """The hygiene rules alone: shapes and checks with a number that begins with H."""
    own = read_shapes([ROOT / "shapes"])
    checks = tuple(check for check in own.checks if check.rule.startswith("H"))
    return Shapes(read(ROOT / "shapes" / "ontology.ttl"), checks)


def terms(graph: Graph) -> set[URIRef]:
    return {s for s in graph.subjects(RDFS.isDefinedBy, HEADER) if isinstance(s, URIRef)}


def concepts(graph: Graph) -> set[URIRef]:
    return {s for s in graph.subjects(RDF.type, SKOS.Concept) if isinstance(s, URIRef)}


def short(term: URIRef) -> str:
    """The prefixed name of a term or concept of ours."""
    longest = max((p for p in PREFIXES.items() if term.startswith(p[1])), key=lambda p: len(p[1]))
    return f"{longest[0]}:{term[len(longest[1]) :]}"


# --- the contract: docs/data-model.md


def page() -> str:
    return (ROOT / "docs" / "data-model.md").read_text("utf-8")


def test_terms_are_those_of_the_data_model(ontology: Graph) -> None:
    described = {f"md:{name}" for name in re.findall(r"`md:(\w+)`", page())}
    defined = {short(term) for term in terms(ontology)}
    assert sorted(described - defined) == [], "described in docs/data-model.md and not defined"
    assert sorted(defined - described) == [], "defined and not described in docs/data-model.md"


def described_parents() -> Iterator[tuple[URIRef, URIRef | None]]:
    """Each class of the data model's list with the class under which it is indented."""
    above: dict[int, URIRef | None] = {-1: None}
    section = page().partition("## Classes")[2].partition("## Properties")[0]
    for line in section.splitlines():
        names = [MD[name] for name in re.findall(r"`md:([A-Z]\w+)`", line)]
        level = (len(line) - len(line.lstrip())) // 2
        if not line.lstrip().startswith("- `md:"):
            continue
        for place, name in enumerate(names):
            # "A ⊒ B, C" puts B and C below A on one line.
            yield name, names[0] if "⊒" in line and place else above[level - 1]
        above[level] = names[0]


def test_hierarchy_is_that_of_the_data_model(ontology: Graph) -> None:
    described = dict(described_parents())
    classes = {term for term in terms(ontology) if (term, RDF.type, OWL.Class) in ontology}
    assert {name: ontology.value(name, RDFS.subClassOf) for name in classes} == described


def test_disjoint_classes_are_those_of_the_data_model(ontology: Graph) -> None:
    sentence = re.search(r"Pairwise disjoint: ([^.]*)\.", page())
    assert sentence
    axiom = ontology.value(None, RDF.type, OWL.AllDisjointClasses)
    members = ontology.value(axiom, OWL.members)
    assert members is not None
    assert set(Collection(ontology, members)) == {MD[n] for n in sentence[1].split(", ")}
    assert (MD.Executive, OWL.disjointWith, MD.Council) in ontology
    assert (MD.JointBody, OWL.disjointWith, MD.Council) in ontology


def test_property_axioms(ontology: Graph) -> None:
    assert set(ontology.subjects(RDF.type, OWL.TransitiveProperty)) == {MD.within}
    assert set(ontology.subjects(RDF.type, OWL.FunctionalProperty)) == {MD.actsFor}
    symmetric = {MD.possiblySameAs, MD.friendshipTieWith, MD.councilTieWith}
    assert set(ontology.subjects(RDF.type, OWL.SymmetricProperty)) == symmetric
    chain = ontology.value(MD.involves, OWL.propertyChainAxiom)
    assert chain is not None
    assert list(Collection(ontology, chain)) == [MD.party, MD.actsFor]
    assert (MD.evidence, RDFS.subPropertyOf, PROV.wasDerivedFrom) in ontology


def test_every_scheme_has_its_prefix(ontology: Graph) -> None:
    schemes = {VOCABULARY[scheme] for scheme in CONCEPT}
    assert set(ontology.subjects(RDF.type, SKOS.ConceptScheme)) == schemes
    for concept, scheme in ontology.subject_objects(SKOS.inScheme):
        assert str(concept).startswith(f"{scheme}/"), concept


def test_words_for_ties_are_close_and_never_equal(ontology: Graph) -> None:
    type_ = CONCEPT["type"]
    assert list(ontology.triples((None, SKOS.exactMatch, None))) == []
    pair = {type_["zh-youhao-hezuo-chengshi"], type_["en-friendship-city"]}
    assert {frozenset(p) for p in ontology.subject_objects(SKOS.closeMatch)} == {frozenset(pair)}


# --- style: shapes/ontology.ttl


def broken_rules(graph: Graph, shapes: Shapes) -> set[str]:
    """The numbers of the hygiene rules that `graph` breaks."""
    report = validate(quads_of({GRAPH.ontology: graph}), shapes)
    return {result.rule for result in report.results}


def test_ontology_and_vocabularies_are_in_style(ontology: Graph, shapes: Shapes) -> None:
    report = validate(quads_of({GRAPH.ontology: ontology}), shapes)
    assert report.conforms, report.to_text()
    conforms, _, text = pyshacl.validate(ontology, shacl_graph=shapes.graph, meta_shacl=True)
    assert conforms, text


def test_language_tags_are_spelt_as_bcp_47_spells_them(ontology: Graph) -> None:
    """SHACL and SPARQL's langMatches overlook case, but a comparison of strings does not."""
    found = {o.language for o in ontology.objects() if isinstance(o, Literal) and o.language}
    assert found == LANGUAGES


def put(s: URIRef, p: URIRef, o: URIRef | Literal) -> Callable[[Graph], None]:
    return lambda graph: graph.add((s, p, o)) and None


def drop(s: URIRef, p: URIRef, language: str = "") -> Callable[[Graph], None]:
    """Remove the values of a property, or only those in one language."""

    def change(graph: Graph) -> None:
        for value in list(graph.objects(s, p)):
            spoken = value.language or "" if isinstance(value, Literal) else ""
            if not language or spoken.lower() == language.lower():
                graph.remove((s, p, value))

    return change


def say(s: URIRef, p: URIRef, language: str, words: str) -> Callable[[Graph], None]:
    """Replace a text in one language."""

    def change(graph: Graph) -> None:
        drop(s, p, language)(graph)
        graph.add((s, p, Literal(words, lang=language)))

    return change


def rename(old: URIRef, new: URIRef) -> Callable[[Graph], None]:
    def change(graph: Graph) -> None:
        for s, p, o in list(graph):
            graph.remove((s, p, o))
            graph.add((new if s == old else s, p, new if o == old else o))

    return change


AREA = CONCEPT["area"]

BAD_CASES: list[tuple[str, Callable[[Graph], None]]] = [
    ("H01", drop(MD.Person, RDF.type)),
    ("H01", put(MD.Person, RDF.type, OWL.ObjectProperty)),
    ("H02", drop(MD.Person, RDFS.label, "ko")),
    ("H02", put(MD.Person, RDFS.label, Literal("Human", lang="en"))),
    ("H02", put(MD.Person, RDFS.label, Literal("人", lang="zh"))),
    ("H03", drop(MD.edtf, SKOS.definition, "zh-Hans")),
    ("H03", drop(AREA.culture, SKOS.definition, "en")),
    ("H03", drop(VOCABULARY.area, SKOS.definition, "en")),
    ("H04", say(MD.Person, SKOS.definition, "en", "A human being")),
    ("H04", say(AREA.culture, SKOS.definition, "zh-Hans", "文化")),
    ("H05", say(MD.Person, RDFS.label, "en", "Person ")),
    ("H05", say(MD.Person, SKOS.definition, "en", "A person is  somebody.")),
    ("H05", say(AREA.culture, SKOS.prefLabel, "ko", " 문화")),
    ("H06", rename(MD.Person, MD.person)),
    ("H06", rename(MD.Person, MD.Natural_Person)),
    ("H07", rename(MD.possiblySameAs, MD.PossiblySameAs)),
    ("H07", rename(MD.edtf, MD["edtf-date"])),
    ("H08", say(MD.Person, RDFS.label, "en", "person")),
    ("H09", put(MD.Person, RDFS.subClassOf, MD.Agent)),
    ("H09", put(MD.Person, MD.unheardOf, MD.Site)),
    ("H09", put(MD.Agent, RDF.type, OWL.Class)),
    ("H09", put(URIRef(BASE + "a-list"), RDF.first, MD.Agent)),
    ("H10", say(MD.Person, RDFS.label, "ko", "장소")),
    ("H10", say(MD.edtf, RDFS.label, "en", "possibly same as")),
    ("H11", say(AREA.culture, SKOS.prefLabel, "en", "tourism")),
    ("H12", drop(AREA.culture, SKOS.prefLabel, "ko")),
    ("H12", put(VOCABULARY.area, SKOS.prefLabel, Literal("field", lang="en"))),
    ("H13", drop(AREA.culture, SKOS.inScheme)),
    ("H13", put(AREA.culture, SKOS.inScheme, VOCABULARY.nowhere)),
    ("H14", drop(AREA.culture, SKOS.topConceptOf)),
    ("H14", put(AREA.culture, SKOS.broader, AREA.education)),
    ("H15", put(AREA.culture, SKOS.broader, AREA["arts-and-culture"])),
    ("H15", put(AREA.culture, SKOS.broader, AREA.culture)),
    ("H16", put(AREA.culture, SKOS.topConceptOf, VOCABULARY.channel)),
    ("H17", rename(AREA.culture, AREA.Culture)),
    ("H17", rename(AREA.culture, AREA.the_arts)),
    ("H18", lambda g: [put(MD.edtf, RDFS.domain, c)(g) for c in (MD.Person, MD.Site)] and None),
    ("H19", put(MD.edtf, RDFS.range, rdflib.XSD.integer)),
    ("H20", lambda g: g.set((MD.edtf, RDFS.range, rdflib.XSD.date)) and None),
    ("H21", put(MD.Person, OWL.hasKey, RDF.nil)),
    ("H22", put(HEADER, OWL.imports, URIRef("http://www.w3.org/ns/org"))),
    ("H23", drop(HEADER, OWL.versionIRI)),
    ("H24", drop(HEADER, OWL.versionInfo)),
    ("H25", drop(HEADER, DCTERMS.license)),
    ("H26", drop(HEADER, VANN.preferredNamespacePrefix)),
    ("H27", drop(HEADER, VANN.preferredNamespaceUri)),
    ("H28", drop(HEADER, DCTERMS.title, "en")),
    ("H29", drop(HEADER, DCTERMS.description, "zh-Hans")),
    ("H30", put(VOCABULARY.area, SKOS.hasTopConcept, AREA.unheard_of)),
    ("H30", lambda g: g.remove((VOCABULARY.area, SKOS.hasTopConcept, AREA.culture)) and None),
]


@pytest.fixture(scope="module")
def excerpt(ontology: Graph) -> Graph:
    """A few terms and one scheme of the real ontology, small enough to validate fifty times."""
    chosen = {HEADER, MD.Person, MD.Site, MD.edtf, MD.possiblySameAs, VOCABULARY.area}
    chosen |= set(ontology.subjects(SKOS.inScheme, VOCABULARY.area))
    graph = Graph()
    for triple in ontology:
        if triple[0] in chosen:
            graph.add(triple)
    return graph


def test_excerpt_is_in_style(excerpt: Graph, shapes: Shapes) -> None:
    assert broken_rules(excerpt, shapes) == set()


@pytest.mark.parametrize(
    ("rule", "spoil"), BAD_CASES, ids=[f"{r}-{n}" for n, (r, _) in enumerate(BAD_CASES, 1)]
)
def test_bad_case_breaks_its_rule(
    rule: str, spoil: Callable[[Graph], None], excerpt: Graph, shapes: Shapes
) -> None:
    bad = Graph() + excerpt
    spoil(bad)
    assert rule in broken_rules(bad, shapes)


def test_every_rule_has_a_bad_case(shapes: Shapes) -> None:
    rules = {str(number) for number in shapes.graph.objects(None, SKOS.notation)}
    rules |= {check.rule for check in shapes.checks}
    assert rules == {rule for rule, _ in BAD_CASES}


def test_every_shape_says_what_to_do(shapes: Shapes) -> None:
    for shape in shapes.graph.subjects(SKOS.notation):
        assert str(shape).startswith(BASE + "shape/Ontology-")
        assert (shape, SH.severity, None) in shapes.graph, shape
        messages = {m.language for m in shapes.graph.objects(shape, SH.message)}  # type: ignore[attr-defined]
        assert messages == LANGUAGES, shape


# --- profile and logic


def test_profile_is_small(ontology: Graph) -> None:
    """Nothing of OWL is used that is outside of OWL 2 RL or DL, or that we have decided against."""
    unwanted = {
        OWL.imports, OWL.hasKey, OWL.unionOf, OWL.oneOf, OWL.complementOf, OWL.sameAs,
        OWL.onProperty, OWL.minCardinality, OWL.maxCardinality, OWL.cardinality,
        OWL.minQualifiedCardinality, OWL.maxQualifiedCardinality, OWL.qualifiedCardinality,
    }  # fmt: skip
    assert unwanted & set(ontology.predicates()) == set()
    assert not {OWL.InverseFunctionalProperty, OWL.ReflexiveProperty} & set(ontology.objects())
    # OWL 2 DL, section 11.2: these axioms are only for what is neither transitive nor a chain.
    composite = set(ontology.subjects(RDF.type, OWL.TransitiveProperty))
    composite |= set(ontology.subjects(OWL.propertyChainAxiom))
    simple = {OWL.FunctionalProperty, OWL.AsymmetricProperty, OWL.IrreflexiveProperty}
    for term in composite:
        assert not simple & set(ontology.objects(term, RDF.type)), term


def test_every_property_is_declared(with_data: Graph) -> None:
    own = tuple(map(str, (RDF, RDFS, OWL)))
    used = {p for p in with_data.predicates() if not str(p).startswith(own)}
    undeclared = sorted(p for p in used if not KINDS & set(with_data.objects(p, RDF.type)))
    assert undeclared == [], "declare the kind of these in ontology/municipal-diplomacy.ttl"


def test_values_are_of_the_kind_of_their_property(with_data: Graph) -> None:
    """An object property leads to resources, a datatype property to literals: else it is not DL."""
    literal = set(with_data.subjects(RDF.type, OWL.DatatypeProperty))
    resource = set(with_data.subjects(RDF.type, OWL.ObjectProperty))
    wrong = [
        (s, p, o)
        for s, p, o in with_data
        if (p in literal and not isinstance(o, Literal))
        or (p in resource and isinstance(o, Literal))
    ]
    assert wrong == []


def test_literals_have_datatypes_that_reasoners_know(with_data: Graph) -> None:
    found = {
        (p, o.datatype)
        for _, p, o in with_data
        if isinstance(o, Literal) and o.datatype is not None and o.datatype not in DATATYPES
    }
    assert found == set()


def test_there_is_one_header_and_no_other_blank_nodes_than_lists(ontology: Graph) -> None:
    assert list(ontology.subjects(RDF.type, OWL.Ontology)) == [HEADER]
    for node in {s for s in ontology.subjects() if isinstance(s, BNode)}:
        kind = ontology.value(node, RDF.type)
        assert kind == OWL.AllDisjointClasses or (node, RDF.first, None) in ontology


def unsatisfiable(graph: Graph, folder: Path) -> list[str]:
    """The classes that HermiT finds empty; raises where the graph contradicts itself."""
    owlready2 = pytest.importorskip("owlready2")
    path = folder / "union.owl"
    graph.serialize(path, format="xml", encoding="utf-8")
    world = owlready2.World()
    with world.get_ontology(path.as_uri()).load():
        owlready2.sync_reasoner_hermit(world, debug=0)
    return [entity.iri for entity in world.inconsistent_classes()]


@needs_java
def test_ontology_is_consistent(ontology: Graph, tmp_path: Path) -> None:
    assert unsatisfiable(ontology, tmp_path) == []


@needs_java
def test_ontology_is_consistent_with_its_alignments(ontology: Graph, tmp_path: Path) -> None:
    assert unsatisfiable(ontology + read(ONTOLOGY / "alignments.ttl"), tmp_path) == []


@needs_java
def test_data_are_consistent_with_the_ontology(with_data: Graph, tmp_path: Path) -> None:
    if not data_files():
        pytest.skip("data/**/graph.ttl has not been built yet")
    assert unsatisfiable(with_data, tmp_path) == []


@needs_java
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (MD.Executive, MD.Council),
        (MD.JointBody, MD.Council),
        (MD.Municipality, MD.Executive),
        (MD.Agreement, MD.Intent),
    ],
)
def test_contradiction_is_found(
    first: URIRef, second: URIRef, ontology: Graph, tmp_path: Path
) -> None:
    owlready2 = pytest.importorskip("owlready2")
    both = Graph() + ontology
    for kind in (first, second):
        both.add((URIRef(BASE + "id/body/both"), RDF.type, kind))
    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        unsatisfiable(both, tmp_path)


def test_alignments_are_about_our_terms(ontology: Graph) -> None:
    alignments = read(ONTOLOGY / "alignments.ttl")
    ours = {s for s in alignments.subjects() if str(s).startswith(str(MD))}
    assert ours and ours <= terms(ontology)
    assert not set(alignments.predicates()) & {OWL.sameAs, SKOS.exactMatch, OWL.imports}
    graph = ontology + alignments
    for relation in (RDFS.subClassOf, RDFS.subPropertyOf):
        for target in alignments.objects(None, relation):
            assert (target, RDFS.isDefinedBy, None) in graph, target


# --- every term is used

_SCHEMES = "|".join(sorted(CONCEPT, key=len, reverse=True))
_NAME = re.compile(rf"(?<![\w<\"/:.-])(?:md|{_SCHEMES}):[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_IRI = re.compile(rf"{re.escape(BASE)}(?:ontology#\w+|vocabulary/[a-z-]+/[a-z0-9-]+)")


def using_files() -> list[Path]:
    """Shapes, rules, checks, queries and data: where a term may be put to use."""
    patterns = ("shapes/**/*.ttl", "ontology/rules/*.rq", "shapes/checks/*.rq", "queries/**/*.rq")
    return sorted({path for p in patterns for path in ROOT.glob(p)} | set(data_files()))


def names_in(text: str) -> set[str]:
    """The terms and concepts that a text names, comments aside."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return set(_NAME.findall(lines)) | {short(URIRef(iri)) for iri in _IRI.findall(lines)}


@pytest.fixture(scope="module")
def used(ontology: Graph) -> dict[str, str]:
    """Each term that is used, with one file that uses it."""
    found: dict[str, str] = {}
    for path in using_files():
        for name in names_in(path.read_text("utf-8")):
            found.setdefault(name, str(path.relative_to(ROOT)))
    # A broader concept is there for the sake of the narrower ones.
    for concept in concepts(ontology):
        for broader in ontology.transitive_objects(concept, SKOS.broader):
            if short(concept) in found and isinstance(broader, URIRef):
                found.setdefault(short(broader), f"the broader concept of {short(concept)}")
    return found


def listed() -> dict[str, str]:
    with (ONTOLOGY / "not-yet-used.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["term"] for row in rows] == sorted({row["term"] for row in rows})
    return {row["term"]: row["reason"] for row in rows}


def test_every_term_is_used_or_listed(ontology: Graph, used: dict[str, str]) -> None:
    defined = {short(term) for term in terms(ontology) | concepts(ontology)}
    excused = listed()
    add = sorted(defined - set(used) - set(excused))
    remove = sorted(name for name in excused if name in used or name not in defined)
    assert not add + remove, "edit ontology/not-yet-used.csv:\n" + "\n".join(
        [f"add     {name},<reason>  (or use the term, or delete it)" for name in add]
        + [
            f"remove  {name}  (used in {used.get(name, 'nothing, and undefined')})"
            for name in remove
        ]
    )
    assert all(reason.strip() for reason in excused.values())


def test_every_used_term_is_defined(ontology: Graph, used: dict[str, str]) -> None:
    defined = {short(term) for term in terms(ontology) | concepts(ontology)}
    unknown = sorted(f"{name} in {path}" for name, path in used.items() if name not in defined)
    assert unknown == [], "define these, or correct the name:\n" + "\n".join(unknown)
