"""Pictures: they are well-formed, told in words, no more exact than their dates, safe."""

import json
import re
from itertools import pairwise
from math import cos, degrees, hypot, radians, sin
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import DataError
from kg.headers import read_queries, read_query
from kg.web import create_app
from kg.web.pictures import Bar, Event, Spot, bars, document, land, ties, timeline
from kg.web.pictures.projection import (
    EDGE,
    POLE,
    clipped,
    east_of,
    equal_earth,
    great_circle,
    pieces,
    rings_around,
    unrolled,
)
from kg.web.pictures.scales import in_years, linear, round_ticks, year_ticks
from kg.web.pictures.svg import WIDTH, shortened, width_of
from kg.web.pictures.timeline import span_of

ROOT = Path(__file__).parent.parent
SVG = "{http://www.w3.org/2000/svg}"
QUERIES = read_queries(ROOT / "queries")
DRAWN = [name for name, query in QUERIES.items() if query.display.form != "table"]
BROWSER = {"Accept": "text/html"}
HOSTILE = '"><script>alert(1)</script>&\' onload="x" \x00\x08\ufffe\ud800 𠮷 서울'
TEXT = st.text(max_size=30) | st.just(HOSTILE)
SEOUL, BANGKOK = Spot("서울", 37.57, 126.98), Spot("Bangkok", 13.75, 100.5)


@pytest.fixture(scope="module")
def client(built):
    return create_app(built[1]).test_client()


def read(picture):
    """The picture as a tree, read from the file that it makes."""
    return ElementTree.fromstring(document(picture))


def shapes(tree, *names):
    return [one for one in tree.iter() if one.tag.removeprefix(SVG) in names]


def each():
    yield bars(
        "Visits", "Numbers of visits", ["out", "in"], [Bar("2010", (2, 4)), Bar("2011", (5, 0))]
    )
    yield bars("Areas", "Numbers by area", ["n"], [Bar("culture and sports", (3,))])
    yield timeline("Dates", "When", [Event("Seoul", "1998-12-02", "signed")])
    yield ties("Ties", "Where", SEOUL, [BANGKOK])
    yield bars("", "", [], [])
    yield timeline("", "", [])
    yield ties("", "", None, [])


# Words


@pytest.mark.parametrize("number", range(7))
def test_a_picture_is_well_formed_and_has_a_title_and_a_description(number):
    tree = read(list(each())[number])
    assert tree.tag == SVG + "svg"
    assert tree.get("role") == "img"
    title, described = tree[0], tree[1]
    assert (title.tag, described.tag) == (SVG + "title", SVG + "desc")
    assert tree.get("aria-labelledby").split() == [title.get("id"), described.get("id")]


def test_a_picture_needs_no_style_and_holds_nothing_that_runs_or_takes_the_focus():
    for picture in each():
        for one in read(picture).iter():
            assert one.tag.removeprefix(SVG) not in (
                "script",
                "style",
                "a",
                "foreignObject",
                "image",
            )
            assert not any(name == "style" or name.startswith("on") for name in one.attrib)


@settings(deadline=None, max_examples=60)
@given(TEXT, TEXT, TEXT)
def test_hostile_words_stay_words(title, name, note):
    spots = [Spot(name, 10, 10, note=note)]
    for picture in (
        bars(title, note, [name, note], [Bar(name, (1, 2)), Bar(note, (0, 1))]),
        timeline(title, note, [Event(name, "1998", note)], [name]),
        ties(title, note, Spot(note, 0, 0), spots, [name]),
    ):
        tree = read(picture)
        kinds = {one.tag.removeprefix(SVG) for one in tree.iter()}
        assert kinds <= {
            "svg",
            "title",
            "desc",
            "rect",
            "g",
            "line",
            "text",
            "circle",
            "polygon",
            "path",
        }
        assert not [key for one in tree.iter() for key in one.attrib if key.startswith("on")]


@settings(deadline=None, max_examples=60)
@given(st.text(), st.floats(1, 500))
def test_a_shortened_text_fits_or_is_only_the_sign_for_what_is_missing(text, width):
    found = shortened(text, width)
    assert found == text or found.endswith("…")
    assert width_of(found) <= max(width, width_of("…"))


# Scales


@settings(deadline=None, max_examples=60)
@given(st.floats(0, 1e12), st.integers(2, 12))
def test_ticks_are_few_round_and_reach_the_largest_number(high, most):
    ticks = round_ticks(high, most)
    assert ticks[0] == 0 and ticks[-1] >= high and len(ticks) <= most + 1
    step = ticks[1]
    assert [tick - step * n for n, tick in enumerate(ticks)] == [0] * len(ticks)
    assert str(step).rstrip("0") in ("1", "2", "5")


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 9998), st.integers(0, 3000), st.integers(2, 12))
def test_years_with_ticks_are_in_the_span_and_few(first, length, most):
    ticks = year_ticks(first, first + length, most)
    assert len(ticks) <= most
    assert all(first <= year <= first + length for year in ticks)


@settings(deadline=None, max_examples=60)
@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6), st.floats(0, 1))
def test_a_scale_keeps_order_and_ends(low, length, share):
    at = linear(low, low + length, 100, 900)
    assert at(low) == pytest.approx(100) and at(low + length) == pytest.approx(900)
    assert 100 - 1e-6 <= at(low + share * length) <= 900 + 1e-6


@settings(deadline=None, max_examples=60)
@given(st.dates(), st.dates())
def test_days_as_years_keep_their_order(one, other):
    assert (one < other) == (in_years(one) < in_years(other))
    assert int(in_years(one)) == one.year


# Bars


def test_bars_are_as_long_as_their_numbers():
    tree = read(bars("t", "d", ["n"], [Bar("one thing", (1,)), Bar("another", (4,))]))
    short, long = (float(one.get("width")) for one in shapes(tree, "rect")[1:])
    assert long == pytest.approx(4 * short, rel=0.01)


def test_a_bar_says_its_numbers_to_a_pointer():
    tree = read(bars("t", "d", ["out", "in"], [Bar("2010", (2, 4)), Bar("2011", (5, 0))]))
    said = [one.text for one in tree.iter(SVG + "title")][1:]
    assert said == ["2010: out 2, in 4", "2011: out 5"]


def test_a_year_between_others_without_a_row_has_its_place_on_the_page(client):
    tree = ElementTree.fromstring(client.get("/queries/visits-by-year?format=svg").data)
    years = [
        one.text for one in tree.iter(SVG + "text") if re.fullmatch("[0-9]{4}", one.text or "")
    ]
    assert years == [str(year) for year in range(2002, 2023)]
    assert "2005: 0" in [one.text for one in tree.iter(SVG + "title")]


# Timelines


@pytest.mark.parametrize(
    ("edtf", "begin", "length"),
    [
        ("1998-12-02", 1998.918, 1 / 365),
        ("1998-12", 1998.915, 31 / 365),
        ("1998", 1998, 1),
        ("199X", 1990, 10),
        ("19XX", 1900, 100),
        ("2000-07-10/2000-07-15", 2000.522, 6 / 366),
        ("1998/2001", 1998, 4),
    ],
)
def test_a_date_is_as_long_as_it_is_unknown(edtf, begin, length):
    span = span_of(edtf)
    assert span.begin == pytest.approx(begin, abs=0.002)
    assert span.end - span.begin == pytest.approx(length, abs=0.002)


def test_open_ends_are_open_and_nonsense_is_no_date():
    assert (span_of("1998/..").begin, span_of("1998/..").end) == (1998, None)
    assert (span_of("/1998").begin, span_of("../1998-12").end) == (
        None,
        pytest.approx(1999, abs=0.01),
    )
    for text in ("", "..", "../..", "/", "1998-13", "soon", "1998/2000/2001", "2001/1998"):
        assert span_of(text) is None


def test_only_a_day_is_a_mark_and_what_is_unsure_is_hollow():
    tree = read(timeline("t", "d", [Event("a", "1998-12-02", ""), Event("b", "2001", ""),
                                    Event("c", "2004?", "")]))  # fmt: skip
    (day,), (year, unsure) = shapes(tree, "circle"), shapes(tree, "polygon")
    assert day.get("stroke-dasharray") is year.get("stroke-dasharray") is None
    assert unsure.get("stroke-dasharray") and float(unsure.get("fill-opacity")) < 0.2
    assert float(year.get("fill-opacity")) < 1


def test_the_bar_of_a_decade_is_ten_times_as_long_as_that_of_a_year():
    tree = read(timeline("t", "d", [Event("a", "1990", ""), Event("b", "199X", "")]))
    year, decade = (
        [float(pair.split(",")[0]) for pair in one.get("points").split()]
        for one in shapes(tree, "polygon")
    )
    assert max(decade) - min(decade) == pytest.approx(10 * (max(year) - min(year)), rel=0.01)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(TEXT, st.sampled_from(["1998", "199X", "2001-05-03", "x", "1970/.."])),
                max_size=40))  # fmt: skip
def test_every_mark_of_a_timeline_is_in_the_picture(found):
    tree = read(timeline("t", "d", [Event(row, date, "") for row, date in found]))
    height = float(tree.get("viewBox").split()[3])
    for one in shapes(tree, "circle"):
        assert 0 <= float(one.get("cx")) <= WIDTH and 0 <= float(one.get("cy")) <= height
    for one in shapes(tree, "polygon"):
        for x, y in (map(float, pair.split(",")) for pair in one.get("points").split()):
            assert 0 <= x <= WIDTH and 0 <= y <= height


# Maps

LONGITUDES, LATITUDES = st.floats(-180, 180), st.floats(-90, 90)


@settings(deadline=None, max_examples=60)
@given(LONGITUDES, LATITUDES)
def test_every_place_is_on_the_map(longitude, latitude):
    x, y = equal_earth(longitude, latitude)
    assert abs(x) <= EDGE + 1e-6 and abs(y) <= POLE + 1e-6


@settings(deadline=None, max_examples=60)
@given(st.integers(-89, 88))
def test_the_projection_keeps_areas(latitude):
    """Between two parallels lies as much of the map as of the sphere."""
    steps = [latitude + n / 50 for n in range(51)]
    area = sum(
        (equal_earth(360, low)[0] + equal_earth(360, high)[0]) / 2
        * (equal_earth(0, high)[1] - equal_earth(0, low)[1])
        for low, high in pairwise(steps)
    )  # fmt: skip
    sphere = 2 * 3.141592653589793 * (sin(radians(latitude + 1)) - sin(radians(latitude)))
    assert area == pytest.approx(sphere, rel=0.002)


@settings(deadline=None, max_examples=60)
@given(LONGITUDES, LATITUDES, LONGITUDES, LATITUDES)
def test_a_great_circle_leads_from_one_place_to_the_other_and_turns_nowhere(a, b, c, d):
    way = great_circle((a, b), (c, d))
    ends = [vector(*way[0]), vector(*way[-1])]
    for found, wanted in zip(ends, (vector(a, b), vector(c, d)), strict=True):
        assert hypot(*(p - q for p, q in zip(found, wanted, strict=True))) < 1e-6
    cross = [sum(p * q for p, q in zip(normal(ends[0], ends[1]), vector(*point), strict=True))
             for point in way]  # fmt: skip
    assert max(map(abs, cross)) < 1e-6


def vector(longitude, latitude):
    lon, lat = radians(longitude), radians(latitude)
    return cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)


def normal(a, b):
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


@settings(deadline=None, max_examples=60)
@given(LONGITUDES, LATITUDES, LONGITUDES, LATITUDES, st.floats(0, 360))
def test_a_line_never_jumps_across_the_map(a, b, c, d, middle):
    for piece in pieces(great_circle((a, b), (c, d)), middle):
        for (x, _), (following, _) in pairwise(piece):
            assert abs(x - following) <= 180


def test_a_way_over_the_edge_of_the_map_is_cut_there():
    first, second = pieces([(170, 10), (-170, 20)], 0)
    assert first == [(170, 10), (180, 15)] and second == [(-180, 15), (-170, 20)]


def test_land_across_the_edge_is_drawn_on_both_sides():
    island = [(170.0, 0.0), (-170.0, 0.0), (-170.0, 10.0), (170.0, 10.0)]
    parts = list(rings_around(island, 0))
    assert sorted((min(x for x, _ in part), max(x for x, _ in part)) for part in parts) == [
        (-180, -170), (170, 180)
    ]  # fmt: skip
    assert len(list(rings_around(island, 150))) == 1


def test_land_around_a_pole_reaches_it():
    antarctica = [(float(x), -70.0) for x in range(-180, 180, 10)]
    assert min(latitude for _, latitude in unrolled(antarctica)) == -90


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(LONGITUDES, LATITUDES), min_size=3, max_size=12), st.floats(-90, 90))
def test_what_is_clipped_stays_inside(ring, limit):
    assert all(x >= limit - 1e-9 for x, _ in clipped(ring, 0, limit, 1))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.builds(Spot, st.text(max_size=8), LATITUDES, LONGITUDES), max_size=8),
       st.none() | st.builds(Spot, st.text(max_size=8), LATITUDES, LONGITUDES))  # fmt: skip
def test_every_spot_is_inside_the_map(spots, origin):
    tree = read(ties("t", "d", origin, spots))
    height = float(tree.get("viewBox").split()[3])
    dots = shapes(tree, "circle")
    assert len(dots) == len(spots) + (origin is not None)
    for one in dots:
        assert -1 <= float(one.get("cx")) <= WIDTH + 1
        assert -1 <= float(one.get("cy")) <= height + 1


def test_east_is_counted_from_the_middle():
    assert [east_of(150, x) for x in (150, -170, 0)] == [0, 40, -150]
    assert degrees(radians(east_of(0, 180))) == -180


def test_a_map_without_its_geometry_has_places_and_the_net(tmp_path, monkeypatch):
    monkeypatch.setattr(land, "BUILT", tmp_path)
    tree = read(ties("t", "d", Spot("x", 1.5, 2.5), [Spot("y", 40.25, -120.75)]))
    (empty,) = [one for one in tree.iter(SVG + "path") if one.get("class") == "p-land"]
    assert empty.get("d") == ""
    assert len(shapes(tree, "circle")) == 2


def test_a_map_draws_the_land_that_was_built(tmp_path, monkeypatch):
    monkeypatch.setattr(land, "BUILT", tmp_path)
    (tmp_path / "land-110m.json").write_text(json.dumps([[0, 0, 1000, 0, 1000, 1000]]))
    tree = read(
        ties("t", "d", Spot("x", 1.5, 3.5), [Spot("y", 45.25, -121.75), Spot("z", -30, 80)])
    )
    (drawn,) = [one for one in tree.iter(SVG + "path") if one.get("class") == "p-land"]
    assert drawn.get("d") == "M5250 2190l250 0-7-336z"  # in tenths of a unit


# The pictures of questions


def test_every_question_says_how_it_is_shown():
    assert {query.display.form for query in QUERIES.values()} == {
        "bars",
        "timeline",
        "map",
        "table",
    }
    assert len(DRAWN) >= 24


@pytest.mark.parametrize("language", ["en", "ko", "zh-Hans"])
@pytest.mark.parametrize("name", DRAWN)
def test_a_question_comes_as_a_picture_with_its_data_beneath(client, name, language):
    answer = client.get(f"/queries/{name}?format=svg&lang={language}")
    assert answer.status_code == 200 and answer.mimetype == "image/svg+xml"
    tree = ElementTree.fromstring(answer.data)
    assert tree[0].text == QUERIES[name].title[language]
    assert re.search("[0-9]", tree[1].text)
    assert shapes(tree, "circle", "polygon", "rect", "path")
    page = client.get(f"/queries/{name}?lang={language}", headers=BROWSER).text
    assert page.index('<svg xmlns="http://www.w3.org/2000/svg"') < page.index("<table")
    assert f'<a href="/queries/{name}?lang={language}&amp;format=svg">SVG</a>' in page
    assert len(page.encode()) < 200_000


def test_a_picture_of_no_rows_is_not_found_and_the_page_does_without(client):
    address = "/queries/ties-of?city=cn-hebi&"
    assert client.get("/queries/council-only?city=cn-hebi&format=svg").status_code in (200, 404)
    empty = client.get("/queries/intents?city=jp-tokyo", headers=BROWSER)
    assert "<svg" not in empty.text
    assert client.get("/queries/intents?city=jp-tokyo&format=svg").status_code == 404
    assert client.get(address + "format=svg").status_code == 200


def test_a_question_that_is_a_table_has_no_picture(client):
    assert client.get("/queries/evidence-of?format=svg").status_code == 400
    assert "<svg" not in client.get("/queries/evidence-of", headers=BROWSER).text


@pytest.mark.parametrize(
    ("display", "message"),
    [
        ("pie", "want as: table, bars, timeline, map"),
        ("{as: pie}", "want as: table, bars, timeline, map"),
        ("{as: bars, of: [visits]}", "'by' is missing"),
        ("{as: bars, by: year, of: year}", "want a list of columns"),
        ("{as: bars, by: year, of: [nothing]}", "want columns of kind number"),
        ("{as: timeline, by: year, of: [year]}", "want columns of kind date"),
        ("{as: map, of: [year]}", "want columns of kind iri"),
        ("{as: bars, by: nothing, of: [outbound]}", "which is not a column"),
        ("{as: bars, by: year, of: [outbound, inbound], kind: reason}", "several are kinds"),
        ("{as: table, by: year}", "unknown key 'by'"),
        ("{as: bars, by: year, of: [outbound], colour: red}", "unknown key 'colour'"),
        ("{as: bars, by: year, of: [outbound], from: city}", "unknown key 'from'"),
    ],
)
def test_a_display_that_the_query_cannot_feed_is_refused_with_its_line(tmp_path, display, message):
    text = (ROOT / "queries" / "visits-by-year.rq").read_text("utf-8")
    path = tmp_path / "visits-by-year.rq"
    path.write_text(re.sub(r"(?m)^(#\+   display: ).*$", rf"\g<1>{display}", text), "utf-8")
    with pytest.raises(DataError, match=re.escape(message)) as error:
        read_query(path)
    assert error.value.place.line is not None and error.value.place.line > 1


def test_a_map_starts_from_a_place_only(tmp_path):
    text = (ROOT / "queries" / "ties-of.rq").read_text("utf-8").replace("from: city", "from: lang")
    path = tmp_path / "ties-of.rq"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError, match="want a parameter of type place"):
        read_query(path)


# The pictures of any query

COUNTED = """SELECT ?year (COUNT(*) AS ?n) {
  ?a <https://w3id.org/municipal-diplomacy/ontology#year> ?y BIND (STR(?y) AS ?year) }
  GROUP BY ?year ORDER BY ?year"""
PLACED = """SELECT ?place ?date {
  ?a <https://w3id.org/municipal-diplomacy/ontology#involves> ?place ;
     <https://w3id.org/municipal-diplomacy/ontology#edtf> ?date } ORDER BY ?place ?date LIMIT 30"""


@pytest.mark.parametrize(("query", "number"), [(COUNTED, 1), (PLACED, 2)])
def test_an_answer_of_the_endpoint_is_drawn_as_its_columns_allow(client, query, number):
    page = client.post("/sparql", data={"query": query}, headers=BROWSER).text
    assert page.count('role="img"') == number


@pytest.mark.parametrize(
    "query",
    [
        'SELECT ?a ?b { VALUES (?a ?b) { ("<script>alert(1)</script>" 1) ("b" 2) } }',
        'SELECT ?a ?b { VALUES (?a ?b) { ("<script>alert(1)</script>" "1998-12") } }',
        "SELECT ?a ?b { VALUES (?a ?b) { (1 1e400) (2 -5) (3 1e11) } }",
        'SELECT ?a ?b { VALUES (?a ?b) { ("x" "1998/..") ("x" "../..") } }',
        "SELECT ?a { VALUES ?a { <javascript:alert(1)> } }",
        "SELECT * { }",
    ],
)
def test_strange_answers_are_pages_all_the_same(client, query):
    answer = client.post("/sparql", data={"query": query}, headers=BROWSER)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_a_picture_of_too_many_things_shows_the_first_and_says_so(client):
    values = " ".join(f'("row {n}" "{1000 + n}-05")' for n in range(200))
    query = f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {values} }} }}"
    page = client.post("/sparql", data={"query": query}, headers=BROWSER).text
    assert page.count("Drawn are the first 80 of 200; the table has all.") == 2
    assert page.count("<polygon") == 80


@pytest.mark.parametrize(("name", "drawn"), [("18{:02}", 100), ("{:02} things", 60)])
def test_more_bars_than_can_be_told_apart_are_cut(name, drawn):
    items = [Bar(name.format(n), (1,)) for n in range(100)]
    assert len(shapes(read(bars("t", "d", ["n"], items)), "g")) == drawn
