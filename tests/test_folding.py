import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.folding import letters, marked, tight, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("São Paulo", "sao paulo"), ("臺北", "台北"), ("首爾特別市", "首尔特别市"),
        ("ＳＥＯＵＬ", "seoul"), ("Xi'an", "xian"), ("Ulaan-Baatar", "Ulaanbaatar"),
        ("İstanbul", "istanbul"), ("Łódź", "lodz"), ("서울 특별시", "서울특별시"),
        ("Straße", "STRASSE"), ("서울", unicodedata.normalize("NFD", "서울")),
    ],
)  # fmt: skip
def test_spellings_that_readers_take_for_the_same_fold_to_the_same(one, other):
    assert tight(one) == tight(other) != ""


@pytest.mark.parametrize(("one", "other"), [("서울", "서을"), ("서울", "Seoul"), ("東", "西")])
def test_other_names_stay_others(one, other):
    assert tight(one) != tight(other)


def test_words_stay_apart_and_signs_between_them_are_spaces():
    assert words("Seoul–Beijing (2013)") == "seoul beijing 2013"


def test_a_slip_in_a_syllable_of_hangul_is_one_letter():
    pairs = zip(letters("서울"), letters("서을"), strict=True)
    assert sum(a != b for a, b in pairs) == 1


@pytest.mark.parametrize(
    ("text", "asked", "found"),
    [
        ("São Paulo", "sao paulo", ["São Paulo"]),
        ("台北市政府", "臺北", ["台北"]),
        ("Friendly city: Seoul – Beijing", "beijing seo", ["Seo", "Beijing"]),
        ("Ulaan-baatar", "ulaanb", ["Ulaan-b"]),
        ("Seoul", "x", []),
        ("Seoul", "", []),
    ],
)
def test_what_was_asked_is_marked_where_it_stands(text, asked, found):
    pieces = marked(text, asked)
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, inside in pieces if inside] == found


@given(st.text(), st.text(max_size=20))
def test_any_text_folds_once_and_marking_keeps_it(text, asked):
    assert words(words(text)) == words(text)
    kept = "".join(piece for piece, _ in marked(text, asked))
    assert kept == unicodedata.normalize("NFC", text)
