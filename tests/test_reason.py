"""Rules: applied until they give nothing new, each only as often as it may find something."""

from pathlib import Path
from typing import IO

import pytest
from rdflib import RDF, Graph

from kg.errors import InputError
from kg.growing import GrowingStore
from kg.reason import derive, may_read

PREFIXES = "PREFIX : <urn:> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\n"


def rule(pattern: str, template: str = "?x :new ?y .") -> str:
    """A rule with our prefix."""
    return f"{PREFIXES}CONSTRUCT {{ {template} }} WHERE {{ {pattern} }}"


@pytest.mark.parametrize(
    ("text", "predicate"),
    [
        (rule("?x :old ?y ."), "urn:old"),
        (rule("?x <urn:old> ?y ."), "urn:old"),
        (rule("?x :some/:old* ?y ."), "urn:old"),
        (rule("?x a ?y ."), str(RDF.type)),
        (rule("?x rdf:type ?y ."), str(RDF.type)),
        (rule("?x ?any ?y ."), "urn:whatever"),
        (rule(":x ?any :y ."), "urn:whatever"),
        (rule('?x :old 1 ; ?any "y" .'), "urn:whatever"),
        (rule("?x !:old ?y ."), "urn:whatever"),
        (rule("?x :ol\\-d ?y ."), "urn:ol-d"),
        ("BASE <urn:> " + rule("?x <old> ?y ."), "urn:old"),
    ],
)
def test_a_rule_reads_what_stands_in_it(text: str, predicate: str) -> None:
    assert may_read(text, {predicate, "urn:other"})


@pytest.mark.parametrize(
    "text",
    [
        rule("?x :old ?y ."),
        rule("{ SELECT DISTINCT ?x ?y (COUNT(?z) AS ?n) WHERE { ?x :old ?y , ?z } "
             "GROUP BY ?x ?y ORDER BY ?x ?y } FILTER (?x != ?y)"),
        rule("\n# of :new or a :thing ?in any ?way\n?x :old ?y ."),
    ],
)  # fmt: skip
def test_a_rule_reads_nothing_else(text: str) -> None:
    assert not may_read(text, {"urn:new", str(RDF.type)})
    assert not may_read(text, set())


def test_rules_that_follow_from_each_other_are_asked_in_any_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.rq").write_text(rule("?x :second ?y .", "?x :third ?y ."))
    (tmp_path / "b.rq").write_text(rule("?x :first ?y .", "?x :second ?y ."))
    (tmp_path / "c.rq").write_text(rule("?x :far ?y .", "?x :beside ?y ."))
    asked: list[str] = []
    conclude = GrowingStore.conclude

    def counted(store: GrowingStore, text: str, output: IO[bytes]) -> None:
        asked.append(text)
        conclude(store, text, output)

    monkeypatch.setattr(GrowingStore, "conclude", counted)
    told = Graph().parse(data="<urn:x> <urn:first> <urn:y> ; <urn:far> <urn:z> .", format="turtle")
    derived = derive([told], tmp_path)
    assert {str(p) for p in derived.predicates()} == {"urn:third", "urn:second", "urn:beside"}
    names = [path.stem for text in asked for path in tmp_path.iterdir() if path.read_text() == text]
    assert (sorted(names[:3]), names[3:]) == (["a", "b", "c"], ["a"])


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_a_rule_does_not_see_what_others_find_in_the_same_round(tmp_path: Path, names: str) -> None:
    """Else what is concluded would depend on the names of the files, or on which is quicker."""
    for name, text in zip(
        names,
        (
            rule("?x :first ?y .", "?x :second ?y ."),
            rule("?x :first ?y . FILTER NOT EXISTS { ?x :second ?z }", "?x :alone ?y ."),
        ),
        strict=True,
    ):
        (tmp_path / f"{name}.rq").write_text(text)
    told = Graph().parse(data="<urn:x> <urn:first> <urn:y> .", format="turtle")
    derived = derive([told], tmp_path)
    assert {str(p) for p in derived.predicates()} == {"urn:second", "urn:alone"}


def test_a_rule_that_cannot_be_asked_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.rq").write_text(rule("?x :first ?y ."))
    (tmp_path / "b.rq").write_text("ASK {}")
    with pytest.raises(InputError, match=r"b\.rq: .*want a CONSTRUCT"):
        derive([Graph()], tmp_path)


def test_a_rule_that_feeds_itself_for_ever_is_told(tmp_path: Path) -> None:
    more = '?x :first ?y . BIND (IRI(CONCAT(STR(?y), "x")) AS ?z)'
    (tmp_path / "more.rq").write_text(rule(more, "?x :first ?z ."))
    told = Graph().parse(data="<urn:x> <urn:first> <urn:y> .", format="turtle")
    with pytest.raises(InputError, match="without end"):
        derive([told], tmp_path)
