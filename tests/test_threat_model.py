"""The threat model says what is so; and tests of defences that are tested nowhere else."""

import ast
import json
import logging
import os
import re
import subprocess
import sys
import threading
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from kg import guard
from kg.engine import Engine
from kg.errors import DataError
from kg.limits import BudgetError, DeadlineError, Limits
from kg.loading import build_store
from kg.reading import read_quads
from kg.running import Asker
from kg.settings import Settings
from kg.store import EmbeddedStore
from kg.web import create_app
from kg.web.protocol import asker
from kg.workers import Worker
from serving import GRAPH, ROOT, small_release

PAGE = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
SOURCE = ROOT / "src" / "kg"
TESTS = ROOT / "tests"
# The list of shared/hazards.md, section 2, and what was found since.
THREATS = [
    "Queries that cannot be stopped", "Planning and nesting bombs", "Memory bombs",
    "Budgets evaded by many addresses", "Limiters that run the query all the same",
    "Work that no budget counts", "Request forgery", "Updates by a read-only endpoint",
    "Parameters as text", "Escape from a worker", "Partial or empty answers that look complete",
    "Wrong media types and encodings", "Kept answers sent to another reader",
    "Languages and accents", "Scripts in pages",
    "Scripts in data", "Formulas in spreadsheets", "Half-sent requests", "Unread answers",
    "Too many connections", "Request smuggling", "Host header", "Forged client addresses",
    "CORS with credentials", "Reading what only this machine may see", "Large and packed requests",
    "Forged log lines", "Files outside", "Who asked what", "XML entities", "Files that are bombs",
    "Shapes and canned queries of others", "What the service may reach", "Packages of others",
]  # fmt: skip
TRACKERS = [
    "oxigraph #1871", "jena #3535", "#3044", "qlever #673", "virtuoso #1034", "#112",
    "semopenalex #119", "rdflib-endpoint PR #24", "Skosmos #632", "grlc #101", "CVE-2019-6986",
    "Sparnatural #327", "graphdb-workbench #923", "Yasgui #220", "#221", "#227",
    "CVE-2022-28890", "CVE-2021-39239", "GHSA-x3cr-x949-h5jv", "Virtuoso 7.2.3", "Wikidata",
    "Prez", "Jena",
]  # fmt: skip
DEATH = (
    "SELECT ?a WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . "
    "FILTER (STRLEN(CONCAT(STR(?c), STR(?f), STR(?i), STR(?l))) < 0) }"
)


def rows() -> list[list[str]]:
    """The rows of the page's tables, as cells."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if len(row) == 5 and row[0] not in ("threat", "---")]


def functions(path: Path) -> set[str]:
    """The names of the functions that a file defines, and none if there is no such file."""
    tree = ast.parse(path.read_text("utf-8") if path.is_file() else "")
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


# The page


def test_every_threat_of_the_list_is_there_with_a_word_on_each_point():
    assert [row[0] for row in rows()] == THREATS
    for row in rows():
        assert all(row), row
        assert "::" in row[3] or "not shown" in row[3], row


def test_every_test_that_the_page_names_exists():
    named = re.findall(r"`(\w+\.py)::(\w+)`", PAGE)
    assert len(named) > 80
    assert [f"{file}::{name}" for file, name in named if name not in functions(TESTS / file)] == []
    assert PAGE.count(".py::") == len(named)


def test_every_test_here_is_named_on_the_page():
    tree = ast.parse(Path(__file__).read_text("utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    tests = [name for name in names if name.startswith("test_")]
    of_the_page = [name for name in tests if "the_page" in name or "the_list" in name]
    assert [n for n in tests if n not in of_the_page and n not in PAGE] == []


def test_every_module_that_the_page_names_exists():
    for name in re.findall(r"`kg\.([\w.]+)`", PAGE):
        path = SOURCE.joinpath(*name.split("."))
        assert path.with_suffix(".py").is_file() or path.is_dir(), name


def test_every_complaint_of_the_list_is_cited_on_the_page():
    assert [tracker for tracker in TRACKERS if tracker not in PAGE] == []


# What a stranger's query may do


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    build_store(read_quads(GRAPH), folder)
    return folder


@pytest.fixture
def in_debt(store):
    """An engine, and a client that has used up its seconds."""
    charged = threading.Event()  # soon after the answer is there
    limits = Limits(seconds=0.2, client_seconds=0.1)
    engine = Engine(store, limits, told=lambda _: charged.set())
    client = Asker("192.0.2.1")
    with pytest.raises(DeadlineError):
        engine.answer(DEATH, asker=client).begin()
    assert charged.wait(60)
    yield engine, client
    engine.close()


def test_a_query_that_is_refused_with_429_reaches_no_worker(in_debt, monkeypatch):
    engine, client = in_debt
    asked = []
    monkeypatch.setattr(Worker, "ask", lambda _, question: asked.append(question))
    with pytest.raises(BudgetError):
        engine.answer("ASK {}", asker=client).begin()
    assert asked == [] and engine.busy == 0


def test_a_client_without_seconds_is_refused_before_its_query_is_looked_through(
    in_debt, monkeypatch
):
    engine, client = in_debt
    looked = []
    monkeypatch.setattr(guard, "check", lambda *_: looked.append(1))
    with pytest.raises(BudgetError):
        engine.answer("ASK {}", asker=client).begin()
    assert looked == []


def test_a_store_that_is_served_cannot_be_written(store):
    before = {path.name: path.read_bytes() for path in store.iterdir()}
    for served in (ox.Store.read_only(str(store)), EmbeddedStore.open(store)._store):
        for update in ("DROP ALL", "INSERT DATA { <urn:a> <urn:b> <urn:c> }"):
            with pytest.raises(RuntimeError, match="only possible on read-write"):
                served.update(update)
            with pytest.raises(SyntaxError):
                served.query(update)
    assert {path.name: path.read_bytes() for path in store.iterdir()} == before


CONFINED = """
import ctypes, resource, socket, sys
from pathlib import Path
import pyoxigraph as ox
from kg.confinement import confine
store = ox.Store.read_only(sys.argv[1])
said = []
confine(Path(sys.argv[1]), 1024**3)
for what in (lambda: open("/etc/passwd"), socket.socket, lambda: bytearray(1024**3)):
    try:
        what()
        said.append("done")
    except (OSError, MemoryError) as error:
        said.append(type(error).__name__)
said.append(resource.getrlimit(resource.RLIMIT_CORE))
print(*said)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
def test_a_confined_process_opens_no_file_and_no_socket_and_has_no_more_memory(store):
    done = subprocess.run(
        [sys.executable, "-c", CONFINED, str(store)], capture_output=True, text=True
    )
    assert done.stdout == "OSError PermissionError MemoryError (0, 0)\n", done.stderr


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="only x86_64 has a second table")
def test_the_second_table_of_system_calls_is_refused_too():
    """x32 names the same calls by other numbers under the same architecture."""
    script = (
        "import ctypes\n"
        "from kg.confinement import refuse_sockets\n"
        "assert refuse_sockets()\n"
        "system = ctypes.CDLL(None, use_errno=True)\n"
        "system.syscall(0x40000000 + 41, 2, 1, 0)\n"
        "print(ctypes.get_errno())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "1\n"  # EPERM, not ENOSYS


# What comes out


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    app = create_app(small_release(tmp_path_factory.mktemp("site")), Settings())
    yield app
    app.extensions["kg"].engine.close()


# A browser that shows RDF/XML as a document would run elements of these.
RUNS = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg")


@pytest.mark.parametrize("namespace", RUNS)
def test_no_element_of_rdf_xml_is_one_that_a_browser_runs(site, namespace):
    query = f"""PREFIX x: <{namespace}> PREFIX s: <{namespace}s>
    CONSTRUCT {{ <urn:a> x:script "alert(1)" ; s:cript "alert(1)" ; a x:script , x: ;
      <{namespace}#script> "alert(1)" ; <{namespace}/script> "alert(1)" }} WHERE {{}}"""
    answer = site.test_client().get("/sparql?" + urlencode({"query": query, "format": "rdfxml"}))
    assert answer.content_type == "application/rdf+xml"
    elements = [element.tag for element in ElementTree.fromstring(answer.data).iter()]
    assert len(elements) > 4
    assert not [tag for tag in elements if tag.startswith(f"{{{namespace}}}")]


def logged(site, path: str) -> str:
    """What the log says of a GET."""
    found = []
    handler = logging.Handler()
    handler.emit = lambda record: found.append(record.getMessage())
    access = logging.getLogger("kg.access")
    level = access.level
    access.setLevel(logging.INFO)
    access.addHandler(handler)
    try:
        site.test_client().get(path).close()
    finally:
        access.removeHandler(handler)
        access.setLevel(level)
    (line,) = found
    return line


FORGED = '\n{"status": 200, "client": "192.0.2.9"}\r\n"} '


def test_a_request_is_one_line_of_the_log_whatever_it_says(site):
    for path in ("/" + FORGED.encode().hex("%").join(("%", "")),
                 "/sparql?" + urlencode({"query": "SELEC" + FORGED})):  # fmt: skip
        line = logged(site, path)
        assert "\n" not in line and "\r" not in line
        told = json.loads(line)
        assert FORGED in told["path"] + told.get("text", "")
        assert (told["client"], told["status"]) == ("127.0.0.1", 404 if "text" not in told else 400)


def test_the_log_holds_no_signs_that_steer_a_terminal(site):
    signs = "\x7f\x9b\u2028\u202e"
    line = logged(site, "/sparql?" + urlencode({"query": f"SELEC {signs}"}))
    assert json.loads(line)["text"].endswith(signs)
    assert not set(signs) & set(line)


# Who asks


def client_at(site, address: str) -> str:
    with site.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
        return asker().client


def test_a_client_in_ipv6_is_a_network_of_64_bits(site):
    one, same = client_at(site, "2001:db8::1"), client_at(site, "2001:db8::ffff:2%eth0")
    assert one == same != client_at(site, "2001:db8:0:1::1")
    assert client_at(site, "192.0.2.1") != client_at(site, "192.0.2.2")


def test_clients_in_ipv4_are_told_apart_on_a_socket_of_both(site):
    one = client_at(site, "::ffff:192.0.2.1")
    assert one == client_at(site, "192.0.2.1") != client_at(site, "::ffff:198.51.100.1")


def test_an_address_that_is_none_is_no_fault_of_ours(site):
    """As a proxy may send that passes on what it was told."""
    address = {"REMOTE_ADDR": "x:y"}
    answer = site.test_client().get("/sparql?query=ASK+%7B%7D", environ_base=address)
    assert answer.status_code < 500


# What the service reaches

NETWORK = {"urllib.request", "http", "http.client", "requests", "httpx", "urllib3", "ftplib",
           "smtplib", "asyncio", "ssl", "socketserver", "xmlrpc", "telnetlib"}  # fmt: skip


def test_only_what_asks_a_store_elsewhere_knows_how_to_ask_another_server():
    users, askers = set(), set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or "", *(f"{node.module}.{a.name}" for a in node.names)]
            if NETWORK & set(names):
                askers.add(path.name)
            if "socket" in names:  # those of kg.forks are a pair, and lead nowhere
                users.add(path.name)
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("create_connection", "connect", "connect_ex"), path
    assert users - {"forks.py", "forkserver.py"} == {"server.py", "connections.py"}  # they listen
    assert askers == {"endpoints.py", "publishing.py"}  # they ask what KG_STORE and publish name


SITE = """
import sys
from pathlib import Path
from kg.confinement import refuse_sockets
assert refuse_sockets()
from kg.settings import Settings
from kg.web import create_app
from serving import small_release
app = create_app(small_release(Path(sys.argv[1])), Settings())
client = app.test_client()
for path in sys.argv[2:]:
    for accept in ("text/html,*/*;q=0.1", "*/*"):
        print(client.get(path, headers={"Accept": accept}).status_code)
app.extensions["kg"].engine.close()
"""
PATHS = ["/", "/queries/", "/queries/friendship-and-council", "/queries/evidence-of?format=json",
         "/sparql", "/sparql?query=SELECT+*+%7B+?s+?p+?o+%7D", "/data?default", "/health",
         "/metrics", "/ontology", "/id/place/kr-seoul", "/id/place/kr-seoul.jsonld",
         "/graph/council-list.ttl", "/downloads/", "/.well-known/void",
         "/static/style.css"]  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
def test_the_site_answers_everything_where_the_system_refuses_sockets(tmp_path):
    """It asks nobody: neither in Python nor in the engine, not for a name either."""
    done = subprocess.run(
        [sys.executable, "-c", SITE, str(tmp_path), *PATHS],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.stdout.split() == ["200"] * 2 * len(PATHS), done.stderr


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt"])
def test_every_package_is_locked_to_a_version_and_hashes(name):
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    packages = [line for line in lines if line and not line.startswith("#")]
    assert len(packages) > 10
    for line in packages:
        assert re.match(r"[\w.-]+==[\w.+!]+(\s+;.*?)?(\s+--hash=sha256:[0-9a-f]{64})+$", line), line


def test_make_installs_nothing_that_has_no_hash():
    files = (ROOT / "Makefile", ROOT / "frontend" / "build.sh")
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    installs = [line for line in lines if "pip install" in line and "pip-tools" not in line]
    assert len(installs) == 6
    for line in installs:
        assert "--require-hashes" in line or "--no-deps --no-build-isolation -e ." in line


# Files


RDF = """<?xml version="1.0"?>
<!DOCTYPE rdf:RDF {doctype}>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:e:">
<rdf:Description rdf:about="urn:s"><e:p>{text}</e:p></rdf:Description>
</rdf:RDF>
"""


def read_rdf(folder: Path, doctype: str, text: str) -> str:
    (folder / "x.rdf").write_text(RDF.format(doctype=doctype, text=text), "utf-8")
    (quad,) = read_quads(folder / "x.rdf")
    return quad.object.value


def test_entities_of_other_files_are_never_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("a secret", "utf-8")
    for system in (secret.as_uri(), "http://127.0.0.1:9/x"):
        for doctype in (
            f'[<!ENTITY e SYSTEM "{system}">]',
            f'[<!ENTITY % e SYSTEM "{system}"> %e;]',
        ):
            with pytest.raises(DataError, match="ENTITY"):
                read_rdf(tmp_path, doctype, "&e;")
        assert read_rdf(tmp_path, f'SYSTEM "{system}"', "x") == "x"
    with pytest.raises(DataError, match="made of others"):
        read_rdf(tmp_path, '[<!ENTITY a "&b;"> <!ENTITY b "&a;">]', "&a;")


def test_a_bomb_of_entities_is_refused(tmp_path):
    doctype = '[<!ENTITY a "0123456789">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcd", "bcde", strict=True)
    )
    with pytest.raises(DataError):
        read_rdf(tmp_path, doctype + "]", "&e;")


def test_files_nested_very_deep_are_read_or_refused_and_break_nothing(tmp_path):
    deep = 100_000
    files = {
        "a.ttl": "<urn:s> <urn:p> " + "(" * deep + "1" + ")" * deep + " .",
        "b.ttl": "<urn:s> <urn:p> " + "[ <urn:p> " * deep + "1" + " ]" * deep + " .",
        "c.jsonld": '{"@id":"urn:s","urn:p":' * deep + "1" + "}" * deep,
    }
    script = (
        "import sys\nfrom pathlib import Path\nfrom kg.errors import DataError\n"
        "from kg.reading import read_quads\n"
        "try:\n    print(sum(1 for _ in read_quads(Path(sys.argv[1]))) > 0)\n"
        "except DataError as error:\n    print('Max stack size' in str(error))\n"
    )
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / name)], capture_output=True, text=True
        )
        assert (done.returncode, done.stdout) == (0, "True\n"), name
