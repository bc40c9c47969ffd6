import concurrent.futures
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

import pytest

from kg.errors import InputError
from kg.server import listen
from serving import small_release, until
from test_engine import DEATH

SCRIPT = """
import sys
from pathlib import Path
from kg.errors import KgError
from kg.release import Release
from kg.server import serve
from serving import small_release
from test_engine import DEATH
folder = Path(sys.argv[1])
release = small_release(folder / "first")
def find():
    if (folder / "second").is_dir():
        return Release("second", folder / "second", release.description)
    return release
try:
    serve(find, "127.0.0.1", int(sys.argv[2]))
except KgError as error:
    sys.exit(str(error))
"""
LONGEST = 60  # seconds to wait for what must come; no more than a safety net
LARGE = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def start(folder, port=0, **settings):
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **settings},
    )


@pytest.fixture
def served(tmp_path):
    """Start servers with settings; return each with its address. All end with the test."""
    servers = []

    def run(**settings):
        server = start(tmp_path / str(len(servers)), **settings)
        servers.append(server)
        assert server.stdout.readline() == "Release 0123456789abcdef\n"
        url = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline()).group()
        return server, url

    yield run
    for server in servers:
        if server.poll() is None:
            server.kill()
        server.communicate()


def children(pid):
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as file:
                    if file.read().rpartition(")")[2].split()[1] == str(pid):
                        found += [int(name), *children(int(name))]
            except OSError:
                continue
    return found


def get(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


def asking(url, query, **more):
    return url + "sparql?" + urllib.parse.urlencode({"query": query, **more})


def connect(url, request):
    """Return a connection that has sent `request`."""
    parts = urllib.parse.urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port))
    connection.sendall(request)
    return connection


def begin(url, query):
    """Return a connection on which `query` was asked."""
    address = urllib.parse.urlsplit(asking(url, query))
    request = f"GET {address.path}?{address.query} HTTP/1.1\r\nHost: x\r\n\r\n"
    return connect(url, request.encode())


def metric(url, name):
    """What /metrics says of `name`, 0 where it does not name it yet."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", get(url + "metrics"), re.M)
    return float(found.group(1)) if found else 0.0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_says_where_it_is_answers_and_stops_when_told(served, number):
    server, url = served()
    assert json.loads(get(asking(url, "ASK { ?s ?p ?o }")))["boolean"] is True
    assert get(url + "queries/friendship-and-council?format=csv").count("\n") == 5
    family = children(server.pid)
    assert len(family) >= 1  # the one that answered the stranger
    os.killpg(server.pid, number)
    _, errors = server.communicate(timeout=LONGEST)
    assert server.returncode == 0
    lines = [json.loads(line) for line in errors.splitlines()]  # the log of requests, no more
    assert [line["status"] for line in lines] == [200, 200]
    for pid in family:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_request_is_logged_under_the_number_that_its_answer_repeats(served):
    server, url = served()
    with urllib.request.urlopen(asking(url, "SELECT * WHERE { ?s ?p ?o } LIMIT 3")) as answer:
        first = answer.headers["X-Request-Id"]
        size = len(answer.read())
    with pytest.raises(urllib.error.HTTPError) as caught:
        get(asking(url, DEATH, timeout="0.5"))
    problem = json.load(caught.value)
    server.send_signal(signal.SIGTERM)
    _, errors = server.communicate(timeout=LONGEST)
    answered, died = (json.loads(line) for line in errors.splitlines())
    assert answered["request"] == first
    assert (answered["method"], answered["path"], answered["status"], answered["bytes"]) == (
        "GET", "/sparql", 200, size
    )  # fmt: skip
    assert (answered["outcome"], answered["rows"]) == ("answer", 3)
    assert "text" not in answered  # what people ask is their own affair
    assert problem["instance"] == "urn:uuid:" + died["request"]
    assert died["status"] == 504 and died["text"] == DEATH
    assert died["seconds"] >= 0.5


def test_requests_at_work_are_answered_before_the_server_stops(served):
    server, url = served(KG_SECONDS="600", KG_STOP_SECONDS="600")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        slow = pool.submit(get, asking(url, DEATH, format="csv"))
        until(lambda: metric(url, 'kg_workers{state="busy"}') == 1)
        server.send_signal(signal.SIGTERM)
        until(lambda: not works(url))  # it takes no new requests
        assert not slow.done()
        for worker in children(server.pid):
            with contextlib.suppress(ProcessLookupError):  # one that was just replaced
                os.kill(worker, signal.SIGKILL)
        with pytest.raises(urllib.error.HTTPError) as caught:
            slow.result(timeout=LONGEST)
    assert "broke the engine" in json.load(caught.value)["detail"]
    assert server.wait(LONGEST) == 0


def test_a_new_release_is_served_after_sighup_and_no_request_fails(served, tmp_path):
    server, url = served()
    answers, stop = [], threading.Event()

    def ask():
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)
        while not stop.is_set():
            connection.request("GET", asking("/", "ASK { ?s ?p ?o }"))
            answer = connection.getresponse()
            answers.append((answer.status, answer.read()))

    clients = [threading.Thread(target=ask) for _ in range(4)]
    for client in clients:
        client.start()
    shutil.copytree(tmp_path / "0" / "first", tmp_path / "0" / "second", symlinks=True)
    server.send_signal(signal.SIGHUP)
    until(lambda: json.loads(get(url + "health"))["release"] == "second")
    number = len(answers)
    until(lambda: len(answers) > number + 20)
    stop.set()
    for client in clients:
        client.join()
    assert set(answers) == {(200, b'{"head":{},"boolean":true}')}
    assert 'kg_release_info{release="second"} 1.0' in get(url + "metrics")


def test_a_release_that_cannot_be_opened_changes_nothing(served, tmp_path):
    server, url = served()
    (tmp_path / "0" / "second").mkdir()
    server.send_signal(signal.SIGHUP)
    assert "ERROR kg.server: the release was not changed" in server.stderr.readline()
    assert json.loads(get(url + "health"))["release"] == "0123456789abcdef"


def test_a_log_that_nobody_reads_holds_up_no_request(served):
    server, url = served()
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=LONGEST)
    for number in range(400):  # each leaves a line of some 2,000 bytes; the pipe holds 65,536
        connection.request("GET", asking("/", f"SELEKT #{number}{'x' * 2000}"))
        assert connection.getresponse().read()
    connection.close()
    assert server.poll() is None


def test_an_address_may_hold_signs_as_they_are_typed(served):
    _, url = served()
    for typed in ("서울", "首尔"):
        request = f"GET /queries/friendship-and-council?city={typed}&format=csv HTTP/1.1\r\n"
        connection = connect(url, f"{request}Host: x\r\nConnection: close\r\n\r\n".encode())
        answer = connection.makefile("rb").read().decode()
        connection.close()
        assert answer.startswith("HTTP/1.1 200") and answer.count("\r\n") > 5, answer
    connection = connect(url, b"GET /queries/ties-of?city=\xff HTTP/1.0\r\n\r\n")
    answer = connection.makefile("rb").read()
    connection.close()
    assert b" 400 " in answer[:20] and b"city" in answer, answer


def test_a_client_that_goes_away_frees_its_worker(served):
    _, url = served()
    connection = begin(url, DEATH)
    until(lambda: metric(url, 'kg_workers{state="busy"}') == 1)
    connection.close()
    until(lambda: metric(url, 'kg_workers{state="busy"}') == 0)
    until(lambda: metric(url, 'kg_queries_total{outcome="gone"}') == 1)


def test_a_slow_reader_holds_a_worker_no_longer_than_the_deadline(served):
    _, url = served(KG_SECONDS="1")
    connection = begin(url, LARGE)  # and nothing is read
    until(lambda: metric(url, 'kg_queries_total{outcome="deadline"}') == 1)
    until(lambda: metric(url, 'kg_workers{state="busy"}') == 0)
    connection.close()


def test_clients_that_never_finish_a_request_hinder_nobody(served):
    _, url = served()
    slow = [connect(url, b"GET /sparql?query=ASK HTTP/1.1\r\nHost: x\r\n") for _ in range(80)]
    assert json.loads(get(asking(url, "ASK { ?s ?p ?o }")))["boolean"] is True
    for connection in slow:
        connection.close()


def test_one_client_has_only_so_many_connections(served):
    _, url = served(KG_CLIENT_CONNECTIONS="5")
    open_ones = [connect(url, b"GET /health HTTP/1.1\r\nHost: x\r\n") for _ in range(5)]
    with pytest.raises((OSError, http.client.HTTPException)):
        get(url + "health")
    for connection in open_ones:
        connection.close()
    until(lambda: works(url + "health"))


def works(url):
    try:
        return bool(get(url))
    except (OSError, http.client.HTTPException):
        return False


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("syntax", ["json", "xml", "csv", "tsv"])
def test_an_answer_that_breaks_off_is_not_taken_for_a_whole_one(served, syntax, version):
    _, url = served(KG_RESULT_MB="0.5")
    address = urllib.parse.urlsplit(asking(url, LARGE, format=syntax))
    request = f"GET {address.path}?{address.query} HTTP/{version}\r\nHost: x\r\n\r\n"
    with connect(url, request.encode()) as connection, connection.makefile("rb") as file:
        answer = file.read()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b" 200 " in head
    assert b'\n"INCOMPLETE ANSWER: the answer has more than 524,288 bytes' in body
    assert body.count(b'"INCOMPLETE') == 1
    if version == "1.1":
        assert b"Transfer-Encoding: chunked" in head and not body.endswith(b"0\r\n\r\n")


def test_behind_a_proxy_clients_are_told_apart_and_from_others_nobody_believes_it(served):
    for proxy, seen in (("127.0.0.1", "192.0.2.7"), ("127.0.0.9", "127.0.0.1")):
        server, url = served(KG_PROXY=proxy)
        request = urllib.request.Request(url + "health", headers={"X-Forwarded-For": "192.0.2.7"})
        urllib.request.urlopen(request).read()
        server.send_signal(signal.SIGTERM)
        _, errors = server.communicate(timeout=LONGEST)
        assert json.loads(errors)["client"] == seen


def test_overload_is_a_503_and_too_much_a_429_and_both_say_when_to_come_again(served):
    _, url = served(KG_WORKERS="1", KG_LONG_QUERIES="1", KG_QUEUE="0", KG_CLIENT_QUERIES="3")
    connection = begin(url, DEATH)
    until(lambda: metric(url, 'kg_workers{state="busy"}') == 1)
    with pytest.raises(urllib.error.HTTPError) as caught:
        get(asking(url, "ASK {}"))
    assert (caught.value.code, caught.value.headers["Retry-After"]) == (503, "5")
    connection.close()
    _, url = served(KG_CLIENT_QUERIES="1")
    connection = begin(url, DEATH)
    until(lambda: metric(url, 'kg_workers{state="busy"}') == 1)
    with pytest.raises(urllib.error.HTTPError) as caught:
        get(asking(url, "ASK {}"))
    assert caught.value.code == 429 and int(caught.value.headers["Retry-After"]) >= 1
    connection.close()


def test_downloads_come_from_a_project_in_a_relative_folder(tmp_path):
    release = small_release(tmp_path / "build" / "releases" / "0123456789abcdef")
    (release.folder / "release.json").write_text(json.dumps(release.description))
    (tmp_path / "build" / "current").write_text(release.id)
    for name in ("data", "documents", "ontology", "queries", "shapes"):
        (tmp_path / name).mkdir()
    server = subprocess.Popen(
        [sys.executable, "-m", "kg", "--project", ".", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=tmp_path,
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == "Release 0123456789abcdef\n"
        url = server.stdout.readline().split()[1]
        with urllib.request.urlopen(url + "downloads/kg.trig") as answer:
            assert answer.read() == (release.folder / "kg.trig").read_bytes()
        (release.folder / "kg.trig").unlink()
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(url + "downloads/kg.trig")
        assert caught.value.code == 404
        assert "its file is gone; build the release again" in caught.value.read().decode()
    finally:
        os.killpg(server.pid, signal.SIGINT)
        server.communicate(timeout=LONGEST)


def test_a_port_in_use_is_one_line_that_says_what_to_do(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        server = start(tmp_path, port)
        output, errors = server.communicate(timeout=LONGEST)
    assert server.returncode == 1
    assert output == ""
    assert errors == (
        f"port {port} on 127.0.0.1 is in use; stop the other program or choose another: "
        f"make serve PORT={port + 1}\n"
    )


@pytest.mark.parametrize(("host", "port"), [("no.such.host.invalid", 80), ("192.0.2.1", 8000),
                                            ("127.0.0.1", 99999)])  # fmt: skip
def test_an_address_that_cannot_be_used_is_an_input_error(host, port):
    with pytest.raises(InputError, match="HOST and PORT"):
        listen(host, port)
