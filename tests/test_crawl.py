"""A crawler that walks over every address of the graph, and over every link of the pages.

By default at most forty of each kind are opened, spread over all of them (the pages of all places
among them); with KG_CRAWL=all every single one is, which takes some minutes.
"""

import os
import re
from collections import Counter
from html import unescape
from urllib.parse import unquote, urlsplit

import pytest
from rdflib import Dataset, Graph

from kg.namespaces import BASE, SHAPE
from kg.reading import read_graph, read_quads
from kg.store import NamedNode
from kg.web import create_app
from kg.web.formats import SUFFIXES, media_type

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
MOST = 40  # of a kind
ALL = os.environ.get("KG_CRAWL") == "all"
LINK = re.compile(r'<(?:a|link)\b[^>]*?\bhref="([^"]*)"')
ID = re.compile(r'\bid="([^"]*)"')
PARSERS = {"ttl": "turtle", "nt": "nt", "jsonld": "json-ld", "rdf": "xml"}


@pytest.fixture(scope="module")
def client(built):
    app = create_app(built[1])
    yield app.test_client()
    app.extensions["kg"].engine.close()


@pytest.fixture(scope="module")
def addresses(built):
    """Every address of ours in the graph and the shapes, as a path of the server."""
    terms = set()
    for quad in read_quads(built[1].folder / "kg.trig"):
        terms |= {quad.subject, quad.predicate, quad.object, quad.graph_name}
    found = {t.value for t in terms if isinstance(t, NamedNode) and t.value.startswith(BASE)}
    shapes = read_graph([built[1].folder / "shapes.ttl"])
    found |= {str(node) for node in shapes.subjects() if str(node).startswith(BASE)}
    found.add(str(SHAPE))
    return sorted(found)


def sampled(addresses):
    """The addresses to open: all of the rare kinds and all places, of others one in so many."""
    kinds = {}
    for address in addresses:
        kinds.setdefault(address.removeprefix(BASE).rpartition("/")[0], []).append(address)
    return [
        address
        for kind, members in kinds.items()
        for address in members[:: 1 if ALL or kind == "id/place" else 1 + len(members) // MOST]
    ]


def path_of(address):
    return "/" + address.removeprefix(BASE).partition("#")[0]


def test_every_address_and_every_link_of_its_page_answers(client, addresses):
    waiting = ["/", "/queries/", "/sparql", "/quality", "/downloads/", *map(path_of, addresses)]
    opened = {path_of(address) for address in sampled(addresses)} | set(waiting[:5])
    pages, ids, dead, asked = {}, {}, [], Counter()
    sizes = {}
    fragments = {}
    known = set(waiting)
    queue = [path for path in dict.fromkeys(waiting) if path in opened]
    while queue:
        path = queue.pop()
        response = client.get(path, headers=BROWSER)
        if response.status_code not in (200, 308):
            dead.append((path, response.status_code))
            continue
        pages[path] = response.status_code
        if response.mimetype != "text/html":
            continue
        text = response.text
        if not path.startswith("/sparql"):
            sizes[path] = len(response.data)
        ids[path] = set(ID.findall(text))
        if path.startswith(("/queries/", "/sparql")):
            continue  # their own tests follow their links
        for target in map(unescape, LINK.findall(text)):
            parts = urlsplit(target)
            if target.startswith("#"):
                fragments.setdefault(path, set()).add(parts.fragment)
                continue
            if not target.startswith("/") or target.startswith("/static/") or "lang=" in target:
                continue
            inside = unquote(parts.path)
            if parts.fragment:
                fragments.setdefault(inside, set()).add(parts.fragment)
            if inside.rpartition(".")[2] in SUFFIXES or inside.startswith("/downloads/"):
                continue  # the data forms have a test of their own
            if parts.query:
                asked[parts.path] += 1
                if asked[parts.path] > 2:
                    continue
                inside = f"{parts.path}?{parts.query}"
            if inside not in known:
                known.add(inside)
                queue.append(inside)
    assert dead == []
    assert {path: size for path, size in sizes.items() if size >= 200_000} == {}
    missing = [(path, wanted) for path, names in fragments.items() if path in ids
               for wanted in names if wanted and wanted not in ids[path]]  # fmt: skip
    assert missing == []
    assert len(pages) > (2300 if ALL else 500)
    assert sum(path.startswith("/pair/") for path in pages) > 50


@pytest.mark.parametrize("suffix", list(SUFFIXES))
def test_every_address_answers_in_each_syntax(client, addresses, suffix):
    wrong, empty = [], []
    paths = list(dict.fromkeys(path_of(address) for address in sampled(addresses)))
    for number, path in enumerate(path for path in paths if path != "/ontology"):
        by_suffix = client.get(f"{path}.{suffix}")
        if by_suffix.status_code != 200 or by_suffix.content_type != media_type(SUFFIXES[suffix]):
            wrong.append((path, by_suffix.status_code))
        if number % 20 == 0:
            accept = {"Accept": media_type(SUFFIXES[suffix]).partition(";")[0]}
            assert client.get(path, headers=accept).data == by_suffix.data, path
            graph = Dataset() if suffix == "jsonld" else Graph()
            graph.parse(data=by_suffix.data, format=PARSERS[suffix])
            if len(graph) == 0:
                empty.append(path)
    assert wrong == []
    assert empty == []
