"""Search over the project's own data, and over the small graph of the serving tests."""

import unicodedata
from collections import Counter

import pytest
from opencc import OpenCC

from kg import named
from kg.errors import ParameterError
from kg.folding import tight
from kg.named import KINDS, PLACES, Spelling, Thing, things_of
from kg.namespaces import BASE, LANGUAGES
from kg.queries import read_queries
from kg.search import RANKS, Index
from serving import QUERIES, small_store

WANTED = 0.95  # of all names lead to the right place first


@pytest.fixture(scope="module")
def things(store):
    found, complete = things_of(store, read_queries(QUERIES))
    assert complete
    return found


@pytest.fixture(scope="module")
def index(things):
    return Index(things)


@pytest.fixture(scope="module")
def small():
    return Index(things_of(small_store(), read_queries(QUERIES))[0])


def found(index, asked, language="en", **chosen):
    return [hit.thing.iri.removeprefix(BASE) for hit in index.search(asked, language, chosen).hits]


# Every name of every place

_MARKS = {"Mn", "Mc", "Me"}


def bare(text):
    parts = unicodedata.normalize("NFD", text)
    kept = "".join(sign for sign in parts if unicodedata.category(sign) not in _MARKS)
    return unicodedata.normalize("NFC", kept)


def wide(text):
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def missing(text):
    return text[: len(text) // 2] + text[len(text) // 2 + 1 :]


def swapped(text):
    middle = len(text) // 2
    return text[: middle - 1] + text[middle] + text[middle - 1] + text[middle + 1 :]


def wrong(text):
    sign = text[len(text) // 2]
    other = "x" if sign.isascii() else chr(ord(sign) + 1) if "가" <= sign <= "힢" else "国"
    return text[: len(text) // 2] + other + text[len(text) // 2 + 1 :]


def doubled(text):
    return text[: len(text) // 2] + text[len(text) // 2] + text[len(text) // 2 :]


SAME = {
    "as it is": str,
    "without diacritics": bare,
    "in capitals": str.upper,
    "in small letters": str.lower,
    "in traditional characters": OpenCC("s2t").convert,
    "as in Taiwan": OpenCC("s2tw").convert,
    "in full width": wide,
    "with hyphens": lambda text: text.replace(" ", "-"),
    "without spaces": lambda text: text.replace(" ", ""),
}
SLIPS = {
    "a sign missing": missing,
    "two swapped": swapped,
    "one wrong": wrong,
    "one twice": doubled,
}


def shares(things, index, change, wanted):
    """For each language the share of names that lead to their place, and those that do not."""
    places = [thing for thing in things if thing.kind in PLACES]
    bearers = {}
    for thing in places:
        for spelling in thing.spellings:
            bearers.setdefault(tight(spelling.text), set()).add(thing.iri)
    asked, right, misses = Counter(), Counter(), []
    for thing in places:
        for spelling in filter(wanted, thing.spellings):
            tag = spelling.language or spelling.how
            asked[tag] += 1
            text = change(spelling.text)
            hits = index.search(text, spelling.language or "en", {}).hits
            if hits and hits[0].thing.iri in bearers[tight(spelling.text)]:
                right[tag] += 1
            else:
                misses.append((spelling.text, text))
    assert {"en", "ko", "zh-Hans"} <= asked.keys()
    return {tag: right[tag] / asked[tag] for tag in asked}, misses


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_every_name_of_a_place_in_any_guise_finds_it_first(things, index, change):
    share, misses = shares(things, index, change, lambda spelling: True)
    assert min(share.values()) >= WANTED, (share, misses)


@pytest.mark.parametrize("change", SLIPS.values(), ids=SLIPS)
def test_a_name_with_a_slip_mostly_finds_the_place_first(things, index, change):
    def long_enough(spelling):
        return spelling.how != "identifier" and len(tight(spelling.text)) > 2

    share, misses = shares(things, index, change, long_enough)
    assert min(share.values()) >= 0.85, (share, misses)


def test_every_label_of_anything_finds_something_of_that_label_first(things, index):
    bearers = {}
    for thing in things:
        for spelling in thing.spellings:
            bearers.setdefault(tight(spelling.text), set()).add(thing.iri)
    for thing in things:
        for tag in LANGUAGES:
            label = thing.label(tag)
            if label and len(label.text) <= 200:
                first = index.search(label.text, tag, {}).hits[0].thing.iri
                assert first in bearers[tight(label.text)], label


def test_everything_named_is_of_a_kind_and_no_name_of_a_name_is_found(things):
    kinds = Counter(thing.kind for thing in things)
    assert kinds.keys() == set(KINDS)
    assert kinds["question"] == len(read_queries(QUERIES))
    assert not [thing for thing in things if "/id/name/" in thing.iri or "/id/link/" in thing.iri]


# What is found, and in which order


@pytest.mark.parametrize(
    "asked",
    ["Q8684", "q8684", "wd:Q8684", "http://www.wikidata.org/entity/Q8684", "kr-seoul",
     "https://www.wikidata.org/wiki/Q8684", "place:kr-seoul", "/id/place/kr-seoul",
     BASE + "id/place/kr-seoul", "1835848", "https://sws.geonames.org/1835848/",
     "https://www.geonames.org/1835848/seoul.html", "SEOUL", " 서울 ", "首爾"],
)  # fmt: skip
def test_a_place_is_found_by_key_number_address_and_name(index, asked):
    assert found(index, asked)[0] == "id/place/kr-seoul"


def test_exact_names_go_before_beginnings_words_parts_and_similar_ones(index):
    for asked in ("Seoul", "council", "京", "beij", "Beijng"):
        ranks = [RANKS.index(hit.rank) for hit in index.search(asked, "en", {}).hits]
        assert ranks == sorted(ranks) and ranks
    assert index.search("Beijng", "en", {}).hits[0].rank == "fuzzy"


def test_words_are_found_in_any_order_and_with_a_slip(index):
    assert "id/body/seoul-beijing-integration-council" in found(index, "council beij")
    assert "id/body/seoul-beijing-integration-council" in found(index, "Beijng council")


def test_the_kinds_that_are_looked_for_most_come_first(index):
    kinds = [hit.thing.kind for hit in index.search("Seoul", "en", {}).hits if hit.rank == "word"]
    assert kinds == sorted(kinds, key=KINDS.index)


def test_each_thing_is_found_once_by_its_name_in_the_reader_s_language(index):
    (first, *others) = index.search("Q8684", "ko", {}).hits
    assert not others and first.spelling.how == "identifier"
    hits = index.search("北京市", "zh-Hans", {}).hits
    assert len({hit.thing.iri for hit in hits}) == len(hits)
    assert hits[0].spelling == Spelling("北京市", "zh-Hans", "label")


def test_a_question_and_a_document_are_found_by_their_titles(index):
    assert found(index, "friendship and council")[0] == "queries/friendship-and-council"
    assert found(index, "seocho-china-partners")[0] == "id/source/seocho-china-partners"


def test_two_characters_do_not_find_what_shares_one(index):
    assert found(index, "漢国") == []


@pytest.mark.parametrize("asked", ["", "   ", "–", "\0", "\u202e", "\ud800", "😀", "%", "\\"])
def test_what_holds_no_letter_finds_nothing(index, asked):
    assert found(index, asked) == []


def test_what_is_too_long_is_refused_in_words(index):
    with pytest.raises(ParameterError, match="201 characters; want at most 200"):
        index.search("x" * 201, "en", {})


# Facets


def test_facets_count_what_each_of_their_values_gives(index):
    everything = index.search("seoul", "en", {})
    for facet in ("kind", "country", "source"):
        for value, number in everything.facets[facet].items():
            assert len(index.search("seoul", "en", {facet: value}).hits) == number
    both = index.search("seoul", "en", {"kind": "agreement", "country": "cn"})
    assert {hit.thing.kind for hit in both.hits} == {"agreement"}
    assert both.facets["kind"].keys() > {"agreement"}
    assert all(BASE + "id/place/cn" in hit.thing.countries for hit in both.hits)


@pytest.mark.parametrize(("facet", "known"), [("kind", "municipality"), ("country", "kr"),
                                              ("source", "seoul-council-exchanges")])  # fmt: skip
def test_an_unknown_value_of_a_facet_is_refused_with_those_there_are(index, facet, known):
    with pytest.raises(ParameterError, match=f"{facet} is 'x'; want one of .*{known}"):
        index.search("seoul", "en", {facet: "x"})


def test_a_thing_belongs_to_the_countries_and_sources_of_what_it_is_about(things):
    by_key = {thing.iri.removeprefix(BASE): thing for thing in things}
    council = by_key["id/body/kr-seoul-council"]
    assert council.countries == (BASE + "id/place/kr",)
    tie = by_key["id/agreement/seoul-council-exchanges-r9-a"]
    assert set(tie.countries) == {BASE + "id/place/br", BASE + "id/place/kr"}
    assert tie.sources == (BASE + "id/source/seoul-council-exchanges",)
    assert tie.sources[0] in by_key["id/place/br-sao-paulo"].sources


def test_of_very_many_things_places_come_first_and_are_told_the_same(things, store, monkeypatch):
    whole = {thing.iri: thing for thing in things}
    monkeypatch.setattr(named, "MOST_THINGS", 400)
    monkeypatch.setattr(named, "FIRST_THINGS", 250)
    monkeypatch.setattr(named, "_BATCH", 40)
    some, complete = things_of(store, {})
    assert not complete and 240 < len(some) <= 250
    kinds = Counter(thing.kind for thing in some)
    places = {kind: n for kind, n in Counter(t.kind for t in things).items() if kind in PLACES}
    assert {kind: kinds[kind] for kind in places} == places and not kinds["visit"]
    for thing in some:
        same = whole[thing.iri]
        assert (thing.kind, thing.spellings) == (same.kind, same.spellings)
        assert thing.countries == same.countries or thing.kind not in PLACES
        assert set(thing.sources) <= set(same.sources) and thing.weight <= same.weight


# The small graph, and none


def test_a_name_of_two_places_finds_both(small):
    assert found(small, "Portland") == ["id/place/us-portland-me", "id/place/us-portland-or"]


def test_a_spelling_of_a_document_finds_the_place_in_both_scripts(small):
    assert found(small, "汉城")[0] == found(small, "漢城")[0] == "id/place/kr-seoul"


def test_an_empty_graph_finds_nothing():
    empty = Index([])
    assert empty.search("seoul", "en", {}).hits == []
    with pytest.raises(ParameterError, match="kind is 'person'"):
        empty.search("seoul", "en", {"kind": "person"})


def test_a_very_long_name_is_found_by_its_beginning_and_not_by_another():
    text = "a" * 150
    index = Index([Thing(BASE + "id/place/x", "municipality", [Spelling(text, "en", "label")])])
    assert found(index, "a" * 100) == ["id/place/x"]
    assert found(index, "a" * 99 + "bbbb") == []
