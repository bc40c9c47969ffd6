"""What docs/deploying.md says is so; its examples run where nginx and systemd are installed."""

import http.client
import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.parse
from collections import Counter

import pytest
import yaml

from kg.limits import GoneError, Limits
from kg.running import OUTCOMES
from kg.settings import VARIABLES, Settings
from kg.web import create_app
from kg.web.problems import status_of
from serving import ROOT, small_release
from test_engine import DEATH
from test_server import LARGE, SCRIPT, asking, get, metric, until

PAGE = (ROOT / "docs" / "deploying.md").read_text("utf-8")
UNIT = ROOT / "docs" / "deploying" / "kg.service"
PROXY = ROOT / "docs" / "deploying" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
BAD = "SELECT WHERE"


def rows(name):
    """The cells of the marked table of the page, each row a list."""
    begin, end = f"<!-- {name}: begin; [^>]*-->\n", f"<!-- {name}: end -->"
    table = re.search(f"{begin}(.*?){end}", PAGE, re.DOTALL)[1].strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]


def names(name):
    return [cells[0].strip("`") for cells in rows(name)]


def unit():
    """The lines of the unit: for each key its values in order."""
    found = {}
    for line in UNIT.read_text("utf-8").splitlines():
        key, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def test_the_settings_are_all_there_in_the_words_of_the_code():
    lines = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for variable in VARIABLES:
        default = f"`{variable.default}`" if variable.default else "none"
        lines.append(f"| `{variable.name}` | {default} | {variable.meaning} |")
    table = "\n".join(lines)
    assert table in PAGE, f"put this into docs/deploying.md:\n{table}"
    assert names("settings") == [variable.name for variable in VARIABLES]


def test_every_setting_that_the_page_names_exists():
    known = {variable.name for variable in VARIABLES} | {"KG_PROJECT"}
    assert set(re.findall(r"\bKG_[A-Z_]+\b", PAGE + PROXY.read_text("utf-8"))) <= known


def test_every_field_of_the_log_and_every_metric_is_told(tmp_path, caplog):
    app = create_app(small_release(tmp_path))
    try:
        with caplog.at_level(logging.INFO, "kg.access"):
            client = app.test_client()
            for path in ("/", "/sparql?query=ASK{}", "/sparql?query=" + BAD):
                with client.get(path):
                    pass
        lines = [json.loads(record.message) for record in caplog.records]
        with client.get("/metrics") as answer:
            found = answer.get_data(as_text=True)
    finally:
        app.extensions["kg"].engine.close()
    page, answered, refused = map(set, lines)
    assert page < answered < refused | {"outcome", "rows"}
    told = {name.strip("`"): when for name, _, when in rows("log")}
    assert set(told) == page | answered | refused
    assert {name for name, when in told.items() if when == "always"} == page
    assert {name for name, when in told.items() if "not answered" in when} == refused - answered
    metrics = set(re.findall(r"^# TYPE (kg_\w+)", found, re.M))
    metrics = {name for name in metrics if not name.endswith("_created")}
    assert metrics == set(names("metrics"))
    assert set(re.findall(r"\bkg_\w+", PAGE)) == metrics


def test_every_way_for_a_query_to_end_is_told():
    status = {
        outcome: str(status_of(kind.__new__(kind)))
        for kind, outcome in OUTCOMES.items()
        if kind is not GoneError  # nobody is there to be told
    }
    told = {name.strip("`"): status for name, _, status in rows("outcomes")}
    assert told == {"answer": "200", "gone": "none", **status}


def test_the_alerts_and_the_scraping_are_yaml_and_name_outcomes_that_exist():
    scraping, alerts = map(yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.M | re.S))
    assert scraping["scrape_configs"][0]["job_name"] == "kg"
    expressions = " ".join(rule["expr"] for rule in alerts["groups"][0]["rules"])
    outcomes = {name.replace(" ", "_") for name in names("outcomes")}
    assert set(re.findall(r'outcome="(\w+)"', expressions)) <= outcomes


def test_the_unit_fits_the_settings_that_it_sets():
    lines = unit()
    environment = dict(line.split("=", 1) for line in lines["Environment"])
    assert set(environment) <= {variable.name for variable in VARIABLES}
    settings = Settings.from_environment(environment)
    assert int(lines["TimeoutStopSec"][0]) > settings.stop_seconds + 5
    assert lines["KillMode"] == ["mixed"]  # the workers must outlive the first signal
    limits = settings.limits
    memory = int(lines["MemoryMax"][0].removesuffix("G")) * 2**30
    assert memory >= limits.workers * limits.memory_bytes + 2**30
    assert limits.long_queries < limits.workers
    assert int(lines["LimitNOFILE"][0]) > 2 * settings.connections
    threads = limits.workers * 8 + limits.queue + 50  # a store has threads of its own
    assert int(lines["TasksMax"][0]) > threads


def test_the_proxy_fits_the_settings():
    text = PROXY.read_text("utf-8")
    (read,) = re.findall(r"proxy_read_timeout (\d+)s;", text)
    assert int(read) > Limits().seconds + Limits().wait_seconds
    assert "client_max_body_size 1m;" in text and Settings().request_bytes * 2 == 2**20
    assert f"PROXY={re.findall(r'server ([0-9.]+):8000', text)[0]}" in UNIT.read_text("utf-8")


@pytest.mark.parametrize("heading", ["The unit", "The reverse proxy"])
def test_each_reason_is_of_a_line_that_the_example_has(heading):
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    reasons = [line[2:].partition(": ")[0] for line in section.splitlines() if line[:2] == "- "]
    assert len(reasons) > 5
    examples = UNIT.read_text("utf-8") + PROXY.read_text("utf-8")
    for line in re.findall(r"`([A-Za-z_]+)[=` ]", " ".join(reasons)):
        assert line in examples or line.startswith("KG_"), line


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_knows_every_line_of_the_unit(tmp_path):
    text = UNIT.read_text("utf-8").replace("/srv/kg/.venv/bin/kg", "/bin/true")
    (tmp_path / "kg.service").write_text(re.sub(r"^(User|Group)=.*\n", "", text, flags=re.M))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "kg.service")],
        capture_output=True, text=True,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "kg.service:" not in said, said


class Site:
    """A server behind nginx, run from the example with other ports and folders."""

    def __init__(self, folder):
        self.folder, self.log = folder, folder / "log"
        with self.log.open("w") as log:
            self.server = subprocess.Popen(
                [sys.executable, "-c", SCRIPT, str(folder), "0"],
                stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "KG_PROXY": "127.0.0.1",
                     "KG_CLIENT_CONNECTIONS": "2"},
            )  # fmt: skip
        self.server.stdout.readline()
        self.direct = self.server.stdout.readline().split()[1]
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        (folder / "nginx.conf").write_text(self._configuration())
        self.nginx = subprocess.Popen(
            [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")],
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def _configuration(self):
        site = PROXY.read_text("utf-8")
        for old, new in {
            "    listen 80;\n    listen [::]:80;": f"    listen 127.0.0.1:{self.port};",
            "127.0.0.1:8000": urllib.parse.urlsplit(self.direct).netloc,
            "/var/log/nginx": str(self.folder),
        }.items():
            assert old in site
            site = site.replace(old, new)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "\n".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in kinds)
        user = "user root;" if os.geteuid() == 0 else ""
        return (
            f"{user} daemon off; worker_processes 1; pid {self.folder}/pid;\n"
            f"error_log {self.folder}/main.log;\n"
            f"events {{}}\nhttp {{\n{places}\n{site}\n}}\n"
        )

    def ask(self, path, source="127.0.0.1", headers=None, body=None):
        """The status and the body of what nginx answers."""
        connection = self.connect(source)
        try:
            connection.request("POST" if body else "GET", path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def connect(self, source="127.0.0.1"):
        return http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=20, source_address=(source, 0)
        )

    def end(self):
        for process, number in ((self.nginx, signal.SIGQUIT), (self.server, signal.SIGTERM)):
            process.send_signal(number)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.server.stdout.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if not NGINX:
        pytest.skip("nginx is not installed")
    site = Site(tmp_path_factory.mktemp("site"))
    try:
        until(lambda: accepts(site.port))
        yield site
    finally:
        site.end()


def accepts(port):
    try:
        with socket.create_connection(("127.0.0.1", port)):
            return True
    except OSError:
        return False


def busy(site):
    return metric(site.direct, 'kg_workers{state="busy"}')


def gone(site):
    found = re.search(r'kg_queries_total{outcome="gone"} (\S+)', get(site.direct + "metrics"))
    return float(found[1]) if found else 0


def test_behind_nginx_a_stream_begins_early_and_its_client_may_go_away(site):
    before = gone(site)
    connection = site.connect()
    connection.request("GET", asking("/", LARGE, format="csv"))
    answer = connection.getresponse()
    assert answer.read(100).startswith(b"a,b,c,")
    assert busy(site) == 1  # the rest is still to come
    answer.close()
    connection.close()
    until(lambda: busy(site) == 0)
    assert gone(site) == before + 1


def test_behind_nginx_a_client_that_goes_away_frees_the_worker_of_a_silent_query(site):
    connection = site.connect()
    connection.request("GET", asking("/", DEATH))
    until(lambda: busy(site) == 1)
    connection.close()
    until(lambda: busy(site) == 0, seconds=10)


def test_behind_nginx_a_cut_answer_is_not_taken_for_a_whole_one(site):
    connection = site.connect()
    connection.request("GET", asking("/", LARGE, format="csv", timeout="0.5"))
    answer = connection.getresponse()
    assert answer.status == 200
    with pytest.raises(http.client.IncompleteRead):
        answer.read()
    connection.close()


def test_behind_nginx_the_log_tells_clients_apart_whatever_they_say_of_themselves(site):
    for source in ("127.0.0.5", "127.0.0.6"):
        headers = {"X-Forwarded-For": "192.0.2.1", "Forwarded": "for=192.0.2.2"}
        assert site.ask("/health", source, headers)[0] == 200

    def seen():
        lines = site.log.read_text("utf-8").splitlines()
        return {line["client"] for line in map(json.loads, lines) if line["path"] == "/health"}

    until(lambda: {"127.0.0.5", "127.0.0.6"} <= seen())
    assert not {"192.0.2.1", "192.0.2.2"} & seen()


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "//metrics", "/%6detrics", "/metrics?x",
                                  "/x/../metrics", "/./metrics", "/metrics%2f"])  # fmt: skip
def test_behind_nginx_metrics_are_refused_however_they_are_written(site, path):
    status, body = site.ask(path)
    assert status == 403 and b"kg_" not in body


def test_behind_nginx_long_queries_pass_and_too_long_ones_are_told(site):
    def query(size):
        return "ASK {} #" + "x" * size

    post = {"Content-Type": "application/sparql-query"}
    assert site.ask(asking("/", query(60_000)))[0] == 200
    assert site.ask(asking("/", query(70_000)))[0] == 414
    assert site.ask("/sparql", headers=post, body=query(90_000))[0] == 200
    status, body = site.ask("/sparql", headers=post, body=query(600_000))
    assert (status, json.loads(body)["status"]) == (413, 413)
    status, body = site.ask("/sparql", headers=post, body=query(1_100_000))
    assert status == 413 and b"nginx" in body


def test_behind_nginx_no_query_is_written_into_its_logs(site):
    word = "somebodysaffair"
    site.ask(asking("/", f"ASK {{}} # {word}"))
    with socket.create_connection(("127.0.0.1", site.port)) as connection:
        connection.sendall(f"GET /sparql?query={word} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    site.ask(f"/metrics?{word}")
    until(lambda: "GET /metrics 403" in (site.folder / "kg.log").read_text("utf-8"))
    for log in ("kg.log", "kg.error.log", "main.log"):
        assert word not in (site.folder / log).read_text("utf-8")


def test_behind_nginx_a_new_release_comes_without_a_failed_request(site):
    answers, stop = Counter(), threading.Event()

    def ask(source):
        while not stop.wait(0.02):  # slow enough for limit_req
            answers[site.ask(asking("/", "ASK { ?s ?p ?o }"), source)] += 1

    clients = [threading.Thread(target=ask, args=(f"127.0.1.{n}",)) for n in range(1, 4)]
    for client in clients:
        client.start()
    shutil.copytree(site.folder / "first", site.folder / "second", symlinks=True)
    site.server.send_signal(signal.SIGHUP)
    until(lambda: json.loads(site.ask("/health")[1])["release"] == "second")
    number = answers.total()
    until(lambda: answers.total() > number + 20)
    stop.set()
    for client in clients:
        client.join()
    assert set(answers) == {(200, b'{"head":{},"boolean":true}')}
