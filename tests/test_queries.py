from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Quad, RdfFormat, parse

from kg import binding
from kg.errors import DataError, InputError, NotFoundError, ParameterError
from kg.graphs import Project, build_graphs
from kg.queries import Choices, Places, bind, find_query, read_queries, read_query, run
from kg.reading import to_oxigraph
from kg.store import EmbeddedStore, Literal, NamedNode
from kg.tokens import tokens
from serving import BASE, QUERIES, ROOT, small_store

STORE = small_store()
PLACES = Places(STORE)
CHOICES = Choices(STORE)
ALL = read_queries(QUERIES)
BOTH = ALL["friendship-and-council"]

TEXT_QUERY = """\
#+ summary: Names that hold a text
#+ description: Which names hold a text?
#+ method: GET
#+ defaults:
#+   - part: "Seo"
#+   - most: "10"
#+ x-kg:
#+   title: {en: "Names", ko: "이름", zh-Hans: "名称"}
#+   description: {en: "Names", ko: "이름", zh-Hans: "名称"}
#+   parameters:
#+     part:
#+       type: text
#+       label: {en: "Text", ko: "글자", zh-Hans: "文字"}
#+     most:
#+       type: integer
#+       label: {en: "Length", ko: "길이", zh-Hans: "长度"}
#+   columns:
#+     name:
#+       label: {en: "Name", ko: "이름", zh-Hans: "名称"}
#+       kind: text

PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
# ?_part stays as it is in a comment
SELECT DISTINCT ?name
WHERE {
  ?place skos:prefLabel ?name .
  FILTER (CONTAINS(STR(?name), ?_part) && "?_part" != "" && STRLEN(?name) < ?_most_integer)
}
ORDER BY ?name
"""


def written(tmp_path, text, name="names.rq"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def column(answer, name):
    place = answer.table.columns.index(name)
    return [row[place] and row[place].value for row in answer.table.rows]


def read_quads_of(text):
    prefixes = (
        f"@prefix md: <{BASE}ontology#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> ."
    )
    return [Quad(*triple) for triple in parse(prefixes + text, format=RdfFormat.TURTLE)]


with TemporaryDirectory() as folder:
    TEXT = read_query(written(Path(folder), TEXT_QUERY))


# The answers


def test_both_agreements_has_one_row_a_partner_ordered_by_date():
    answer = run(BOTH, {}, STORE)
    assert column(answer, "partnerLabel") == ["Ankara", "Honolulu", "Bangkok", "Wellington"]
    assert column(answer, "tieSource")[0] == "council-list, line 18"
    assert column(answer, "councilEvidence")[2] == f"{BASE}id/evidence/council-list-r1-b"


def test_a_repaired_or_disputed_date_says_so():
    assert column(run(BOTH, {}, STORE), "remark") == ["repaired", "disputed", "", ""]


@pytest.mark.parametrize(
    ("values", "partners"),
    [
        ({"letters": "false"}, ["Ankara", "Bangkok", "Wellington"]),
        ({"tie": "type:zh-youhao-chengshi"}, ["Ankara", "Honolulu", "Bangkok"]),
        ({"letters": "no", "tie": "type:zh-youhao-chengshi"}, ["Ankara", "Bangkok"]),
        ({"city": "서초구"}, ["Jianhua District"]),
        ({"city": "Wellington"}, ["Seoul"]),
        ({"city": "Almaty"}, []),
    ],
)
def test_parameters_restrict_the_answer(values, partners):
    assert column(run(BOTH, values, STORE, PLACES, CHOICES), "partnerLabel") == partners


def test_labels_come_in_the_language_asked_for():
    assert column(run(BOTH, {"lang": "zh-Hans"}, STORE), "partnerLabel")[0] == "安卡拉"
    assert column(run(BOTH, {"lang": "ko"}, STORE), "partnerLabel")[0] == "앙카라"


def test_pairs_hold_each_pair_once():
    answer = run(ALL["friendship-and-council-pairs"], {}, STORE)
    pairs = list(
        zip(column(answer, "municipalityLabel"), column(answer, "partnerLabel"), strict=True)
    )
    assert pairs == [
        ("Seoul", "Ankara"),
        ("Seoul", "Honolulu"),
        ("Seoul", "Bangkok"),
        ("Seoul", "Wellington"),
        ("Seocho District", "Jianhua District"),
    ]
    fewer = run(ALL["friendship-and-council-pairs"], {"letters": "false"}, STORE)
    assert len(fewer.table.rows) == 3


def test_council_only_intents_ties_and_evidence():
    assert column(run(ALL["council-only"], {}, STORE), "partnerLabel") == ["Almaty"]
    assert column(run(ALL["intents"], {}, STORE), "partnerLabel") == ["Amman"]
    assert len(run(ALL["ties-of"], {}, STORE).table.rows) == 10
    lines = column(run(ALL["evidence-of"], {"city": "방콕"}, STORE), "line")
    assert lines == ["15", "15", "55"]


# What the small graph can answer; tests/test_questions.py asks the others of the whole graph.
SMALL = ["council-only", "evidence-of", "friendship-and-council", "friendship-and-council-pairs",
         "intents", "ties-of"]  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
def test_every_query_runs_as_it_stands_and_cites_every_row(name):
    answer = run(ALL[name], {}, STORE)
    assert answer.table.rows
    evidence = [c for c in answer.query.columns if c.lower().endswith("evidence")]
    assert evidence
    for cited in evidence:
        assert all(f"{BASE}id/evidence/" in value for value in column(answer, cited))


@pytest.mark.parametrize("name", ALL)
def test_every_header_is_read_by_a_plain_yaml_reader_as_grlc_does(name):
    lines = (QUERIES / f"{name}.rq").read_text(encoding="utf-8").split("\n")
    header = yaml.safe_load("\n".join(line.lstrip("#+") for line in lines if line.startswith("#+")))
    defaults = {key for entry in header["defaults"] for key in entry}
    assert defaults == set(ALL[name].parameters)
    assert header["summary"] and "\n" not in header["description"]


# Places


@pytest.mark.parametrize(
    "name",
    ["Seoul", "seoul", " SEOUL ", "서울", "首尔", "汉城", "Séoul", "Seoul Special City", "Q8684",
     "q8684", "wd:Q8684", "http://www.wikidata.org/entity/Q8684",
     "/id/place/kr-seoul", "kr-seoul", "place:kr-seoul", f"{BASE}id/place/kr-seoul"],
)  # fmt: skip
def test_a_place_is_found_by_any_of_its_names(name):
    assert PLACES.find(name) == f"{BASE}id/place/kr-seoul"


def test_an_ambiguous_name_gets_the_candidates():
    with pytest.raises(ParameterError, match=r"2 places: .*us-portland-me.*us-portland-or"):
        PLACES.find("Portland")


def test_an_unknown_name_gets_what_comes_near():
    with pytest.raises(ParameterError, match=r"no place is called 'Bangkog'.*Bangkok"):
        PLACES.find("Bangkog")


def test_a_name_like_no_other_is_told_what_there_may_be():
    with pytest.raises(ParameterError, match="/id/place/kr-seoul") as caught:
        PLACES.find("\u3042\u3042\u3042")
    assert "list of places" not in str(caught.value)


def test_countries_are_no_territories_to_offer_but_can_be_named():
    quads = read_quads_of("""
        md:a a md:CountryOrRegion ; skos:prefLabel "Brazil"@en .
        md:b a md:Municipality ; skos:prefLabel "Recife"@en .""")
    places = Places(EmbeddedStore.of(quads))
    assert [name for _, name in places.territories("en")] == ["Recife"]
    assert places.find("Brazil").endswith("#a")


# Bad values


def test_a_default_that_is_not_in_the_data_is_refused_not_answered_with_nothing():
    own = EmbeddedStore.of(read_quads_of('md:b a md:Municipality ; skos:prefLabel "Recife"@en .'))
    with pytest.raises(ParameterError, match="no place kr-seoul in these data; name one with city"):
        run(BOTH, {}, own)
    assert run(BOTH, {"city": "Recife"}, own).table.rows == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"town": "Seoul"}, "'town': there is none; it has city, letters, tie, lang"),
        ({"city": ""}, "'city': no value"),
        ({"city": "Atlantis"}, "'city': no place is called 'Atlantis'"),
        ({"letters": "perhaps"}, "'letters': 'perhaps' is not true or false"),
        ({"tie": "type:memorandum"}, "'tie': 'type:memorandum' is not among the choices"),
        ({"tie": "type:x> . ?s ?p ?o"}, "is not among the choices"),
        ({"lang": "fr"}, "'fr' is not among the choices; want one of en, ko, zh-Hans"),
        ({"city": "x" * 1_000_000}, "1,000,000 characters; want at most"),
        ({"city": "\ud800"}, "half a character"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_words(values, message):
    with pytest.raises(ParameterError) as caught:
        bind(BOTH, values, PLACES, CHOICES)
    assert "friendship-and-council: parameter" in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize("value", ["", "ten", "1.5", "1e3", "٣", "9" * 40, "1 || true"])
def test_an_integer_is_an_integer(tmp_path, value):
    query = read_query(written(tmp_path, TEXT_QUERY))
    with pytest.raises(ParameterError, match="'most'"):
        bind(query, {"most": value}, PLACES)


@pytest.mark.parametrize("name", ["friendship-and-counci", "../x", "%2e%2e", "ｆriendship", ""])
def test_an_unknown_query_name_is_not_found(name):
    with pytest.raises(NotFoundError, match="there is no query called"):
        find_query(ALL, name)


# Binding


HOSTILE = ['"', "'", "\\", "\n", "\r", ">", "}", "#", "\\u0022", "\0", "\u202e", '""" }', "?_part",
           "?_most_integer", "') } #", "x" * 1000]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_text_is_a_text_and_nothing_else(tmp_path, value):
    query = read_query(written(tmp_path, TEXT_QUERY))
    assert one_term_differs(query, value)
    run(query, {"part": value}, STORE, PLACES)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_for_any_text_the_bound_query_differs_in_that_term_alone(value):
    query = TEXT
    assert one_term_differs(query, value)
    echo = STORE.select(f"SELECT ?x WHERE {{ BIND ({Literal(value)} AS ?x) }}")
    assert echo.rows == [(Literal(value),)]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_for_any_place_the_query_is_bound_to_a_known_place_or_refused(value):
    try:
        text = bind(BOTH, {"city": value}, PLACES, CHOICES)
    except ParameterError as error:
        assert "city" in str(error)
    else:
        place = str(NamedNode(PLACES.find(value.strip())))
        default = str(NamedNode(BOTH.parameters["city"].default))
        assert text == bind(BOTH, {}, PLACES, CHOICES).replace(default, place)


def one_term_differs(query, value):
    """Whether the query bound to `value` is that bound to a plain word, but for one string."""
    plain = [t.text for t in tokens(bind(query, {"part": "plain"}, PLACES))]
    bound = [t.text for t in tokens(bind(query, {"part": value}, PLACES))]
    term = binding.written(Literal(value))
    return len(plain) == len(bound) and all(
        a == b or (a == '"plain"' and b == term) for a, b in zip(plain, bound, strict=True)
    )


def test_variables_in_comments_strings_and_longer_names_stay(tmp_path):
    text = bind(read_query(written(tmp_path, TEXT_QUERY)), {"part": "Bang"}, PLACES)
    assert "# ?_part stays" in text
    assert '"?_part" != ""' in text
    assert 'CONTAINS(STR(?name), "Bang")' in text


# Headers


def test_a_good_header_is_read(tmp_path):
    query = read_query(written(tmp_path, TEXT_QUERY))
    assert query.name == "names"
    assert query.parameters["most"].variable == "?_most_integer"
    assert column(run(query, {"most": "6"}, STORE), "name") == ["Seoul"]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("#+ method: GET", "#+ method: POST", 3, "want GET"),
        ("#+ method: GET", "#+ method: GET\n#+ colour: red", 4, "unknown key 'colour'"),
        ("#+ method: GET\n", "", 1, "'method' is missing"),
        (', zh-Hans: "长度"', "", 14, "'zh-Hans' is missing"),
        ('zh-Hans: "长度"', 'zh-Hans: ""', 14, "the text in zh-Hans"),
        ("type: integer", "type: number", 14, "want one of place"),
        ("?_most_integer", "?_most", 26, "is written ?_most_integer"),
        ("?_most_integer", "10", 14, "'most' is not in the text"),
        ('#+   - most: "10"\n', "", 13, "has no default"),
        ('#+   - most: "10"', "#+   - most: yes", 6, "want a number or a quoted text"),
        ("?_part) &&", "?_part) && ?_other &&", 26, "not among the parameters"),
        ("?_part) &&", "?_part) && ?_part_iri &&", 26, "one name, two types"),
        ("SELECT DISTINCT ?name", "SELECT *", 23, "name the columns"),
        ("?place skos", "SERVICE <http://x/> {} ?place skos", 25, "asks this graph only"),
        ("ORDER BY", "ORDR BY", 28, "not SPARQL"),
        ("kind: text", "kind: words", 18, "want one of iri"),
        ("#+     name:\n", "#+     nome:\n", 18, "unknown key 'nome'"),
        ("#+   columns:", "#+   columns: [", 17, "not YAML"),
        (
            "type: integer",
            "type: integer\n#+       narrows: {widest: '10'}",
            14,
            "'where' is missing",
        ),
        (
            "type: integer",
            "type: integer\n#+       narrows: {widest: 10, where: '?name != 1'}",
            14,
            "widest is 10; want a quoted text",
        ),
        (
            "type: integer",
            "type: integer\n#+       narrows: {widest: ten, where: '?name != 1'}",
            14,
            "narrows: widest: 'ten' is not a whole number",
        ),
        (
            "type: integer",
            "type: integer\n#+       narrows: {widest: '10', where: '?_most_integer > 1'}",
            14,
            "it names no column",
        ),
        (
            "type: integer",
            "type: integer\n#+       narrows: {widest: '10', where: '?name >'}",
            14,
            "want a condition of SPARQL",
        ),
        (
            "type: integer",
            "type: integer\n#+       narrows: {widest: '10', where: '?name != ?_part'}",
            14,
            "narrows: where names ?_part; want no other",
        ),
        (
            "kind: text",
            "kind: text\n#+       shown: perhaps",
            18,
            "shown is 'perhaps'; want true or false",
        ),
        ("#+   columns:", "#+   rests-on-absence: no one\n#+   columns:", 17, "want true or false"),
    ],
)
def test_a_malformed_header_is_an_error_with_file_and_line(tmp_path, old, new, line, message):
    assert old in TEXT_QUERY
    path = written(tmp_path, TEXT_QUERY.replace(old, new))
    with pytest.raises(DataError) as caught:
        read_query(path)
    assert message in str(caught.value)
    assert caught.value.place.path == path
    assert abs((caught.value.place.line or 0) - line) <= 2


def test_a_folder_of_queries_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        read_queries(tmp_path / "none")


# The answers on the data of the project (competency questions CQ01, CQ02, CQ04, CQ05, CQ39)

PARTNERS = ["Ankara", "Honolulu", "São Paulo", "Moscow", "New South Wales", "Mexico City",
            "Ulaanbaatar", "Warsaw", "Astana", "Bangkok", "Zhejiang", "Wellington"]  # fmt: skip
COOPERATION_ONLY = {"Zhejiang", "Wellington"}


@pytest.fixture(scope="module")
def whole():
    graphs = build_graphs(Project(ROOT))
    return EmbeddedStore.of(to_oxigraph(t, name) for name, graph in graphs.items() for t in graph)


@pytest.mark.parametrize(
    ("values", "left_out"),
    [
        ({}, set()),
        ({"tie": "type:zh-youhao-chengshi"}, COOPERATION_ONLY),
        ({"letters": "false"}, {"Honolulu"}),
        ({"letters": "false", "tie": "type:zh-youhao-chengshi"}, COOPERATION_ONLY | {"Honolulu"}),
    ],
)
def test_seoul_has_twelve_partners_with_both_agreements(whole, values, left_out):
    found = column(run(BOTH, values, whole), "partnerLabel")
    assert found == [partner for partner in PARTNERS if partner not in left_out]


def test_every_row_of_seoul_cites_its_line(whole):
    answer = run(BOTH, {}, whole)
    lines = {int(source.rpartition(" ")[2]) for source in column(answer, "tieSource")}
    assert lines == {*range(15, 24), 25, 26, 28}
    assert column(answer, "tieSource") == column(answer, "councilSource")
    assert column(answer, "remark") == [""] * 12


def test_thirteen_pairs_have_both_agreements(whole):
    pairs = ALL["friendship-and-council-pairs"]
    found = run(pairs, {}, whole)
    assert column(found, "municipalityLabel") == ["Seocho District", *["Seoul"] * 12]
    assert column(found, "partnerLabel") == ["Jianhua District", *PARTNERS]
    fewer = column(run(pairs, {"letters": "false"}, whole), "partnerLabel")
    assert fewer == [partner for partner in PARTNERS if partner != "Honolulu"]


def test_council_agreements_alone_and_what_is_not_signed(whole):
    alone = run(ALL["council-only"], {}, whole)
    assert column(alone, "partnerLabel") == ["Almaty", "Bishkek"]
    assert column(alone, "councilSigned") == ["2001-05-09", "2016-01-14"]


def test_four_partners_have_an_intent_or_an_exchange_of_views(whole):
    """An exchange of views binds nobody: its partner is known from the list entry alone."""
    intents = run(ALL["intents"], {}, whole)
    columns = [column(intents, name) for name in ("partnerLabel", "statusLabel", "dated")]
    assert list(zip(*columns, strict=True)) == [
        ("Guizhou", "intent confirmed", None),
        ("Marseille", "intent confirmed", None),
        ("Amman", "intent confirmed", None),
        ("British Columbia", "views exchanged", "2018-10"),
    ]


def test_a_fact_goes_by_its_name_in_the_language_asked_for(whole):
    facts = run(ALL["evidence-of"], {"lang": "ko"}, whole)
    assert any("앙카라" in name for name in column(facts, "aboutLabel"))


def test_the_answer_is_the_same_without_graphs(whole):
    """Plain Turtle has no graphs: the query must not need them."""
    plain = EmbeddedStore.of(
        Quad(t.subject, t.predicate, t.object)
        for t in whole.construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    )
    assert run(BOTH, {}, plain).table == run(BOTH, {}, whole).table
