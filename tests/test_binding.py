"""A value becomes one term of its query and nothing else, whatever it is (cases I1 to I4)."""

import subprocess
import sys
from functools import cache

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from differing import algebra, algebra_differences, token_differences
from kg.binding import written
from kg.errors import ParameterError
from kg.queries import (
    Choices,
    Places,
    default_terms,
    fill,
    read_queries,
    read_query,
    run,
    typed_values,
)
from kg.store import EmbeddedStore, Literal
from serving import BASE, QUERIES, ROOT, small_store

STORE = small_store()
PLACES = Places(STORE)
CHOICES = Choices(STORE)
ALL = read_queries(QUERIES)
PARAMETERS = [(name, key) for name, query in ALL.items() for key in query.parameters]

HOSTILE = ['"', "'", "\\", "\n", "\r", ">", "}", "#", "\\u0022", "\\\\u0022", "\\U00000022",
           "\\u000a", "\0", "\x000000", "\u202e", "\u200f", "\u2066x\u2069", "\ufeff", '""" }',
           "?_lang", "$_lang", "') } #", "> } ; DROP ALL #", '"@en', '"^^<x>', "{{", "%s", "<", "|",
           "; ASK {}", "SERVICE <http://x/> {}", "\\", "\\\\", "x\\", "\ud800",
           "😀", "é", "x" * 1000, "x" * 1_000_000]  # fmt: skip
# What comes near to a good value of some type, so that more than refusals are tried.
ALMOST = ["Seoul", " seoul ", "kr-seoul", "Q8684", "2019", "20190", "1998-12-02", "1998-13", "true",
          "type:memorandum", "en", "zh-Hans", f"{BASE}id/place/kr-seoul", "-5", "+7", "٢٠١٩",
          "２０１９", "ＴＲＵＥ"]  # fmt: skip


@cache
def default_text(name):
    """A question with its defaults, and its algebra."""
    query = ALL[name]
    sparql = fill(query, default_terms(query))
    return sparql, algebra(sparql)


def checked(name, key, value):
    """Whether the question binds; asserts that it differs from its defaults in that term alone."""
    query = ALL[name]
    defaults = default_terms(query)
    try:
        term = typed_values(query, {key: value}, Anywhere(PLACES), CHOICES)[key]
    except ParameterError as error:
        assert error.parameter == key
        assert f"'{key}'" in str(error)
        return False
    bound = fill(query, {**defaults, key: term})
    sparql, parsed = default_text(name)
    differences = token_differences(sparql, bound)
    assert differences == token_differences(written(defaults[key]), written(term))
    found = {(str(a), str(b)) for a, b in algebra_differences(parsed, algebra(bound))}
    assert found == {(defaults[key].value, term.value) for _ in differences}
    EmbeddedStore.of([]).select(bound)
    return True


class Anywhere:
    """The places of the small graph, where every default counts as one of them."""

    def __init__(self, places):
        self.find = places.find

    def __contains__(self, iri):
        return True


@pytest.mark.parametrize(("name", "key"), PARAMETERS)
def test_a_hostile_value_of_any_parameter_is_one_term_or_refused(name, key):
    for value in HOSTILE:
        checked(name, key, value)
    assert any(checked(name, key, value) for value in ALMOST) or ALL[name].parameters[key].choices


values = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(HOSTILE[:-2] + ALMOST), max_size=4).map("".join),
    st.sampled_from(ALMOST),
)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(PARAMETERS), values)
def test_for_any_value_of_any_parameter_the_query_differs_in_that_term_alone(parameter, value):
    checked(*parameter, value)


@settings(max_examples=300, deadline=None)
@given(st.one_of(values, st.text('\\uU0022"abcdefF', max_size=30)))
def test_a_text_is_read_back_as_it_was_given_by_both_engines(value):
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        return
    sparql = f"SELECT ?x WHERE {{ BIND ({written(Literal(value))} AS ?x) }}"
    assert STORE.select(sparql).rows == [(Literal(value),)]
    (row,) = rdflib.Graph().query(sparql)
    assert str(row[0]) == value


def test_some_thousand_fuzzed_values_break_nothing(built):
    """A sample of what benchmarks/fuzz_parameters.py tries a million of."""
    script = [sys.executable, str(ROOT / "benchmarks" / "fuzz_parameters.py")]
    options = ["--values", "3000", "--share", "30", "--project", str(built[0].folder)]
    run = subprocess.run([*script, *options], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "| 3,000 |" in run.stdout and "FAULT" not in run.stdout


# A parameter inside OPTIONAL, MINUS, EXISTS and a subquery (I4)

HEADER = """\
#+ summary: Places
#+ description: Which places?
#+ method: GET
#+ defaults:
#+   - part: "Seoul"
#+   - city: "{base}id/place/kr-seoul"
#+ x-kg:
#+   title: {{en: "Places", ko: "장소", zh-Hans: "地点"}}
#+   description: {{en: "Places", ko: "장소", zh-Hans: "地点"}}
#+   parameters:
#+     part:
#+       type: text
#+       label: {{en: "Name", ko: "이름", zh-Hans: "名称"}}
#+     city:
#+       type: place
#+       label: {{en: "City", ko: "도시", zh-Hans: "城市"}}
#+   columns:
#+     place:
#+       label: {{en: "Place", ko: "장소", zh-Hans: "地点"}}
#+       kind: iri
#+     found:
#+       label: {{en: "Found", ko: "결과", zh-Hans: "结果"}}
#+       kind: text

PREFIX md: <https://w3id.org/municipal-diplomacy/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
BODIES = {
    "OPTIONAL": """SELECT DISTINCT ?place ?found WHERE {
  ?place a md:Municipality .
  OPTIONAL { ?place skos:prefLabel ?found FILTER (STR(?found) = ?_part || ?place = ?_city_iri) }
} ORDER BY ?place ?found""",
    "MINUS": """SELECT DISTINCT ?place ?found WHERE {
  ?place a md:Municipality ; skos:prefLabel ?found .
  MINUS { ?place skos:prefLabel ?name FILTER (STR(?name) = ?_part) }
  MINUS { ?tie md:involves ?place , ?_city_iri }
} ORDER BY ?place ?found""",
    "EXISTS": """SELECT DISTINCT ?place ?found WHERE {
  ?place skos:prefLabel ?found .
  FILTER (EXISTS { ?tie md:involves ?place , ?_city_iri }
    && NOT EXISTS { ?place skos:prefLabel ?name FILTER (STR(?name) = ?_part) })
} ORDER BY ?place ?found""",
    "subquery": """SELECT ?place ?found WHERE {
  { SELECT DISTINCT ?place ?found WHERE {
      ?tie md:involves ?_city_iri , ?place . ?place skos:prefLabel ?found .
      FILTER (CONTAINS(STR(?found), ?_part))
    } ORDER BY ?place ?found LIMIT 5 }
} ORDER BY ?place ?found""",
}


@cache
def plain_graph():
    """The small graph in rdflib, without names of graphs."""
    triples = STORE.construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    return rdflib.Graph().parse(data="".join(f"{t} .\n" for t in triples), format="nt")


VALUES = [("Seoul", "kr-seoul"), ("Bangkok", "kr-seoul-seocho"), ('"', "kr-seoul"),
          ("Wellington", "nz-wellington"), ("", "kr-seoul")]  # fmt: skip


@pytest.mark.parametrize(("part", "city"), VALUES)
@pytest.mark.parametrize("where", BODIES)
def test_a_bound_query_equals_the_one_written_by_hand(tmp_path, where, part, city):
    path = tmp_path / "places.rq"
    path.write_text(HEADER.format(base=BASE) + "\n" + BODIES[where] + "\n", encoding="utf-8")
    query = read_query(path)
    answer = run(query, {"part": part, "city": city}, STORE, PLACES, CHOICES)
    quoted = '"\\""' if part == '"' else f'"{part}"'
    prologue = HEADER[HEADER.index("PREFIX") :]
    by_hand = prologue + BODIES[where].replace("?_part", quoted).replace(
        "?_city_iri", f"<{BASE}id/place/{city}>"
    )
    assert answer.table == STORE.select(by_hand)
    graph = plain_graph()
    rows = [tuple(map(str, row)) for row in graph.query(answer.sparql)]
    assert rows == [tuple(map(str, row)) for row in graph.query(by_hand)]


def test_the_bodies_answer_something_so_that_equal_means_something(tmp_path):
    for where, body in BODIES.items():
        path = tmp_path / f"{where}.rq"
        path.write_text(HEADER.format(base=BASE) + "\n" + body + "\n", encoding="utf-8")
        values = {"part": "o", "city": "kr-seoul"}
        assert run(read_query(path), values, STORE, PLACES).table.rows, where
