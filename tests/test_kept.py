"""Answers kept with a release: those that its store gives, without asking it."""

import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from kg import inventory, places
from kg.binding import fill
from kg.canned import CannedQuery
from kg.engine import Engine
from kg.graphs import Project
from kg.headers import read_queries
from kg.kept import KeptStore
from kg.keptfiles import KEPT_AS, narrowed
from kg.loading import build_store
from kg.namespaces import GRAPH, LANGUAGES, PREFIXES
from kg.narrowing import narrowing
from kg.places import Places, key_of
from kg.reading import StoredQuad
from kg.release import Release
from kg.running import Dataset
from kg.store import EmbeddedStore, Literal, NamedNode, Table, Term
from kg.syntaxes import RESULT_FORMATS
from kg.typed import Choices, typed
from kg.web import create_app
from kg.web.service import Service
from serving import small_release

Built = tuple[Project, Release]
TEXTS = (places.ASKED, *inventory.ASKED)


select = EmbeddedStore.select


def unasked(self: EmbeddedStore, sparql: str) -> Table:
    """Of questions in the folder of a release it is looked in an empty store what they give."""
    assert not isinstance(self, KeptStore), sparql
    return select(self, sparql)


def service_of(app: Flask) -> Service:
    found: Service = app.extensions["kg"]
    found.engine.close()
    return found


def test_what_is_kept_is_what_the_store_answers(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = built[1].store
    asked = [EmbeddedStore.open(store).select(text) for text in TEXTS]
    held = KeptStore.open(store)
    with monkeypatch.context() as patched:
        patched.setattr(EmbeddedStore, "select", unasked)
        assert [held.select(text) for text in TEXTS] == asked
        assert Places(held).find("서울").endswith("kr-seoul")
        with pytest.raises(AssertionError, match="ASK"):
            held.select("SELECT ?other { ?other ?p ?o } # ASK")
    assert all(table.rows for table in asked)


def test_the_inventory_is_the_same_from_kept_answers(built: Built) -> None:
    store = built[1].store
    told = inventory.inventory(KeptStore.open(store))
    assert told == inventory.inventory(EmbeddedStore.open(store))
    assert {"place", "agreement", "source"} <= told.kinds
    assert len(told.documents) == told.counts["sources"] == 5
    assert [key_of(place) for place in told.ties] == ["kr-seoul", "kr-seocho"]


def test_a_question_that_was_not_kept_is_asked(built: Built, tmp_path: Path) -> None:
    """A release by another version of the code kept other questions, or none."""
    held = KeptStore.open(small_release(tmp_path / "release").store)
    assert held.select(places.ASKED).rows
    assert KeptStore.open(built[1].store).select("SELECT (1 AS ?one) {}").rows == [(Literal(1),)]


def texts_without_values(release: Release) -> list[str]:
    """The canned questions that take no value but the language, in each language."""
    return [
        fill(query, dict.fromkeys(query.parameters, Literal(language)))
        for query in read_queries(release.queries).values()
        for language in LANGUAGES
        if not query.parameters.keys() - {"lang"}
    ]


def engines(release: Release, folder: Path, quads: Iterable[StoredQuad]) -> tuple[Engine, Engine]:
    """One with the store of `release` alone; one with its kept answers, and `quads` to ask."""
    (folder / "bare").mkdir()
    (folder / "bare" / "store").symlink_to(release.store)
    build_store(quads, folder / "kept" / "store")
    (folder / "kept" / "answers").symlink_to(release.folder / "answers")
    return Engine(folder / "bare" / "store"), Engine(folder / "kept" / "store")


def test_questions_without_values_are_answered_from_what_is_kept(
    built: Built, tmp_path: Path
) -> None:
    """As the store answers them, byte by byte; what is not kept is asked of the store."""
    release = built[1]
    asked, kept = engines(release, tmp_path, [])
    texts = texts_without_values(release)
    assert len(texts) >= 15
    for text in texts:
        for syntax in RESULT_FORMATS:
            wanted = asked.answer(text, syntax, ours=True).read()
            for _ in range(2):
                assert kept.answer(text, syntax, ours=True).read() == wanted
        some = Dataset((GRAPH.reference,))
        assert kept.answer(text, "csv", dataset=some).read().count(b"\n") == 1
    assert kept.answer("SELECT ?s { ?s ?p ?o }", "csv").read() == b"s\r\n"
    asked.close()
    kept.close()


def narrowing_questions(release: Release) -> Iterator[tuple[CannedQuery, Mapping[str, Term]]]:
    """The questions whose values only leave rows out, each with many of them."""
    choices = Choices(EmbeddedStore.open(release.store))
    for query in read_queries(release.queries).values():
        if not any(parameter.narrows for parameter in query.parameters.values()):
            continue
        values: list[list[Term]] = []
        for parameter in query.parameters.values():
            match parameter.type:
                case "choice":
                    known = [choice.value for choice in choices.of(parameter)]
                case "flag":
                    known = ["true", "false"]
                case _:
                    known = ["-1", "0", "1", "2", "3", "7", "1000"]
            values.append([typed(parameter, value, None, choices) for value in known])
        for terms in product(*values):
            yield query, dict(zip(query.parameters, terms, strict=True))


def test_a_value_that_leaves_rows_out_is_answered_from_what_is_kept(
    built: Built, tmp_path: Path
) -> None:
    """As the store answers it, byte by byte, though only the vocabularies are there to ask."""
    release = built[1]
    terms = EmbeddedStore.open(release.store).quads(GRAPH.ontology)
    asked, kept = engines(release, tmp_path, terms)
    sizes: dict[str, set[int]] = {}
    for query, values in narrowing_questions(release):
        text, by = fill(query, values), narrowing(query, values)
        for syntax in ("json", "csv"):
            wanted = asked.answer(text, syntax, ours=True).read()
            assert kept.answer(text, syntax, ours=True, narrowing=by).read() == wanted, text
            assert asked.answer(text, syntax, ours=True, narrowing=by).read() == wanted
        sizes.setdefault(query.name, set()).add(wanted.count(b"\r\n"))
    assert sizes.keys() >= {"areas-of-cooperation", "friendship-and-council-pairs"}
    assert all(len(found) > 2 for found in sizes.values())
    asked.close()
    kept.close()


NUMBERS = ("true", "1", "-0", "+5", "05", "1.", ".5", "1e5", "INF", "NaN", "1E+05", "")
LEXICAL = st.one_of(st.text(max_size=8), st.sampled_from(NUMBERS))
DATATYPES = ("integer", "decimal", "double", "boolean", "string", "dateTime", "gYear")
TERMS = st.one_of(
    st.none(),
    st.builds(Literal, LEXICAL),
    st.builds(lambda text, tag: Literal(text, language=tag), LEXICAL, st.sampled_from(LANGUAGES)),
    st.builds(
        lambda text, name: Literal(text, datatype=NamedNode(PREFIXES["xsd"] + name)),
        LEXICAL,
        st.sampled_from(DATATYPES),
    ),
    st.sampled_from([NamedNode("urn:a"), NamedNode("https://example.org/한국")]),
)


@given(st.lists(st.tuples(TERMS, TERMS), max_size=3), st.booleans())
def test_every_term_comes_back_as_it_was_kept(
    rows: list[tuple[Term | None, ...]], one: bool
) -> None:
    """Also where nothing is bound, and in a table of one column, where that is an empty line."""
    columns = 1 if one else 2
    values = " ".join(
        f"({' '.join('UNDEF' if term is None else str(term) for term in row[:columns])})"
        for row in rows
    )
    names = "?a" if one else "?a ?b"
    store = EmbeddedStore.of([])
    text = f"SELECT {names} {{ VALUES ({names}) {{ {values} }} }}"
    assert Table.read(store.write(text, KEPT_AS), KEPT_AS) == store.select(text)
    assert Table.read(store.write(text, "json")) == store.select(text)


CONDITIONS = ("BOUND(?a)", "!BOUND(?a)", "ISLITERAL(?a)", "STR(?a) < STR(?b)", "?b > 0", "?a = ?b")


@given(st.lists(st.tuples(TERMS, TERMS, TERMS), max_size=5), st.sampled_from(CONDITIONS))
def test_rows_are_left_out_as_a_filter_does(
    rows: list[tuple[Term | None, ...]], condition: str
) -> None:
    values = " ".join(
        f"({' '.join('UNDEF' if term is None else str(term) for term in row)})" for row in rows
    )
    store = EmbeddedStore.of([])
    text = f"SELECT ?a ?other ?b {{ VALUES (?a ?other ?b) {{ {values} }} "

    def remaining(cells: bytes) -> bytes:
        inside = f"VALUES (?a ?b) {{ {cells.decode()} }} FILTER ({condition})"
        return store.write(f"SELECT ?a ?b {{ {inside} }}", KEPT_AS)

    kept = io.BytesIO(store.write(text + "}", KEPT_AS))
    wanted = store.write(f"{text} FILTER ({condition}) }}", KEPT_AS)
    assert narrowed(kept, ("a", "b"), remaining) == wanted


def test_a_start_reads_nothing_that_grows_with_the_data(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(EmbeddedStore, "select", unasked)
        service = service_of(create_app(built[1]))
        assert not {"places", "positions", "index"} & vars(service).keys()
        service.warm()
    assert {"places", "positions"} <= vars(service).keys()
