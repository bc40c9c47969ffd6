"""Answers that are kept: made once, within bounds, for one release, and sent as they were."""

import gzip
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from kg.limits import BudgetError
from kg.loading import build_store
from kg.reading import read_quads
from kg.release import Release
from kg.settings import Settings
from kg.web import change_release, create_app
from kg.web.answers import Answers, Kept, Ready
from serving import GRAPH, QUERIES, small_release

ADDRESS = "/queries/friendship-and-council"
BROWSER = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = create_app(small_release(tmp_path_factory.mktemp("answers")))
    yield app
    app.extensions["kg"].engine.close()


@pytest.fixture
def client(app):
    return app.test_client()


def count(client, name):
    """A counter of the site."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.M)
    return float(found[1])


def made(client):
    """How many queries the workers have answered for the questions."""
    return count(client, 'kg_queries_total{outcome="answer"}')


# Keeping


def test_what_is_asked_for_twice_is_made_once():
    told = []
    answers = Answers(10_000, told.append)
    assert answers.get(("a",), lambda: b"first") == b"first"
    assert answers.get(("a",), lambda: b"second") == b"first"
    assert told == ["made", "kept"]


def test_many_who_ask_at_the_same_time_wait_for_one():
    answers = Answers(10_000)
    calls, found = [], []
    all_are_there = threading.Barrier(8)
    go_on = threading.Event()

    def make():
        calls.append(1)
        go_on.wait(10)
        return b"answer"

    def ask():
        all_are_there.wait(10)
        found.append(answers.get(("a",), make))

    threads = [threading.Thread(target=ask) for _ in range(7)]
    for thread in threads:
        thread.start()
    all_are_there.wait(10)
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert found == [b"answer"] * 7
    assert len(calls) == 1


def test_an_error_reaches_all_who_wait_and_is_not_kept():
    answers = Answers(10_000)
    begun, go_on, found = threading.Event(), threading.Event(), []

    def fail():
        begun.set()
        go_on.wait(10)
        raise ValueError("too hard")

    def ask():
        try:
            answers.get(("a",), fail)
        except ValueError as error:
            found.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    begun.wait(10)
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert found == ["too hard"] * 3
    assert answers.get(("a",), lambda: b"done") == b"done"


def test_the_budget_of_who_asks_first_is_not_that_of_who_waits():
    answers, begun, go_on = Answers(10_000), threading.Event(), threading.Event()

    def refused():
        begun.set()
        go_on.wait(20)
        raise BudgetError("too much", 1)

    with ThreadPoolExecutor() as pool:
        first = pool.submit(answers.get, ("a",), refused)
        assert begun.wait(20)
        second = pool.submit(answers.get, ("a",), lambda: b"rows")
        go_on.set()
        with pytest.raises(BudgetError):
            first.result(20)
        assert second.result(20) == b"rows"


def test_the_bytes_are_bounded_and_the_least_asked_goes_first():
    answers = Answers(10_000)
    for n in range(20):
        answers.get((str(n),), lambda: b"x" * 1000)
        answers.get(("0",), lambda: b"lost")
        assert answers.size <= 10_000
    assert answers.get(("0",), lambda: b"lost") == b"x" * 1000
    assert answers.get(("1",), lambda: b"made again") == b"made again"


def test_an_answer_that_would_drive_out_all_others_is_not_kept():
    answers = Answers(10_000)
    answers.get(("small",), lambda: b"small")
    assert len(answers.get(("large",), lambda: b"x" * 50_000)) == 50_000
    assert answers.get(("large",), lambda: b"again") == b"again"
    assert answers.get(("small",), lambda: b"lost") == b"small"


def test_long_requests_are_not_known_by_their_words():
    answers = Answers(1_000_000)
    answers.get(("a",), lambda: Kept(b"x", "text/plain"))
    ready = Ready(("a",), (), (), '"tag"')
    for query in ("short", "x" * 5000):
        answers.remember(("/queries/a", query), ready)
    assert answers.find(("/queries/a", "short"))
    assert answers.find(("/queries/a", "x" * 5000)) is None


def test_what_does_not_get_smaller_is_not_compressed():
    assert Kept(b"x" * 999, "text/plain").zipped is None
    text = Kept(b"x" * 5000, "text/plain")
    assert text.zipped and gzip.decompress(text.zipped) == text.body
    packed = gzip.compress(b"".join(bytes([n % 251, n // 251]) for n in range(9999)))
    assert Kept(packed, "application/gzip").zipped is None


# Over HTTP


@pytest.mark.parametrize("accept", ["text/html", "application/json", "text/csv"])
def test_a_repeated_answer_is_the_same_with_the_same_head(client, accept):
    headers = {"Accept": accept, "Accept-Language": "ko"}
    first, second = (client.get(f"{ADDRESS}?letters=no", headers=headers) for _ in range(2))
    assert first.data == second.data and first.status_code == second.status_code == 200
    one, two = (dict(response.headers) for response in (first, second))
    assert one.pop("X-Request-Id") != two.pop("X-Request-Id")
    assert one == two
    assert one["Cache-Control"] == "no-cache" and one["ETag"].startswith('W/"')
    assert {"Accept", "Accept-Language", "Accept-Encoding"} <= set(one["Vary"].split(", "))


def test_one_place_by_all_its_names_is_computed_once(client):
    names = ["%EC%84%9C%EC%9A%B8", "Seoul", "Q8684", "kr-seoul", "SEOUL", "%E9%A6%96%E5%B0%94",
             "https://w3id.org/municipal-diplomacy/id/place/kr-seoul"]  # fmt: skip
    client.get(f"/queries/ties-of?format=json&city={names[0]}")
    before = made(client)
    answers = {client.get(f"/queries/ties-of?format=json&city={name}").data for name in names}
    assert len(answers) == 1
    pages = [client.get(f"/queries/ties-of?city={name}", headers=BROWSER) for name in names]
    assert all(page.status_code == 200 for page in pages)
    assert made(client) == before


def test_requests_at_the_same_time_are_computed_once(app):
    client = app.test_client()
    before = made(client)
    together, found = threading.Barrier(6), []

    def ask():
        together.wait(10)
        found.append(app.test_client().get("/queries/council-only?format=csv").data)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 6 and len(set(found)) == 1
    assert made(client) == before + 1


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_who_holds_the_answer_gets_304_first_and_later(client, accept):
    address = f"{ADDRESS}?lang=zh-Hans"
    tag = client.get(address, headers={"Accept": accept}).headers["ETag"]
    for _ in range(2):
        answer = client.get(address, headers={"Accept": accept, "If-None-Match": tag})
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == tag and "Accept" in answer.headers["Vary"]
        assert "Content-Length" not in answer.headers
    other = client.get(address, headers={"Accept": accept, "If-None-Match": 'W/"other"'})
    assert other.status_code == 200


def test_a_tag_is_of_one_form_and_one_language(client):
    tags = {
        client.get(f"{ADDRESS}?lang={language}&format={form}").headers["ETag"]
        for language in ("en", "ko", "zh-Hans")
        for form in ("html", "json", "csv")
    }
    assert len(tags) == 9


def test_a_kept_page_is_sent_to_readers_of_its_language_only(client):
    for _ in range(2):
        for language in ("ko", "en", "zh-Hans"):
            headers = {"Accept": "text/html", "Accept-Language": language}
            page = client.get(ADDRESS, headers=headers)
            assert f'<html lang="{language}">' in page.text
            assert page.headers["Content-Language"] == language
            data = client.get(ADDRESS, headers={**headers, "Accept": "application/json"})
            assert data.headers["Content-Language"] == language


def test_the_first_and_the_next_are_compressed_where_the_client_takes_it(client):
    plain = client.get(f"{ADDRESS}?format=xml").data
    for accepted, encoding in (("gzip", "gzip"), ("gzip;q=0", None), ("br", None), ("*", "gzip")):
        for _ in range(2):
            answer = client.get(f"{ADDRESS}?format=xml", headers={"Accept-Encoding": accepted})
            assert answer.headers.get("Content-Encoding") == encoding
            body = gzip.decompress(answer.data) if encoding else answer.data
            assert body == plain
            assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_head_is_like_get_without_a_body(client):
    for _ in range(2):
        get, head = client.get(f"{ADDRESS}?format=tsv"), client.head(f"{ADDRESS}?format=tsv")
        assert head.data == b"" and head.status_code == 200
        for name in ("Content-Length", "Content-Type", "ETag"):
            assert head.headers[name] == get.headers[name]


def test_an_error_is_not_kept_and_hits_are_counted(client):
    before = count(client, 'kg_answers_total{found="kept"}')
    for _ in range(2):
        assert client.get(f"{ADDRESS}?city=Atlantis").status_code == 400
    assert count(client, 'kg_answers_total{found="kept"}') == before
    for _ in range(2):
        client.get(f"{ADDRESS}?format=csv")
    assert count(client, 'kg_answers_total{found="kept"}') > before


def test_a_new_release_has_answers_of_its_own(tmp_path):
    old = small_release(tmp_path / "old")
    (tmp_path / "new").mkdir()
    quads = [quad for quad in read_quads(GRAPH) if "Bangkok" not in str(quad.object)]
    build_store(quads, tmp_path / "new" / "store")
    (tmp_path / "new" / "queries").symlink_to(QUERIES)
    new = Release("f" * 16, tmp_path / "new", old.description)
    app = create_app(old)
    client = app.test_client()
    first = app.extensions["kg"]
    before = [client.get(f"{ADDRESS}?format=json") for _ in range(2)][-1]
    change_release(app, new)
    try:
        after = client.get(
            f"{ADDRESS}?format=json", headers={"If-None-Match": before.headers["ETag"]}
        )
        assert after.status_code == 200
        assert (before.json["release"], after.json["release"]) == (old.id, new.id)
        assert "Bangkok" in before.text and "Bangkok" not in after.text
    finally:
        first.engine.close()
        app.extensions["kg"].engine.close()


def test_with_little_room_nothing_is_kept_and_all_is_answered(tmp_path):
    app = create_app(small_release(tmp_path), Settings(answers_bytes=1))
    client = app.test_client()
    try:
        bodies = {client.get(f"{ADDRESS}?format=csv").data for _ in range(3)}
        assert len(bodies) == 1
        assert app.extensions["kg"].answers.size == 0
    finally:
        app.extensions["kg"].engine.close()
