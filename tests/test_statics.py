"""The stylesheet and the scripts: kept by browsers for good, and sent small."""

import gzip
import re

import pytest

from kg.web import create_app
from serving import ROOT, small_release

STYLE = (ROOT / "src/kg/web/static/style.css").read_bytes()


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    app = create_app(small_release(tmp_path_factory.mktemp("release")))
    yield app.test_client()
    app.extensions["kg"].engine.close()


@pytest.fixture(scope="module")
def address(client):
    page = client.get("/", headers={"Accept": "text/html"}).text
    return re.search(r'href="(/static/style\.css\?v=[0-9a-f]{12})"', page)[1]


def test_a_page_names_its_stylesheet_after_what_it_holds(client, address):
    response = client.get(address)
    assert response.data == STYLE and response.mimetype == "text/css"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("asked", ["", "?v=", "?v=000000000000", "?v=../../etc/passwd"])
def test_an_address_of_no_or_another_version_is_asked_for_again(client, asked):
    response = client.get(f"/static/style.css{asked}")
    assert response.data == STYLE and "immutable" not in response.headers["Cache-Control"]


def test_it_is_compressed_for_who_takes_that(client, address):
    response = client.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.data) == STYLE and len(response.data) < len(STYLE) / 2
    assert int(response.headers["Content-Length"]) == len(response.data)
    plain = client.get(address, headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in plain.headers and plain.data == STYLE
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_who_holds_it_gets_304(client, address):
    headers = {"Accept-Encoding": "gzip"}
    headers["If-None-Match"] = client.get(address, headers=headers).headers["ETag"]
    again = client.get(address, headers=headers)
    assert again.status_code == 304 and again.data == b""


def test_what_is_not_there_stays_not_found(client):
    for path in ("/static/none.css?v=1", "/static/../__init__.py", "/static/%2e%2e/__init__.py"):
        response = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert response.status_code == 404
        assert "immutable" not in response.headers.get("Cache-Control", "")


def test_the_stylesheet_and_the_small_script_are_small():
    scripts = [path.read_bytes() for path in (ROOT / "src/kg/web/static").glob("*.js")]
    assert all(len(gzip.compress(text)) < 10_000 for text in [STYLE, *scripts])
