"""Long lists on pages: shown in parts that hold everything once, asked for in bounded queries."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kg.graphs import Project
from kg.importers.external import external_triples
from kg.importers.origin import Origin
from kg.importers.pairs import read_pairs
from kg.loading import build_store
from kg.namespaces import BASE
from kg.reading import to_oxigraph
from kg.release import Release
from kg.store import EmbeddedStore
from kg.web import create_app, quality
from kg.web.paging import Part
from kg.web.resources import MOST_INSIDE
from kg.web.statements import MOST_SHOWN
from kg.web.things import MOST_LINES
from serving import QUERIES

LINES = 1301
ORIGIN = Origin(
    "twins-2016", "none stated", "https://example.org/twins", "2016-09", "twin town", "und"
)
SOURCE = str(ORIGIN.own("source")).removeprefix(BASE.rstrip("/"))
GRAPH = str(ORIGIN.graph).removeprefix(BASE.rstrip("/"))
BROWSER = {"Accept": "text/html"}


def client_of(app: Flask) -> Iterator[FlaskClient]:
    yield app.test_client()
    app.extensions["kg"].engine.close()


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The site over a list of pairs: some 20,000 statements."""
    folder = tmp_path_factory.mktemp("pairs")
    lines = folder / "relations.tsv"
    lines.write_text("".join(f"Q{n}\tQ{n + 1}\n" for n in range(1, LINES + 1)), "utf-8")
    triples = external_triples(read_pairs(lines), ORIGIN)
    build_store((to_oxigraph(t, ORIGIN.graph) for t in triples), folder / "store")
    (folder / "queries").symlink_to(QUERIES)
    yield from client_of(create_app(Release("0123456789abcdef", folder, {"dumps": []})))


@pytest.fixture(scope="module")
def own(built: tuple[Project, Release]) -> Iterator[FlaskClient]:
    """The site over the project's release."""
    yield from client_of(create_app(built[1]))


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address, headers=BROWSER)
    assert response.status_code == status, address
    assert len(response.data) < 200_000, address
    return response.text


def section(text: str, name: str) -> str:
    """The part of a page from the heading with this id to the end of the list and its turning."""
    start = text.index(f'id="{name}"')
    return text[start : text.find("</section>", start)]


def parts(client: FlaskClient, address: str, name: str) -> list[str]:
    """A list part by part, as one goes through it by `Next page`."""
    found: list[str] = []
    at: str | None = address
    while at:
        text = section(page(client, at), name)
        found.append(text)
        link = re.search(r'<a rel="next" href="([^"]*)"', text)
        at = unescape(link[1]) if link else None
    return found


def links(texts: list[str], folder: str) -> list[str]:
    return [link for text in texts for link in re.findall(rf'href="({folder}[^"]*)"', text)]


def test_the_parts_of_a_list_are_all_of_it() -> None:
    assert [Part("x", total, 10).pages for total in (0, 1, 10, 11)] == [1, 1, 1, 2]
    assert [Part("x", 21, 10, n).of(range(21)) for n in (1, 3)] == [[*range(10)], [20]]


def test_every_line_of_a_long_document_stands_on_one_of_its_pages(pairs: FlaskClient) -> None:
    found = parts(pairs, SOURCE, "lines")
    numbers = [int(n) for text in found for n in re.findall(r'<tr id="l(\d+)">', text)]
    assert numbers == [*range(1, LINES + 1)] and len(found) == -(-LINES // MOST_LINES)
    assert f"{LINES} lines are cited" in found[0] and "page 1 of 4" in found[0]
    assert all("/id/agreement/" in text and "/id/evidence/" in text for text in found)


def test_everything_that_mentions_a_thing_stands_on_one_of_its_pages(pairs: FlaskClient) -> None:
    found = parts(pairs, SOURCE, "mentions")
    said = int(re.findall(r"Mentioned by (\d+) statements", found[0])[0])
    named = links(found, "/id/evidence/")
    assert said > 5 * LINES and len(found) == -(-said // MOST_SHOWN)
    # Each record of evidence has the list as its source by two properties.
    assert len(named) == 2 * LINES and len(set(named)) == LINES
    assert [text.count("<li>") + text.count("<dd><a") for text in found[1:3]] == [MOST_SHOWN] * 2
    # Folded on other pages, and open where one turns them.
    assert '<details class="all"><summary>' in page(pairs, SOURCE)
    assert '<details class="all" open><summary>' in page(pairs, f"{SOURCE}?mentions=2")


def test_everything_in_a_graph_stands_on_one_of_its_pages(pairs: FlaskClient) -> None:
    found = parts(pairs, GRAPH, "members")
    said = int(re.findall(r"Tells of (\d+) things", found[0])[0])
    agreements = links(found, "/id/agreement/")
    assert len(set(agreements)) == len(agreements) == LINES
    assert len(links(found, "/id/evidence/")) == LINES and len(found) == -(-said // MOST_SHOWN)
    order = links(found, "/id/")
    assert order == sorted(order)


def test_everything_of_a_kind_stands_on_one_of_its_pages(pairs: FlaskClient) -> None:
    found = [page(pairs, "/id/agreement/"), page(pairs, "/id/agreement/?things=2")]
    assert f"{LINES} things" in found[0] and 'href="/id/agreement/?things=2#things"' in found[0]
    named = links(found, "/id/agreement/ext")
    assert len(named) == len(set(named)) == LINES > MOST_INSIDE


@pytest.mark.parametrize("wrong", ["0", "5", "x", "٢", "9999999", "-1"])
def test_a_part_that_there_is_not_is_told(pairs: FlaskClient, wrong: str) -> None:
    text = page(pairs, f"{SOURCE}?lines={wrong}", 400)
    assert "a whole number from 1 to" in text and ">4<" in text


def test_a_part_is_named_in_the_reader_s_language(pairs: FlaskClient) -> None:
    korean = page(pairs, f"{SOURCE}?lang=ko")
    assert f"인용한 줄은 모두 {LINES}개입니다." in korean and 'aria-label="줄 쪽"' in korean
    assert 'href="/id/source/external-twins-2016?lines=2&amp;lang=ko#lines"' in korean
    assert f"共引用 {LINES} 行。" in page(pairs, f"{SOURCE}?lang=zh-Hans")


def test_data_are_whole_whatever_part_is_asked_for(pairs: FlaskClient) -> None:
    whole = pairs.get(f"{GRAPH}.nt").data
    assert whole.count(b"\n") > 15_000
    assert pairs.get(f"{GRAPH}.nt?members=2").data == whole


def test_no_query_of_a_page_brings_all_that_mentions_a_thing(
    pairs: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = []
    select = EmbeddedStore.select

    def counted(self: EmbeddedStore, sparql: str) -> object:
        table = select(self, sparql)
        counts.append(len(table.rows))
        return table

    monkeypatch.setattr(EmbeddedStore, "select", counted)
    for address in (f"{SOURCE}?lines=3&new", f"{GRAPH}?members=7&new"):
        page(pairs, address)
    # One query has a row for each line, of one column.
    assert sorted(counts)[-1] == LINES and sorted(counts)[-2] < 5 * MOST_LINES


def test_what_is_near_an_address_that_is_not_there(pairs: FlaskClient) -> None:
    text = page(pairs, "/id/agreement/external-twins-2016-q7-q9", 404)
    assert "Perhaps you mean" in text and "/id/agreement/external-twins-2016-q7-q8" in text
    assert page(pairs, "/nothing/like/this", 404)


def test_quality_is_the_same_in_parts(own: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("checks", "readings", "disputes", "coverage")
    whole = {name: section(page(own, "/quality"), name) for name in names}
    monkeypatch.setattr(quality, "_MOST", 4)
    for name, text in whole.items():
        found = parts(own, f"/quality?{name}=1", name)
        shown = re.findall(r"<tr|<li>", text)
        heads = text.count("<thead")
        assert len(shown) - heads == sum(
            len(re.findall(r"<tr|<li>", part)) - part.count("<thead") for part in found
        )
        assert len(found) == max(1, -(-(len(shown) - heads) // 4)), name
